"""Today: what waits for somebody, how the last days went, and what colleagues did since one was last here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import session
from flask_babel import gettext as _, ngettext
from flask_login import current_user

from eventreg.attendees.rules.listing import ListState
from eventreg.attendees.views.desk import list_url
from eventreg.audit.history import keys_in
from eventreg.audit.queries import Trace, TrailFilter, list_trail
from eventreg.audit.telling import HistoryWords
from eventreg.audit.trail import read_names
from eventreg.events.models import Category, Event
from eventreg.events.rules.seats import Seats
from eventreg.events.rules.team import Grant, Scope
from eventreg.events.today import NOW, THIS_WEEK, Seen, Waiting, find_waiting
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.registration.queries.scoping import is_shown
from eventreg.registration.rules.states import Status
from eventreg.reports.queries.figures import Figures, count_by_day
from eventreg.web.templating import plain_in_reader_language

#: days that are drawn
_DAYS: Final = 14
#: lines of what colleagues did, and entries that are read for them
_LINES, _READ = 6, 80
#: looking again within this time is the same visit
_ONE_VISIT = timedelta(minutes=30)
#: events whose last visit a browser keeps
_KEPT = 8


def seen_as(grant: Grant, event: Event, categories: Sequence[Category], figures: Figures) -> Seen:
    """Return an event as the account of this request looks at it, its places as they were counted."""
    shown = [each for each in categories if each.event_id == event.id and is_shown(each, grant.scope)]
    beside = frozenset(each.id for each in shown if not each.counts_toward_event)
    seats = Seats(event.capacity, {each.id: each.places for each in shown}, figures.places, beside)
    return Seen(event, grant, current_user.id, shown, seats)


def years_beside(events: Sequence[Event], days: Mapping[int, Sequence[date]]) -> dict[int, int]:
    """Return the year of each event whose title another one of these has too, by the days of each."""
    titles = {event.id: plain_in_reader_language(event.title) for event in events}
    often = Counter(titles.values())
    return {id_: days[id_][-1].year for id_, title in titles.items() if often[title] > 1 and days.get(id_)}


def parts_shown(seen: Sequence[Seen], at: datetime, years: Mapping[int, int] | None = None) -> list[dict[str, Any]]:
    """Return the parts of the page, what is urgent first, each with its rows; a part without any is left out.

    With `years` it names the event of each, with the year where there is one.
    """
    found = find_waiting(seen)
    # The most usual act is filled; there is one on a page.
    main = next((each for each in found if each.matter.item.is_main), None)
    parts = []
    for title, is_urgent in ((NOW, True), (THIS_WEEK, False)):
        rows = [
            _row(each, at, years if len(seen) > 1 else None, is_main=each is main)
            for each in found
            if each.matter.item.is_urgent is is_urgent
        ]
        if rows:
            count = ngettext("%(num)d matter", "%(num)d matters", len(rows))
            parts.append({"key": "now" if is_urgent else "week", "title": _(title), "count": count, "rows": rows})
    return parts


def _row(found: Waiting, at: datetime, years: Mapping[int, int] | None, *, is_main: bool) -> dict[str, Any]:
    matter, number = found.matter, found.number
    event = matter.seen.event
    year = f" ({years[event.id]})" if years and event.id in years else ""
    item = matter.item
    return {
        "icon": item.icon,
        "tone": "late" if item.is_late else "soon" if item.is_urgent else "",
        "number": number,
        "title": matter.title or ngettext(*item.title, number),
        "about": matter.about or (_(item.about) if item.about else ""),
        "event": plain_in_reader_language(event.title) + year if years is not None else "",
        "age": age_words(found.oldest, at) if found.oldest is not None else "",
        "action": ngettext(*item.action, number),
        "verb": _(item.verb),
        "href": matter.href(),
        "is_main": is_main,
    }


def age_words(since: datetime, at: datetime) -> str:
    """Return how long something has waited: in days, within a day in hours, in whole ones."""
    hours = max(int((at - since).total_seconds() // 3600), 0)
    if hours >= 24:
        return ngettext("%(num)d day", "%(num)d days", hours // 24)
    return ngettext("%(num)d hour", "%(num)d hours", hours) if hours else _("less than an hour")


def places_shown(slug: str, seen: Seen, figures: Figures, *, sees_people: bool) -> list[dict[str, Any]]:
    """Return the places by category, with the lists of who has one and who waits for one."""

    def listed(category: Category, status: Status) -> tuple[int, str]:
        number = figures.registrations.get((status, category.id), 0)
        state = ListState().narrowed(status=[status.value], category=[category.key])
        return number, list_url(slug, state) if number and sees_people else ""

    return [
        {
            "text": plain_in_reader_language(category.name),
            "places": seen.seats.in_category(category.id),
            "is_beside": not category.counts_toward_event,
            "confirmed": listed(category, Status.CONFIRMED),
            "pending": listed(category, Status.PENDING),
            "waiting": listed(category, Status.WAITLISTED),
        }
        for category in seen.categories
    ]


def days_shown(event: Event, scope: Scope, at: datetime) -> dict[str, Any] | None:
    """Return the last days, each with what came and what was decided; None when neither did."""
    today = at.astimezone(ZoneInfo(event.time_zone)).date()
    days = [today - timedelta(days=back) for back in reversed(range(_DAYS))]
    counts = count_by_day(event, scope, days[0])
    rows = [(formats.short_day(day, current_language()), *counts.get(day, (0, 0))) for day in days]
    received, decided = (sum(pair[which] for pair in counts.values()) for which in (0, 1))
    most = max((max(pair) for pair in counts.values()), default=0)
    return {"rows": rows, "most": most, "received": received, "decided": decided} if most else None


def colleagues_shown(event: Event, at: datetime) -> dict[str, Any]:
    """Return what others of the team did since one was last here; of whoever never was, in the last week."""
    since = _last_here(event, at)
    traces = list_trail(event.id, TrailFilter(actor_kind="account", since=since), _READ)
    grouped: dict[tuple[int | None, str], list[Trace]] = {}
    for trace in traces:
        if trace.entry.actor_id != current_user.id:
            grouped.setdefault((trace.entry.actor_id, trace.entry.action), []).append(trace)
    some = list(grouped.values())[:_LINES]
    telling = HistoryWords(read_names(event.id, keys_in(each[0] for each in some)), event.slug)
    return {
        "since": formats.short_instant(since, event.time_zone, current_language()),
        "rows": [_act(telling, each, event.time_zone) for each in some],
    }


def _act(telling: HistoryWords, traces: Sequence[Trace], zone: str) -> dict[str, Any]:
    """Return one line for what somebody did several times."""
    newest = traces[0]
    is_one = len(traces) == 1
    return {
        **telling.shown(newest, zone),
        "times": len(traces),
        "record": telling.record(newest) if is_one else "",
        "href": telling.page(newest) if is_one else "",
    }


def _last_here(event: Event, at: datetime) -> datetime:
    """Return when this browser's last visit to the event was, and remember the present one."""
    kept: Mapping[str, Sequence[int]] = session.get("last_here", {})
    since, seen = kept.get(str(event.id), (int((at - timedelta(days=7)).timestamp()), 0))
    now = int(at.timestamp())
    if now - seen > _ONE_VISIT.total_seconds():
        since = seen or since
        others = [(key, value) for key, value in kept.items() if key != str(event.id)]
        session["last_here"] = dict([*others[1 - _KEPT :], (str(event.id), (since, now))])
    return datetime.fromtimestamp(since, at.tzinfo)
