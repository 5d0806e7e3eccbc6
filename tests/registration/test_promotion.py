"""The waiting list (case 20): a place set free goes to the first in time who can have it, once, until the deadline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.kernel import clock as clocks
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.decisions import decide
from eventreg.registration.services.promotion import pass_on_places, pull_back_decisions
from eventreg.selfservice.services import withdraw
from tests.builders import AT_ONCE, BY_ORGANIZER, a_registration, a_team_member, an_event
from tests.registration.records import fresh, history, places_of, status_of, told

pytestmark = pytest.mark.usefixtures("app", "clock")

GOVERNMENT = {"key": "government", "name": {"es": "G", "en": "G"}, "approval": AT_ONCE}
ACADEMIA = {"key": "academia", "name": {"es": "A", "en": "A"}, "approval": BY_ORGANIZER, "pending_counts": True}


def a_full_event(**changes: Any) -> tuple[Event, Registration]:
    """An event of one place, and who has it."""
    event = an_event(**{"categories": [GOVERNMENT, ACADEMIA], "capacity": 1, **changes})
    return event, a_registration(event, "government", Status.CONFIRMED)


def waiting(event: Event, category: str = "government", minutes: int = 0, **changes: Any) -> Registration:
    """Somebody on the waiting list since `minutes` after now."""
    at = clocks.now() + timedelta(minutes=minutes)
    return a_registration(event, category, Status.WAITLISTED, at=at, **changes)


def test_the_first_in_time_gets_the_place_and_both_sides_are_told() -> None:
    event, holder = a_full_event()
    later, first = waiting(event, minutes=5), waiting(event, minutes=1)
    withdraw(event.id, holder.id)
    assert (status_of(first), status_of(later)) == (Status.CONFIRMED, Status.WAITLISTED)
    assert list(places_of(event)) == [first.id]
    assert told(first) == told(first, "contact") == ["promoted"]
    assert (told(later), told(later, "contact")) == ([], [])
    assert history(first) == [("promoted", {"status": "confirmed"})]


def test_of_two_at_the_same_moment_the_one_registered_first() -> None:
    event, holder = a_full_event()
    first, second = waiting(event), waiting(event)
    withdraw(event.id, holder.id)
    assert (status_of(first), status_of(second)) == (Status.CONFIRMED, Status.WAITLISTED)


def test_a_place_is_passed_on_once() -> None:
    event, holder = a_full_event()
    first, second = waiting(event, minutes=1), waiting(event, minutes=2)
    withdraw(event.id, holder.id)
    assert pass_on_places(event.id) == []
    assert (told(first), told(second)) == (["promoted"], [])


@pytest.mark.parametrize(
    ("category", "is_approved", "after"),
    [
        ("government", False, Status.CONFIRMED),
        ("academia", False, Status.PENDING),
        ("academia", True, Status.CONFIRMED),
    ],
    ids=["at-once", "not-approved", "approved"],
)
def test_somebody_nobody_approved_is_promoted_to_pending(category: str, is_approved: bool, after: Status) -> None:
    event, holder = a_full_event()
    person = waiting(event, category, approved_at=clocks.now() if is_approved else None)
    withdraw(event.id, holder.id)
    assert status_of(person) is after
    assert list(places_of(event)) == [person.id]


def test_pending_people_who_do_not_count_take_no_place_and_all_move_up() -> None:
    event, holder = a_full_event(categories=[GOVERNMENT, {**ACADEMIA, "pending_counts": False}])
    people = [waiting(event, "academia", minutes=number) for number in range(3)]
    clerk = waiting(event, "government", minutes=9)
    withdraw(event.id, holder.id)
    assert [status_of(person) for person in people] == [Status.PENDING] * 3
    assert list(places_of(event)) == [clerk.id]


def test_who_is_first_but_whose_category_is_full_lets_the_next_pass() -> None:
    event = an_event(categories=[{**GOVERNMENT, "places": 1}, ACADEMIA], capacity=2)
    a_registration(event, "government", Status.CONFIRMED)
    scholar = a_registration(event, "academia", Status.CONFIRMED)
    clerk, other_scholar = waiting(event, "government", 1), waiting(event, "academia", 2)
    withdraw(event.id, scholar.id)
    assert (status_of(clerk), status_of(other_scholar)) == (Status.WAITLISTED, Status.PENDING)


def test_a_place_of_the_category_is_nothing_without_one_of_the_event() -> None:
    """Case 19: capacity was set below what is taken; nobody is dropped, nobody moves up."""
    event = an_event(categories=[{**GOVERNMENT, "places": 9}], capacity=1)
    people = [a_registration(event, "government", Status.CONFIRMED) for _ in range(3)]
    person = waiting(event)
    withdraw(event.id, people[0].id)
    assert status_of(person) is Status.WAITLISTED
    withdraw(event.id, people[1].id)
    assert status_of(person) is Status.WAITLISTED
    withdraw(event.id, people[2].id)
    assert status_of(person) is Status.CONFIRMED


@pytest.mark.parametrize(("seconds", "after"), [(-1, Status.CONFIRMED), (0, Status.WAITLISTED)])
def test_nobody_moves_up_by_itself_after_the_deadline(
    clock: time_machine.Traveller, seconds: int, after: Status
) -> None:
    event, holder = a_full_event()
    person = waiting(event)
    clock.move_to(event.promotes_until + timedelta(seconds=seconds))
    withdraw(event.id, holder.id)
    assert status_of(person) is after
    assert status_of(holder) is Status.CANCELLED


def test_after_the_deadline_organizers_promote(clock: time_machine.Traveller) -> None:
    event, holder = a_full_event()
    person = waiting(event)
    clock.move_to(event.promotes_until)
    withdraw(event.id, holder.id)
    decide(event.id, person.reference, Action.APPROVE, "", person.revision, Organizer.account(a_team_member(event).id))
    assert status_of(person) is Status.CONFIRMED


def test_a_place_a_decision_takes_away_goes_to_the_list_and_not_back(clock: time_machine.Traveller) -> None:
    event, holder = a_full_event()
    organizer = a_team_member(event)
    first, second = waiting(event, minutes=-9), waiting(event, minutes=-8)
    decide(event.id, holder.reference, Action.WAITLIST, "", holder.revision, Organizer.account(organizer.id))
    clock.shift(60)
    assert pass_on_places(event.id) == [first.id]
    withdraw(event.id, first.id)
    # Next time the person who was put back waits in line like everybody.
    assert (status_of(second), status_of(holder)) == (Status.CONFIRMED, Status.WAITLISTED)


@pytest.mark.both_databases
def test_a_place_set_free_while_the_clock_was_ahead_is_passed_on_when_it_comes_back(
    clock: time_machine.Traveller,
) -> None:
    # case 20
    right = clocks.now()
    clock.shift(timedelta(days=10))
    event, holder = a_full_event()
    first = waiting(event, minutes=-9)
    decide(event.id, holder.reference, Action.WAITLIST, "", holder.revision, Organizer.account(a_team_member(event).id))
    clock.move_to(right)
    pull_back_decisions(clocks.now())
    assert pass_on_places(event.id) == []
    clock.shift(59)
    pull_back_decisions(clocks.now())  # once: the minute does not begin anew
    assert pass_on_places(event.id) == []
    clock.shift(1)
    assert pass_on_places(event.id) == [first.id]


def test_somebody_whose_place_is_being_taken_away_is_not_promoted_meanwhile(clock: time_machine.Traveller) -> None:
    event = an_event(categories=[GOVERNMENT], capacity=2)
    holder, other = (a_registration(event, "government", Status.CONFIRMED) for _ in range(2))
    decide(event.id, holder.reference, Action.WAITLIST, "", holder.revision, Organizer.account(a_team_member(event).id))
    clock.shift(30)
    withdraw(event.id, other.id)
    assert status_of(holder) is Status.WAITLISTED
    assert list(places_of(event)) == [holder.id]


def test_promotion_drops_what_was_to_be_told_of_the_waiting_list(clock: time_machine.Traveller) -> None:
    event, holder = a_full_event(categories=[GOVERNMENT, {**ACADEMIA, "pending_counts": False}])
    person = a_registration(event, "academia", Status.PENDING)
    decide(event.id, person.reference, Action.APPROVE, "", person.revision, Organizer.account(a_team_member(event).id))
    assert status_of(person) is Status.WAITLISTED
    clock.shift(30)
    withdraw(event.id, holder.id)
    assert status_of(person) is Status.CONFIRMED
    assert told(person) == told(person, "contact") == ["promoted"]


def test_the_turn_begins_when_somebody_comes_to_the_list_not_when_registering(clock: time_machine.Traveller) -> None:
    event, holder = a_full_event(categories=[GOVERNMENT, {**ACADEMIA, "pending_counts": False}])
    early = a_registration(event, "academia", Status.PENDING, at=clocks.now() - timedelta(days=3))
    person = waiting(event)
    clock.shift(60)
    decide(event.id, early.reference, Action.APPROVE, "", early.revision, Organizer.account(a_team_member(event).id))
    withdraw(event.id, holder.id)
    assert (status_of(person), status_of(early)) == (Status.CONFIRMED, Status.WAITLISTED)
    assert fresh(early).approved_at is not None


def test_withdrawing_without_a_place_moves_nobody() -> None:
    event, _holder = a_full_event()
    first, second = waiting(event, minutes=1), waiting(event, minutes=2)
    withdraw(event.id, first.id)
    assert status_of(second) is Status.WAITLISTED
