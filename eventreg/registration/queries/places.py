"""How many places events have left, as the public is told. Decisions count again, under the lock.

The places of events by the ledger. Decisions count again, under the lock.

Options that have places of their own, and how many of them are taken.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, func, select

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.seats import Places, Seats
from eventreg.questionnaires.rules.schema import Definition
from eventreg.registration.models import OptionPlace, Place
from eventreg.registration.rules.availability import Availability, OfferedCategory, availability


def get_availability(event: Event, now: datetime) -> Availability:
    """Return the state of registration of an event whose categories are loaded, in one statement."""
    return list_availabilities([event], now)[event.id]


def list_availabilities(events: Sequence[Event], now: datetime) -> dict[int, Availability]:
    """Return the state of registration of events whose categories are loaded, by event id, in one statement."""
    seats = list_seats(events)
    return {event.id: _availability(event, seats[event.id], now) for event in events}


def _availability(event: Event, seats: Seats, now: datetime) -> Availability:
    return availability(
        now,
        event.registration_opens_at,
        event.registration_closes_at,
        seats=seats,
        few_places=event.few_places,
        publication=Publication.CANCELLED if event.is_called_off else event.publication,
        categories=[
            OfferedCategory(
                category.id, category.approval, category.pending_counts, category.is_private, event.window_of(category)
            )
            for category in event.categories
        ],
    )


def get_seats(event: Event) -> Seats:
    """Return the seats of an event whose categories are loaded, in one statement."""
    return list_seats([event])[event.id]


def find_seats(event: Event) -> Seats:
    """Return the seats of an event whose categories need not be loaded, in one statement."""
    taken = func.count(Place.id)
    rows = db.session.execute(
        select(Category.id, Category.places, Category.counts_toward_event, taken)
        .outerjoin(Place, and_(Place.event_id == event.id, Place.category_id == Category.id))
        .where(Category.event_id == event.id)
        .group_by(Category.id, Category.places, Category.counts_toward_event)
    ).all()
    return Seats(
        event.capacity,
        {row[0]: row[1] for row in rows},
        {row[0]: row[3] for row in rows},
        frozenset(row[0] for row in rows if not row[2]),
    )


def list_seats(events: Sequence[Event]) -> dict[int, Seats]:
    """Return the seats of events whose categories are loaded, by event id, in one statement."""
    rows = db.session.execute(
        select(Place.category_id, func.count())
        .where(Place.event_id.in_([event.id for event in events]))
        .group_by(Place.event_id, Place.category_id)
    )
    taken = dict(rows.all())
    return {event.id: event.seats(taken) for event in events}


#: an option: the key of its question, its value
OptionKey = tuple[str, str]


def limited_options(definition: Definition) -> dict[OptionKey, int]:
    """Return the places of each option that has places of its own."""
    return {
        (question.key, option.value): option.places
        for question in definition.questions()
        for option in question.options
        if option.places is not None
    }


def list_option_places(event_id: int, limits: Mapping[OptionKey, int]) -> dict[OptionKey, Places]:
    """Return the places of these options, in one statement. Asks nothing where there are none."""
    if not limits:
        return {}
    rows = db.session.execute(
        select(OptionPlace.question_key, OptionPlace.option, func.count())
        .where(OptionPlace.event_id == event_id)
        .group_by(OptionPlace.question_key, OptionPlace.option)
    )
    taken = {(key, option): count for key, option, count in rows}
    return {key: Places(limit, taken.get(key, 0)) for key, limit in limits.items()}


def list_option_places_left(event_id: int, definition: Definition) -> dict[OptionKey, int]:
    """Return how many can still choose each option that has places; never less than none. Asks nothing where none has."""
    places = list_option_places(event_id, limited_options(definition))
    return {key: each.free for key, each in places.items() if each.free is not None}
