"""A worker that is killed while a hundred people are approved: each is decided once and told once. Cases 31, 62.

The worker is a process of its own that kills itself, without a word, at the decision of a given number: once before anything
of it is written, once when all of it is written and not committed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.team import EVERYTHING
from eventreg.jobs.models import Job
from eventreg.kernel import clock as clocks
from eventreg.mail.models import MailMessage
from eventreg.registration.models import Decision, Place, Registration
from eventreg.registration.rules.states import Status
from eventreg.review.models import Run
from eventreg.review.queries.runs import count_items
from eventreg.review.rules.runs import ItemOutcome, RunAct
from eventreg.review.services.run_steps import RUN_JOB
from eventreg.review.services.runs import begin_run, draft_run, these
from tests.builders import a_registration, a_team_member, an_event
from tests.support.apps import AppMaker

ROOT = Path(__file__).parent.parent.parent
PEOPLE, PLACES = 100, 75
#: at which decision each worker dies, counted by itself; an odd one dies after all is written
MOMENTS = (20, 31, 40)
WORKER = """
import os, signal, sys
from eventreg.app import create_app
from eventreg.review.rules.runs import DECIDING
from eventreg.review.services import run_acts, run_steps
from eventreg.worker import run_worker
run_steps._MAKES_WAY_SECONDS = 0
whole, done, dies_at = run_acts.decide_one, 0, int(sys.argv[1])
def until_killed(*args):
    global done
    done += 1
    if done == dies_at and dies_at % 2 == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    result = whole(*args)
    if done == dies_at:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
run_acts.ACTS.update(dict.fromkeys(DECIDING, until_killed))
run_worker(create_app(), once=True)
"""


@pytest.fixture
def event(make_app: AppMaker) -> Iterator[Event]:
    academia = {"key": "academia", "name": {"es": "Academia"}, "approval": ApprovalRule.BY_ORGANIZER}
    with make_app(demo_mail="hold").app_context():
        yield an_event(categories=[academia], capacity=PLACES)


def work(instance: Path, dies_at: int) -> int:
    """Run a worker until it is killed or has nothing to do; return how it ended."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("EVENTREG_")}
    settings = {
        "EVENTREG_INSTANCE": str(instance), "EVENTREG_DEMO_MAIL": "hold",
        "EVENTREG_DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
    }  # fmt: skip
    command = [sys.executable, "-c", WORKER, str(dies_at)]
    return subprocess.run(command, env={**others, **settings}, cwd=ROOT, check=False).returncode


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(240)
def test_each_is_decided_once_and_told_once_however_often_the_worker_is_killed(event: Event, instance: Path) -> None:
    people = [a_registration(event, "academia", "pending") for _ in range(PEOPLE)]
    chosen = these(event.id, {person.reference: 1 for person in people}, EVERYTHING)
    run = draft_run(event.id, RunAct.APPROVE, chosen, a_team_member(event).id)
    begin_run(run.id)
    for moment in MOMENTS:
        assert work(instance, moment) == -signal.SIGKILL
        db.session.rollback()
        assert db.session.scalar(select(func.count(Decision.id))) == count_items([run.id])[run.id].done
        with transaction() as session:
            # Two minutes later what the dead one had in hand is due again.
            for job in session.scalars(select(Job).where(Job.kind == RUN_JOB)):
                job.due_at = clocks.now() - timedelta(seconds=1)
    assert work(instance, 0) == 0
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
