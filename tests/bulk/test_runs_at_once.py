"""Several at work on the same people: each is done once, places are never exceeded. Cases 16, 17, 18.

The twin switches off what keeps them apart and must see the fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.accounts.models import Account
from eventreg.attendees.rules.acts import ItemOutcome, RunAct
from eventreg.audit.services import Actor
from eventreg.bulk.models import Run, RunItem
from eventreg.bulk.queries.runs import count_items
from eventreg.bulk.services import steps
from eventreg.bulk.services.runs import begin_run, draft_run, these, undo_run
from eventreg.bulk.services.steps import ACTS, decide_one, do_some
from eventreg.bulk.services.writing import Batch, ItemResult, message_key
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.team import EVERYTHING
from eventreg.mail.models import MailMessage
from eventreg.registration.models import Decision, Place, Registration
from eventreg.registration.rules.states import Status
from tests.builders import a_registration, a_team_member, an_event
from tests.mail.outbox import a_message, queue
from tests.selfservice.test_concurrency import at_once
from tests.support.statements import counted
from tests.support.waiting import HANGS, meeting

PEOPLE, PLACES = 10, 4
WORDS = {"reason": {"es": "No hay lugar."}, "subject": {"es": "Autobús"}, "body": {"es": "Sale a las 8."}}


def an_academy(**changes: Any) -> Event:
    academia = {"key": "academia", "name": {"es": "Academia"}, "approval": ApprovalRule.BY_ORGANIZER}
    return an_event(categories=[academia], **changes)


def a_run(event: Event, account: Account, number: int = PEOPLE, act: RunAct = RunAct.APPROVE) -> Run:
    people = [a_registration(event, "academia", "pending") for _ in range(number)]
    chosen = these(event.id, {each.reference: 1 for each in people}, EVERYTHING)
    run = draft_run(event.id, act, chosen, account.id, details=WORDS)
    begin_run(run.id)
    return run


def done(run_id: int) -> object:
    return do_some(run_id, lambda: True)


def outcomes(run: Run) -> dict[ItemOutcome, int]:
    db.session.remove()
    return dict(count_items([run.id])[run.id].by_outcome)


@pytest.mark.both_databases
def test_two_workers_at_one_run_do_each_once(app: Flask) -> None:
    event = an_academy(capacity=PLACES)
    run = a_run(event, a_team_member(event))
    raised = [each for each in at_once(app, *[lambda: done(run.id)] * 3) if isinstance(each, Exception)]
    assert raised == []
    assert outcomes(run) == {ItemOutcome.DONE: PLACES, ItemOutcome.DONE_WITHOUT_PLACE: PEOPLE - PLACES}
    assert db.session.scalar(select(func.count(Decision.id))) == PEOPLE
    assert Counter(db.session.scalars(select(MailMessage.audience))) == {"participant": PEOPLE, "contact": PEOPLE}


@pytest.mark.on_postgresql
def test_twin_without_the_lock_says_that_somebody_was_left_who_was_approved(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL alone: on SQLite the transaction itself is the lock. Both take the same person before either is done."""
    event = an_academy()
    run = a_run(event, a_team_member(event), 1)
    taken = meeting(2)

    def look_at(_event_id: int, items: Sequence[RunItem], _grant: object) -> Sequence[Registration]:
        ids = [item.registration_id for item in items]
        return db.session.scalars(select(Registration).where(Registration.id.in_(ids))).all()

    def wait_for_the_other(batch: Batch, item: RunItem, person: Registration) -> ItemResult:
        taken.wait()
        return decide_one(batch, item, person)

    monkeypatch.setattr(steps, "lock_event_in_any_state", get_event_whole)
    monkeypatch.setattr(steps, "_hold", look_at)
    monkeypatch.setitem(ACTS, RunAct.APPROVE, wait_for_the_other)
    at_once(app, *[lambda: do_some(run.id, lambda: False)] * 2)
    assert db.session.scalar(select(Registration.status)) is Status.CONFIRMED
    assert outcomes(run) == {ItemOutcome.LEFT: 1}


@pytest.mark.both_databases
def test_two_runs_at_once_for_k_places_fill_exactly_k(app: Flask) -> None:
    """Case 16."""
    event = an_academy(capacity=PLACES)
    account = a_team_member(event)
    runs = [a_run(event, account, 5) for _ in range(2)]
    at_once(app, *(lambda run=run: done(run.id) for run in runs))
    found = Counter(db.session.scalars(select(Registration.status)))
    assert found == {Status.CONFIRMED: PLACES, Status.WAITLISTED: 10 - PLACES}
    assert db.session.scalar(select(func.count(Place.id))) == PLACES


@pytest.mark.both_databases
def test_two_organizers_begin_on_the_same_people_at_once(app: Flask) -> None:
    """Case 18: one decision each, one mail each; in the second run everybody is left."""
    event = an_academy()
    one, two = a_team_member(event), a_team_member(event)
    people = [a_registration(event, "academia", "pending") for _ in range(4)]
    chosen = these(event.id, {each.reference: 1 for each in people}, EVERYTHING)
    runs = [
        draft_run(event.id, RunAct.APPROVE, chosen, one.id),
        draft_run(event.id, RunAct.DECLINE, chosen, two.id, details={"reason": {"es": "No hay lugar."}}),
    ]
    at_once(app, *(lambda run=run: (begin_run(run.id), done(run.id)) for run in runs))
    every = Counter[ItemOutcome]()
    for run in runs:
        every.update(outcomes(run))
    assert every == {ItemOutcome.DONE: 4, ItemOutcome.LEFT: 4}
    assert Counter(db.session.scalars(select(Decision.registration_id))) == Counter(each.id for each in people)
    assert set(db.session.scalars(select(RunItem.refusal).where(RunItem.refusal != ""))) == {"decided_by_another"}


@pytest.mark.both_databases
def test_one_draft_begun_at_once_by_two_presses_is_one_run(app: Flask) -> None:
    """Case 17."""
    event = an_academy()
    account = a_team_member(event)
    person = a_registration(event, "academia", "pending")
    run = draft_run(event.id, RunAct.APPROVE, these(event.id, {person.reference: 1}, EVERYTHING), account.id)
    began = at_once(app, *[lambda: begin_run(run.id)] * 3)
    assert sorted(began) == [False, False, True]
    done(run.id)
    undone = at_once(app, *[lambda: undo_run(run.id, Actor.account(account.id)).id] * 3)
    assert len(set(undone)) == 1


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("act", "most"),
    [(RunAct.APPROVE, 8), (RunAct.DECLINE, 7), (RunAct.WRITE, 0)],
    ids=["approve", "decline", "write"],
)
def test_a_person_costs_few_statements_and_what_all_have_in_common_is_asked_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch, act: RunAct, most: int
) -> None:
    """Event, days, institutions, places and who may do it are asked once a transaction; savepoints are not counted."""
    monkeypatch.setattr(steps, "_HOLDS_SECONDS", HANGS)
    event = an_academy(capacity=100)
    account = a_team_member(event)
    costs = []
    for number in (2, 12):
        run = a_run(event, account, number, act)
        with counted() as seen:
            done(run.id)
        costs.append(len(seen))
    assert costs[1] - costs[0] == 10 * most


@pytest.mark.both_databases
def test_whoever_is_refused_in_the_middle_spoils_nothing_of_the_batch(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty in one transaction: one changed meanwhile, one out of sight, one that cannot be done after its place was taken;
    places are counted as if these had never been there."""
    monkeypatch.setattr(steps, "_HOLDS_SECONDS", HANGS)
    event = an_academy(capacity=40)
    run = a_run(event, a_team_member(event), 50)
    items = db.session.scalars(select(RunItem).order_by(RunItem.id)).all()
    changed, hidden, faulty = (items[at].registration_id for at in (10, 20, 30))
    with transaction() as session:
        session.get_one(Registration, changed).revision = 7
    hold, commits = steps._hold, []

    def all_but_one(*values: Any) -> Sequence[Registration]:
        return [person for person in hold(*values) if person.id != hidden]

    def decide_or_fail(batch: Batch, item: RunItem, person: Registration) -> ItemResult:
        result = decide_one(batch, item, person)
        commits.append(batch)
        if person.id == faulty:
            raise ValueError("after its place was taken")
        return result

    monkeypatch.setattr(steps, "_hold", all_but_one)
    monkeypatch.setitem(ACTS, RunAct.APPROVE, decide_or_fail)
    done(run.id)
    assert len(set(map(id, commits))) == 1
    assert outcomes(run) == {ItemOutcome.DONE: 40, ItemOutcome.DONE_WITHOUT_PLACE: 7, ItemOutcome.LEFT: 3}
    left = db.session.execute(select(RunItem.registration_id, RunItem.refusal).where(RunItem.refusal != ""))
    assert dict(left.all()) == {changed: "changed_meanwhile", hidden: "out_of_sight", faulty: "fault"}
    assert db.session.scalar(select(func.count(Place.id))) == 40
    told = Counter(db.session.scalars(select(MailMessage.record_id).where(MailMessage.audience == "participant")))
    assert told == Counter(
        item.registration_id for item in items if item.registration_id not in (changed, hidden, faulty)
    )
    assert len(set(db.session.scalars(select(MailMessage.due_at)))) == 1


@pytest.mark.both_databases
def test_one_message_that_cannot_be_queued_keeps_none_of_the_others(app: Flask) -> None:
    """Messages are queued together; where that fails, each is tried alone."""
    event = an_academy()
    run = a_run(event, a_team_member(event), 6, RunAct.WRITE)
    items = db.session.scalars(select(RunItem).order_by(RunItem.id)).all()
    person = db.session.get_one(Registration, items[3].registration_id)
    queue(a_message(event.id, key=message_key(run, person.public_id), template="registration/other"))
    done(run.id)
    assert outcomes(run) == {ItemOutcome.DONE: 5, ItemOutcome.LEFT: 1}
    written = select(MailMessage.record_id).where(MailMessage.template == "registration/written")
    assert Counter(db.session.scalars(written)) == Counter(
        item.registration_id for item in items if item.registration_id != person.id
    )
