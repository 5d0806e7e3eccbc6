"""A worker that is killed while a hundred people are approved: each is decided once and told once. Cases 31, 62.

The worker is a process of its own that kills itself, without a word, at the decision of a given number: once before anything
of it is written, once when all of it is written and not committed.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from eventreg.attendees.rules.acts import ItemOutcome, RunAct
from eventreg.bulk.models import Run
from eventreg.bulk.queries.runs import count_items
from eventreg.bulk.services.runs import begin_run, draft_run, these
from eventreg.bulk.services.steps import RUN_JOB
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.team import EVERYTHING
from eventreg.jobs.models import Job
from eventreg.mail.models import MailMessage
from eventreg.registration.models import Decision, Place, Registration
from eventreg.registration.rules.states import Status
from tests.builders import a_registration, a_team_member, an_event
from tests.support.apps import AppMaker
from tests.support.killed import Work, let_leases_end

PEOPLE, PLACES = 100, 75
#: at which decision each worker dies, counted by itself; an odd one dies after all is written
MOMENTS = (20, 31, 40)
DECIDE = "eventreg.bulk.services.steps.decide_held"


@pytest.fixture
def event(make_app: AppMaker) -> Iterator[Event]:
    academia = {"key": "academia", "name": {"es": "Academia"}, "approval": ApprovalRule.BY_ORGANIZER}
    with make_app(demo_mail="hold").app_context():
        yield an_event(categories=[academia], capacity=PLACES)


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(240)
def test_each_is_decided_once_and_told_once_however_often_the_worker_is_killed(event: Event, work: Work) -> None:
    people = [a_registration(event, "academia", "pending") for _ in range(PEOPLE)]
    chosen = these(event.id, {person.reference: 1 for person in people}, EVERYTHING)
    run = draft_run(event.id, RunAct.APPROVE, chosen, a_team_member(event).id)
    begin_run(run.id)
    for moment in MOMENTS:
        ended = work(DECIDE, dies_at=moment, is_after=moment % 2 == 1, EVENTREG_DEMO_MAIL="hold")
        assert ended == -signal.SIGKILL
        db.session.rollback()
        assert db.session.scalar(select(func.count(Decision.id))) == count_items([run.id])[run.id].done
        let_leases_end(RUN_JOB)
    assert work(EVENTREG_DEMO_MAIL="hold") == 0
    db.session.rollback()
    ids = Counter(person.id for person in people)
    assert Counter(db.session.scalars(select(Decision.registration_id))) == ids
    for audience in ("participant", "contact"):
        told = select(MailMessage.record_id).where(MailMessage.audience == audience)
        assert Counter(db.session.scalars(told)) == ids
    assert count_items([run.id])[run.id].by_outcome == {
        ItemOutcome.DONE: PLACES, ItemOutcome.DONE_WITHOUT_PLACE: PEOPLE - PLACES,
    }  # fmt: skip
    assert db.session.scalar(select(func.count(Place.id))) == PLACES
    confirmed = select(Registration.id).where(Registration.status == Status.CONFIRMED).order_by(Registration.id)
    assert list(db.session.scalars(confirmed)) == [person.id for person in people[:PLACES]]
    assert db.session.get_one(Run, run.id).finished_at is not None
    assert db.session.scalar(select(func.count(Job.id)).where(Job.kind == RUN_JOB)) == 0
