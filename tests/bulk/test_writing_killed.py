"""A worker that is killed while eighty people are written to: each has one message. Cases 31, 62.

The worker is a process of its own that kills itself, without a word, at the message of a given number.
"""

from __future__ import annotations

import signal
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.attendees.rules.acts import RunAct
from eventreg.bulk.models import Run
from eventreg.bulk.services.runs import begin_run, draft_run, these
from eventreg.bulk.services.steps import RUN_JOB
from eventreg.db import db
from eventreg.events.rules.team import EVERYTHING
from eventreg.mail.models import MailMessage
from tests.builders import a_registration, a_team_member, an_event
from tests.support.killed import Work, let_leases_end

PEOPLE = 80
DIES_AT = 72
WRITE = "eventreg.bulk.services.writing.written_message"


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(240)
def test_each_is_written_to_once_although_the_worker_is_killed(app: Flask, work: Work) -> None:
    """It dies in the middle of a batch, of which nothing is committed: those people are the next one's first."""
    event = an_event(capacity=None)
    people = [a_registration(event, "academia", "confirmed") for _ in range(PEOPLE)]
    chosen = these(event.id, {person.reference: person.revision for person in people}, EVERYTHING)
    words = {"subject": {"es": "Autobús"}, "body": {"es": "Sale a las 8."}}
    run = draft_run(event.id, RunAct.WRITE, chosen, a_team_member(event).id, details=words)
    begin_run(run.id)
    assert work(WRITE, dies_at=DIES_AT, is_after=True) == -signal.SIGKILL
    assert 0 < len(recipients()) < DIES_AT
    let_leases_end(RUN_JOB)
    assert work() == 0
    assert Counter(recipients()) == Counter(person.email for person in people)
    db.session.rollback()
    assert db.session.get_one(Run, run.id, populate_existing=True).finished_at is not None


def recipients() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(MailMessage.recipient).where(MailMessage.template == "registration/written")))
