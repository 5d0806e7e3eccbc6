"""Forms about the team: inviting somebody, agreeing anew with a member, answering an invitation."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import PasswordField, RadioField, SelectMultipleField, StringField, TextAreaField, ValidationError

from eventreg.accounts.forms import LanguageField
from eventreg.accounts.rules.profiles import SHORTEST
from eventreg.events.models import Category, EventDay
from eventreg.events.rules.team import LONGEST_NOTE, WITHHOLDABLE, Narrowing, TeamRole
from eventreg.i18n import formats, languages
from eventreg.kernel.text import showable, tidied
from eventreg.team.services import NewMember
from eventreg.web.forms import BaseForm, choices, lazy_gettext
from eventreg.web.templating import plain_in_reader_language


class AgreementForm(BaseForm):
    """A role, and what is less than it. What was sent and is not offered is left to the service, which refuses it."""

    role = RadioField(lazy_gettext("Role"), validate_choice=False)
    only_categories = SelectMultipleField(
        lazy_gettext("Only these categories"),
        description=lazy_gettext("None chosen: people of all categories."),
        validate_choice=False,
    )
    only_days = SelectMultipleField(
        lazy_gettext("Only who comes on these days"),
        description=lazy_gettext("None chosen: people of all days."),
        validate_choice=False,
    )
    withheld = SelectMultipleField(
        lazy_gettext("Permissions withheld"),
        description=lazy_gettext("What you choose here, this person does not get."),
        validate_choice=False,
    )

    def __init__(
        self, roles: Sequence[TeamRole], categories: Sequence[Category], days: Sequence[EventDay], **values: Any
    ) -> None:
        super().__init__(**values)
        language = languages.current_language()
        self.role.choices = choices(roles)
        hints = {role.value: _(role.explained) for role in roles}
        setattr(self.role, "choice_hints", hints)  # noqa: B010 - read by the template, unknown to the types
        self.only_categories.choices = [(found.key, plain_in_reader_language(found.name)) for found in categories]
        self.only_days.choices = [(day.held_on.isoformat(), formats.day(day.held_on, language)) for day in days]
        self.withheld.choices = choices(WITHHOLDABLE)

    def validate_role(self, field: RadioField) -> None:
        """Refuse what is no role of ours."""
        if field.data not in {role.value for role in TeamRole}:
            raise ValidationError(_("Choose a role"))

    @property
    def chosen_role(self) -> TeamRole:
        """The role, once it is checked."""
        return TeamRole(self.role.data)

    def narrowing(self) -> Narrowing:
        """Return what is less than the role, as it was sent."""
        return Narrowing(
            tuple(self.only_categories.data or ()),
            tuple(self.only_days.data or ()),
            tuple(self.withheld.data or ()),
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was chosen that is less than the role, so that the part is shown open."""
        return bool(self.only_categories.data or self.only_days.data or self.withheld.data)


class InviteForm(AgreementForm):
    """Whom to invite, and as what."""

    email = StringField(lazy_gettext("Email address"), render_kw={"autocomplete": "off"})
    name = StringField(lazy_gettext("Name"), render_kw={"autocomplete": "off"})
    language = LanguageField(lazy_gettext("Language of the email"))
    note = TextAreaField(lazy_gettext("A few words from you"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        setattr(self.note, "limit", LONGEST_NOTE)  # noqa: B010 - read by the template, unknown to the types

    def wish(self) -> NewMember:
        """Return what was typed, with what no mail can carry left out of the note."""
        note = tidied(showable(self.note.data or ""))
        return NewMember(
            self.email.data or "", self.name.data or "", self.language.chosen, self.chosen_role, self.narrowing(), note
        )


class HandOverForm(BaseForm):
    """What becomes of whoever hands an event over."""

    stays = RadioField(lazy_gettext("Your role afterwards"), default="manager", validate_choice=False)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.stays.choices = [("manager", _("I become a manager")), ("owner", _("I stay an owner too"))]


class NewcomerForm(BaseForm):
    """What somebody says about themselves whose account is new."""

    name = StringField(lazy_gettext("Your name"), render_kw={"autocomplete": "name"})
    language = LanguageField(lazy_gettext("Language of your mails and of these pages"))
    password = PasswordField(
        lazy_gettext("Password"),
        description=lazy_gettext(
            "At least %(shortest)s characters. Leave it empty to sign in by links sent to your address.",
            shortest=SHORTEST,
        ),
        render_kw={"autocomplete": "new-password"},
    )
