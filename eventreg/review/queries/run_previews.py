"""What a run would come to, before it is begun: who is concerned, in which languages, and whether there are places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import joinedload

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.rules.team import Scope
from eventreg.registration.models import Place, Registration
from eventreg.registration.rules.states import Status, next_status
from eventreg.review.models import Run, RunItem
from eventreg.review.queries.scoping import in_scope
from eventreg.review.rules.runs import ACTIONS, MOST_CHOSEN, RunAct


@dataclass(frozen=True)
class RunFigures:
    """Who is concerned by a draft."""

    #: people the act is done to, by the language they are written in
    by_language: Mapping[str, int]
    #: people who are left as they are, by their status: the act does not fit it
    unfit: Mapping[Status, int]
    #: people who were changed since they were chosen
    changed: int

    @property
    def concerned(self) -> int:
        """How many people the act is done to."""
        return sum(self.by_language.values())

    @property
    def total(self) -> int:
        """How many were chosen."""
        return self.concerned + sum(self.unfit.values()) + self.changed


@dataclass(frozen=True)
class CategoryNeed:
    """A category that is concerned, with its places. `free` None: only the event limits it."""

    category: Category
    needed: int
    free: int | None


@dataclass(frozen=True)
class PlaceForecast:
    """How far the places go that are left. `free` None: the event has no limit."""

    free: int | None
    #: how many chosen people need one of the event's
    needed: int
    categories: Sequence[CategoryNeed]
    #: how many would find none
    without_place: int


def fits(act: RunAct, status: Status) -> bool:
    """Say whether an act can be done to somebody of a status. What is no decision fits everybody; an address that is not
    confirmed is not written to."""
    if act is RunAct.WRITE:
        return status is not Status.UNVERIFIED
    return act not in ACTIONS or next_status(status, ACTIONS[act]) is not None


def get_figures(run: Run) -> RunFigures:
    """Return who is concerned by a draft: one statement."""
    is_changed = (RunItem.seen_revision != Registration.revision).label("is_changed")
    rows = db.session.execute(
        select(Registration.status, Registration.language, is_changed, func.count())
        .select_from(RunItem)
        .join(Registration, Registration.id == RunItem.registration_id)
        .where(RunItem.run_id == run.id)
        .group_by(Registration.status, Registration.language, is_changed)
        .order_by(func.count().desc(), Registration.language)
    )
    by_language: dict[str, int] = {}
    unfit: dict[Status, int] = {}
    changed = 0
    for status, language, has_changed, number in rows:
        if has_changed and run.act in (*ACTIONS, RunAct.CORRECT):
            changed += number
        elif not fits(run.act, status):
            unfit[status] = unfit.get(status, 0) + number
        else:
            by_language[language] = by_language.get(language, 0) + number
    most_read_first = dict(sorted(by_language.items(), key=lambda item: -item[1]))
    return RunFigures(most_read_first, unfit, changed)


def list_samples(run: Run, scope: Scope) -> Mapping[str, Registration]:
    """Return the first person concerned of each language, to show the mail with: two statements."""
    statuses = [status for status in Status if fits(run.act, status)]
    concerned = (
        select(func.min(RunItem.id))
        .select_from(RunItem)
        .join(Registration, Registration.id == RunItem.registration_id)
        .where(RunItem.run_id == run.id, Registration.status.in_(statuses))
        .group_by(Registration.language)
    )
    people = (
        select(Registration)
        .options(joinedload(Registration.category))
        .join(RunItem, RunItem.registration_id == Registration.id)
        .where(RunItem.id.in_(in_scope(concerned, run.event_id, scope)))
    )
    return {person.language: person for person in db.session.scalars(people)}


def forecast_places(event: Event, run: Run) -> PlaceForecast | None:
    """Return how far the places go for whoever a draft concerns, served in its order; None where none is needed.

    The order does not change how many are served: a category gives what it has, and the event what it has to those. So it
    is counted, not played through.
    """
    if run.act not in (RunAct.APPROVE, RunAct.REOPEN):
        return None
    needed = _count_needing(run)
    taken: dict[int, int] = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Place.category_id, func.count()).where(Place.event_id == event.id).group_by(Place.category_id)
        )
    }
    concerned = [
        CategoryNeed(each, needed[each.id], None if each.places is None else each.places - taken.get(each.id, 0))
        for each in event.categories
        if needed.get(each.id) and (run.act is RunAct.APPROVE or each.pending_counts)
    ]
    of_event = sum(taken.get(each.id, 0) for each in event.categories if each.counts_toward_event)
    free = None if event.capacity is None else event.capacity - of_event
    counting = sum(_served(need) for need in concerned if need.category.counts_toward_event)
    beside = sum(_served(need) for need in concerned if not need.category.counts_toward_event)
    served = beside + (counting if free is None else min(counting, max(0, free)))
    every = sum(need.needed for need in concerned)
    of_these = sum(need.needed for need in concerned if need.category.counts_toward_event)
    return PlaceForecast(free, of_these, concerned, every - served)


def list_without_place(event: Event, run: Run, forecast: PlaceForecast) -> frozenset[int]:
    """Return the items of a draft for whom no place would be left, served in its order.

    Where so many were chosen that nobody looks at each, nobody is named.
    """
    if not forecast.without_place:
        return frozenset()
    rows = db.session.execute(
        select(RunItem.id, Registration.category_id)
        .select_from(RunItem)
        .join(Registration, Registration.id == RunItem.registration_id)
        .where(RunItem.run_id == run.id, *_needing(run))
        .order_by(RunItem.id)
        .limit(MOST_CHOSEN + 1)
    ).all()
    if len(rows) > MOST_CHOSEN:
        return frozenset()
    left = {need.category.id: need.free for need in forecast.categories}
    counting = {row.id for row in event.categories if row.counts_toward_event}
    of_event, lacking = forecast.free, set()
    for item_id, category_id in rows:
        if category_id not in left:
            continue
        of_category, counts = left[category_id], category_id in counting and of_event is not None
        if (of_category is not None and of_category <= 0) or (counts and of_event is not None and of_event <= 0):
            lacking.add(item_id)
            continue
        left[category_id] = None if of_category is None else of_category - 1
        of_event = of_event - 1 if counts and of_event is not None else of_event
    return frozenset(lacking)


def _served(need: CategoryNeed) -> int:
    return need.needed if need.free is None else min(need.needed, max(0, need.free))


def _count_needing(run: Run) -> dict[int, int]:
    rows = db.session.execute(
        select(Registration.category_id, func.count())
        .select_from(RunItem)
        .join(Registration, Registration.id == RunItem.registration_id)
        .where(RunItem.run_id == run.id, *_needing(run))
        .group_by(Registration.category_id)
    )
    return {row[0]: row[1] for row in rows}


def _needing(run: Run) -> Sequence[ColumnElement[bool]]:
    """Return the conditions of being decided on and of having no place yet."""
    statuses = [status for status in Status if fits(run.act, status)]
    return (
        Registration.status.in_(statuses),
        RunItem.seen_revision == Registration.revision,
        ~exists().where(Place.registration_id == Registration.id),
    )
