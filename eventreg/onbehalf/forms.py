"""The forms of the team around one registration: acts on it, and registering somebody.

Their names hold a hyphen: no question's key does.
"""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, EmailField, HiddenField, RadioField, SelectField
from wtforms.fields import Field
from wtforms.validators import StopValidation

from eventreg.attendees.services.team_acts import TeamAct
from eventreg.events.organizers import Organizer
from eventreg.i18n.languages import known_languages, own_name
from eventreg.kernel.errors import N_
from eventreg.kernel.text import showable
from eventreg.onbehalf.services.care import LONGEST_WORDS
from eventreg.onbehalf.services.moving import NewPerson
from eventreg.questionnaires.rules.answers import Invalid, mail_address
from eventreg.registration.models import Registration
from eventreg.web.fields import TextField, whole_number
from eventreg.web.forms import PlainForm, lazy_gettext
from eventreg.web.refusals import said

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

    def act(self, who: Organizer) -> TeamAct | None:
        """Return who acts on what they saw; None when the form does not say what was seen."""
        revision = whole_number(str(self.seen_revision.data))
        return TeamAct(who, revision, bool(self.tells.data)) if revision is not None else None

    @property
    def entry(self) -> int:
        """The newest entry that was seen; 0 when the form does not say."""
        return whole_number(str(self.seen_entry.data)) or 0


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

    words = TextField(
        lazy_gettext("A few words to the person"),
        limit=LONGEST_WORDS,
        is_area=True,
        description=lazy_gettext("They stand in the email."),
    )


class MoveForm(WordedForm):
    """Which category somebody is moved to."""

    category = RadioField(lazy_gettext("They take part as"), validate_choice=False)
    asks = BooleanField(
        lazy_gettext("Ask the person by email for what the new category asks and is not answered"),
    )

    def offer(self, choices: Sequence[tuple[str, str, str]]) -> None:
        """Offer categories: key, name, and what would come of it."""
        self.keys = {key for key, _name, _hint in choices}
        self.category.choices = [(key, name) for key, name, _hint in choices]
        # Read by the template, unknown to the types.
        setattr(self.category, "choice_hints", {key: hint for key, _name, hint in choices})  # noqa: B010

    def validate_category(self, field: Field) -> None:
        """Refuse what was not offered."""
        if field.data not in self.keys:
            raise StopValidation(_("Choose a category"))


class HandOnForm(WordedForm):
    """Who takes somebody's place."""

    given_name = TextField(
        lazy_gettext("Given name"), limit=_LONGEST_NAME, missing=N_("Write a name"), render_kw={"autocomplete": "off"}
    )
    family_name = TextField(lazy_gettext("Family name"), limit=_LONGEST_NAME, render_kw={"autocomplete": "off"})
    email = EmailField(lazy_gettext("Email address"), render_kw={"autocomplete": "off"})
    language = SelectField(lazy_gettext("Language of the emails to the person"), validate_choice=False)
    tells = BooleanField(lazy_gettext("Tell the person who had the place by email"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.language.choices = [(code, own_name(code)) for code in known_languages()]
        self.words.label.text = _("A few words to the person who had the place")

    def validate_email(self, field: Field) -> None:
        """Refuse what is no address; what was typed stays."""
        try:
            field.data = mail_address(field.data or "")
        except Invalid as invalid:
            field.data = showable(field.data or "")
            raise StopValidation(said(invalid, label=str(field.label.text))) from invalid

    def validate_language(self, field: Field) -> None:
        """Refuse a language that no email is written in."""
        if field.data not in known_languages():
            raise StopValidation(_("Choose a language"))

    @property
    def person(self) -> NewPerson:
        """Who takes the place, of a form that is sound."""
        fields = (self.given_name, self.family_name, self.email, self.language, self.words)
        return NewPerson(**{field.short_name: field.data or "" for field in fields})


BY_RULE, CONFIRMED = "by_rule", "confirmed"


class AddingForm(PlainForm):
    """How somebody is registered by the team, and what they are written."""

    status = RadioField(lazy_gettext("Status"))
    language = SelectField(lazy_gettext("Language of the emails to the person"))
    leaves_open = BooleanField(
        lazy_gettext("Allow missing answers"),
        description=lazy_gettext("What must be answered may stay empty, but for name and email address."),
    )
    tells = BooleanField(
        lazy_gettext("Tell the person by email"),
        description=lazy_gettext("The same message as after registering, with the personal link."),
    )
    asks = BooleanField(
        lazy_gettext("Ask the person by email for what is left open, and for the consents"),
        description=lazy_gettext("Consents are the person's own: the team cannot give them."),
    )

    def __init__(self, formdata: Any, language: str, rule: str) -> None:
        """`rule` says what comes of the category's own rule."""
        super().__init__(
            formdata, prefix=_PREFIX, data={"status": BY_RULE, "language": language, "tells": True, "asks": False}
        )
        self.status.choices = [
            (BY_RULE, rule),
            (CONFIRMED, lazy_gettext("Confirmed at once where there is a place, else on the waiting list as approved")),
        ]
        self.language.choices = [(code, own_name(code)) for code in known_languages()]
