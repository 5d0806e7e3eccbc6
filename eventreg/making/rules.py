"""A new event as a whole, before it is a row: what it is made of and what cannot be.

What a new event is given before anybody has said more than when and where it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.practical import PlanInvalid
from eventreg.events.rules.programme import SessionKind
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.slugs import is_prefix, is_slug
from eventreg.kernel.clock import time_zones
from eventreg.kernel.text import LocalizedText, is_blank

_CATEGORY_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class SessionPlan:
    """An item of a day's programme; wall-clock times in the event's zone."""

    kind: SessionKind
    starts_at: time
    ends_at: time
    title: LocalizedText
    note: LocalizedText = field(default_factory=dict)


@dataclass(frozen=True)
class DayPlan:
    """A day, with its hours in the event's zone."""

    held_on: date
    starts_at: time
    ends_at: time
    sessions: Sequence[SessionPlan] = ()


@dataclass(frozen=True)
class PartnerPlan:
    """An institution's role."""

    organization_id: int
    role: PartnerRole


@dataclass(frozen=True)
class CategoryPlan:
    """A kind of participant. `places`: None when only the event's capacity limits it."""

    key: str
    name: LocalizedText
    approval: ApprovalRule
    places: int | None = None
    pending_counts: bool = False
    description: LocalizedText = field(default_factory=dict)


@dataclass(frozen=True)
class ContactPlan:
    """The person whom the public and the mails point to."""

    name: str
    email: str
    language: str
    phone: str = ""
    office: LocalizedText = field(default_factory=dict)
    position: LocalizedText = field(default_factory=dict)


@dataclass(frozen=True)
class WindowPlan:
    """When people can register, change and move up. Aware instants; each window ends just before its end."""

    opens_at: datetime
    closes_at: datetime
    changes_until: datetime
    promotes_until: datetime


@dataclass(frozen=True)
class EventPlan:
    """Everything that makes an event. Partners, categories and days stand in their order."""

    slug: str
    languages: Sequence[str]
    title: LocalizedText
    city: str
    #: ISO 3166-1 alpha-2
    country: str
    time_zone: str
    reference_prefix: str
    contact: ContactPlan
    window: WindowPlan
    days: Sequence[DayPlan]
    categories: Sequence[CategoryPlan]
    partners: Sequence[PartnerPlan] = ()
    publication: Publication = Publication.DRAFT
    summary: LocalizedText = field(default_factory=dict)
    description: LocalizedText = field(default_factory=dict)
    audience: LocalizedText = field(default_factory=dict)
    venue: LocalizedText = field(default_factory=dict)
    practical: Sequence[Mapping[str, Any]] = ()
    demonstration_note: LocalizedText = field(default_factory=dict)
    region: Sequence[str] = ()
    capacity: int | None = None
    few_places: int = 10
    verifies_addresses: bool = False
    holds_mail: bool = False


def check_plan(plan: EventPlan) -> None:
    """Refuse a plan that cannot be an event. Raises PlanInvalid, which names the place."""
    for fault in _faults(plan):
        raise PlanInvalid(fault)


def _faults(plan: EventPlan) -> Iterator[str]:
    if not is_slug(plan.slug):
        yield "slug: small letters, digits and hyphens, 80 at most, no reserved word"
    if not plan.languages or len(set(plan.languages)) != len(plan.languages):
        yield "languages: at least one, none twice"
    if not is_prefix(plan.reference_prefix):
        yield "reference_prefix: 1 to 8 capital letters and digits"
    if plan.time_zone not in time_zones():
        yield f"time_zone: there is no zone {plan.time_zone!r}"
    if plan.capacity is not None and plan.capacity < 0:
        yield "capacity: cannot be negative"
    if plan.contact.language not in plan.languages:
        yield "contact.language: is no language of the event"
    yield from _faults_of_texts(plan)
    yield from _faults_of_window(plan.window)
    yield from _faults_of_days(plan.days)
    yield from _faults_of_categories(plan)


def _faults_of_texts(plan: EventPlan) -> Iterator[str]:
    for place, text in _texts(plan):
        missing = [language for language in plan.languages if is_blank(text.get(language, ""))]
        if missing:
            yield f"{place}: there is no text in {missing[0]!r}"


def _texts(plan: EventPlan) -> Iterator[tuple[str, LocalizedText]]:
    """Yield every text that must be there in each language: the title and names, and others where they are given."""
    yield "title", plan.title
    for name in ("summary", "description", "audience", "venue", "demonstration_note"):
        if text := getattr(plan, name):
            yield name, text
    for index, item in enumerate(plan.practical):
        yield f"practical[{index}].label", item.get("label", {})
        yield f"practical[{index}].text", item.get("text", {})
    for category in plan.categories:
        yield f"category {category.key}.name", category.name
    for day in plan.days:
        for session in day.sessions:
            yield f"day {day.held_on}, {session.starts_at:%H:%M}: title", session.title


def _faults_of_window(window: WindowPlan) -> Iterator[str]:
    instants = (window.opens_at, window.closes_at, window.changes_until, window.promotes_until)
    if any(instant.tzinfo is None for instant in instants):
        yield "window: an instant without a time zone is none"
    elif window.opens_at >= window.closes_at:
        yield "window: registration closes before it opens"


def _faults_of_days(days: Sequence[DayPlan]) -> Iterator[str]:
    if not days:
        yield "days: there is none"
    dates = [day.held_on for day in days]
    if dates != sorted(set(dates)):
        yield "days: stand in order, each once"
    for day in days:
        if day.starts_at >= day.ends_at:
            yield f"day {day.held_on}: ends before it starts"
        for session in day.sessions:
            if session.starts_at >= session.ends_at:
                yield f"day {day.held_on}, {session.starts_at:%H:%M}: ends before it starts"


def _faults_of_categories(plan: EventPlan) -> Iterator[str]:
    keys = [category.key for category in plan.categories]
    if not keys or len(set(keys)) != len(keys):
        yield "categories: at least one, none twice"
    for category in plan.categories:
        if not _CATEGORY_KEY.fullmatch(category.key):
            yield f"category {category.key}: is no key (small letters, digits and _, 40 at most)"
        if category.places is not None and category.places < 0:
            yield f"category {category.key}.places: cannot be negative"


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
