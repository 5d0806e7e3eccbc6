"""Runs as the team sees them: which there are, how far each has come, what came of each person, what can be undone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import joinedload

from eventreg.accounts.models import Account
from eventreg.attendees.queries.person import is_called
from eventreg.attendees.rules.acts import ItemOutcome
from eventreg.bulk.models import Run, RunItem
from eventreg.db import db, found
from eventreg.events.organizers import Organizer
from eventreg.events.rules.team import Scope
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import Decision, Registration
from eventreg.registration.queries.scoping import in_scope
from eventreg.registration.rules.states import Action, Status

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


def get_run(event_id: int, public_id: str, who: Organizer) -> RunLine:
    """Return a run of this event that an account may know of. Any other is NotFound, like none at all.

    A draft is for whoever chose; what was begun, and a draft that was saved, is for everybody who sees the whole event as well.
    """
    row = db.session.execute(
        seen_runs(event_id, who).where(Run.public_id == public_id).execution_options(populate_existing=True)
    ).one_or_none()
    run, by = found(row)
    return RunLine(run, by, count_items([run.id])[run.id])


def list_runs(event_id: int, who: Organizer, before: int | None = None) -> tuple[list[RunLine], int]:
    """Return the newest runs that were begun, and the id from which the next page goes on; 0: no more."""
    return page_of(seen_runs(event_id, who).where(Run.begun_at.is_not(None)), before)


def page_of(statement: Select[Run, str], before: int | None) -> tuple[list[RunLine], int]:
    """Return the newest of these runs, with who chose, and the id from which the next page goes on; 0: no more."""
    if before is not None:
        statement = statement.where(Run.id < before)
    rows = db.session.execute(statement.order_by(Run.id.desc()).limit(RUNS_A_PAGE + 1)).all()
    shown = rows[:RUNS_A_PAGE]
    counts = count_items([row.Run.id for row in shown])
    lines = [RunLine(row.Run, row.name, counts[row.Run.id]) for row in shown]
    return lines, lines[-1].run.id if len(rows) > RUNS_A_PAGE else 0


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
    run: Run,
    scope: Scope,
    outcomes: Collection[ItemOutcome] = (),
    after: int = 0,
    limit: int = PEOPLE_A_PAGE,
    of: Any = RunItem,
) -> tuple[Sequence[ItemRow], int]:
    """Return people of a run in its order, and the item from which the next page goes on; 0: no more.

    `of`, here and below: what stands for the items of the draft of a message (`queries.writing`).
    """
    columns = (
        of.id, of.registration_id, Registration.reference, Registration.given_name, Registration.family_name,
        Registration.institution, Registration.category_id, Registration.language, Registration.status, of.outcome,
        of.refusal, of.seen_revision, Registration.revision, of.done_at,
    )  # fmt: skip
    statement = (
        select(*columns)
        .select_from(of)
        .join(Registration, Registration.id == of.registration_id)
        .where(of.run_id == run.id, of.id > after)
    )
    if outcomes:
        statement = statement.where(of.outcome.in_(outcomes))
    statement = in_scope(statement, run.event_id, scope).order_by(of.id).limit(limit + 1)
    rows = [ItemRow._make(row) for row in db.session.execute(statement)]
    return rows[:limit], (rows[limit - 1].item_id if len(rows) > limit else 0)


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


def find_person(run: Run, scope: Scope, typed: str = "", of: Any = RunItem) -> Registration | None:
    """Return somebody of a run by reference or a part of the name, in scope; without either the first."""
    statement = in_scope(_people(run, of), run.event_id, scope)
    if typed:
        statement = statement.where(is_called(typed))
    return db.session.scalars(statement.order_by(of.id).limit(1)).first()


def list_people(run: Run, scope: Scope, of: Any, most: int) -> Sequence[Registration]:
    """Return the first people of a run, in scope, at most so many."""
    people = in_scope(_people(run, of), run.event_id, scope).order_by(of.id).limit(most)
    return db.session.scalars(people).all()


def count_statuses(run: Run, of: Any = RunItem) -> dict[Status, int]:
    """Return how many people of a run have which status, the most frequent first."""
    rows = db.session.execute(
        select(Registration.status, func.count())
        .select_from(of)
        .join(Registration, Registration.id == of.registration_id)
        .where(of.run_id == run.id)
        .group_by(Registration.status)
        .order_by(func.count().desc(), Registration.status)
    )
    return {row[0]: row[1] for row in rows}


def count_messages(run: Run) -> dict[DeliveryState, int]:
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
            MailMessage.key.endswith(f"/written/{run.public_id}/participant", autoescape=True),
        )
        .group_by(MailMessage.state)
    )
    return {row[0]: row[1] for row in rows}


def seen_runs(event_id: int, who: Organizer) -> Select[Run, str]:
    """Select the runs of an event that an account may know of, with who chose."""
    return select(Run, Account.name).join(Account, Account.id == Run.account_id).where(is_seen(event_id, who))


def is_seen(event_id: int, who: Organizer) -> ColumnElement[bool]:
    """Return what a run must be for an account to know of it."""
    mine = Run.account_id == who.id
    is_open = Run.begun_at.is_not(None) | Run.saved_at.is_not(None)
    return and_(Run.event_id == event_id, mine | is_open if who.scope.is_whole else mine)


def _people(run: Run, of: Any) -> Select[Any]:
    return (
        select(Registration)
        .options(joinedload(Registration.category))
        .join(of, of.registration_id == Registration.id)
        .where(of.run_id == run.id)
    )
