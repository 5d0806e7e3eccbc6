"""Options with places of their own (cases 16, 17, 19, 20). Each test of the lock has a twin that sees the fault without it."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.registration.emails import Occasion
from eventreg.registration.models import OptionPlace, Registration
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.queries.places import limited_options, list_option_places, list_option_places_left
from eventreg.registration.rules.states import Action, OptionsFull
from eventreg.registration.services import places
from eventreg.registration.services.answer_changes import change_answers
from eventreg.registration.services.decisions import decide, undo
from eventreg.registration.services.promotion import pass_on_places
from eventreg.registration.services.registering import register
from eventreg.selfservice.services import verify_address, withdraw
from tests.builders import a_questionnaire, a_submission, a_team_member, an_event, register_somebody
from tests.questionnaire import DEFINITION
from tests.registration.filling import open_form, send
from tests.selfservice.test_concurrency import at_once, register_all
from tests.support.pages import Pages
from tests.support.statements import counted
from tests.support.waiting import meeting

SEATS, PEOPLE = 3, 8
VISIT: Mapping[str, Any] = {"visit": ["border"]}


def asking(seats: int = SEATS) -> dict[str, Any]:
    data = copy.deepcopy(DEFINITION)
    options = [
        {"value": "border", "label": {"es": "A la frontera", "en": "To the border"}, "places": seats},
        {"value": "museum", "label": {"es": "Al museo", "en": "To the museum"}},
    ]
    visit = {"key": "visit", "kind": "choice", "label": {"es": "Visita", "en": "Visit"}, "options": options}
    data["sections"][1]["questions"].append(visit)
    return data


def an_event_with_seats(seats: int = SEATS, **changes: Any) -> Event:
    event = an_event(**changes)
    a_questionnaire(event, asking(seats))
    return event


def taken(event: Event) -> int:
    return db.session.scalar(select(func.count()).where(OptionPlace.event_id == event.id)) or 0


def somebody(event: Event, category: str = "government", **answers: Any) -> Registration:
    registration = register_somebody(event, category, **{**VISIT, **answers}).registration
    assert registration is not None
    return registration


def visit_of(registration: Registration) -> list[str]:
    db.session.expire_all()
    return load_answers(registration).get("visit", [])


@pytest.mark.both_databases
def test_many_at_once_take_exactly_the_places_there_are(app: Flask) -> None:
    """Case 16, per option."""
    event = an_event_with_seats()
    outcomes = register_all(app, event, [a_submission(event, **VISIT) for _ in range(PEOPLE)])
    assert sum(isinstance(each, OptionsFull) for each in outcomes) == PEOPLE - SEATS
    assert [each for each in outcomes if isinstance(each, Exception) and not isinstance(each, OptionsFull)] == []
    assert taken(event) == SEATS
    assert db.session.scalar(select(func.count(Registration.id))) == SEATS


@pytest.mark.both_databases
def test_twin_that_counts_outside_the_lock_sees_more(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    event = an_event_with_seats()
    counted_all = meeting(PEOPLE)
    early: dict[int, Any] = {}
    occasion = Occasion.load(event)
    limits = limited_options(definition_of(get_current_version(event.id)))

    def register_with_early_count(submission: Any) -> None:
        early[threading.get_ident()] = list_option_places(event.id, limits)
        counted_all.wait()
        register(event.id, submission, occasion)

    monkeypatch.setattr(places, "list_option_places", lambda *_: early[threading.get_ident()])
    submissions = [a_submission(event, **VISIT) for _ in range(PEOPLE)]
    at_once(app, *(lambda one=one: register_with_early_count(one) for one in submissions))
    assert taken(event) > SEATS


@pytest.mark.both_databases
def test_changing_at_once_takes_no_more(app: Flask) -> None:
    event = an_event_with_seats(1)
    people = [somebody(event, visit=[]) for _ in range(4)]
    ids = [person.id for person in people]
    outcomes = at_once(app, *(lambda one=one: change_answers(event.id, one, VISIT) for one in ids))
    assert sum(isinstance(each, OptionsFull) for each in outcomes) == 3
    assert taken(event) == 1


def test_same_form_twice_takes_one_place(app: Flask) -> None:
    """Case 17."""
    event = an_event_with_seats(1)
    submission = a_submission(event, **VISIT)
    outcomes = register_all(app, event, [submission] * 4)
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    assert taken(event) == 1


def test_last_place_taken_meanwhile_is_said_beside_the_question(pages: Pages) -> None:
    event = an_event_with_seats(1)
    page = open_form(pages, event)
    somebody(event)
    page = send(page, event, 409, Visit="To the border")
    assert page.errors() == ["The last place of “To the border” was just taken. Choose another answer to “Visit”."]
    page.submit("Send registration", {"Visit": "To the museum"}, 303)


def test_place_goes_with_the_answer_and_is_kept_on_editing(app: Flask) -> None:
    event = an_event_with_seats(1)
    one, other = somebody(event), somebody(event, visit=["museum"])
    change_answers(event.id, one.id, {"given_name": ["Eva"], **VISIT})
    assert taken(event) == 1
    with pytest.raises(OptionsFull):
        change_answers(event.id, other.id, VISIT)
    change_answers(event.id, one.id, {"visit": ["museum"]})
    change_answers(event.id, other.id, VISIT)
    assert taken(event) == 1


def test_fewer_places_than_taken_drop_nobody(app: Flask) -> None:
    """Case 19."""
    event = an_event_with_seats(2)
    people = [somebody(event), somebody(event)]
    version = a_questionnaire(event, asking(1))
    assert list_option_places_left(event.id, definition_of(version)) == {("visit", "border"): 0}
    change_answers(event.id, people[0].id, {"given_name": ["Eva"], **VISIT})
    assert taken(event) == 2
    with pytest.raises(OptionsFull):
        somebody(event)


def test_withdrawing_frees_at_once(app: Flask) -> None:
    event = an_event_with_seats(1)
    withdraw(event.id, somebody(event).id)
    somebody(event)
    assert taken(event) == 1


def test_declining_frees_after_the_time_to_undo(app: Flask, clock: time_machine.Traveller) -> None:
    """Case 20."""
    event = an_event_with_seats(1)
    person, account = somebody(event, "academia"), a_team_member(event)
    decide(event.id, person.reference, Action.DECLINE, "No.", person.revision, Organizer.account(account.id))
    with pytest.raises(OptionsFull):
        somebody(event)
    clock.shift(timedelta(seconds=61))
    pass_on_places(event.id)
    somebody(event)
    assert taken(event) == 1


def test_undone_decision_keeps_the_place(app: Flask, clock: time_machine.Traveller) -> None:
    event = an_event_with_seats(1)
    person, account = somebody(event, "academia"), a_team_member(event)
    made = decide(event.id, person.reference, Action.DECLINE, "No.", person.revision, Organizer.account(account.id))
    undo(event.id, person.reference, made.id, Organizer.account(account.id))
    clock.shift(timedelta(seconds=61))
    pass_on_places(event.id)
    assert taken(event) == 1


def test_approved_after_all_loses_what_is_full_by_then(app: Flask, clock: time_machine.Traveller) -> None:
    event = an_event_with_seats(1)
    person, account = somebody(event, "academia"), a_team_member(event)
    decide(event.id, person.reference, Action.DECLINE, "No.", person.revision, Organizer.account(account.id))
    clock.shift(timedelta(seconds=61))
    pass_on_places(event.id)
    somebody(event)
    person = db.session.get_one(Registration, person.id, populate_existing=True)
    decide(event.id, person.reference, Action.APPROVE, "", person.revision, Organizer.account(account.id))
    assert taken(event) == 1
    assert visit_of(person) == []


def test_unverified_hold_none_and_lose_what_is_full(app: Flask) -> None:
    event = an_event_with_seats(1, verifies_addresses=True)
    for _ in range(2):
        register_somebody(event, **VISIT)
    assert taken(event) == 0
    one, other = db.session.scalars(select(Registration).order_by(Registration.id)).all()
    verify_address(event.id, one.id)
    verify_address(event.id, other.id)
    assert taken(event) == 1
    assert (visit_of(one), visit_of(other)) == (["border"], [])


def test_counting_costs_one_statement_and_only_when_there_are_places(app: Flask) -> None:
    event = an_event_with_seats()
    asked = definition_of(get_current_version(event.id))
    with counted() as statements:
        list_option_places_left(event.id, asked)
    assert len(statements) == 1
    plain = definition_of(get_current_version(an_event().id))
    with counted() as statements:
        list_option_places_left(event.id, plain)
    assert statements == []
