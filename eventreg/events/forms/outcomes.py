"""What organizers fill in about a remark or a recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, RadioField, SelectField

from eventreg.events.forms.materials import offered, session_choices
from eventreg.events.models import Event, SessionOutcome
from eventreg.events.queries.materials import SessionOfDay
from eventreg.events.rules.materials import LONGEST_ADDRESSEE, LONGEST_OUTCOME
from eventreg.events.rules.programme import OutcomeKind
from eventreg.events.services.outcomes import OutcomeEntry
from eventreg.events.wording import outcome_kind_name
from eventreg.kernel.errors import Refused
from eventreg.web.fields import whole_number
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm


class OutcomeForm(LocalizedForm):
    """A remark or a recommendation of a session."""

    session = SelectField(lazy_gettext("Session"), validate_choice=False)
    kind = RadioField(lazy_gettext("Kind"), validate_choice=False)
    text = LocalizedField(lazy_gettext("Text"), kind="textarea", limit=LONGEST_OUTCOME, required="first")
    addressee = LocalizedField(
        lazy_gettext("Intended for"),
        limit=LONGEST_ADDRESSEE,
        description=lazy_gettext("For example: ministries of the interior"),
    )
    is_public = BooleanField(
        lazy_gettext("Show it to the public"), description=lazy_gettext("Otherwise only the team reads it")
    )
    revision = HiddenField()

    def __init__(self, event: Event, sessions: Sequence[SessionOfDay], **values: Any) -> None:
        super().__init__(event.languages, **values)
        self.session.choices = session_choices(sessions)
        self.kind.choices = [(each.value, outcome_kind_name(each)) for each in OutcomeKind]
        for required in (self.session, self.kind):
            required.flags.required = True

    @classmethod
    def of(cls, event: Event, sessions: Sequence[SessionOfDay], outcome: SessionOutcome) -> OutcomeForm:
        """Return the form as an outcome stands."""
        public_ids = {each.session.id: each.session.public_id for each in sessions}
        return cls(
            event,
            sessions,
            session=public_ids.get(outcome.session_id, ""),
            kind=outcome.kind.value,
            text=outcome.text,
            addressee=outcome.addressee,
            is_public=outcome.is_public,
            revision=str(outcome.revision),
        )

    def read(self) -> OutcomeEntry:
        """Return what was filled in. Raises Refused, with the reasons beside the fields."""
        is_valid = self.validate()
        for field in (self.session, self.kind):
            if field.data not in offered(field):
                field.errors = [_("Choose one of these")]
        if not is_valid or self.session.errors or self.kind.errors:
            raise Refused("")
        return OutcomeEntry(
            session=self.session.data,
            kind=OutcomeKind(self.kind.data),
            text=self.text.data,
            addressee=self.addressee.data,
            is_public=bool(self.is_public.data),
        )

    @property
    def seen_revision(self) -> int:
        """The revision that the page showed; 0 when it is none."""
        return whole_number(self.revision.data) or 0
