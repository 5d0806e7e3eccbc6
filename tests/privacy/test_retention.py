"""What is held goes when its time is over: by question, by the notice that was seen, in turns, with a receipt. Case 51."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from eventreg.audit.queries import find_broken_position, list_trail
from eventreg.audit.queries import TrailFilter
from eventreg.audit.services import SYSTEM, Actor
from eventreg.db import Base, db, transaction
from eventreg.demo.services import add_registrations, load_seminar
from eventreg.events.models import Event, EventDay
from eventreg.events.queries.events import get_event_whole
from eventreg.kernel import clock as our_clock
from eventreg.kernel.errors import Refused
from eventreg.privacy.models import Deletion
from eventreg.privacy.retention import get_plan
from eventreg.privacy.running import (
    due_amounts,
    let_all_go,
    lift_hold,
    place_hold,
    save_periods,
    see_to_retention,
)
from eventreg.registration.models import Answer, ErasedRegistration, Registration
from eventreg.web.instance import config
from tests.builders import a_notice, a_questionnaire, a_registration, a_team_member, an_event
from tests.questionnaire import DEFINITION
from tests.support.killed import Work, let_leases_end
from tests.support.pages import Pages
from tests.world import build_world

LONG_AFTER = timedelta(days=800)


def now() -> Any:
    return our_clock.now()


def gone(event: Event, days_after: int, clock: Any) -> dict[str, int]:
    """Move to so many days after the event's last, let go what is due, and return how many went of what."""
    last = max(db.session.scalars(select(EventDay.held_on).where(EventDay.event_id == event.id)))
    db.session.rollback()
    clock.shift(timedelta(days=(last - now().date()).days + days_after))
    return {each.holding: each.number for each in let_all_go(event.id, now())}


def everything_held() -> str:
    """Return all that stands in any table, as one text."""
    rows = [db.session.execute(select(table)).all() for table in Base.metadata.tables.values()]
    return "\n".join(repr(tuple(row)) for of_table in rows for row in of_table)


@pytest.mark.both_databases
def test_dry_run_equals_the_run_to_the_number_and_nobody_is_left(app: Flask, pages: Pages, clock: Any) -> None:
    demo = load_seminar(now())
    add_registrations(demo.event_id, 60)
    world = build_world(app)
    people = db.session.scalars(select(Registration)).all()
    markers = {value for person in people for value in (person.email, person.reference, person.phone) if value}
    clock.shift(LONG_AFTER)
    for event_id in db.session.scalars(select(Event.id)).all():
        foreseen = {(each.line.holding.key, each.line.days): each.number for each in due_amounts(event_id, now())}
        receipts = let_all_go(event_id, now())
        assert {(each.holding, each.days): each.number for each in receipts} == foreseen
        assert due_amounts(event_id, now()) == []
        assert let_all_go(event_id, now()) == []
        assert find_broken_position(event_id) is None
    db.session.rollback()
    assert db.session.scalar(select(func.count(ErasedRegistration.id))) == len(people)
    assert db.session.scalar(select(func.count(Answer.id))) == 0
    assert [path for path in config().uploads.glob("*") if path.is_file()] == []
    held = everything_held()
    assert [marker for marker in markers if marker in held] == []
    for page in ("", "/programme", "/privacy", "/conclusions"):
        assert pages.get(f"/events/{world.event.slug}{page}").status == 200
