"""The waiting list: a place set free goes to the first in time for whom both event and category have one.

Decisions made while the machine's clock was ahead, once it has come back (see `db.due`).
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update

from eventreg.audit.services import SYSTEM, note
from eventreg.db import SKEW, db, transaction
from eventreg.events.models import Category, Event
from eventreg.events.queries.events import lock_event_in_any_state
from eventreg.events.rules.categories import ApprovalRule
from eventreg.jobs.services import schedule
from eventreg.kernel import clock
from eventreg.registration.emails import News, Occasion, deciding, tell
from eventreg.registration.models import Decision, OptionPlace, Place, Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.rules.availability import may_pass_on_places
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.places import PlaceCount, pass_on_option_places, pass_on_session_places
from eventreg.registration.services.statuses import move, overtake_pending_decision

PLACES_JOB = "registration.pass_on_places"


def promote_from_waiting_list(
    event: Event,
    count: PlaceCount,
    now: datetime,
    occasion: Occasion | None = None,
    passed_over: Collection[int] = (),
) -> list[Registration]:
    """Promote while there are places, in the order of the list; returns who moved, each told by mail.

    The caller holds the event's row. Somebody nobody has approved, in a category that waits for an organizer, becomes
    `pending`; anyone else `confirmed`. After `promotes_until`, and at an event that is cancelled or over, nobody is
    promoted by itself. Somebody who still holds a place that a decision takes away is not in line, nor are the ids
    `passed_over`: whose places are being passed on.
    """
    if not may_pass_on_places(now, event.promotes_until, event.publication):
        return []
    promoted: list[Registration] = []
    while (registration := _next_in_line(event, count, passed_over)) is not None:
        category = event.category_of(registration)
        overtake_pending_decision(registration, now)
        if needs_organizer(category, registration):
            move(registration, Action.PROMOTE_TO_PENDING, now)
            takes_place = category.pending_counts
        else:
            move(registration, Action.PROMOTE_TO_CONFIRMED, now)
            takes_place = True
        if takes_place:
            count.take(registration, now)
        db.session.flush()
        note(registration, "promoted", SYSTEM, now, status=registration.status.value)
        occasion = occasion or Occasion.load(event)
        tell(occasion, registration, News(deciding.Promoted, day_ids=find_day_ids(registration)), now)
        promoted.append(registration)
    return promoted


def pass_on_places(event_id: int) -> list[int]:
    """Free the places whose time to undo is over and promote; returns the ids of the promoted. A job of the worker."""
    now = clock.now()
    with transaction():
        event = lock_event_in_any_state(event_id)
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


def _next_in_line(event: Event, count: PlaceCount, passed_over: Collection[int]) -> Registration | None:
    open_categories = [category.id for category in event.categories if count.of(category).has_free]
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
        with transaction() as session:
            lock_event_in_any_state(event_id)
            decisions = session.scalars(
                select(Decision)
                .join(Registration, Registration.id == Decision.registration_id)
                .where(Registration.event_id == event_id, *ahead)
            ).all()
            for decision in decisions:
                at = now + (decision.mails_at - decision.decided_at)
                for held in (Place, OptionPlace):
                    session.execute(
                        update(held)
                        .where(held.registration_id == decision.registration_id, held.released_at == decision.mails_at)
                        .values(released_at=at)
                        .execution_options(synchronize_session=False)
                    )
                decision.mails_at, decision.decided_at = at, now
                schedule_passing_on(event_id, at)
