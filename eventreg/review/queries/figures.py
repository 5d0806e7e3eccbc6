"""Counts: registrations by status and category, places taken, messages by where they stand. No person is in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import String, case, cast, func, literal_column, select, union_all

from eventreg.db import db
from eventreg.events.models import Category
from eventreg.events.rules.seats import Seats
from eventreg.events.rules.team import Scope
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import Standing, standing
from eventreg.registration.models import Place, Registration
from eventreg.registration.queries.scoping import about_scope, conditions
from eventreg.registration.rules.states import Status

#: what stands in place of a status in the lines about places; a category counts towards those of the event, or beside them
_PLACE, _PLACE_BESIDE = "place", "place beside"


@dataclass(frozen=True)
class Figures:
    """How many registrations of one event stand where."""

    #: by (status, id of the category)
    registrations: Mapping[tuple[Status, int], int]
    #: places taken, by id of the category
    places: Mapping[int, int]
    #: of those, what does not count towards the places of the event
    beside: int = 0

    def with_status(self, status: Status) -> int:
        """Return how many have this status."""
        return sum(number for (found, _), number in self.registrations.items() if found is status)

    def in_category(self, category_id: int) -> int:
        """Return how many are of a category, whatever their status."""
        return sum(number for (_, found), number in self.registrations.items() if found == category_id)

    @property
    def total(self) -> int:
        """How many registrations there are, whatever their status."""
        return sum(self.registrations.values())

    @property
    def taken(self) -> int:
        """How many places of the event are taken, by those who count towards them."""
        return sum(self.places.values()) - self.beside


def count_places(event_id: int, scope: Scope, capacity: int | None = None) -> Seats:
    """Return the places taken, by whoever is in scope: one statement. Beside the `capacity` no limit is looked up."""
    statement = select(Place.category_id, Category.counts_toward_event, func.count()).join(
        Category, Category.id == Place.category_id
    )
    if not scope.is_whole:
        # A place that is held without a person is nobody's, and so in no part of an event.
        statement = statement.join(Registration, Registration.id == Place.registration_id)
        statement = statement.where(*conditions(event_id, scope))
    rows = db.session.execute(
        statement.where(Place.event_id == event_id).group_by(Place.category_id, Category.counts_toward_event)
    ).all()
    return Seats(capacity, {}, {row[0]: row[2] for row in rows}, frozenset(row[0] for row in rows if not row[1]))


def list_figures(scopes: Mapping[int, Scope]) -> dict[int, Figures]:
    """Return the figures of events by id, each as far as its scope goes.

    One statement for all events that are seen whole, and two more for each that is not.
    """
    whole = [event_id for event_id, scope in scopes.items() if scope.is_whole]
    parts = {event_id: scope for event_id, scope in scopes.items() if not scope.is_whole}
    return _whole_figures(whole) | {event_id: _part_figures(event_id, scope) for event_id, scope in parts.items()}


def _part_figures(event_id: int, scope: Scope) -> Figures:
    narrowed = conditions(event_id, scope)
    registrations = db.session.execute(
        select(Registration.status, Registration.category_id, func.count())
        .where(Registration.event_id == event_id, *narrowed)
        .group_by(Registration.status, Registration.category_id)
    )
    seats = count_places(event_id, scope)
    return Figures(
        {(row[0], row[1]): row[2] for row in registrations},
        seats.taken,
        sum(seats.taken.values()) - seats.whole.taken,
    )


def _whole_figures(event_ids: Collection[int]) -> dict[int, Figures]:
    if not event_ids:
        return {}
    counted = select(
        Registration.event_id, cast(Registration.status, String), Registration.category_id, func.count()
    ).where(Registration.event_id.in_(event_ids))
    by_registration = counted.group_by(Registration.event_id, Registration.status, Registration.category_id)
    is_beside = case((Category.counts_toward_event, _PLACE), else_=_PLACE_BESIDE)
    taken = (
        select(Place.event_id, is_beside, Place.category_id, func.count())
        .join(Category, Category.id == Place.category_id)
        .where(Place.event_id.in_(event_ids))
        .group_by(Place.event_id, Place.category_id, Category.counts_toward_event)
    )
    registrations: dict[int, dict[tuple[Status, int], int]] = {id_: {} for id_ in event_ids}
    places: dict[int, dict[int, int]] = {id_: {} for id_ in event_ids}
    beside = dict.fromkeys(event_ids, 0)
    for event_id, kind, category_id, number in db.session.execute(union_all(by_registration, taken)):
        if kind not in (_PLACE, _PLACE_BESIDE):
            registrations[event_id][Status(kind), category_id] = number
            continue
        places[event_id][category_id] = number
        beside[event_id] += number if kind == _PLACE_BESIDE else 0
    return {id_: Figures(registrations[id_], places[id_], beside[id_]) for id_ in event_ids}


def count_standings(event_id: int, scope: Scope) -> dict[Standing, int]:
    """Return how many messages of an event stand where, as people are shown it: those about registrations in scope."""
    # Written out: PostgreSQL takes two parameters for two expressions, and would refuse the grouping.
    was_tried = MailMessage.attempts > literal_column("0")
    rows = db.session.execute(
        select(MailMessage.state, was_tried, func.count())
        .where(MailMessage.event_id == event_id, *about_scope(event_id, scope))
        .group_by(MailMessage.state, was_tried)
    )
    counted: dict[Standing, int] = {}
    for state, is_retried, number in rows:
        shown = standing(state, int(is_retried))
        counted[shown] = counted.get(shown, 0) + number
    return counted
