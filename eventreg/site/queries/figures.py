"""Figures of the whole instance, for whoever runs it. Counts only, no event and no person."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, text

from eventreg.db import db
from eventreg.jobs.models import Job
from eventreg.jobs.rules import JobState
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status


class Figures(NamedTuple):
    """How many there are. Every status and state is named, also at nought."""

    registrations: dict[Status, int]
    messages: dict[DeliveryState, int]
    #: "due": their time has come; "later": it has not; "given_up": after many tries
    jobs: dict[str, int]


def count_everything(now: datetime) -> Figures:
    """Count registrations, messages and jobs, in three statements."""
    registrations = db.session.execute(select(Registration.status, func.count()).group_by(Registration.status))
    messages = db.session.execute(select(MailMessage.state, func.count()).group_by(MailMessage.state))
    due, later, given_up = db.session.execute(
        select(
            func.count().filter(Job.due_at <= now),
            func.count().filter(Job.due_at > now),
            func.count().filter(Job.state == JobState.FAILED),
        ).select_from(Job)
    ).one()
    return Figures(
        dict.fromkeys(Status, 0) | dict(registrations.all()),
        dict.fromkeys(DeliveryState, 0) | dict(messages.all()),
        {"due": due, "later": later, "given_up": given_up},
    )


def check_database() -> None:
    """Ask the database for something. Raises sqlalchemy.exc.SQLAlchemyError when it does not answer."""
    db.session.execute(text("SELECT 1"))
