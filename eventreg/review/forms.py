"""Forms of the review."""

from __future__ import annotations

from wtforms import HiddenField, TextAreaField

from eventreg.questionnaires.rules.texts import showable
from eventreg.registration.rules.states import DECISIONS, Action
from eventreg.web.forms import BaseForm, lazy_gettext

#: what a database takes for a whole number
_LARGEST = 2**31 - 1


class DecisionForm(BaseForm):
    """A decision: its reason, and which state of the registration was seen. The buttons name the action."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        description=lazy_gettext("Needed to decline. The person reads it in the email."),
    )
    seen_revision = HiddenField()


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
