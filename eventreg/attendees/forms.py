"""What is written on the desk: a decision on one registration, a view's name, a ready-made reason."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import Field
from wtforms.validators import StopValidation

from eventreg.attendees.models import ReadyReason
from eventreg.attendees.rules.acts import DECIDING, LONGEST_TITLE, REASONED, RunAct
from eventreg.events.models import Event
from eventreg.kernel.errors import N_
from eventreg.kernel.text import showable
from eventreg.registration.rules.messages import holds_personal_link
from eventreg.registration.rules.states import DECISIONS, Action
from eventreg.registration.services.decisions import LONGEST_REASON
from eventreg.web.fields import TextField
from eventreg.web.forms import BaseForm, choices, lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm


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


class SavedViewForm(BaseForm):
    """A view's name, and whether the team has it too."""

    name = StringField(
        lazy_gettext("Name of the view"),
        description=lazy_gettext("For example: To review, Guatemala"),
        render_kw={"autocomplete": "off"},
    )
    is_shared = BooleanField(
        lazy_gettext("Share it with the whole team"),
        description=lazy_gettext(
            "Its filters and what it searches for can then be read by everyone who sees the list."
        ),
    )

    @property
    def typed_name(self) -> str:
        """The name, without what cannot be shown."""
        return showable(self.name.data or "")


class ReasonForm(LocalizedForm):
    """A reason: for which act, what the team calls it, and what the person reads."""

    act = SelectField(lazy_gettext("It is for"), validate_choice=False)
    title = TextField(
        lazy_gettext("What the team calls it"),
        limit=LONGEST_TITLE,
        missing=N_("Write this text"),
        description=lazy_gettext("Participants never see it."),
    )
    text = LocalizedField(
        lazy_gettext("What the person reads"), kind="textarea", limit=LONGEST_REASON, required="first"
    )

    def __init__(self, event: Event, row: ReadyReason | None = None, **values: Any) -> None:
        if row is not None:
            values = {"act": row.act.value, "title": row.title, "text": row.text, **values}
        super().__init__(event.languages, **values)
        self.act.choices = choices(REASONED)

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse also somebody's personal link, which everybody who is given the reason would read (case 33)."""
        is_sound: bool = super().validate(extra_validators)
        return refuse_personal_links(self.text) and is_sound

    def validate_act(self, field: Field) -> None:
        """Refuse what no reason is given for."""
        if field.data not in {act.value for act in REASONED}:
            raise StopValidation(_("Choose what it is for"))

    @property
    def chosen_act(self) -> RunAct:
        """The act of a form that is sound."""
        return RunAct(self.act.data)


def refuse_personal_links(field: LocalizedField) -> bool:
    """Say whether a text for many holds nobody's personal link; else that stands beside it."""
    held = [code for code, text in field.data.items() if holds_personal_link(text)]
    for code in held:
        field.refuse(code, _("Take out the address of a personal page: whoever follows it acts for that person"))
    return not held
