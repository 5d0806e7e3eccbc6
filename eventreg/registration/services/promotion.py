"""The waiting list: a place set free goes to the first in time for whom both event and category have one.

Decisions made while the machine's clock was ahead, once it has come back (see `db.due`).
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select

from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import SKEW, change_rows, db
from eventreg.events.announcing import Announcing, WrittenTo
from eventreg.events.models import Category, Event
from eventreg.events.queries.events import holding_event_in_any_state
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.seats import Seats
from eventreg.jobs.services import schedule
from eventreg.kernel import clock
from eventreg.mail.services import OutgoingMessage, enqueue_all
from eventreg.registration.emails import News, Occasion, deciding, messages_of, participant_message
from eventreg.registration.models import Decision, OptionPlace, Place, Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.rules.availability import may_pass_on_places
from eventreg.registration.rules.states import TRANSITIONS, Action, Status
from eventreg.registration.services import statuses
from eventreg.registration.services.places import PlaceCount, pass_on_option_places, pass_on_session_places

PLACES_JOB = "registration.pass_on_places"


def promote_from_waiting_list(
    event: Event,
    count: PlaceCount,
    now: datetime,
    occasion: Occasion | None = None,
    passed_over: Collection[int] = (),
    announcing: Announcing | None = None,
) -> list[Registration]:
    """Promote while there are places, in the order of the list; returns who moved, each told by mail.

    The caller holds the event's row. Somebody nobody has approved, in a category that waits for an organizer, becomes
    `pending`; anyone else `confirmed`. After `promotes_until`, and at an event that is cancelled or over, nobody is
    promoted by itself. Somebody who still holds a place that a decision takes away is not in line, nor are the ids
    `passed_over`: whose places are being passed on. With `announcing` it is an organizer's act, the last of it: who moves is
    who was named, else it raises Unannounced, and where their mails wait or never go it is kept as a decision is.
    """
    promoted: list[Registration] = []
    told: list[WrittenTo] = []
    if not may_pass_on_places(now, event.promotes_until, event.publication):
        return promoted
    while (registration := _next_in_line(event, count.seats, passed_over)) is not None:
        occasion = occasion or Occasion.load(event)
        told.append(_promote(occasion, registration, count, now, announcing))
        promoted.append(registration)
    if announcing is not None:
        announcing.check(told)
    return promoted


def _promote(
    occasion: Occasion, registration: Registration, count: PlaceCount, now: datetime, announcing: Announcing | None
) -> WrittenTo:
    category, decision = occasion.event.category_of(registration), None
    known = statuses.overtake_pending_decision(registration, now)
    action, takes_place = _step_of(category, registration)
    if announcing is not None and (announcing.wait or not announcing.tells):
        decision = statuses.begin_decision(
            registration, action, known, announcing.who, now,
            mails_at=now + announcing.wait, has_mail=announcing.tells,
        )  # fmt: skip
    statuses.move(registration, action, now)
    if takes_place:
        count.take(registration, now)
    db.session.flush()
    day_ids, due_at = find_day_ids(registration), decision.mails_at if decision is not None else None
    messages = messages_of(occasion, registration, News(deciding.Promoted, day_ids, due_at=due_at), now)
    who: Actor = SYSTEM
    if decision is not None and announcing is not None:
        who, decision.status_after, decision.revision = announcing.who, registration.status, registration.revision
        db.session.add(decision)
    quietly = {}
    if decision is not None and not decision.has_mail:
        statuses.put_calendar_back(registration, decision)
        quietly = {"without_mail": True}
    else:
        enqueue_all(messages)
        if decision is not None:
            decision.mail_keys = [each.key for message in messages for each in (message, *message.beside)]
    note(registration, "promoted", who, now, status=registration.status.value, **quietly)
    return _moves_up(registration, category, messages[0])


def foresee(event: Event, seats: Seats, now: datetime, passed_over: Collection[int] = ()) -> Sequence[Registration]:
    """Return who would be promoted at an instant if the places were these then, in their order. Writes nothing."""
    found: list[Registration] = []
    if not may_pass_on_places(now, event.promotes_until, event.publication):
        return found
    while (registration := _next_in_line(event, seats, [*passed_over, *(each.id for each in found)])) is not None:
        if _step_of(event.category_of(registration), registration)[1]:
            seats = seats.take(registration.category_id)
        found.append(registration)
    return found


def foresee_freed(
    event: Event, seats: Seats, freed: Sequence[int], earlier: Sequence[int], at: datetime
) -> Sequence[Registration]:
    """Return who would be promoted at an instant when places of these categories are free by then.

    Not who gets those that are free `earlier`: they were named by what set them free.
    """
    for category_id in earlier:
        seats = seats.without(category_id)
    known = {person.id for person in foresee(event, seats, at)} if earlier else set()
    for category_id in freed:
        seats = seats.without(category_id)
    return [person for person in foresee(event, seats, at) if person.id not in known]


def foretold(event: Event, people: Sequence[Registration], now: datetime) -> Sequence[WrittenTo]:
    """Return the same people, the first of each language with the message that they would get. Writes nothing."""
    moves, composed, occasion = [], set(), Occasion.load(event) if people else None
    for person in people:
        category, message = event.category_of(person), None
        copy = statuses.imagined(person, TRANSITIONS[person.status, _step_of(category, person)[0]])
        if occasion is not None and (copy.language, copy.status) not in composed:
            composed.add((copy.language, copy.status))
            message = participant_message(
                occasion, copy, News(deciding.Promoted, find_day_ids(person), due_at=now), now
            )
        moves.append(_moves_up(copy, category, message))
    return moves


def _moves_up(registration: Registration, category: Category, message: OutgoingMessage | None) -> WrittenTo:
    key = f"{registration.public_id}/{registration.revision}/{registration.status.value}"
    return WrittenTo(registration.full_name, category.key, registration.language, key, message)


def _step_of(category: Category, registration: Registration) -> tuple[Action, bool]:
    """Return how the next in line moves up, and whether that takes a place."""
    if needs_organizer(category, registration):
        return Action.PROMOTE_TO_PENDING, category.pending_counts
    return Action.PROMOTE_TO_CONFIRMED, True


def pass_on_places(event_id: int) -> list[int]:
    """Free the places whose time to undo is over and promote; returns the ids of the promoted. A job of the worker."""
    now = clock.now()
    with holding_event_in_any_state(event_id) as event:
        released = db.session.scalars(
            delete(Place).where(Place.event_id == event.id, Place.released_at <= now).returning(Place.registration_id)
        ).all()
        pass_on_session_places(event.id, now)
        pass_on_option_places(event.id, now)
        promoted = promote_from_waiting_list(event, PlaceCount(event), now, passed_over=released)
        return [registration.id for registration in promoted]


def schedule_passing_on(event_id: int, due_at: datetime) -> None:
    """Have the worker pass on the places that are free at `due_at`, in the caller's transaction."""
    key = f"{PLACES_JOB}:{event_id}:{due_at.isoformat()}"
    schedule(PLACES_JOB, key=key, payload={"event_id": event_id}, due_at=due_at)


def needs_organizer(category: Category, registration: Registration) -> bool:
    """Say whether somebody still has to be approved by an organizer before being confirmed."""
    return category.approval is ApprovalRule.BY_ORGANIZER and registration.approved_at is None


def _next_in_line(event: Event, seats: Seats, passed_over: Collection[int]) -> Registration | None:
    open_categories = [category.id for category in event.categories if seats.of(category.id).has_free]
    if not open_categories:
        return None
    return db.session.scalars(
        select(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.status == Status.WAITLISTED,
            Registration.category_id.in_(open_categories),
            Registration.id.not_in(passed_over),
            ~select(Place.id).where(Place.registration_id == Registration.id).exists(),
        )
        .order_by(Registration.waitlisted_at, Registration.id)
        .limit(1)
    ).first()


def pull_back_decisions(now: datetime) -> None:
    """Have the time to undo such decisions end, and what they set free be free, as long from now as from when they were
    made. A duty of the worker: their mails and jobs are pulled back by themselves."""
    ahead = (Decision.mails_at > now, Decision.decided_at > now + SKEW)
    events = select(Registration.event_id).join(Decision, Decision.registration_id == Registration.id)
    for event_id in db.session.scalars(events.where(*ahead).distinct()).all():
        with holding_event_in_any_state(event_id):
            decisions = db.session.scalars(
                select(Decision)
                .join(Registration, Registration.id == Decision.registration_id)
                .where(Registration.event_id == event_id, *ahead)
            ).all()
            for decision in decisions:
                at = now + (decision.mails_at - decision.decided_at)
                for held in (Place, OptionPlace):
                    change_rows(
                        held,
                        held.registration_id == decision.registration_id,
                        held.released_at == decision.mails_at,
                        released_at=at,
                    )
                decision.mails_at, decision.decided_at = at, now
                schedule_passing_on(event_id, at)
