"""Whoever is let go leaves a shell that counts, and nothing else. Case 50."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.rules.team import Scope
from eventreg.kernel.clock import now
from eventreg.privacy.holdings import REGISTRATION
from eventreg.registration.models import Answer, Registration
from eventreg.registration.rules.states import Status
from eventreg.reports.queries.days import count_by_day, list_session_counts
from eventreg.reports.queries.figures import WantedFigures, break_down, list_figures
from eventreg.site.queries import count_everything
from tests.builders import a_questionnaire, a_registration, an_event

_NARROW = Scope(categories=frozenset({"government"}))


def _let_go(registration: Registration) -> None:
    with transaction():
        REGISTRATION.let_go([registration.id])
    db.session.expunge_all()


def _counted(event: Event, scope: Scope) -> list[Any]:
    found = break_down(event.id, scope, WantedFigures((Status.CONFIRMED,), event.time_zone), now())
    return [
        list_figures({event.id: scope})[event.id].registrations,
        [found.by_status, found.by_category, found.received],
        [day.people for day in count_by_day(event, {}, "", scope)],
        [each.count for each in list_session_counts(event.id, scope)],
        count_everything(now()).registrations,
    ]


@pytest.mark.both_databases
@pytest.mark.parametrize("scope", [Scope(), _NARROW], ids=["whole", "narrowed"])
def test_who_is_let_go_still_counts(app: Flask, scope: Scope) -> None:
    event = an_event()
    a_questionnaire(event)
    people = [a_registration(event, status=Status.CONFIRMED) for _ in range(3)]
    before = _counted(event, scope)
    _let_go(people[1])
    assert _counted(event, scope) == before
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 2
    assert db.session.scalar(select(func.count()).where(Answer.registration_id == people[1].id)) == 0


@pytest.mark.both_databases
def test_the_next_person_gets_another_id(app: Flask) -> None:
    event = an_event()
    gone = a_registration(event).id
    _let_go(db.session.get_one(Registration, gone))
    assert a_registration(event).id > gone


@pytest.mark.both_databases
def test_letting_go_twice_is_letting_go_once(app: Flask) -> None:
    event = an_event()
    gone = a_registration(event).id
    for expected in ([gone], []):
        ids = db.session.scalars(REGISTRATION.ids(REGISTRATION.of_event(event.id))).all()
        assert list(ids) == expected
        with transaction():
            REGISTRATION.let_go([gone])
