"""What a new event is given before anybody has said more than when and where it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

#: templates are dated from this day, in UTC
REFERENCE_DAY = date(2001, 1, 1)
REFERENCE_ZONE = "UTC"
#: what is offered beside them: days and a form, and nothing else
BLANK = "blank"
MOST_DAYS = 31
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class Hours:
    """How many days there are, and from when to when each of them goes."""

    days: int
    starts_at: time
    ends_at: time


@dataclass(frozen=True)
class Window:
    """When people can register, change and move up: aware instants."""

    opens_at: datetime
    closes_at: datetime
    changes_until: datetime
    promotes_until: datetime


def fitted_days(days: Sequence[Mapping[str, Any]], hours: Hours) -> list[dict[str, Any]]:
    """Return so many days with these hours: the first ones of a template, with their titles, and plain ones after them."""
    return [
        {
            **(days[number] if number < len(days) else {}),
            "held_on": (REFERENCE_DAY + timedelta(days=number)).isoformat(),
            "starts_at": hours.starts_at.isoformat("minutes"),
            "ends_at": hours.ends_at.isoformat("minutes"),
        }
        for number in range(hours.days)
    ]


def fitted_sessions(
    days: Sequence[Mapping[str, Any]], sessions: Sequence[Mapping[str, Any]], hours: Hours
) -> list[dict[str, Any]]:
    """Return the sessions of a template that find a place in these days: moved with the beginning of their day.

    One that would end after its day does, or whose day there is not, is left out: an empty place is seen, a wrong hour is not.
    """
    begins = {day["held_on"]: minutes_of(day["starts_at"]) for day in days[: hours.days]}
    first, last = minutes_of(hours.starts_at.isoformat("minutes")), minutes_of(hours.ends_at.isoformat("minutes"))
    found = []
    for session in sessions:
        if session["day"] not in begins:
            continue
        later = first - begins[session["day"]]
        starts, ends = minutes_of(session["starts_at"]) + later, minutes_of(session["ends_at"]) + later
        if 0 <= starts < ends <= min(last, _DAY_MINUTES - 1):
            found.append({**session, "starts_at": _clock(starts), "ends_at": _clock(ends)})
    return found


def asked_questions(definition: Mapping[str, Any], *, has_several_days: bool, is_on_site: bool) -> dict[str, Any]:
    """Return what the basic questionnaire asks at such an event: days where there is a choice, meals where there is a table."""
    left_out = set() if has_several_days else {"days"}
    sections = []
    for section in definition["sections"]:
        if section["key"] == "needs" and not is_on_site:
            continue
        questions = [question for question in section["questions"] if question["key"] not in left_out]
        if questions:
            sections.append({**section, "questions": questions})
    return {"sections": sections}


def window_in_time(window: Window, begins_at: datetime, now: datetime) -> Window:
    """Return a window that people can still use: where a template's is over already, all of it ends as the event begins.

    An event of the past keeps what it has.
    """
    if begins_at <= now or window.closes_at > now:
        return window
    return Window(min(window.opens_at, now), begins_at, begins_at, begins_at)


def next_year(first_day: date) -> date:
    """Return the day a year later that is the same day of the week, which is what a meeting keeps."""
    return first_day + timedelta(weeks=52)


def title_for(title: Mapping[str, str], old_year: int, new_year: int) -> dict[str, str]:
    """Return the title of a copy: with the new year where it named the old one."""
    return {language: text.replace(str(old_year), str(new_year)) for language, text in title.items()}


def minutes_of(clock: str) -> int:
    """Return the minutes since midnight of "09:30"."""
    hour, minute = clock.split(":")[:2]
    return int(hour) * 60 + int(minute)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
