"""Figures of the whole instance, for whoever runs it. Counts only, no event and no person."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.jobs.models import Job
from eventreg.jobs.rules import JobState
from eventreg.mail.models import MailMessage
from eventreg.mail.queries import count_backlog
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status


class Figures(NamedTuple):
    """How many there are. Every status and state is named, also at nought."""

    registrations: dict[Status, int]
    messages: dict[DeliveryState, int]
    #: how many of them were tried and put off
    deferred: int
    #: seconds since the longest waiting message was queued, and since the first job became due; 0 where none waits
    mail_age: float
    jobs_age: float
    #: "due": their time has come; "later": it has not; "given_up": after many tries
    jobs: dict[str, int]


def count_everything(now: datetime) -> Figures:
    """Count registrations, messages and jobs, in four statements."""
    registrations = db.session.execute(select(Registration.status, func.count()).group_by(Registration.status))
    messages = db.session.execute(select(MailMessage.state, func.count()).group_by(MailMessage.state))
    backlog = count_backlog(db.session.connection(), now)
    due, later, given_up, first_due = db.session.execute(
        select(
            func.count().filter(Job.due_at <= now),
            func.count().filter(Job.due_at > now),
            func.count().filter(Job.state == JobState.FAILED),
            func.min(Job.due_at),
        ).select_from(Job)
    ).one()
    return Figures(
        dict.fromkeys(Status, 0) | dict(registrations.all()),
        dict.fromkeys(DeliveryState, 0) | dict(messages.all()),
        backlog.deferred,
        _age(backlog.oldest, now),
        _age(first_due, now),
        {"due": due, "later": later, "given_up": given_up},
    )


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0
