"""Times of day, days and instants as organizers type them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from wtforms import StringField

from eventreg.events.rules.moments import ClockFault, instant_of, read_clock, read_moment, written_moment
from eventreg.kernel.typed import showable
from eventreg.kernel.zones import time_zones


def read_time(field: Any) -> time | None:
    """Return the time in a field, or None with the reason beside it, which names the field: two are filled in together."""
    field.data = showable(field.data or "")
    found = read_clock(field.data)
    if found is None:
        field.errors = [_("%(field)s: write a time like 09:30 or 2:30 pm", field=field.label.text)]
    return found


def read_day(text: str) -> date | None:
    """Return a date as `<input type="date">` sends it; None for anything else, and for years that are none of ours."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if date(1970, 1, 1) + timedelta(days=1) <= day <= date(2200, 12, 30) else None


class DayField(StringField):
    """A date. `day` is None where nothing or none is typed."""

    def __init__(self, label: str = "", *, is_required: bool = False, **values: Any) -> None:
        super().__init__(label, **values)
        self.is_required = is_required

    @property
    def day(self) -> date | None:
        """The date that was typed."""
        return read_day(self.data or "")

    def process_data(self, value: Any) -> None:
        """Show a date that is kept."""
        self.data = value.isoformat() if isinstance(value, date) else value or ""

    def populate_obj(self, obj: Any, name: str) -> None:
        """Give the date, not what was typed."""
        setattr(obj, name, self.day)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Refuse what is no date."""
        is_wrong = self.day is None and bool(self.data or self.is_required)
        self.errors = [_("Write a date")] if is_wrong else []
        return not is_wrong


class MomentField(StringField):
    """An instant as a wall-clock time: shown in the form's `zone`, read in that which its field `time_zone` names, if any.

    `at` is None where nothing is typed, which is right where it `may_lack`. What was not touched stays as it is, fractions of
    a second and hours that exist twice included.
    """

    def __init__(self, label: str = "", *, may_lack: bool = False, _form: Any = None, **values: Any) -> None:
        self.zone, self.may_lack = _form.zone, may_lack
        self.stored: datetime | None = None
        self.at: datetime | None = None
        super().__init__(label, _form=_form, render_kw={"step": "1", "autocomplete": "off"}, **values)

    def process_data(self, value: Any) -> None:
        """Show an instant that is kept."""
        self.stored = value
        self.data = written_moment(value, self.zone) if value is not None else ""

    def populate_obj(self, obj: Any, name: str) -> None:
        """Give the instant, not what was typed."""
        setattr(obj, name, self.at)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Refuse what is no single instant."""
        text = (self.data or "").strip()
        zone = form["time_zone"].data if "time_zone" in form else self.zone
        is_untouched = self.stored is not None and (text, zone) == (written_moment(self.stored, self.zone), self.zone)
        local = read_moment(text) if zone in time_zones() else None
        found = self.stored if is_untouched else instant_of(local, zone) if local is not None else None
        self.at = found if isinstance(found, datetime) else None
        self.errors = []
        if self.at is None and (text or not self.may_lack):
            self.data = showable(text)
            self.errors = [clock_sentence(found) if isinstance(found, ClockFault) else _("Write a date and a time")]
        return not self.errors


def clock_sentence(fault: ClockFault) -> str:
    """Return why a wall-clock time is no single instant, and what to write."""
    if fault is ClockFault.SKIPPED:
        return _("This time does not exist: the clocks go forward over it. Write one before or after.")
    return _("This time exists twice: the clocks go back over it. Write one before or after.")
