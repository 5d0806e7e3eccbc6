"""Personal invitations as they are written: one, a list, another end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from wtforms import BooleanField, DateField, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import Field
from wtforms.validators import Optional, StopValidation

from eventreg.i18n.languages import known_languages, own_name
from eventreg.invitations.rules.invitations import LONGEST_NOTE, NewInvitation
from eventreg.kernel.text import showable
from eventreg.web.forms import BaseForm, lazy_gettext


class ExtendForm(BaseForm):
    """Until when an invitation works."""

    works_until = DateField(lazy_gettext("It works until the end of"), validators=[Optional()])

    def validate_works_until(self, field: Field) -> None:
        """Say in our words that a date is none."""
        if field.process_errors or (field.data is not None and not 1970 < field.data.year < 2200):
            raise StopValidation(_("Write a date"))


class InvitationTerms(ExtendForm):
    """What holds for one invitation, or for all of a list."""

    category = SelectField(lazy_gettext("They take part as"), validate_choice=False)
    language = RadioField(lazy_gettext("Language of the email"), validate_choice=False)
    is_bound = BooleanField(
        lazy_gettext("Only the invited address can register with it"),
        default=True,
        description=lazy_gettext("Otherwise whoever has the link can, once."),
    )
    skips_approval = BooleanField(lazy_gettext("Confirm them at once, without a decision"))
    works_until = DateField(
        lazy_gettext("It works until the end of"),
        validators=[Optional()],
        description=lazy_gettext("Left empty: until registration closes."),
    )
    note = TextAreaField(
        lazy_gettext("A few words from you"), description=lazy_gettext("They stand in the email and on the page.")
    )

    def __init__(self, categories: Sequence[tuple[str, str]], **values: Any) -> None:
        """`categories` are (key, name) of those that can be chosen."""
        super().__init__(**values)
        self.category.choices = list(categories)
        self.language.choices = [(code, own_name(code)) for code in known_languages()]
        if self.language.data is None:
            self.language.data = known_languages()[0]
        setattr(self.note, "limit", LONGEST_NOTE)  # noqa: B010 - read by the template, unknown to the types

    def terms(self, time_zone: str, *, may_decide: bool) -> NewInvitation:
        """Return what was chosen, of nobody yet. Who may not decide on people invites nobody past the decision."""
        return NewInvitation(
            category=self.category.data or "",
            language=self.language.data or "",
            is_bound=bool(self.is_bound.data),
            skips_approval=bool(self.skips_approval.data) and may_decide,
            expires_at=end_of(self.works_until.data, time_zone),
            note=showable((self.note.data or "").replace("\r\n", "\n")).strip(),
        )


class InvitationForm(InvitationTerms):
    """One person to invite."""

    email = StringField(
        lazy_gettext("Email address"),
        render_kw={"autocomplete": "off"},
        description=lazy_gettext("Without one the invitation has a link that you hand over yourself."),
    )
    given_name = StringField(lazy_gettext("Given name"), render_kw={"autocomplete": "off"})
    family_name = StringField(lazy_gettext("Family name"), render_kw={"autocomplete": "off"})
    institution = StringField(lazy_gettext("Institution"), render_kw={"autocomplete": "off"})

    def wish(self, time_zone: str, *, may_decide: bool) -> NewInvitation:
        """Return whom to invite, as typed."""
        fields = (self.email, self.given_name, self.family_name, self.institution)
        typed: dict[str, Any] = {field.name: field.data or "" for field in fields}
        return replace(self.terms(time_zone, may_decide=may_decide), **typed)


class InvitationListForm(InvitationTerms):
    """Many people to invite: pasted, or as a CSV file."""

    people = TextAreaField(
        lazy_gettext("People, one a line"),
        description=lazy_gettext(
            "Email address, given name, family name, institution, language, category: in this order, "
            "or in yours with a first line that names the columns. Copied from a spreadsheet it works too."
        ),
    )
    file = FileField(lazy_gettext("Or a CSV file"))


def end_of(day: date | None, time_zone: str) -> datetime | None:
    """Return the moment at which a day ends in a place, or None without a day."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def last_day(at: datetime | None, time_zone: str) -> date | None:
    """Return the last day on which something works that ends at a moment, in a place."""
    return None if at is None else (at - timedelta(microseconds=1)).astimezone(ZoneInfo(time_zone)).date()
