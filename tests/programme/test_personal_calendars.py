"""One entry a person, read back by three programs' parsers: days that recur, across changes of clocks. No database."""

from __future__ import annotations

import statistics
import time as clock
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st
from icalendar import Calendar

from eventreg.events.models import EventDay
from eventreg.events.rules.dates import MOST_EXCEPTIONS, as_series
from eventreg.programme.calendars import CalendarPerson, personal_calendar, zone_rules
from tests.programme.test_calendars import ANA, CREATED, URL, an_unstored_event
from tests.registration.calendars import by_icalendar, by_icaljs, by_vobject

OCTOBER = date(2027, 10, 29)
#: what may be held: dates from the first, with hours of their own or the usual ones
PLANS = {
    "one day": ((0, 9, 18),),
    "two days": ((0, 9, 18), (1, 9, 18)),
    "across the change": ((0, 9, 18), (1, 9, 18), (2, 9, 18), (3, 9, 18)),
    "with a gap": ((0, 9, 18), (3, 9, 18), (4, 9, 18)),
    "every week": ((0, 9, 18), (7, 9, 18), (21, 9, 18)),
    "other hours on the first": ((0, 15, 19), (1, 9, 18), (2, 9, 18), (4, 9, 18)),
    "other hours on the last": ((0, 9, 18), (1, 9, 18), (3, 9, 13)),
    "all at other hours": ((0, 9, 18), (2, 10, 17), (3, 11, 16)),
    "at night": ((0, 1, 5), (1, 1, 5), (2, 1, 5), (3, 1, 5)),
    "far apart": ((0, 9, 18), (1, 9, 18), (200, 8, 12)),
    "years apart": ((0, 9, 18), (1, 9, 18), (900, 8, 12)),
}


def planned(plan: Sequence[tuple[int, int, int]], first: date = OCTOBER) -> list[EventDay]:
    return [
        EventDay(id=3 + at, held_on=first + timedelta(days=at), starts_at=time(start), ends_at=time(end))
        for at, start, end in plan
    ]


def entry_of(days: Sequence[EventDay], zone: str = "America/Mexico_City", **options: Any) -> str:
    event = options.pop("event", None) or an_unstored_event(time_zone=zone)
    told = {
        "public_id": "AAAABBBBCCCC",
        "method": "REQUEST",
        "language": "es",
        "url": URL,
        "sequence": 2,
        "stamp": CREATED,
    }
    return personal_calendar(event, days, ANA, **{**told, **options})


def on_the_wall(days: Sequence[EventDay], zone: str) -> list[tuple[datetime, datetime]]:
    """Return when days are, by the clocks of the zone alone."""
    there = ZoneInfo(zone)
    spans = [
        (datetime.combine(day.held_on, day.starts_at, there), datetime.combine(day.held_on, day.ends_at, there))
        for day in days
    ]
    return sorted((start.astimezone(UTC), end.astimezone(UTC)) for start, end in spans)


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/Mexico_City", "America/Tijuana", "Europe/Dublin", "UTC"])
@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_three_parsers_see_every_day_at_its_hours_by_the_clocks_of_the_place(
    plan: Sequence[tuple[int, int, int]], zone: str
) -> None:
    # cases 35 and 70
    days = planned(plan)
    content = entry_of(days, zone)
    read = by_icaljs(content)
    assert (read["method"], len(read["uids"]), read["sequences"]) == ("REQUEST", 1, [2])
    expected = on_the_wall(days, zone)
    assert read["spans"] == expected
    assert by_icalendar(content) == expected
    assert by_vobject(content) == expected


@pytest.mark.parametrize("first", [date(2027, 3, 26), date(2027, 10, 29)], ids=["spring", "autumn"])
@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/Tijuana", "Australia/Lord_Howe"])
def test_the_rules_of_a_zone_say_to_the_hour_when_clocks_change(zone: str, first: date) -> None:
    """Nine days from before to after, each from the small hours on: who reads the rules late is an hour off."""
    plan = [(at, 3, 6) for at in range(17)]
    days = planned(plan, first)
    assert by_icaljs(entry_of(days, zone))["spans"] == on_the_wall(days, zone)
    assert by_vobject(entry_of(days, zone)) == on_the_wall(days, zone)


@given(st.lists(st.integers(0, 900), min_size=1, max_size=12, unique=True), st.data())
def test_a_series_is_exactly_its_days(offsets: list[int], data: st.DataObject) -> None:
    hours = st.sampled_from([(9, 18), (10, 17)])
    days = planned([(at, *data.draw(hours)) for at in offsets])
    series = as_series(days)
    every = [series.first + timedelta(days=series.interval * number) for number in range(series.count)]
    found = sorted({*every, *series.listed} - set(series.without))
    assert found == sorted(day.held_on for day in days)
    assert len(series.without) <= MOST_EXCEPTIONS
    others = dict(series.others)
    for day in days:
        assert others.get(day.held_on, series.hours) == (day.starts_at, day.ends_at)


def test_a_few_days_are_a_rule_and_many_exceptions_a_list() -> None:
    """Programs read a rule better than a list of dates."""
    assert "RRULE:FREQ=DAILY;COUNT=2\r\n" in entry_of(planned(PLANS["two days"]))
    assert "RRULE:FREQ=DAILY;COUNT=4;INTERVAL=7\r\n" in entry_of(planned(PLANS["every week"]))
    assert "RRULE" not in entry_of(planned(PLANS["one day"])) + entry_of(planned(PLANS["years apart"]))


def test_an_entry_keeps_its_identifier_over_days_language_method_and_number() -> None:
    # case 70
    one = planned(PLANS["one day"])
    several = planned(PLANS["other hours on the last"])
    written = (entry_of(one), entry_of(several, language="en", sequence=7), entry_of(several, method="CANCEL"))
    assert len({str(entry["UID"]) for content in written for entry in Calendar.from_ical(content).walk("VEVENT")}) == 1
    others = {str(Calendar.from_ical(entry_of(one, public_id=name)).walk("VEVENT")[0]["UID"]) for name in ("A", "B")}
    others.add(str(Calendar.from_ical(entry_of(one, event=an_unstored_event(id=8))).walk("VEVENT")[0]["UID"]))
    assert len(others) == 3


def test_an_invitation_asks_for_no_answer_and_stays_private() -> None:
    # RFC 5546, 3.2.2
    calendar = Calendar.from_ical(
        entry_of(planned(PLANS["other hours on the last"]), stamp=CREATED + timedelta(days=3))
    )
    assert calendar["method"] == "REQUEST"
    entries = calendar.walk("VEVENT")
    assert len(entries) == 2
    for entry in entries:
        assert entry["attendee"] == "mailto:ana@instituto.example"
        assert entry["attendee"].params["PARTSTAT"] == "ACCEPTED"
        assert entry["attendee"].params["RSVP"] == "FALSE"
        assert (entry["class"], entry["sequence"], entry["status"]) == ("PRIVATE", 2, "CONFIRMED")
        assert entry.decoded("dtstamp") == (CREATED + timedelta(days=3)).replace(microsecond=0)
        assert entry["organizer"] == "mailto:clara@anfitriona.example"


def test_a_cancellation_takes_the_whole_entry_back() -> None:
    # case 35, RFC 5546, 3.2.5
    calendar = Calendar.from_ical(entry_of(planned(PLANS["other hours on the last"]), method="CANCEL", sequence=5))
    (entry,) = calendar.walk("VEVENT")
    assert calendar["method"] == "CANCEL"
    assert (entry["status"], entry["sequence"]) == ("CANCELLED", 5)
    assert entry["attendee"] == "mailto:ana@instituto.example"
    assert "RECURRENCE-ID" not in entry


def test_a_file_of_ones_own_names_no_attendee() -> None:
    # RFC 5546, 3.2.1
    assert "ATTENDEE" not in entry_of(planned(PLANS["two days"]), method="PUBLISH")


def test_markup_and_line_ends_in_texts_and_names_are_inert() -> None:
    # case 32
    hostile = 'A\r\nATTENDEE:mailto:eva@x.example\nB; "C", \\ <b> {x} %s \x00\x07'
    texts = {name: {"es": hostile} for name in ("title", "summary", "venue")}
    event = an_unstored_event(**texts, contact_name=hostile, city=hostile)
    days = planned(PLANS["other hours on the last"])
    content = personal_calendar(
        event, days, CalendarPerson(hostile, "ana@instituto.example"), public_id="x", method="REQUEST", language="es",
        url=URL, sequence=1, stamp=CREATED,
    )  # fmt: skip
    lines = content.replace("\r\n ", "").split("\r\n")
    assert sum(line.startswith("ATTENDEE") for line in lines) == 2
    assert not any(char < " " and char not in "\r\n" for char in content)
    entry = Calendar.from_ical(content).walk("VEVENT")[0]
    assert entry["summary"] == 'A\nATTENDEE:mailto:eva@x.example\nB; "C", \\ <b> {x} %s '
    assert entry["attendee"].params["CN"] == 'A ATTENDEE:mailto:eva@x.example B; "C", \\ <b> {x} %s'
    assert all(len(line) <= 75 and b"\n" not in line for line in content.encode().split(b"\r\n"))


def test_the_rules_of_a_zone_are_kept() -> None:
    zone_rules.cache_clear()
    for _ in range(3):
        entry_of(planned(PLANS["two days"]), "Europe/Madrid")
    assert zone_rules.cache_info().misses == 1


def test_writing_takes_less_than_two_milliseconds() -> None:
    def once() -> float:
        started = clock.thread_time()
        entry_of(planned(PLANS["two days"]))
        return clock.thread_time() - started

    once()
    # Of this thread's own time: other tests share the machine.
    assert statistics.median(once() for _ in range(50)) < 0.002
