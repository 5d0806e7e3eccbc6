"""Places in sessions: exactly as many as there are (case 16), never two at one time, set free with the registration."""

from __future__ import annotations

import threading
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.db import db, transaction
from eventreg.events.models import Event, ProgrammeSession
from eventreg.events.organizers import Organizer
from eventreg.events.queries import events as event_queries
from eventreg.events.rules.publication import Publication
from eventreg.jobs.running import run_due
from eventreg.jobs.services import job_registry
from eventreg.kernel.errors import Refused
from eventreg.registration.models import Registration, SessionPlace
from eventreg.registration.queries.sessions import list_chosen, list_offered
from eventreg.registration.rules.sessions import OfferedSession, SessionReason
from eventreg.registration.rules.states import Action
from eventreg.registration.services import places
from eventreg.registration.services.decisions import decide, undo
from eventreg.registration.services.places import choose_sessions
from eventreg.selfservice.services import withdraw
from tests.belongings import a_session, a_session_place
from tests.builders import a_registration, a_team_member, an_event
from tests.selfservice.test_concurrency import at_once
from tests.support.waiting import meeting

PLACES, PEOPLE = 3, 10

pytestmark = pytest.mark.usefixtures("app")


def a_workshop(event: Event, **changes: Any) -> ProgrammeSession:
    return a_session(event, **{"takes_sign_up": True, "places": PLACES, **changes})


def people_in(session: ProgrammeSession) -> int:
    return db.session.scalar(select(func.count()).where(SessionPlace.session_id == session.id)) or 0


def chosen_by(person: Registration) -> list[str]:
    return [place.session.public_id for place in list_chosen(person.id)]


def refused(event: Event, person: Registration, *wanted: ProgrammeSession) -> Refused:
    with pytest.raises(Refused) as caught:
        choose_sessions(event.id, person.id, [session.public_id for session in wanted])
    return caught.value


@pytest.mark.both_databases
def test_ten_at_once_for_three_places_fill_exactly_three(app: Flask) -> None:
    """Case 16, per session."""
    event = an_event()
    workshop = a_workshop(event)
    people = [a_registration(event) for _ in range(PEOPLE)]
    outcomes = at_once(
        app, *(lambda one=one: choose_sessions(event.id, one.id, [workshop.public_id]) for one in people)
    )
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, Refused)]
    assert reasons == [SessionReason.FULL] * (PEOPLE - PLACES)
    assert [each for each in outcomes if isinstance(each, Exception) and not isinstance(each, Refused)] == []
    assert people_in(workshop) == PLACES


@pytest.mark.both_databases
def test_twin_that_counts_outside_the_lock_sees_more(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count before the transaction, wait for one another, then insert."""
    event = an_event()
    workshop = a_workshop(event)
    people = [a_registration(event) for _ in range(PEOPLE)]
    counted = meeting(PEOPLE)
    early: dict[int, list[OfferedSession]] = {}

    def choose_with_early_count(person: Registration) -> None:
        early[threading.get_ident()] = list_offered(event, person.id)
        counted.wait()
        choose_sessions(event.id, person.id, [workshop.public_id])

    monkeypatch.setattr(places, "list_offered", lambda *_: early[threading.get_ident()])
    outcomes = at_once(app, *(lambda one=one: choose_with_early_count(one) for one in people))
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert people_in(workshop) == PEOPLE


@pytest.mark.on_postgresql
def test_twin_without_the_row_lock_sees_more(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL alone: on SQLite the transaction itself is the lock. Audit entries stand in line by themselves."""
    event = an_event()
    workshop = a_workshop(event)
    people = [a_registration(event) for _ in range(PEOPLE)]
    counted = meeting(PEOPLE)

    def count_then_wait(event: Event, registration_id: int) -> list[OfferedSession]:
        offered = list_offered(event, registration_id)
        counted.wait()
        return offered

    monkeypatch.setattr(event_queries, "lock_event_in_any_state", lambda _event_id: event)
    monkeypatch.setattr(places, "note", lambda *_entry, **_detail: None)
    monkeypatch.setattr(places, "list_offered", count_then_wait)
    at_once(app, *(lambda one=one: choose_sessions(event.id, one.id, [workshop.public_id]) for one in people))
    assert people_in(workshop) > PLACES


def test_a_choice_is_kept_as_a_whole_and_recorded() -> None:
    event = an_event()
    one, other = a_workshop(event), a_workshop(event, day=1)
    person = a_registration(event)
    assert choose_sessions(event.id, person.id, [one.public_id]).is_change
    changed = choose_sessions(event.id, person.id, [other.public_id])
    assert (changed.taken, changed.given_up) == ({other.id}, {one.id})
    assert chosen_by(person) == [other.public_id]
    assert not choose_sessions(event.id, person.id, [other.public_id]).is_change
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "sessions_chosen")).all()
    assert [(entry.actor_kind, entry.record_id) for entry in entries] == [("participant", person.id)] * 2
    details = db.session.scalars(select(AuditDetail.detail)).all()
    assert {"changed": {"sessions": [["Taller de datos"], ["Taller de datos"]]}} in details


def test_full_refuses_all_of_the_choice() -> None:
    event = an_event()
    full, free = a_workshop(event, places=1), a_workshop(event, day=1)
    a_session_place(full, a_registration(event))
    person = a_registration(event)
    refusal = refused(event, person, full, free)
    assert (refusal.reason, refusal.details["title"]) == (SessionReason.FULL, full.title)
    assert chosen_by(person) == []


@pytest.mark.parametrize(
    ("starts", "ends", "is_refused"),
    [
        (time(15, 30), time(16, 30), True),
        (time(14), time(15), False),
        (time(16), time(17), False),
        (time(14), time(18), True),
    ],
)
def test_two_at_one_time_are_refused(starts: time, ends: time, is_refused: bool) -> None:
    """At both edges: one may begin when the other ends."""
    event = an_event()
    one, other = a_workshop(event), a_workshop(event, starts_at=starts, ends_at=ends)
    person = a_registration(event)
    if is_refused:
        assert refused(event, person, one, other).reason is SessionReason.OVERLAP
    else:
        choose_sessions(event.id, person.id, [one.public_id, other.public_id])
    assert len(chosen_by(person)) == (0 if is_refused else 2)


def test_the_same_hour_of_another_day_is_no_clash() -> None:
    event = an_event()
    person = a_registration(event)
    choose_sessions(event.id, person.id, [a_workshop(event, day=day).public_id for day in (0, 1)])
    assert len(chosen_by(person)) == 2


@pytest.mark.parametrize("status", ["pending", "waitlisted", "declined", "unverified", "cancelled"])
def test_only_the_confirmed_choose(status: str) -> None:
    event = an_event()
    person = a_registration(event, "academia", status)
    assert refused(event, person, a_workshop(event)).reason is SessionReason.NOT_CONFIRMED


@pytest.mark.parametrize("publication", [Publication.CANCELLED, Publication.ARCHIVED])
def test_nobody_chooses_at_an_event_that_is_off(publication: Publication) -> None:
    event = an_event(publication=publication)
    assert refused(event, a_registration(event), a_workshop(event)).reason is SessionReason.CLOSED


def test_what_is_not_offered_is_refused() -> None:
    """Another event's, one without sign-up, one that is not there (case 2)."""
    event, other = an_event(), an_event()
    person = a_registration(event)
    for session in (a_workshop(other), a_session(event)):
        assert refused(event, person, session).reason is SessionReason.UNKNOWN
    with pytest.raises(Refused):
        choose_sessions(event.id, person.id, ["nothing"])


def test_what_has_begun_can_neither_be_taken_nor_given_up(clock: time_machine.Traveller) -> None:
    event = an_event()
    begun, later = a_workshop(event), a_workshop(event, starts_at=time(16), ends_at=time(17))
    person, late = a_registration(event), a_registration(event)
    choose_sessions(event.id, person.id, [begun.public_id])
    clock.move_to(list_offered(event, person.id)[0].begins_at)
    assert refused(event, late, begun).reason is SessionReason.BEGUN
    choose_sessions(event.id, person.id, [later.public_id])
    assert chosen_by(person) == [begun.public_id, later.public_id]


def test_places_below_what_is_taken_drop_nobody() -> None:
    """Case 19: who is in stays in, and can change other choices; nobody else gets in."""
    event = an_event()
    workshop, other = a_workshop(event), a_workshop(event, day=1)
    inside = [a_registration(event) for _ in range(3)]
    for person in inside:
        a_session_place(workshop, person)
    with transaction() as session:
        session.merge(workshop).places = 1
    choose_sessions(event.id, inside[0].id, [workshop.public_id, other.public_id])
    assert people_in(workshop) == 3
    assert refused(event, a_registration(event), workshop).reason is SessionReason.FULL
    assert list_offered(event, inside[0].id)[0].free == 0


def test_withdrawing_sets_free_at_once() -> None:
    event = an_event()
    workshop, person, other = a_workshop(event), a_registration(event), a_registration(event)
    a_session_place(workshop, person)
    a_session_place(workshop, other)
    withdraw(event.id, person.id)
    assert chosen_by(person) == []
    assert chosen_by(other) == [workshop.public_id]


@pytest.mark.parametrize("action", [Action.DECLINE, Action.WAITLIST, Action.REOPEN])
@pytest.mark.parametrize("is_undone", [True, False])
def test_a_decision_sets_free_once_it_cannot_be_undone(
    clock: time_machine.Traveller, action: Action, is_undone: bool
) -> None:
    event = an_event()
    workshop, person = a_workshop(event), a_registration(event, "academia")
    a_session_place(workshop, person)
    organizer = a_team_member(event)
    made = decide(event.id, person.reference, action, "Otra vez será.", 1, Organizer.account(organizer.id))
    run_due(job_registry(), 9)
    assert chosen_by(person) == [workshop.public_id]
    if is_undone:
        undo(event.id, person.reference, made.id, Organizer.account(organizer.id))
    clock.shift(timedelta(seconds=61))
    run_due(job_registry(), 9)
    assert chosen_by(person) == ([workshop.public_id] if is_undone else [])
