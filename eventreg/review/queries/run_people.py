"""The people of a run: one to show something as, and how many are of which status."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from eventreg.db import db
from eventreg.events.rules.team import Scope
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from eventreg.review.models import Run, RunItem
from eventreg.review.queries.choosing import is_called
from eventreg.review.queries.scoping import in_scope


def find_person(run: Run, scope: Scope, typed: str = "") -> Registration | None:
    """Return somebody of a run by reference or a part of the name, in scope; without either the first."""
    statement = in_scope(_people(run), run.event_id, scope)
    if typed:
        statement = statement.where(is_called(typed))
    return db.session.scalars(statement.order_by(RunItem.id).limit(1)).first()


def count_statuses(run: Run) -> dict[Status, int]:
    """Return how many people of a run have which status, the most frequent first."""
    rows = db.session.execute(
        select(Registration.status, func.count())
        .select_from(RunItem)
        .join(Registration, Registration.id == RunItem.registration_id)
        .where(RunItem.run_id == run.id)
        .group_by(Registration.status)
        .order_by(func.count().desc(), Registration.status)
    )
    return {row[0]: row[1] for row in rows}


def count_messages(run: Run, template: str) -> dict[DeliveryState, int]:
    """Return where the messages of a run that writes stand."""
    rows = db.session.execute(
        select(MailMessage.state, func.count())
        .select_from(RunItem)
        .join(
            MailMessage,
            (MailMessage.record_kind == "registration") & (MailMessage.record_id == RunItem.registration_id),
        )
        .where(
            RunItem.run_id == run.id,
            MailMessage.template == template,
            MailMessage.key.endswith(f"/written/{run.public_id}/participant", autoescape=True),
        )
        .group_by(MailMessage.state)
    )
    return {row[0]: row[1] for row in rows}


def _people(run: Run) -> Select[Any]:
    return (
        select(Registration)
        .options(joinedload(Registration.category))
        .join(RunItem, RunItem.registration_id == Registration.id)
        .where(RunItem.run_id == run.id)
    )
