"""What a run would come to, before it is begun: who is concerned, in which languages, and whether there are places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import joinedload

from eventreg.attendees.rules.acts import ACTIONS, MOST_CHOSEN, RunAct
from eventreg.bulk.models import Run, RunItem
from eventreg.db import db
from eventreg.events.announcing import WrittenTo
from eventreg.events.models import Category, Event
from eventreg.events.rules.seats import Places, Seats
from eventreg.events.rules.team import Scope
from eventreg.kernel import clock
from eventreg.registration.models import Place, Registration
from eventreg.registration.queries.places import get_seats
from eventreg.registration.queries.scoping import in_scope
from eventreg.registration.rules.availability import UNDO_WINDOW
from eventreg.registration.rules.states import Status, next_status
from eventreg.registration.services import promotion
from eventreg.registration.services.places import list_released


@dataclass(frozen=True)
class RunFigures:
    """Who is concerned by a draft."""

    #: people the act is done to, by the language they are written in
    by_language: Mapping[str, int]
    #: people who are left as they are, by their status: the act does not fit it
    unfit: Mapping[Status, int]
    #: people who were changed since they were chosen
    changed: int
    #: people who get only what their registration needs, where many are written to
    refusing: int = 0

    @property
    def concerned(self) -> int:
        """How many people the act is done to."""
        return sum(self.by_language.values())

    @property
    def total(self) -> int:
        """How many were chosen."""
        return self.concerned + sum(self.unfit.values()) + self.changed + self.refusing


@dataclass(frozen=True)
class CategoryNeed:
    """A category that is concerned, with its own places."""

    category: Category
    needed: int
    places: Places


@dataclass(frozen=True)
class PlaceForecast:
    """How far the places go that are left."""

    seats: Seats
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


def get_figures(run: Run, of: Any = RunItem) -> RunFigures:
    """Return who is concerned by a draft: one statement. `of`: see `queries.runs.list_items`."""
    is_changed = (of.seen_revision != Registration.revision).label("is_changed")
    refuses = Registration.mail_refused_at.is_not(None).label("refuses")
    rows = db.session.execute(
        select(Registration.status, Registration.language, is_changed, refuses, func.count())
        .select_from(of)
        .join(Registration, Registration.id == of.registration_id)
        .where(of.run_id == run.id)
        .group_by(Registration.status, Registration.language, is_changed, refuses)
        .order_by(func.count().desc(), Registration.language)
    ).all()
    by_language: dict[str, int] = {}
    unfit: dict[Status, int] = {}
    changed = refusing = 0
    # One person alone can always be written to; what is ready-made says whether it goes whatever people chose.
    is_to_many = run.act is RunAct.WRITE and run.details.get("can_be_refused", sum(row[-1] for row in rows) > 1)
    for status, language, has_changed, has_refused, number in rows:
        if has_changed and run.act in (*ACTIONS, RunAct.CORRECT):
            changed += number
        elif not fits(run.act, status):
            unfit[status] = unfit.get(status, 0) + number
        elif is_to_many and has_refused:
            refusing += number
        else:
            by_language[language] = by_language.get(language, 0) + number
    most_read_first = dict(sorted(by_language.items(), key=lambda item: -item[1]))
    return RunFigures(most_read_first, unfit, changed, refusing)


def list_samples(run: Run, scope: Scope, of: Any = RunItem) -> Mapping[str, Registration]:
    """Return the first person concerned of each language, to show the mail with: two statements."""
    statuses = [status for status in Status if fits(run.act, status)]
    concerned = (
        select(func.min(of.id))
        .select_from(of)
        .join(Registration, Registration.id == of.registration_id)
        .where(of.run_id == run.id, Registration.status.in_(statuses))
        .group_by(Registration.language)
    )
    people = (
        select(Registration)
        .options(joinedload(Registration.category))
        .join(of, of.registration_id == Registration.id)
        .where(of.id.in_(in_scope(concerned, run.event_id, scope)))
    )
    return {person.language: person for person in db.session.scalars(people)}


def forecast_places(event: Event, run: Run) -> PlaceForecast | None:
    """Return how far the places go for whoever a draft concerns, served in its order; None where none is needed."""
    if run.act not in (RunAct.APPROVE, RunAct.REOPEN):
        return None
    number, seats = _count_needing(run), get_seats(event)
    concerned = [
        CategoryNeed(each, number[each.id], seats.in_category(each.id))
        for each in event.categories
        if number.get(each.id) and (run.act is RunAct.APPROVE or each.pending_counts)
    ]
    needed = sum(need.needed for need in concerned if need.category.counts_toward_event)
    return PlaceForecast(seats, needed, concerned, seats.lacking({need.category.id: need.needed for need in concerned}))


def forecast_moves(event: Event, run: Run) -> Sequence[WrittenTo]:
    """Return who moves up to the places that a draft lets go, once it cannot be undone any more."""
    if run.act not in (RunAct.DECLINE, RunAct.WAITLIST, RunAct.REOPEN):
        return ()
    statuses = [status for status in Status if fits(run.act, status)]
    held = (
        select(Place.category_id)
        .join(RunItem, RunItem.registration_id == Place.registration_id)
        .join(Registration, Registration.id == Place.registration_id)
        .where(
            RunItem.run_id == run.id,
            RunItem.seen_revision == Registration.revision,
            Registration.status.in_(statuses),
            Place.released_at.is_(None),
        )
    )
    stay = {each.id for each in event.categories if run.act is RunAct.REOPEN and each.pending_counts}
    freed = [category_id for category_id in db.session.scalars(held) if category_id not in stay]
    if not freed:
        return ()
    at = clock.now() + UNDO_WINDOW
    moving = promotion.foresee_freed(event, get_seats(event), freed, list_released(event.id, at), at)
    return promotion.foretold(event, moving, at)


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
    concerned, seats, lacking = {need.category.id for need in forecast.categories}, forecast.seats, set()
    for item_id, category_id in rows:
        if category_id not in concerned:
            continue
        if seats.of(category_id).has_free:
            seats = seats.take(category_id)
        else:
            lacking.add(item_id)
    return frozenset(lacking)


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
