"""What came of a run beside the figures: who decided otherwise meanwhile, and what of it can still be undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select

from eventreg.accounts.models import Account
from eventreg.db import db
from eventreg.registration.models import Decision
from eventreg.registration.rules.states import Action
from eventreg.review.models import Run, RunItem
from eventreg.review.queries.runs import ItemRow


class Decided(NamedTuple):
    """What somebody decided since a person was chosen."""

    by: str
    action: Action
    at: datetime


@dataclass(frozen=True)
class Undoable:
    """How many decisions of a run can still be undone, and when the first mail goes; None: none goes."""

    count: int
    mails_at: datetime | None


def can_be_undone(now: datetime) -> Sequence[ColumnElement[bool]]:
    """Return what a decision must fulfil to be taken back without a mail: none has gone, or none was to go."""
    return Decision.undone_at.is_(None), (Decision.mails_at > now) | Decision.has_mail.is_(False)


def get_undoable(run: Run, now: datetime) -> Undoable:
    """Return what of a run can still be undone: one statement."""
    row = db.session.execute(
        select(func.count(), func.min(Decision.mails_at).filter(Decision.has_mail.is_(True)))
        .select_from(RunItem)
        .join(Decision, Decision.id == RunItem.decision_id)
        .where(RunItem.run_id == run.id, *can_be_undone(now))
    ).one()
    return Undoable(row[0], row[1])


def find_undoing(run: Run) -> Run | None:
    """Return the run that takes a run back, or None when nobody has begun one."""
    return db.session.scalars(select(Run).where(Run.undoes_id == run.id).order_by(Run.id).limit(1)).first()


def list_decided_since(run: Run, rows: Iterable[ItemRow]) -> Mapping[int, Decided]:
    """Return the newest decision on each of these people that the run did not see and did not make: one statement."""
    seen = {row.registration_id: row for row in rows}
    if not seen:
        return {}
    found = db.session.execute(
        select(Decision, Account.name)
        .join(Account, Account.id == Decision.account_id)
        .where(Decision.registration_id.in_(seen), Decision.undone_at.is_(None))
        .order_by(Decision.id)
    )
    return {
        decision.registration_id: Decided(name, decision.action, decision.decided_at)
        for decision, name in found
        if decision.revision > seen[decision.registration_id].seen_revision
    }
