"""Runs as the team sees them: which there are, how far each has come, and what came of each person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select

from eventreg.accounts.models import Account
from eventreg.db import db
from eventreg.events.organizers import Organizer
from eventreg.events.rules.team import Scope
from eventreg.kernel.errors import NotFound
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from eventreg.review.models import Run, RunItem
from eventreg.review.queries.scoping import in_scope
from eventreg.review.rules.runs import ItemOutcome

RUNS_A_PAGE = 30
PEOPLE_A_PAGE = 50


@dataclass(frozen=True)
class RunCounts:
    """How many people of a run each outcome has."""

    by_outcome: Mapping[ItemOutcome, int]

    def of(self, *outcomes: ItemOutcome) -> int:
        """Return how many have one of these outcomes."""
        return sum(self.by_outcome.get(outcome, 0) for outcome in outcomes)

    @property
    def total(self) -> int:
        """How many were chosen."""
        return sum(self.by_outcome.values())

    @property
    def left_to_do(self) -> int:
        """How many are still to come."""
        return self.of(ItemOutcome.WAITING)

    @property
    def done(self) -> int:
        """How many it was done to, with a place or without."""
        return self.of(ItemOutcome.DONE, ItemOutcome.DONE_WITHOUT_PLACE)


@dataclass(frozen=True)
class RunLine:
    """A run with who began it and how far it has come."""

    run: Run
    by: str
    counts: RunCounts


class ItemRow(NamedTuple):
    """One person of a run."""

    item_id: int
    registration_id: int
    reference: str
    given_name: str
    family_name: str
    institution: str
    category_id: int
    language: str
    status: Status
    outcome: ItemOutcome
    refusal: str
    seen_revision: int
    revision: int
    done_at: datetime | None

    @property
    def full_name(self) -> str:
        """The name as typed."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def has_changed(self) -> bool:
        """Whether the registration is no longer what was chosen."""
        return self.revision != self.seen_revision


def get_run(event_id: int, public_id: str, who: Organizer) -> RunLine:
    """Return a run of this event that an account may know of. Any other is NotFound, like none at all.

    A draft is for whoever chose; what was begun is for everybody who sees the whole event as well.
    """
    row = db.session.execute(
        _seen(event_id, who).where(Run.public_id == public_id).execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return RunLine(row.Run, row.name, count_items([row.Run.id])[row.Run.id])


def list_runs(event_id: int, who: Organizer, before: int | None = None) -> tuple[list[RunLine], int]:
    """Return the newest runs that were begun, and the id from which the next page goes on; 0: no more."""
    statement = _seen(event_id, who).where(Run.begun_at.is_not(None))
    if before is not None:
        statement = statement.where(Run.id < before)
    rows = db.session.execute(statement.order_by(Run.id.desc()).limit(RUNS_A_PAGE + 1)).all()
    shown = rows[:RUNS_A_PAGE]
    counts = count_items([row.Run.id for row in shown])
    return [RunLine(row.Run, row.name, counts[row.Run.id]) for row in shown], (
        shown[-1].Run.id if len(rows) > RUNS_A_PAGE else 0
    )


def count_items(run_ids: Collection[int]) -> dict[int, RunCounts]:
    """Return how far runs have come: one statement, on an index alone."""
    found: dict[int, dict[ItemOutcome, int]] = {run_id: {} for run_id in run_ids}
    rows = db.session.execute(
        select(RunItem.run_id, RunItem.outcome, func.count())
        .where(RunItem.run_id.in_(run_ids))
        .group_by(RunItem.run_id, RunItem.outcome)
    )
    for run_id, outcome, number in rows:
        found[run_id][outcome] = number
    return {run_id: RunCounts(counts) for run_id, counts in found.items()}


def list_items(
    run: Run, scope: Scope, outcomes: Collection[ItemOutcome] = (), after: int = 0, limit: int = PEOPLE_A_PAGE
) -> tuple[Sequence[ItemRow], int]:
    """Return people of a run in its order, and the item from which the next page goes on; 0: no more."""
    columns = (
        RunItem.id, RunItem.registration_id, Registration.reference, Registration.given_name, Registration.family_name,
        Registration.institution, Registration.category_id, Registration.language, Registration.status, RunItem.outcome,
        RunItem.refusal, RunItem.seen_revision, Registration.revision, RunItem.done_at,
    )  # fmt: skip
    statement = (
        select(*columns)
        .select_from(RunItem)
        .join(Registration, Registration.id == RunItem.registration_id)
        .where(RunItem.run_id == run.id, RunItem.id > after)
    )
    if outcomes:
        statement = statement.where(RunItem.outcome.in_(outcomes))
    statement = in_scope(statement, run.event_id, scope).order_by(RunItem.id).limit(limit + 1)
    rows = [ItemRow._make(row) for row in db.session.execute(statement)]
    return rows[:limit], (rows[limit - 1].item_id if len(rows) > limit else 0)


def _seen(event_id: int, who: Organizer) -> Select[Run, str]:
    statement = select(Run, Account.name).join(Account, Account.id == Run.account_id).where(Run.event_id == event_id)
    mine = Run.account_id == who.id
    return statement.where(mine | Run.begun_at.is_not(None) if who.scope.is_whole else mine)
