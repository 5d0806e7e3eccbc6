"""Forms of the review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from eventreg.events.forms.settings import clock_sentence
from eventreg.events.models import Category
from eventreg.events.rules.moments import instant_of, read_moment
from eventreg.questionnaires.rules.texts import showable
from eventreg.registration.rules.access_codes import CodeTerms
from eventreg.registration.rules.states import DECISIONS, Action
from eventreg.web.forms import BaseForm, lazy_gettext
from eventreg.web.templating import plain_in_reader_language

#: what a database takes for a whole number
_LARGEST = 2**31 - 1


class DecisionForm(BaseForm):
    """A decision: its reason, and which state of the registration was seen. The buttons name the action."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        description=lazy_gettext("Needed to decline. The person reads it in the email."),
    )
    seen_revision = HiddenField()


class CodesForm(BaseForm):
    """Access codes to be added: a list of one's own, or a number of new ones, and what holds for all of them."""

    codes = TextAreaField(
        lazy_gettext("Codes of your own"),
        description=lazy_gettext("One a line. Case, accents, blanks and hyphens do not matter."),
    )
    count = StringField(
        lazy_gettext("Or so many new codes"),
        description=lazy_gettext("They are made at random, without letters and digits that look alike."),
    )
    category = SelectField(lazy_gettext("They lead into the category"))
    label = StringField(
        lazy_gettext("Whom they are for"), description=lazy_gettext("For the team: participants never see it.")
    )
    most_uses = StringField(
        lazy_gettext("How many people can use each"), description=lazy_gettext("Empty: any number. 1: one person each.")
    )
    expires_at = StringField(
        lazy_gettext("Until when they work"),
        description=lazy_gettext("Empty: as long as registration is open."),
        render_kw={"step": "1", "autocomplete": "off"},
    )
    skips_approval = BooleanField(
        lazy_gettext("Whoever uses one is confirmed at once, as long as there are places"),
        description=lazy_gettext("Also where the team decides in this category."),
    )

    def __init__(self, categories: Sequence[Category], zone: str, **values: Any) -> None:
        super().__init__(**values)
        self._zone = zone
        self.category.choices = [(row.key, plain_in_reader_language(row.name)) for row in categories]
        #: how many are to be made; None: those that were written
        self.wanted: int | None = None

    def read(self) -> CodeTerms | None:
        """Return what holds for the codes, or None with the reasons beside the fields."""
        is_sound = self.validate()
        for bound in self:
            if isinstance(bound.data, str):
                bound.data = showable(bound.data)
        until, uses = self._moment(), self._number(self.most_uses)
        self.wanted = self._number(self.count)
        if self.wanted is not None and (self.codes.data or "").strip():
            self.count.errors = [_("Write codes of your own or a number of new ones, not both")]
        if not is_sound or any(bound.errors for bound in self):
            return None
        return CodeTerms(self.category.data, self.label.data or "", uses, until, bool(self.skips_approval.data))

    def lines(self) -> list[str]:
        """Return the codes that were written."""
        return (self.codes.data or "").splitlines()

    def _number(self, bound: Any) -> int | None:
        text = (bound.data or "").strip()
        number = read_number(text)
        if text and not number:
            bound.errors = [_("Write a number, 1 or more")]
        return number or None

    def _moment(self) -> datetime | None:
        text = (self.expires_at.data or "").strip()
        if not text:
            return None
        local = read_moment(text)
        at = instant_of(local, self._zone) if local is not None else None
        if isinstance(at, datetime):
            return at
        self.expires_at.errors = [_("Write a date and a time") if at is None else clock_sentence(at)]
        return None


def read_action(value: str) -> Action | None:
    """Return the decision that a button names, or None."""
    return next((action for action in DECISIONS if action.value == value), None)


def read_number(value: str | None) -> int | None:
    """Return a whole number of a form or an address, or None for anything else."""
    if value is None or not (value.isascii() and value.isdecimal()) or len(value) > len(str(_LARGEST)):
        return None
    return number if (number := int(value)) <= _LARGEST else None


def read_reason(value: str | None) -> str:
    """Return a reason as it was typed, with the line ends of a text and without what no mail can carry."""
    return showable((value or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
