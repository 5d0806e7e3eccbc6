"""What the checklist finds missing, one thing at a time, in each language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from eventreg.events.rules.checklist import (
    MOST_SPEAKERS_NAMED,
    Finding,
    Lack,
    Readiness,
    list_findings,
)
from eventreg.events.rules.programme import ScheduledSession
from eventreg.events.rules.settings import AttendanceMode

NOW = datetime(2027, 1, 11, 15, tzinfo=UTC)
BOTH = {"es": "Texto", "en": "Text"}
COMPLETE = Readiness(
    languages=("es", "en"),
    title=BOTH,
    summary=BOTH,
    description=BOTH,
    venue=BOTH,
    attendance=AttendanceMode.ONSITE,
    contact_name="Clara Contacto",
    contact_email="clara@anfitriona.example",
    registration_closes_at=NOW + timedelta(days=10),
    ends_at=NOW + timedelta(days=20),
    days=[date(2027, 1, 31)],
    categories={"government": BOTH},
    has_host=True,
    notice=BOTH,
    session_titles=[BOTH],
)


def found(**changes: Any) -> list[Finding]:
    return list_findings(replace(COMPLETE, **changes), NOW)


def test_nothing_is_missing_where_everything_is_there() -> None:
    assert found() == []


@pytest.mark.parametrize("field", ["title", "summary", "description", "venue"])
def test_a_text_is_missing_in_each_language_that_lacks_it(field: str) -> None:
    assert found(**{field: {"es": "Texto", "en": " "}}) == [Finding(Lack(field), ("en",))]
    assert found(**{field: {}}) == [Finding(Lack(field), ("es", "en"))]
    assert Lack(field).is_blocking


def test_an_online_event_needs_no_place_and_should_say_how_to_join() -> None:
    assert found(venue={}, attendance=AttendanceMode.ONLINE, has_joining=True) == []
    assert found(attendance=AttendanceMode.BOTH) == [Finding(Lack.JOINING)]
    assert found(venue={}, attendance=AttendanceMode.BOTH, has_joining=True)[0].lack is Lack.VENUE


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"days": [], "ends_at": None}, Lack.DAYS),
        ({"contact_name": " "}, Lack.CONTACT),
        ({"contact_email": ""}, Lack.CONTACT),
        ({"categories": {}}, Lack.CATEGORIES),
        ({"has_host": False}, Lack.HOST),
        ({"notice": None}, Lack.NOTICE),
        ({"registration_closes_at": NOW}, Lack.WINDOW_PAST),
    ],
)
def test_what_stands_in_the_way(changes: dict[str, Any], lack: Lack) -> None:
    assert found(**changes) == [Finding(lack)]
    assert found(**changes)[0].is_blocking


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"registration_closes_at": NOW + timedelta(days=21)}, Lack.WINDOW_AFTER_EVENT),
        ({"session_titles": []}, Lack.PROGRAMME),
        ({"has_texts_left_open": True}, Lack.LEFT_OPEN),
        ({"has_demonstration_values": True}, Lack.DEMONSTRATION),
        ({"has_mail_server": False, "holds_mail": True}, Lack.NO_MAIL_SERVER),
        ({"holds_mail": True}, Lack.MAIL_HELD),
    ],
)
def test_what_is_only_advice(changes: dict[str, Any], lack: Lack) -> None:
    assert found(**changes) == [Finding(lack)]
    assert not found(**changes)[0].is_blocking


def test_a_category_is_named_in_every_language() -> None:
    name = {"es": "Prensa"}
    assert found(categories={"government": BOTH, "press": name}) == [Finding(Lack.CATEGORY_NAME, ("en",), "Prensa")]
    assert found(categories={"press": {}}) == [Finding(Lack.CATEGORY_NAME, ("es", "en"), "press")]


def test_the_notice_and_the_programme_are_looked_at_by_language() -> None:
    assert found(notice={"es": "Aviso"}) == [Finding(Lack.NOTICE_LANGUAGE, ("en",))]
    titles = [BOTH, {"es": "Apertura"}]
    assert found(session_titles=titles) == [Finding(Lack.SESSION_TITLE, ("en",))]


def test_practical_information_is_looked_at_by_language() -> None:
    assert found(practical=[BOTH, {"es": "Ropa ligera", "en": " "}]) == [Finding(Lack.PRACTICAL, ("en",))]
    assert not found(practical=[{"es": "Ropa ligera"}])[0].is_blocking
    assert found(practical=[BOTH]) == []


def a_slot(number: int, start: int, end: int, room: int | None, *speakers: int) -> ScheduledSession:
    return ScheduledSession(number, time(start), time(end), room, frozenset(speakers))


#: a day from nine to twelve
MORNING = ScheduledSession(0, time(9), time(12))


def test_overlaps_a_speaker_in_two_rooms_and_gaps_are_advice() -> None:
    overlap = [a_slot(1, 9, 11, 1), a_slot(2, 10, 12, 1)]
    assert found(programme=[(MORNING, overlap), (MORNING, overlap)]) == [Finding(Lack.SESSIONS_OVERLAP, count=2)]
    twice = [a_slot(1, 9, 12, 1, 7, 8), a_slot(2, 9, 12, 2, 7)]
    assert found(programme=[(MORNING, twice)], speakers={7: "Dora Demo", 8: "Luis Demo"}) == [
        Finding(Lack.SPEAKER_TWICE, about="Dora Demo")
    ]
    assert found(programme=[(MORNING, [a_slot(1, 10, 11, None)])]) == [Finding(Lack.GAP, count=2)]
    assert not any(lack.is_blocking for lack in (Lack.SESSIONS_OVERLAP, Lack.SPEAKER_TWICE, Lack.GAP))


def test_a_programme_in_order_and_a_day_without_sessions_are_no_findings() -> None:
    whole = [a_slot(1, 9, 12, 1, 7), a_slot(2, 9, 12, 2, 8)]
    assert found(programme=[(MORNING, whole), (MORNING, [])], speakers={7: "Dora Demo", 8: "Luis Demo"}) == []


def test_only_some_speakers_are_named() -> None:
    everybody = range(1, MOST_SPEAKERS_NAMED + 3)
    slots = [a_slot(1, 9, 12, 1, *everybody), a_slot(2, 9, 12, 2, *everybody)]
    assert (
        len(found(programme=[(MORNING, slots)], speakers={n: f"Persona {n}" for n in everybody})) == MOST_SPEAKERS_NAMED
    )


def test_an_event_of_the_past_can_be_put_on_record() -> None:
    past = {"ends_at": NOW - timedelta(days=1), "registration_closes_at": NOW - timedelta(days=30)}
    assert found(**past) == [Finding(Lack.DAYS_PAST)]
    assert not found(**past)[0].is_blocking


def test_the_closing_counts_to_the_second() -> None:
    """Case 28."""
    assert found(registration_closes_at=NOW + timedelta(seconds=1)) == []
    assert found(registration_closes_at=NOW)[0].lack is Lack.WINDOW_PAST
