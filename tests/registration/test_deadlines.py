"""Opening, closing and deadlines to the second, in the event's zone, across a change of clocks (case 28)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eventreg.events.rules.publication import Publication
from eventreg.registration.rules.asked import closes_at, is_to_be_reminded
from eventreg.registration.rules.availability import (
    CONFIRM_ADDRESS_WITHIN,
    FILE_HELD_FOR,
    UNDO_WINDOW,
    VERIFY_WITHIN,
    may_change_answers,
    may_pass_on_places,
    may_withdraw,
    refusal_to_register,
)
from eventreg.registration.rules.states import RegisteringReason, Status

SECOND = timedelta(seconds=1)
NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
TAPACHULA = ZoneInfo("America/Mexico_City")


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        # Mexico keeps one time all year (since 2022); the wall clock is what the organizers wrote
        (datetime(2027, 1, 11, 9, tzinfo=TAPACHULA), datetime(2027, 2, 12, 18, tzinfo=TAPACHULA)),
        # the clocks of New York went forward at 02:00 that morning: 9:00 is 13:00 UTC and no longer 14:00
        (
            datetime(2027, 3, 13, 9, tzinfo=ZoneInfo("America/New_York")),
            datetime(2027, 3, 14, 9, tzinfo=ZoneInfo("America/New_York")),
        ),
        # closing inside the hour that Madrid has twice: the first of the two, unless it says fold=1
        (
            datetime(2027, 10, 30, 9, tzinfo=ZoneInfo("Europe/Madrid")),
            datetime(2027, 10, 31, 2, 30, tzinfo=ZoneInfo("Europe/Madrid")),
        ),
        (
            datetime(2027, 10, 30, 9, tzinfo=ZoneInfo("Europe/Madrid")),
            datetime(2027, 10, 31, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Madrid")),
        ),
    ],
    ids=["no-change", "spring-forward", "fall-back-first", "fall-back-second"],
)
def test_registration_is_open_from_the_first_second_to_the_last(opens: datetime, closes: datetime) -> None:
    opens, closes = opens.astimezone(UTC), closes.astimezone(UTC)
    assert refusal_to_register(opens - SECOND, opens, closes) is RegisteringReason.NOT_OPEN_YET
    assert refusal_to_register(opens, opens, closes) is None
    assert refusal_to_register(closes - SECOND, opens, closes) is None
    assert refusal_to_register(closes, opens, closes) is RegisteringReason.CLOSED


def test_a_day_with_a_change_of_clocks_is_not_24_hours() -> None:
    zone = ZoneInfo("America/New_York")
    opens, closes = datetime(2027, 3, 13, 9, tzinfo=zone), datetime(2027, 3, 14, 9, tzinfo=zone)
    assert closes.astimezone(UTC) - opens.astimezone(UTC) == timedelta(hours=23)
    late = opens.astimezone(UTC) + timedelta(hours=23)
    assert refusal_to_register(late - SECOND, opens, closes) is None
    assert refusal_to_register(late, opens, closes) is RegisteringReason.CLOSED


@pytest.mark.parametrize("status", Status, ids=lambda status: status.value)
def test_answers_change_until_the_deadline_while_the_registration_stands(status: Status) -> None:
    until = datetime(2027, 2, 12, 18, tzinfo=TAPACHULA).astimezone(UTC)
    stands = status in (Status.PENDING, Status.CONFIRMED, Status.WAITLISTED)
    assert may_change_answers(status, until - SECOND, until) is stands
    assert may_change_answers(status, until, until) is False
    assert may_withdraw(status) is stands


@pytest.mark.parametrize("state", Publication, ids=lambda state: state.value)
def test_what_the_state_of_the_event_forbids_is_forbidden_whatever_the_dates_say(state: Publication) -> None:
    takes_place = state in (Publication.PUBLISHED, Publication.REGISTRATION_CLOSED)
    assert may_change_answers(Status.CONFIRMED, NOW, NOW + SECOND, state) is takes_place
    assert may_pass_on_places(NOW, NOW + SECOND, state) is takes_place
    reasons = {
        Publication.PUBLISHED: None,
        Publication.CANCELLED: RegisteringReason.CALLED_OFF,
        Publication.ARCHIVED: RegisteringReason.OVER,
    }
    assert refusal_to_register(NOW, NOW, NOW + SECOND, state) is reasons.get(state, RegisteringReason.CLOSED)


def test_places_are_passed_on_until_the_deadline() -> None:
    assert may_pass_on_places(NOW - SECOND, NOW, Publication.PUBLISHED)
    assert not may_pass_on_places(NOW, NOW, Publication.PUBLISHED)


def test_a_category_without_any_time_is_closed_and_not_yet_to_come() -> None:
    for closes in (NOW, NOW - SECOND):
        assert refusal_to_register(NOW - 2 * SECOND, NOW, closes) is RegisteringReason.CLOSED


@pytest.mark.parametrize("day", [date.min, date.max])
def test_request_with_a_day_at_an_end_of_the_calendar_has_an_end(day: date) -> None:
    """Case 63: a file may bring one, and the worker that reminds goes over the requests of all events."""
    closes = closes_at(day, NOW, "Pacific/Kiritimati")
    assert not is_to_be_reminded(NOW, closes, NOW - timedelta(days=2), None)


def test_how_long_people_are_told_that_they_have() -> None:
    """Sentences and guides name these times: a minute to undo, a day for a file, three days for a link."""
    assert timedelta(minutes=1) == UNDO_WINDOW
    assert timedelta(hours=24) == FILE_HELD_FOR
    assert timedelta(days=3) == VERIFY_WITHIN == CONFIRM_ADDRESS_WITHIN
