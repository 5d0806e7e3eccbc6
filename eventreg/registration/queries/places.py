"""What lets somebody in: places that are left, of events, categories and options; and ways in beside the public form.

Of places the public is told what the ledger says; decisions count again, under the lock. Of ways in: what is carried by a
form to show that somebody holds one, an invitation by its personal link, and how often codes were used.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hmac import compare_digest

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select, union_all

from eventreg.db import db
from eventreg.events.links import generation_of
from eventreg.events.models import Category, Event
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.seats import Places, Seats
from eventreg.kernel.errors import NotFound
from eventreg.kernel.tokens import lookup_hash, personal_token
from eventreg.questionnaires.rules.schema import Definition
from eventreg.registration.models import AccessCode, Invitation, OptionPlace, Place, Registration, UsedForm
from eventreg.registration.rules.availability import Availability, OfferedCategory, availability
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import LONGEST_KEY, WayIn, WayKind, code_key
from eventreg.web.instance import holder_of, keys


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
        seats=_as_told(event, seats),
        few_places=event.few_places,
        publication=Publication.CANCELLED if event.is_called_off else event.publication,
        categories=[
            OfferedCategory(
                category.id, category.approval, category.pending_counts, category.is_private, event.window_of(category)
            )
            for category in event.categories
        ],
    )


def get_told_seats(event: Event) -> Seats:
    """Return what `get_seats` does, as the public is told."""
    return _as_told(event, get_seats(event))


def _as_told(event: Event, seats: Seats) -> Seats:
    """Return seats as the public is told of them: of a discreet event as if there were no limit.

    Whoever sent a form with somebody's address and saw that no place went would know that it was registered before.
    """
    return Seats(None, {}, {}) if event.is_discreet else seats


def get_seats(event: Event) -> Seats:
    """Return the seats of an event whose categories are loaded, in one statement."""
    return list_seats([event])[event.id]


# Counted by themselves, off their index: joined to the categories first, all would be put in order.
_COUNTED = (
    select(Place.category_id, func.count().label("taken"))
    .where(Place.event_id == bindparam("event_id"))
    .group_by(Place.category_id)
    .subquery()
)
_SEATS = (
    select(Category.id, Category.places, Category.counts_toward_event, func.coalesce(_COUNTED.c.taken, 0))
    .outerjoin(_COUNTED, _COUNTED.c.category_id == Category.id)
    .where(Category.event_id == bindparam("event_id"))
)


def find_seats(event: Event) -> Seats:
    """Return the seats of an event whose categories need not be loaded, in one statement."""
    rows = db.session.execute(_SEATS, {"event_id": event.id}).all()
    return Seats(
        event.capacity,
        {row[0]: row[1] for row in rows},
        {row[0]: row[3] for row in rows},
        frozenset(row[0] for row in rows if not row[2]),
    )


_TAKEN: Select[int, int] = (
    select(Place.category_id, func.count())
    .where(Place.event_id.in_(bindparam("events", expanding=True)))
    .group_by(Place.event_id, Place.category_id)
)


def list_seats(events: Sequence[Event]) -> dict[int, Seats]:
    """Return the seats of events whose categories are loaded, by event id, in one statement."""
    rows = db.session.execute(_TAKEN, {"events": [event.id for event in events]})
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


#: digits of the number of a code, at most
_LONGEST_NUMBER = 9
#: characters that somebody may type as a code, blanks and hyphens among them
LONGEST_TYPED = 200


def find_way_in(event: Event, carried: str) -> WayIn | None:
    """Return the way in that a form carries as "<kind>:<proof>", or None when it proves nothing here.

    What it proves is that somebody was let in once; whether it still leads in is decided under the lock.
    """
    kind, _colon, proof = carried.partition(":")
    if kind == WayKind.INVITATION.value:
        return _by_invitation(event, proof)
    if kind == WayKind.CODE.value:
        return _by_code(event, proof)
    return _by_link(event, proof) if kind == WayKind.LINK.value else None


def carried_invitation(invitation: Invitation) -> str:
    """Return what a form carries for whoever came by an invitation."""
    return f"{WayKind.INVITATION.value}:{invitation_token(invitation)}"


def _by_invitation(event: Event, token: str) -> WayIn | None:
    try:
        found = get_invitation_by_token(token)
    except NotFound:
        return None
    category = next((row for row in event.categories if row.id == found.category_id), None)
    if found.event_id != event.id or category is None:
        return None
    email = found.email if found.is_bound else ""
    return WayIn(WayKind.INVITATION, found.id, category.key, found.skips_approval, email, found.generation)


def carried_code(code: AccessCode) -> str:
    """Return what a form carries for whoever typed a code: its number, and that we were shown it."""
    return f"{WayKind.CODE.value}:{code.id}.{_proof_of(code)}"


def find_code(event_id: int, typed: str) -> AccessCode | None:
    """Return the code of an event that somebody typed, whether or not it still leads in."""
    # A code is forty characters; nobody is made to fold a book.
    key = code_key(typed[:LONGEST_TYPED]) if "\x00" not in typed else ""
    if not key or len(key) > LONGEST_KEY or len(typed) > LONGEST_TYPED:
        return None
    return db.session.scalars(
        select(AccessCode).where(AccessCode.event_id == event_id, AccessCode.code_key == key)
    ).one_or_none()


def has_codes(event_id: int) -> bool:
    """Say whether an event has codes at all, so that the form asks for one."""
    return bool(db.session.scalar(select(exists().where(AccessCode.event_id == event_id))))


def _proof_of(code: AccessCode) -> str:
    return lookup_hash(keys(), "access-code", f"{code.event_id}/{code.id}/{code.code_key}")


def _by_code(event: Event, proof: str) -> WayIn | None:
    number, _dot, digest = proof.partition(".")
    if not (number.isascii() and number.isdecimal()) or len(number) > _LONGEST_NUMBER or not digest.isascii():
        return None
    code = db.session.get(AccessCode, int(number))
    if code is None or code.event_id != event.id or not compare_digest(digest, _proof_of(code)):
        return None
    category = next((row for row in event.categories if row.id == code.category_id), None)
    return WayIn(WayKind.CODE, code.id, category.key, code.skips_approval) if category is not None else None


def _by_link(event: Event, token: str) -> WayIn | None:
    for category in event.categories:
        generation = generation_of(token, category)
        if generation is not None:
            return WayIn(WayKind.LINK, category.id, category.key, generation=generation)
    return None


def count_uses(access_code_id: int) -> int:
    """Return how many live registrations came by a code: whoever withdraws gives the use back.

    At a discreet event nobody does, and forms whose address was registered used it like any other.
    """
    return count_each_use(AccessCode.id == access_code_id).get(access_code_id, 0)


def count_each_use(which: ColumnElement[bool]) -> dict[int, int]:
    """Return what `count_uses` does of several codes, by their ids; those that nobody used may be left out."""
    counts_always = select(Event.is_discreet).where(Event.id == Registration.event_id).scalar_subquery()
    came = select(AccessCode.id).join(Registration, Registration.access_code_id == AccessCode.id)
    uses = union_all(
        came.where(which, or_(Registration.status != Status.CANCELLED, counts_always)),
        select(AccessCode.id).join(UsedForm, UsedForm.access_code_id == AccessCode.id).where(which),
    ).subquery()
    return dict(db.session.execute(select(uses.c.id, func.count()).group_by(uses.c.id)).all())


#: the purpose of the link that opens an invitation; "invitation" is that to a team
INVITED = "invited"


#: the kind of record of an invitation in the outbox and in the history
RECORD_KIND = "invitation"


def get_invitation_by_token(token: str) -> Invitation:
    """Return the invitation whose personal link `token` is, whether or not it is over. Raises NotFound."""
    return holder_of(token, INVITED, select(Invitation), Invitation.generation)


def invitation_token(invitation: Invitation) -> str:
    """Return the token that opens an invitation."""
    return personal_token(keys(), INVITED, invitation.public_id, invitation.generation)
