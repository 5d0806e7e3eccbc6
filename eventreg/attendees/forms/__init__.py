"""A decision on one registration, as it is written."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, SelectField, TextAreaField

from eventreg.attendees.models import ReadyReason
from eventreg.attendees.rules.acts import DECIDING
from eventreg.kernel.text import showable
from eventreg.registration.rules.states import DECISIONS, Action
from eventreg.web.forms import BaseForm, lazy_gettext


class DecisionForm(BaseForm):
    """A decision: its reason, whether it is told, and which state of the registration was seen. The buttons name the action."""

    ready = SelectField(lazy_gettext("Ready-made reason"), validate_choice=False)
    reason = TextAreaField(
        lazy_gettext("Reason"),
        description=lazy_gettext("Needed to decline. The person reads it in the email."),
    )
    without_mail = BooleanField(lazy_gettext("Send no email"))
    seen_revision = HiddenField()

    def __init__(self, offered: Sequence[ReadyReason], language: str, **values: Any) -> None:
        """`language`: that of the person's mails, in which a ready-made reason stands where it has one."""
        super().__init__(**values)
        self._offered = {row.public_id: row for row in offered}
        groups = {_(act.title): [(row.public_id, row.title) for row in offered if row.act is act] for act in DECIDING}
        self.ready.choices = {_("None"): [("", _("None"))]} | {name: rows for name, rows in groups.items() if rows}
        #: what each stands for, to be put into the field by script
        self.texts = {row.public_id: row.text.get(language) or next(iter(row.text.values()), "") for row in offered}

    @property
    def has_ready(self) -> bool:
        """Whether there is a ready-made reason to choose."""
        return bool(self._offered)

    @property
    def told_reason(self) -> str:
        """One's own words, else those of the ready-made reason."""
        return read_reason(self.reason.data) or read_reason(self.texts.get(self.ready.data or ""))


def read_action(value: str) -> Action | None:
    """Return the decision that a button names, or None."""
    return next((action for action in DECISIONS if action.value == value), None)


def read_reason(value: str | None) -> str:
    """Return a reason as it was typed, with the line ends of a text and without what no mail can carry."""
    return showable((value or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
