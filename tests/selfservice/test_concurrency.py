"""Many at once for few places (cases 16, 17, 18). Each test of a lock has a twin that switches it off and sees the fault."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.organizers import Organizer
from eventreg.events.rules.seats import Places
from eventreg.kernel.errors import Refused
from eventreg.mail.models import MailMessage
from eventreg.registration.emails import Occasion
from eventreg.registration.models import Decision, Place, Registration
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services import registering
from eventreg.registration.services.decisions import decide
from eventreg.registration.services.places import PlaceCount
from eventreg.registration.services.registering import Submission, register
from eventreg.selfservice.services import withdraw
from tests.builders import AT_ONCE, a_category, a_registration, a_submission, a_team_member, an_event
from tests.support.waiting import join, meeting

PLACES, PEOPLE = 5, 12


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Call all of them at the same moment, each as a request of its own; return what each gave or raised."""
    start = meeting(len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        with app.app_context():
            try:
                start.wait()
                outcomes[number] = act()
            except Exception as error:
                outcomes[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    join(threads)
    db.session.remove()
    return outcomes


def register_all(app: Flask, event: Event, submissions: Sequence[Submission]) -> list[Any]:
    """Register all of them at the same moment."""
    occasion = Occasion.load(event)
    return at_once(app, *(lambda one=one: register(event.id, one, occasion) for one in submissions))


def statuses(event: Event) -> Counter[str]:
    """Count the registrations of an event by status."""
    rows = db.session.execute(
        select(Registration.status, func.count()).where(Registration.event_id == event.id).group_by(Registration.status)
    )
    return Counter({status.value: number for status, number in rows})


def places_taken(event: Event) -> int:
    """Count the places taken at an event."""
    return db.session.scalar(select(func.count()).where(Place.event_id == event.id)) or 0


@pytest.mark.both_databases
@pytest.mark.parametrize("limit", ["of the event", "of the category"])
def test_twelve_at_once_for_five_places_fill_exactly_five(app: Flask, limit: str) -> None:
    if limit == "of the event":
        event = an_event(capacity=PLACES)
    else:
        event = an_event(categories=[{"key": "government", "name": {"es": "G"}, "approval": AT_ONCE, "places": PLACES}])
    outcomes = register_all(app, event, [a_submission(event) for _ in range(PEOPLE)])
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert statuses(event) == {"confirmed": PLACES, "waitlisted": PEOPLE - PLACES}
    assert places_taken(event) == PLACES


@pytest.mark.both_databases
def test_places_of_two_categories_share_those_of_the_event(app: Flask) -> None:
    event = an_event(capacity=PLACES)
    a_category(event, "press")
    submissions = [a_submission(event, "government" if number % 2 else "press") for number in range(PEOPLE)]
    register_all(app, event, submissions)
    assert statuses(event) == {"confirmed": PLACES, "waitlisted": PEOPLE - PLACES}


def an_event_with_people_beside() -> Event:
    event = an_event(capacity=PLACES)
    a_category(event, "speakers", counts_toward_event=False)
    return event


def mixed_forms(event: Event) -> list[Submission]:
    """As many forms of people who count towards the event as of people who do not."""
    return [a_submission(event, "government" if number % 2 else "speakers") for number in range(2 * PEOPLE)]


@pytest.mark.both_databases
def test_people_who_do_not_count_take_none_of_the_places_of_the_event(app: Flask) -> None:
    # case 16
    event = an_event_with_people_beside()
    outcomes = register_all(app, event, mixed_forms(event))
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert statuses(event) == {"confirmed": PEOPLE + PLACES, "waitlisted": PEOPLE - PLACES}


@pytest.mark.both_databases
def test_twin_in_which_all_categories_count_turns_speakers_away(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What counting the whole ledger would do: people who need no place of the event wait for one."""

    class CountsEverybody(PlaceCount):
        def of(self, category: Category) -> Places:
            return replace(self.seats, beside=frozenset()).of(category.id)

    monkeypatch.setattr(registering, "PlaceCount", CountsEverybody)
    event = an_event_with_people_beside()
    register_all(app, event, mixed_forms(event))
    assert statuses(event) == {"confirmed": PLACES, "waitlisted": 2 * PEOPLE - PLACES}


@pytest.mark.both_databases
def test_twin_that_counts_outside_the_lock_sees_more(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count before the transaction, wait for one another, then insert: what a check in the view would do."""
    event = an_event(capacity=PLACES)
    counted = meeting(PEOPLE)
    early: dict[int, PlaceCount] = {}

    def register_with_early_count(submission: Submission, occasion: Occasion) -> None:
        early[threading.get_ident()] = PlaceCount(event)
        counted.wait()
        register(event.id, submission, occasion)

    monkeypatch.setattr(registering, "PlaceCount", lambda _event: early[threading.get_ident()])
    occasion = Occasion.load(event)
    submissions = [a_submission(event) for _ in range(PEOPLE)]
    at_once(app, *(lambda one=one: register_with_early_count(one, occasion) for one in submissions))
    assert statuses(event)["confirmed"] > PLACES


@pytest.mark.on_postgresql
def test_twin_without_the_row_lock_sees_more(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL alone: on SQLite the transaction itself is the lock. Audit entries stand in line by themselves."""
    event = an_event(capacity=PLACES)
    counted = meeting(PEOPLE)

    class CountThenWait(PlaceCount):
        def __init__(self, event: Event) -> None:
            super().__init__(event)
            counted.wait()

    monkeypatch.setattr(registering, "lock_event_in_any_state", lambda _event_id: event)
    monkeypatch.setattr(registering, "note", lambda *_entry, **_detail: None)
    monkeypatch.setattr(registering, "PlaceCount", CountThenWait)
    outcomes = register_all(app, event, [a_submission(event) for _ in range(PEOPLE)])
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert statuses(event)["confirmed"] > PLACES


@pytest.mark.both_databases
def test_the_same_form_sent_twice_at_once_is_one_registration(app: Flask) -> None:
    """Case 17: one registration, the same receipt, each message once."""
    event = an_event()
    submission = a_submission(event)
    receipts = register_all(app, event, [submission] * 4)
    assert [receipt for receipt in receipts if isinstance(receipt, Exception)] == []
    assert len({receipt.registration.reference for receipt in receipts}) == 1
    assert statuses(event) == {"confirmed": 1}
    sent = Counter(db.session.scalars(select(MailMessage.audience)))
    assert sent == {"participant": 1, "contact": 1}


@pytest.mark.both_databases
def test_the_same_address_in_two_forms_at_once_is_one_registration(app: Flask) -> None:
    event = an_event()
    forms = [a_submission(event, email=address) for address in ("eva@instituto.example", "EVA@instituto.example") * 2]
    outcomes = register_all(app, event, forms)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert statuses(event) == {"confirmed": 1}
    assert len([outcome for outcome in outcomes if outcome.registration is not None]) == 1


@pytest.mark.both_databases
def test_two_organizers_decide_at_once(app: Flask) -> None:
    """Case 18: one decision, one mail, the second is told who decided."""
    event = an_event()
    person = a_registration(event, "academia", "pending")
    one, two = a_team_member(event), a_team_member(event)
    outcomes = at_once(
        app,
        lambda: decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(one.id)),
        lambda: decide(event.id, person.reference, Action.DECLINE, "No hay lugar.", 1, Organizer.account(two.id)),
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refused) == 1
    winner = two if outcomes[0] is refused[0] else one
    assert refused[0].details["name"] == winner.name
    assert db.session.scalar(select(func.count(Decision.id))) == 1
    assert Counter(db.session.scalars(select(MailMessage.audience))) == {"participant": 1, "contact": 1}


@pytest.mark.both_databases
def test_places_set_free_at_once_go_to_as_many_from_the_waiting_list(app: Flask) -> None:
    """Case 20: in its order, each once."""
    event = an_event(capacity=3)
    leaving = [a_registration(event) for _ in range(3)]
    waiting = [a_registration(event, status="waitlisted") for _ in range(5)]
    outcomes = at_once(app, *(lambda one=one: withdraw(event.id, one.id) for one in leaving))
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    confirmed = db.session.scalars(
        select(Registration.id).where(Registration.status == Status.CONFIRMED).order_by(Registration.id)
    )
    assert list(confirmed) == [person.id for person in waiting[:3]]
    assert places_taken(event) == 3


@pytest.mark.both_databases
def test_registering_and_withdrawing_at_once_never_takes_too_many(app: Flask) -> None:
    event = an_event(capacity=4)
    there = [a_registration(event) for _ in range(4)]
    occasion = Occasion.load(event)
    new = [a_submission(event) for _ in range(8)]
    at_once(
        app,
        *(lambda one=one: withdraw(event.id, one.id) for one in there),
        *(lambda one=one: register(event.id, one, occasion) for one in new),
    )
    assert statuses(event) == {"cancelled": 4, "confirmed": 4, "waitlisted": 4}
    assert places_taken(event) == 4


@pytest.mark.both_databases
def test_one_form_with_two_addresses_at_once_registers_one_and_asks_about_the_other(app: Flask) -> None:
    """Case 68: also where the lock is off, as the key is unique."""
    event = an_event()
    key = "k" * 22
    forms = [a_submission(event, email=f"{name}@instituto.example", submission_key=key) for name in ("eva", "ivo") * 2]
    outcomes = register_all(app, event, forms)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert statuses(event) == {"confirmed": 1}
    assert Counter(outcome.outcome.value for outcome in outcomes) == {"receipt": 2, "sent_before": 2}
