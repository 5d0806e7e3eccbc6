"""No application and no database: rows that were never stored."""

from __future__ import annotations

import statistics
import time as clock
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from eventreg.events.calendars import CalendarPerson, event_calendar
from eventreg.events.models import Event, EventDay

CREATED = datetime(2027, 1, 11, 15, 0, 1, 250, tzinfo=UTC)
URL = "https://registro.anfitriona.example/events/encuentro"
ANA = CalendarPerson("Ana Demostración", "ana@instituto.example")


def an_unstored_event(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "id": 7,
        "slug": "encuentro",
        "languages": ["es", "en"],
        "title": {"es": "Encuentro; uno, dos", "en": "Meeting"},
        "summary": {"es": "Dos días."},
        "demonstration_note": {"es": "De prueba."},
        "venue": {"es": "Casa de Pruebas, Tapachula", "en": "House of Trials"},
        "city": "Tapachula",
        "country": "MX",
        "time_zone": "America/Mexico_City",
        "contact_name": "Clara Contacto",
        "contact_email": "clara@anfitriona.example",
        "created_at": CREATED,
    }
    return Event(**{**values, **changes})


def days(*ids: int, first: date = date(2027, 3, 11)) -> list[EventDay]:
    return [
        EventDay(id=number, held_on=first + timedelta(days=at), starts_at=time(9), ends_at=time(18))
        for at, number in enumerate(ids)
    ]


def entries(content: str) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def written(event: Event | None = None, **options: Any) -> str:
    event = event or an_unstored_event()
    return event_calendar(event, days(3, 4), **{"language": "es", "url": URL, **options})


def invited(method: str = "REQUEST", **options: Any) -> str:
    return written(method=method, attendee=ANA, uid_suffix="TAP-7K4M2Q", **options)


def test_each_day_is_an_entry_with_its_hours_in_utc() -> None:
    # case 35
    found = [(entry.decoded("dtstart"), entry.decoded("dtend")) for entry in entries(written())]
    assert found == [
        (datetime(2027, 3, 11, 15, tzinfo=UTC), datetime(2027, 3, 12, 0, tzinfo=UTC)),
        (datetime(2027, 3, 12, 15, tzinfo=UTC), datetime(2027, 3, 13, 0, tzinfo=UTC)),
    ]
    assert "VTIMEZONE" not in written()


def test_the_hours_follow_the_clocks_of_the_zone() -> None:
    event = an_unstored_event(time_zone="America/Chicago")
    content = event_calendar(event, days(1, 2, first=date(2027, 3, 13)), language="es", url=URL)
    assert [entry.decoded("dtstart").hour for entry in entries(content)] == [15, 14]


def test_the_public_file_is_the_same_whenever_it_is_written() -> None:
    assert written() == written()
    assert all(entry.decoded("dtstamp") == CREATED.replace(microsecond=0) for entry in entries(written()))


def test_texts_come_in_the_language_asked_for_and_fall_back() -> None:
    spanish, english = entries(written())[0], entries(written(language="en"))[0]
    assert (spanish["summary"], spanish["summary"].params["LANGUAGE"]) == ("Encuentro; uno, dos", "es")
    assert spanish["location"] == "Casa de Pruebas, Tapachula, México"
    assert english["summary"] == "Meeting"
    assert english["location"] == "House of Trials, Tapachula, Mexico"
    assert (english["description"].params["LANGUAGE"], english["description"]) == (
        "es",
        f"Dos días.\n\nDe prueba.\n\n{URL}",
    )
    assert spanish["url"] == URL


def test_identifiers_are_stable_and_each_day_and_registration_has_its_own() -> None:
    # case 35: neither language, nor sequence, nor method changes them
    public = [str(entry["uid"]) for entry in entries(written())]
    assert [str(entry["uid"]) for entry in entries(written(language="en", sequence=3))] == public
    own = [str(entry["uid"]) for entry in entries(invited())]
    assert [str(entry["uid"]) for entry in entries(invited("CANCEL", sequence=4))] == own
    others = [str(entry["uid"]) for entry in entries(written(method="REQUEST", attendee=ANA, uid_suffix="TAP-222222"))]
    other_event = [str(entry["uid"]) for entry in entries(written(an_unstored_event(id=8)))]
    assert len({*public, *own, *others, *other_event}) == 8


def test_a_public_object_names_the_organizer_and_no_attendee() -> None:
    # RFC 5546, 3.2.1
    calendar = Calendar.from_ical(written(attendee=ANA))
    assert calendar["method"] == "PUBLISH"
    for entry in calendar.walk("VEVENT"):
        assert entry["organizer"] == "mailto:clara@anfitriona.example"
        assert entry["organizer"].params["CN"] == "Clara Contacto"
        assert "attendee" not in entry
        assert entry["status"] == "CONFIRMED"
        assert "class" not in entry


def test_an_invitation_asks_for_no_answer_and_stays_private() -> None:
    # RFC 5546, 3.2.2
    stamp = CREATED + timedelta(days=3)
    calendar = Calendar.from_ical(invited(sequence=2, stamp=stamp))
    assert calendar["method"] == "REQUEST"
    for entry in calendar.walk("VEVENT"):
        assert entry["attendee"] == "mailto:ana@instituto.example"
        assert entry["attendee"].params["PARTSTAT"] == "ACCEPTED"
        assert entry["attendee"].params["RSVP"] == "FALSE"
        assert entry["class"] == "PRIVATE"
        assert entry["sequence"] == 2
        assert entry.decoded("dtstamp") == stamp.replace(microsecond=0)


def test_a_withdrawal_cancels() -> None:
    # case 35, RFC 5546, 3.2.5
    calendar = Calendar.from_ical(invited("CANCEL", sequence=5))
    assert calendar["method"] == "CANCEL"
    for entry in calendar.walk("VEVENT"):
        assert (entry["status"], entry["sequence"]) == ("CANCELLED", 5)
        assert entry["attendee"] == "mailto:ana@instituto.example"


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_an_object_for_a_person_needs_the_person(method: str) -> None:
    with pytest.raises(ValueError, match="attendee"):
        written(method=method)


def test_markup_and_line_ends_in_texts_and_names_are_inert() -> None:
    # case 32
    hostile = 'A\r\nATTENDEE:mailto:eva@x.example\nB; "C", \\ <b> {x} %s \x00\x07'
    event = an_unstored_event(
        title={"es": hostile}, summary={"es": hostile}, venue={"es": hostile}, contact_name=hostile, city=hostile
    )
    content = written(
        event, method="REQUEST", uid_suffix="x", attendee=CalendarPerson(hostile, "ana@instituto.example")
    )
    lines = content.replace("\r\n ", "").split("\r\n")
    assert sum(line.startswith("ATTENDEE") for line in lines) == 2
    assert not any(char < " " and char not in "\r\n" for char in content)
    entry = entries(content)[0]
    assert entry["summary"] == 'A\nATTENDEE:mailto:eva@x.example\nB; "C", \\ <b> {x} %s '
    assert entry["attendee"].params["CN"] == 'A ATTENDEE:mailto:eva@x.example B; "C", \\ <b> {x} %s'


def test_lines_end_and_fold_as_the_standard_says() -> None:
    content = invited().encode()
    assert content.endswith(b"END:VCALENDAR\r\n")
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)


def test_writing_takes_less_than_two_milliseconds() -> None:
    def once() -> float:
        started = clock.thread_time()
        invited()
        return clock.thread_time() - started

    once()
    # Of this thread's own time: other tests share the machine.
    assert statistics.median(once() for _ in range(50)) < 0.002
