"""The days of an event as rows of a form: those there are, and a blank one to be added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, StringField

from eventreg.events.forms.clocks import DayField, read_time
from eventreg.events.forms.localized import LocalizedField, LocalizedForm
from eventreg.events.models import EventDay
from eventreg.events.rules.settings import MOST_DAYS, DayEntry
from eventreg.web.forms import lazy_gettext

_FIRST_HOUR, _LAST_HOUR = time(9), time(18)


class DayForm(LocalizedForm):
    """One day: date and hours in the event's zone, and a title if it has one."""

    held_on = DayField(lazy_gettext("Date"), is_required=True)
    starts_at = StringField(lazy_gettext("From"))
    ends_at = StringField(lazy_gettext("To"))
    title = LocalizedField(lazy_gettext("Title of the day"), limit=200)
    is_removed = BooleanField(lazy_gettext("Remove this day"))

    def __init__(self, languages: Sequence[str], day_id: int | None, **values: Any) -> None:
        super().__init__(languages, meta={"csrf": False}, **values)
        #: None: a day to be added
        self.day_id = day_id

    @property
    def is_wanted(self) -> bool:
        """Whether the day is to be there: an existing one that is not removed, a new one that has a date."""
        return bool(self.held_on.data) if self.day_id is None else not self.is_removed.data

    def read(self) -> DayEntry | None:
        """Return the day that was filled in, or None with the reasons beside the fields."""
        is_sound, held_on = self.validate(), self.held_on.day
        starts_at, ends_at = read_time(self.starts_at), read_time(self.ends_at)
        if not is_sound or held_on is None or starts_at is None or ends_at is None:
            return None
        return DayEntry(self.day_id, held_on, starts_at, ends_at, self.title.data)


def day_forms(
    days: Sequence[EventDay], languages: Sequence[str], sent: MultiDict[str, str] | None = None
) -> list[DayForm]:
    """Return a form for each day and one for a day to be added: the day after the last, at its hours, but its date empty."""
    forms = [
        DayForm(
            languages, day.id, formdata=sent, prefix=f"day-{day.id}-", held_on=day.held_on,
            starts_at=f"{day.starts_at:%H:%M}", ends_at=f"{day.ends_at:%H:%M}", title=day.title,
        )
        for day in days
    ]  # fmt: skip
    last = days[-1] if days else None
    starts_at, ends_at = (last.starts_at, last.ends_at) if last else (_FIRST_HOUR, _LAST_HOUR)
    new = DayForm(
        languages, None, formdata=sent, prefix="day+0-", starts_at=f"{starts_at:%H:%M}", ends_at=f"{ends_at:%H:%M}"
    )
    return [*forms, new] if len(forms) < MOST_DAYS else forms
