"""What stands around an act of the team on one registration. The names hold a hyphen: no question's key does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)

from eventreg.i18n.languages import known_languages, own_name
from eventreg.kernel.typed import showable, tidied
from eventreg.questionnaires.rules.addresses import mail_address
from eventreg.questionnaires.rules.reasons import Invalid
from eventreg.questionnaires.rules.texts import clean_line
from eventreg.questionnaires.wording import sentence
from eventreg.registration.models import Registration
from eventreg.registration.services.handing_on import NewPerson
from eventreg.registration.services.team_acts import TeamAct
from eventreg.registration.services.team_care import LONGEST_WORDS
from eventreg.web.fields import whole_number
from eventreg.web.forms import PlainForm, lazy_gettext

_PREFIX = "team-"
#: what the columns take
_LONGEST_NAME = 200


class ActForm(PlainForm):
    """Which state was seen, and whether the person is told."""

    seen_revision = HiddenField()
    #: the newest entry of the registration's history when the form was first shown
    seen_entry = HiddenField()
    tells = BooleanField(lazy_gettext("Tell the person by email"))

    def __init__(self, formdata: Any, registration: Registration, newest_entry: int, **values: Any) -> None:
        data = {"tells": True, "seen_revision": registration.revision, "seen_entry": newest_entry, **values}
        super().__init__(formdata, prefix=_PREFIX, data=data)

    def act(self, account_id: int) -> TeamAct | None:
        """Return who acts on what they saw; None when the form does not say what was seen."""
        revision = whole_number(str(self.seen_revision.data))
        return TeamAct(account_id, revision, bool(self.tells.data)) if revision is not None else None

    @property
    def entry(self) -> int:
        """The newest entry that was seen; 0 when the form does not say."""
        return whole_number(str(self.seen_entry.data)) or 0

    def errors_list(self) -> list[tuple[str, str]]:
        """Return (id of the input, message) for each field to be checked."""
        return [(field.id, str(field.errors[0])) for field in self if field.errors]


class EditForm(ActForm):
    """Around the answers that the team changes for somebody."""

    tells = BooleanField(
        lazy_gettext("Tell the person by email what was changed"),
        description=lazy_gettext("Of sensitive answers and files the email only says that they changed."),
    )
    tells_old = BooleanField(
        lazy_gettext("Tell the old email address as well, if I change it"),
        description=lazy_gettext(
            "The new address gets its link and where the registration stands in any case; the old link dies."
        ),
    )


class WordedForm(ActForm):
    """An act with a few words to the person."""

    words = TextAreaField(
        lazy_gettext("A few words to the person"), description=lazy_gettext("They stand in the email.")
    )

    def read_words(self) -> str | None:
        """Return the words as they are kept; None with the reason beside the field."""
        words = tidied(showable(str(self.words.data or "")))
        self.words.data = words
        if len(words) > LONGEST_WORDS:
            self.words.errors = [_("Use at most %(limit)s characters", limit=LONGEST_WORDS)]
            return None
        return words


class MoveForm(WordedForm):
    """Which category somebody is moved to."""

    keys: frozenset[str] = frozenset()
    category = RadioField(lazy_gettext("They take part as"), validate_choice=False)
    asks = BooleanField(
        lazy_gettext("Ask the person by email for what the new category asks and is not answered"),
    )

    def offer(self, choices: Sequence[tuple[str, str, str]]) -> None:
        """Offer categories: key, name, and what would come of it."""
        self.keys = frozenset(key for key, _name, _hint in choices)
        self.category.choices = [(key, name) for key, name, _hint in choices]
        # Read by the template, unknown to the types.
        setattr(self.category, "choice_hints", {key: hint for key, _name, hint in choices})  # noqa: B010

    def read_category(self) -> str | None:
        """Return the key of the category that was chosen; None with the reason beside the field."""
        if self.category.data in self.keys:
            return str(self.category.data)
        self.category.errors = [_("Choose a category")]
        return None


class HandOnForm(WordedForm):
    """Who takes somebody's place."""

    given_name = StringField(lazy_gettext("Given name"), render_kw={"autocomplete": "off"})
    family_name = StringField(lazy_gettext("Family name"), render_kw={"autocomplete": "off"})
    email = EmailField(lazy_gettext("Email address"), render_kw={"autocomplete": "off"})
    language = SelectField(lazy_gettext("Language of the emails to the person"), validate_choice=False)
    tells = BooleanField(lazy_gettext("Tell the person who had the place by email"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.language.choices = [(code, own_name(code)) for code in known_languages()]
        self.words.label.text = _("A few words to the person who had the place")

    def read_person(self) -> NewPerson | None:
        """Return who takes the place; None with the reasons beside the fields."""
        words = self.read_words()
        given, family = (self._line(field) for field in (self.given_name, self.family_name))
        if given == "":
            self.given_name.errors = [_("Write a name")]
        email = self._address()
        if self.language.data not in known_languages():
            self.language.errors = [_("Choose a language")]
        if words is None or not given or family is None or not email or self.language.errors:
            return None
        return NewPerson(given, family, email, str(self.language.data), words)

    def _line(self, field: Any) -> str | None:
        try:
            field.data = clean_line(str(field.data or ""), _LONGEST_NAME)
        except Invalid as invalid:
            field.data = showable(str(field.data or ""))
            field.errors = [sentence(invalid, str(field.label.text))]
            return None
        return str(field.data)

    def _address(self) -> str:
        try:
            self.email.data = mail_address(str(self.email.data or ""))
        except Invalid as invalid:
            self.email.data = showable(str(self.email.data or ""))
            self.email.errors = [sentence(invalid, str(self.email.label.text))]
            return ""
        return str(self.email.data)
