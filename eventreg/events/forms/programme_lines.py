"""A day of the programme as lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, SelectField, TextAreaField

from eventreg.events.forms.programme import chosen_number
from eventreg.events.models import EventDay, ProgrammeSession
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, own_name
from eventreg.kernel.typed import showable
from eventreg.web.fields import whole_number
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedForm

_LONGEST_TEXT = 20_000


class LinesForm(LocalizedForm):
    """A day as lines of text."""

    day = SelectField(lazy_gettext("Day"), validate_choice=False)
    lines = TextAreaField(lazy_gettext("Sessions, one a line"))
    instead = BooleanField(
        lazy_gettext("Instead of what stands on this day"),
        description=lazy_gettext("Sessions with the same hours and title stay as they are; the others are removed."),
    )
    #: the sessions that were shown as leaving or staying, with their revisions
    seen = HiddenField()

    def __init__(self, languages: Sequence[str], days: Sequence[EventDay], **values: Any) -> None:
        super().__init__(languages, **values)
        language = current_language()
        self.day.choices = [(str(day.id), formats.day(day.held_on, language, year=False)) for day in days]
        self.lines.description = _(
            "Like: 09:00–09:30 Title in %(languages)s. A room of the event may follow after @.",
            languages=" | ".join(own_name(language) for language in languages),
        )

    def text(self) -> str:
        """Return the lines as typed, without what no page can carry."""
        self.lines.data = showable(self.lines.data or "")[:_LONGEST_TEXT]
        return self.lines.data.replace("\r\n", "\n")

    def remember(self, sessions: Sequence[ProgrammeSession]) -> None:
        """Let the form carry which sessions were seen."""
        self.seen.data = " ".join(f"{session.public_id}:{session.revision}" for session in sessions)

    def seen_revisions(self) -> dict[str, int]:
        """Return the public ids and revisions that the form carries; what is none is left out."""
        pairs = (pair.partition(":") for pair in (self.seen.data or "").split())
        numbers = {public_id: whole_number(revision) for public_id, _colon, revision in pairs}
        return {public_id: number for public_id, number in numbers.items() if number is not None}

    def chosen_day(self) -> int | None:
        """Return the day, or None with the reason beside the field."""
        return chosen_number(self.day, _("Choose a day of the event"))
