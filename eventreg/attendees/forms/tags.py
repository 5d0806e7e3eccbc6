"""A name for what the list shows, and who has it.

A ready-made reason as it is written.
"""

from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields import Field
from wtforms.validators import StopValidation

from eventreg.attendees.models import ReadyReason
from eventreg.attendees.rules.acts import LONGEST_TITLE, REASONED, RunAct
from eventreg.events.models import Event
from eventreg.kernel.errors import N_
from eventreg.kernel.text import showable
from eventreg.registration.rules.messages import holds_personal_link
from eventreg.registration.services.decisions import LONGEST_REASON
from eventreg.web.fields import TextField
from eventreg.web.forms import BaseForm, choices, lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm


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
