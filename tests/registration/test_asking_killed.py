"""A worker that is killed while two hundred people are asked: each is asked once and mailed once. Cases 31, 62.

The worker is a process of its own that kills itself, without a word, at the message of a given number.
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
from eventreg.jobs.models import Job
from eventreg.kernel import clock as clocks
from eventreg.mail.models import MailMessage
from eventreg.questionnaires.registered import ASK_AGAIN_JOB
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.services.requests import ask_again
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event
from tests.registration.requesting import changed, travel
from tests.support.apps import AppMaker

ROOT = Path(__file__).parent.parent.parent
PEOPLE = 200
#: in the middle of a step, at the last of one, and in the middle of a later one
MOMENTS = (20, 50, 73)
WORKER = """
import os, signal, sys
from eventreg.app import create_app
from eventreg.registration.services import requests
from eventreg.worker import run_worker
whole, written, dies_at = requests.request_message, 0, int(sys.argv[1])
def until_killed(*args):
    global written
    written += 1
    if written == dies_at:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(*args)
requests.request_message = until_killed
run_worker(create_app(), once=True)
"""


@pytest.fixture
def event(make_app: AppMaker) -> Iterator[Event]:
    with make_app(demo_mail="hold").app_context():
        yield an_event(capacity=None)


def work(instance: Path, database_url: str, dies_at: int) -> int:
    """Run a worker until it is killed or has nothing to do; return how it ended."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("EVENTREG_")}
    settings = {
        "EVENTREG_INSTANCE": str(instance), "EVENTREG_DATABASE_URL": database_url, "EVENTREG_DEMO_MAIL": "hold",
    }  # fmt: skip
    command = [sys.executable, "-c", WORKER, str(dies_at)]
    return subprocess.run(command, env={**others, **settings}, cwd=ROOT, check=False).returncode


def killed_again_and_again(instance: Path) -> None:
    """Kill three workers in the middle of asking, then let one do the rest."""
    database_url = db.engine.url.render_as_string(hide_password=False)
    for moment in MOMENTS:
        assert work(instance, database_url, moment) == -signal.SIGKILL
        with transaction() as session:
            # A minute later what the dead one had in hand is due again.
            for job in session.scalars(select(Job)):
                job.due_at = clocks.now() - timedelta(seconds=1)
    assert work(instance, database_url, 0) == 0


def assert_each_once(people: list[int], template: str) -> None:
    db.session.rollback()
    asked = Counter(db.session.scalars(select(AnswerRequest.registration_id)))
    told = Counter(
        db.session.scalars(select(MailMessage.record_id).where(MailMessage.template == f"registration/{template}"))
    )
    assert asked == told == Counter(people)


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(240)
def test_asked_again_once(event: Event, instance: Path) -> None:
    people = [a_registration(event).id for _ in range(PEOPLE)]
    version = a_questionnaire(event, changed())
    with transaction():
        ask_again(event.id, version.id, ["sex"], {}, a_team_member(event).id, clocks.now())
    killed_again_and_again(instance)
    assert_each_once(people, "asked_again")
    assert db.session.scalar(select(func.count(Job.id)).where(Job.kind == ASK_AGAIN_JOB)) == 0


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(240)
def test_asked_a_follow_up_once(event: Event, instance: Path) -> None:
    a_questionnaire(event, changed(travel()))
    people = [a_registration(event).id for _ in range(PEOPLE)]
    assert db.session.scalar(select(func.count(Registration.id))) == PEOPLE
    killed_again_and_again(instance)
    assert_each_once(people, "asked_follow_up")
