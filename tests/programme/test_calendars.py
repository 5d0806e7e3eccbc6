"""Files for everybody. No application and no database: rows that were never stored."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from icalendar import Calendar

from eventreg.events.models import Event, EventDay
from eventreg.programme.calendars import CalendarPerson, event_calendar

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
        "calendar_revision": 1,
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


def written(event: Event | None = None, language: str = "es", held: list[EventDay] | None = None) -> str:
    event = event or an_unstored_event()
    event.days = held or days(3, 4)
    return event_calendar(event, language=language, url=URL)


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
    content = written(event, held=days(1, 2, first=date(2027, 3, 13)))
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


def test_identifiers_are_stable_and_each_day_has_its_own() -> None:
    # case 35: neither language nor a change of the event alters them
    public = [str(entry["uid"]) for entry in entries(written())]
    changed = an_unstored_event(calendar_revision=4)
    assert [str(entry["uid"]) for entry in entries(written(changed, language="en"))] == public
    other_event = [str(entry["uid"]) for entry in entries(written(an_unstored_event(id=8)))]
    assert len({*public, *other_event}) == 4


def test_the_number_of_an_entry_counts_the_changes_of_the_event() -> None:
    assert {entry["sequence"] for entry in entries(written(an_unstored_event(calendar_revision=4)))} == {4}


def test_a_public_object_names_the_organizer_and_no_attendee() -> None:
    # RFC 5546, 3.2.1
    calendar = Calendar.from_ical(written())
    assert calendar["method"] == "PUBLISH"
    for entry in calendar.walk("VEVENT"):
        assert entry["organizer"] == "mailto:clara@anfitriona.example"
        assert entry["organizer"].params["CN"] == "Clara Contacto"
        assert "attendee" not in entry
        assert entry["status"] == "CONFIRMED"
        assert "class" not in entry


def test_lines_end_and_fold_as_the_standard_says() -> None:
    content = written().encode()
    assert content.endswith(b"END:VCALENDAR\r\n")
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
