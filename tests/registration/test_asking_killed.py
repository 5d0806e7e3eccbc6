"""A worker that is killed while two hundred people are asked: each is asked once and mailed once. Cases 31, 62.

The worker is a process of its own that kills itself, without a word, at the message of a given number.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.jobs.models import Job
from eventreg.kernel import clock as clocks
from eventreg.mail.models import MailMessage
from eventreg.questionnaires.queries import ASK_AGAIN_JOB
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.services.requests import ask_again
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event
from tests.registration.requesting import changed, travel
from tests.support.apps import AppMaker
from tests.support.killed import Work, let_leases_end

PEOPLE = 200
#: in the middle of a step, at the last of one, and in the middle of a later one
MOMENTS = (20, 50, 73)
REQUEST = "eventreg.registration.services.requests.request_message"


@pytest.fixture
def event(make_app: AppMaker) -> Iterator[Event]:
    with make_app(demo_mail="hold").app_context():
        yield an_event(capacity=None)


def killed_again_and_again(work: Work) -> None:
    """Kill three workers in the middle of asking, then let one do the rest."""
    for moment in MOMENTS:
        assert work(REQUEST, dies_at=moment, EVENTREG_DEMO_MAIL="hold") == -signal.SIGKILL
        let_leases_end()
    assert work(EVENTREG_DEMO_MAIL="hold") == 0


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
def test_asked_again_once(event: Event, work: Work) -> None:
    people = [a_registration(event).id for _ in range(PEOPLE)]
    version = a_questionnaire(event, changed())
    with transaction():
        ask_again(event.id, version.id, ["sex"], {}, a_team_member(event).id, clocks.now())
    killed_again_and_again(work)
    assert_each_once(people, "asked_again")
    assert db.session.scalar(select(func.count(Job.id)).where(Job.kind == ASK_AGAIN_JOB)) == 0


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(240)
def test_asked_a_follow_up_once(event: Event, work: Work) -> None:
    a_questionnaire(event, changed(travel()))
    people = [a_registration(event).id for _ in range(PEOPLE)]
    assert db.session.scalar(select(func.count(Registration.id))) == PEOPLE
    killed_again_and_again(work)
    assert_each_once(people, "asked_follow_up")
