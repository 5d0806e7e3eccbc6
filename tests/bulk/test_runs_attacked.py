"""Acts on many against each other: undone in the middle, stopped while they go on, begun by others. Cases 16, 18."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.attendees.rules.acts import RunAct
from eventreg.audit.models import AuditEntry
from eventreg.audit.services import Actor
from eventreg.bulk.models import Run
from eventreg.bulk.services.runs import begin_run, draft_run, stop_run, these, undo_run
from eventreg.bulk.services.steps import do_some
from eventreg.db import db, transaction
from eventreg.events.queries.events import lock_event
from eventreg.events.rules.team import EVERYTHING
from eventreg.registration.models import Registration
from tests.builders import a_team_member, an_event
from tests.bulk.test_runs import a_crowd, a_draft, outcomes, statuses
from tests.support.waiting import join


@pytest.mark.both_databases
def test_what_is_undone_in_the_middle_decides_on_nobody_behind_it(app: Flask) -> None:
    event = an_event()
    account = a_team_member(event)
    run = a_draft(event, RunAct.APPROVE, a_crowd(event, 5), account)
    begin_run(run.id)
    do_some(run.id, iter([True, False]).__next__)
    undoing = undo_run(run.id, Actor.account(account.id))
    do_some(run.id, lambda: True)
    do_some(undoing.id, lambda: True)
    assert outcomes(run) == {"done": 2, "waiting": 3}
    assert not begin_run(run.id), "what is taken back does not go on"
    do_some(run.id, lambda: True)
    assert statuses() == {"pending": 5}


@pytest.mark.on_postgresql
def test_whoever_stops_a_run_waits_for_the_event_before_it_holds_the_run(app: Flask) -> None:
    """The worker holds the event, and then the run: the other way round each would wait for the other."""
    event = an_event()
    account = a_team_member(event)
    run = a_draft(event, RunAct.APPROVE, a_crowd(event, 2), account)
    begin_run(run.id)
    event_id, run_id, account_id = event.id, run.id, account.id

    def stop() -> None:
        with app.app_context():
            stop_run(run_id, Actor.account(account_id))
            db.session.remove()

    with transaction() as session:
        lock_event(event_id)
        other = threading.Thread(target=stop)
        other.start()
        other.join(0.5)
        assert other.is_alive(), "it waits for the event"
        free = select(Run.id).where(Run.id == run_id).with_for_update(skip_locked=True)
        assert session.scalar(free) == run_id, "and holds nothing meanwhile"
    join([other])
    db.session.remove()
    assert db.session.get_one(Run, run_id).stopped_at is not None


def test_the_history_says_who_has_a_run_go_on(app: Flask) -> None:
    event = an_event()
    chose, other = a_team_member(event), a_team_member(event, "manager")
    run = a_draft(event, RunAct.APPROVE, a_crowd(event, 2), chose)
    begin_run(run.id)
    stop_run(run.id, Actor.account(chose.id))
    assert begin_run(run.id, Actor.account(other.id))
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "run_resumed")).one()
    assert entry.actor_id == other.id


@pytest.mark.both_databases
def test_a_key_of_a_form_stands_in_the_way_of_nothing_else(app: Flask) -> None:
    """Neither of a colleague's form, nor of taking a run back."""
    event = an_event()
    one, other = a_team_member(event), a_team_member(event, "manager")
    people = {person.reference: person.revision for person in a_crowd(event, 2)}
    run = a_draft(event, RunAct.APPROVE, list(db.session.scalars(select(Registration))), one)
    begin_run(run.id)
    do_some(run.id, lambda: True)

    def draft(account_id: int, act: RunAct, key: str) -> int:
        return draft_run(event.id, act, these(event.id, people, EVERYTHING), account_id, submission_key=key).id

    taken = {draft(one.id, RunAct.APPROVE, "k"), draft(other.id, RunAct.APPROVE, "k")}
    blocking = draft(other.id, RunAct.TAG, f"undo-{run.public_id}")
    assert len(taken) == 2
    assert undo_run(run.id, Actor.account(one.id)).id not in {*taken, blocking}
