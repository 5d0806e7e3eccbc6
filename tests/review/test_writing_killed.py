"""A worker that is killed while thirty people are written to: each has one message. Cases 31, 62.

The worker is a process of its own that kills itself, without a word, at the message of a given number.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.db import db, transaction
from eventreg.events.rules.team import EVERYTHING
from eventreg.jobs.models import Job
from eventreg.kernel import clock as clocks
from eventreg.mail.models import MailMessage
from eventreg.review.models import Run
from eventreg.review.rules.runs import RunAct
from eventreg.review.services.run_steps import RUN_JOB
from eventreg.review.services.runs import begin_run, draft_run, these
from tests.builders import a_registration, a_team_member, an_event

ROOT = Path(__file__).parent.parent.parent
PEOPLE = 30
DIES_AT = 12
WORKER = """
import os, signal, sys
from eventreg.app import create_app
from eventreg.review.services import run_writing
from eventreg.worker import run_worker
whole, written, dies_at = run_writing.enqueue, 0, int(sys.argv[1])
def until_killed(message):
    global written
    written += 1
    whole(message)
    if written == dies_at:
        os.kill(os.getpid(), signal.SIGKILL)
run_writing.enqueue = until_killed
run_worker(create_app(), once=True)
"""


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(240)
def test_each_is_written_to_once_although_the_worker_is_killed(app: Flask, instance: Path, database_url: str) -> None:
    """It dies with a message written and not committed: that person is the next one's first."""
    event = an_event(capacity=None)
    people = [a_registration(event, "academia", "confirmed") for _ in range(PEOPLE)]
    chosen = these(event.id, {person.reference: person.revision for person in people}, EVERYTHING)
    words = {"subject": {"es": "Autobús"}, "body": {"es": "Sale a las 8."}}
    run = draft_run(event.id, RunAct.WRITE, chosen, a_team_member(event).id, details=words)
    begin_run(run.id)
    assert work(instance, database_url, DIES_AT) == -signal.SIGKILL
    assert len(recipients()) == DIES_AT - 1
    let_the_lease_end()
    assert work(instance, database_url, 0) == 0
    assert Counter(recipients()) == Counter(person.email for person in people)
    db.session.rollback()
    assert db.session.get_one(Run, run.id, populate_existing=True).finished_at is not None


def work(instance: Path, database_url: str, dies_at: int) -> int:
    """Run a worker until it is killed or has nothing to do; return how it ended."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("EVENTREG_")}
    settings = {"EVENTREG_INSTANCE": str(instance), "EVENTREG_DATABASE_URL": database_url}
    command = [sys.executable, "-c", WORKER, str(dies_at)]
    return subprocess.run(command, env={**others, **settings}, cwd=ROOT, check=False).returncode


def recipients() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(MailMessage.recipient).where(MailMessage.template == "registration/written")))


def let_the_lease_end() -> None:
    """Let what the killed worker had in hand be due again, as it would be a minute later."""
    with transaction() as session:
        job = session.scalars(select(Job).where(Job.kind == RUN_JOB)).one()
        job.due_at = clocks.now() - timedelta(seconds=1)
