"""A whole event is cancelled, or takes place after all: everybody who lives with it is told once, by a job in steps.

The change of state, the messages it drops and the one to the contact person are one transaction. Everybody else is told
by a job that does some people a step: what a step writes and where the next one begins commit together, so that a worker
killed at any moment leaves nobody out and tells nobody twice.

What the room of events asks registration; see `events.checks`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, func, or_, select
from sqlalchemy.orm import aliased

from eventreg.db import db, delete_rows
from eventreg.events.announcing import Announcing
from eventreg.events.checks import AffectedPeople, MovedUp
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import lock_event_in_any_state
from eventreg.events.rules.seats import Seats
from eventreg.jobs.services import find_payload, schedule
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import drop_of_event, enqueue_all
from eventreg.registration.emails import News, Occasion, participant_message, whole_event
from eventreg.registration.models import Decision, Invitation, Place, Registration, Upload
from eventreg.registration.queries import answers, places
from eventreg.registration.rules.availability import UNDO_WINDOW
from eventreg.registration.rules.states import MOVING_UP, STANDING, DecisionReason, Status
from eventreg.registration.services import decisions, promotion, statuses
from eventreg.registration.services.places import PlaceCount

TELL_JOB = "registration.tell_everybody"
#: people written to in one step: a second of work, in which nobody else can write to a small database
PEOPLE_A_STEP = 50

_MESSAGES = {each.key: each for each in (whole_event.EventCancelled, whole_event.EventReinstated)}


class RegistrationFollowers:
    """What registration does and knows when an event changes its state; see `events.checks.Followers`."""

    def count_registrations(self, event_id: int) -> int:
        """Return how many registrations there are, of any status."""
        return db.session.scalar(select(func.count()).where(Registration.event_id == event_id)) or 0

    def count_told(self, event_id: int) -> AffectedPeople:
        """Return how many people live with the event, by status; who is declined and not yet told still does."""
        rows = db.session.execute(
            select(Registration.status, func.count())
            .where(Registration.event_id == event_id, Registration.status.in_(STANDING))
            .group_by(Registration.status)
        )
        counts = Counter({row[0]: row[1] for row in rows})
        counts.update(_untold_of_declining(event_id))
        return AffectedPeople(counts[Status.CONFIRMED], counts[Status.PENDING], counts[Status.WAITLISTED])

    def event_cancelled(self, event_id: int, at: datetime) -> None:
        """Drop everything that waits for the event and begin to tell everybody."""
        drop_of_event(event_id, at)
        self._begin(event_id, whole_event.EventCancelled, at)

    def event_reinstated(self, event_id: int, at: datetime) -> None:
        """Drop what still waits of the cancellation and begin to tell everybody that the event takes place."""
        drop_of_event(event_id, at, templates=(whole_event.EventCancelled.template(),))
        self._begin(event_id, whole_event.EventReinstated, at)

    def forget_event(self, event_id: int) -> None:
        """Remove the files of forms that were begun for a draft and never sent."""
        # The files themselves are swept: they belong to no row any more.
        db.session.execute(delete(Upload).where(Upload.event_id == event_id))

    def _begin(self, event_id: int, message: type[whole_event.AboutEvent], at: datetime) -> None:
        event = lock_event_in_any_state(event_id)
        people = self.count_told(event_id).people
        occasion = Occasion.load(event)
        enqueue_all([whole_event.event_contact_message(occasion, message, people, dict(event.cancellation_note), at)])
        _schedule_step(event_id, message, at, after=0, now=at)


def tell_some(work: Mapping[str, Any], now: datetime) -> int:
    """Write to the next people about the event; returns to how many. A job of the worker, in its transaction.

    `work` that a newer change of the event has replaced meanwhile is left undone: the job comes back with the new one.
    """
    event = lock_event_in_any_state(work["event_id"])
    if find_payload(_key(event.id)) != dict(work):
        return 0
    at, message = datetime.fromisoformat(work["at"]), _MESSAGES[work["message"]]
    people = _next_people(event.id, work["after"])
    if not people:
        return 0
    known = _statuses_known(people, at)
    reached = [person for person in people if known[person.id] in STANDING]
    for person in reached:
        # Entries in a calendar change by a higher number alone, and whoever has the page open decides on something new.
        person.revision += 1
    db.session.flush()
    occasion, days = Occasion.load(event), answers.list_day_ids(reached)
    enqueue_all(
        [
            participant_message(occasion, person, _news(message, event, occasion, person, known, days), now)
            for person in reached
        ]
    )
    _schedule_step(event.id, message, at, after=people[-1].id, now=now)
    return len(reached)


def _news(
    message: type[whole_event.AboutEvent],
    event: Event,
    occasion: Occasion,
    person: Registration,
    known: Mapping[int, Status],
    days: Mapping[int, frozenset[int]],
) -> News:
    is_cancelled = message is whole_event.EventCancelled
    was_invited = known[person.id] is Status.CONFIRMED
    return News(
        message,
        days[person.id],
        reason=occasion.text(event.cancellation_note, person.language) if is_cancelled else "",
        takes_back=is_cancelled and was_invited,
        renews_calendar=not is_cancelled and person.status is Status.CONFIRMED,
    )


def _next_people(event_id: int, after: int) -> Sequence[Registration]:
    """Return who is next, in the order of ids; somebody just declined may not have been told of that yet."""
    return db.session.scalars(
        select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.id > after,
            Registration.status.in_((*STANDING, Status.DECLINED)),
        )
        .order_by(Registration.id)
        .limit(PEOPLE_A_STEP)
    ).all()


def _untold_of_declining(event_id: int) -> list[Status]:
    """Return what those know of themselves who were declined a moment ago: the mails that tell of it have not gone."""
    rows = db.session.scalars(
        select(Decision.status_known)
        .join(Registration, Registration.id == Decision.registration_id)
        .where(
            Registration.event_id == event_id,
            Registration.status == Status.DECLINED,
            Registration.revision == Decision.revision,
            or_(Decision.mails_at > clock.now(), _is_untold()),
            Decision.undone_at.is_(None),
            Decision.status_known.in_(STANDING),
        )
    )
    return list(rows)


def _statuses_known(people: Sequence[Registration], at: datetime) -> dict[int, Status]:
    """Return the status that each person knows of: a decision without a mail, or whose mails were dropped by the
    cancellation, is not known, and has changed nothing in a calendar."""
    known = {person.id: person.status for person in people}
    decisions = db.session.scalars(
        select(Decision)
        .where(
            Decision.registration_id.in_(known),
            or_(Decision.mails_at > at, _is_untold()),
            Decision.undone_at.is_(None),
        )
        .order_by(Decision.id)
    ).all()
    for decision in decisions:
        if not decision.has_mail and decision.status_after is known[decision.registration_id]:
            known[decision.registration_id] = decision.status_known
    first_keys = {decision.mail_keys[0]: decision for decision in decisions if decision.mail_keys}
    dropped = db.session.scalars(
        select(MailMessage.key).where(MailMessage.key.in_(first_keys), MailMessage.state == DeliveryState.DROPPED)
    )
    by_id = {person.id: person for person in people}
    for key in dropped:
        known[first_keys[key].registration_id] = first_keys[key].status_known
        statuses.put_calendar_back(by_id[first_keys[key].registration_id], first_keys[key])
    return known


def _is_untold() -> ColumnElement[bool]:
    """Return the condition that a decision was made without a mail and is the newest that stands."""
    newer = aliased(Decision)
    follows = exists().where(
        newer.registration_id == Decision.registration_id, newer.id > Decision.id, newer.undone_at.is_(None)
    )
    return and_(Decision.has_mail.is_(False), ~follows)


def _schedule_step(
    event_id: int, message: type[whole_event.AboutEvent], at: datetime, *, after: int, now: datetime
) -> None:
    work = {"event_id": event_id, "message": message.key, "at": at.isoformat(), "after": after}
    schedule(TELL_JOB, _key(event_id), work, now)


def _key(event_id: int) -> str:
    return f"{TELL_JOB}:{event_id}"


def _moved_up(event_id: int, at: datetime) -> Select[Decision, Registration]:
    """Return what moved people up with the act of an instant, and stands, with whom."""
    return (
        select(Decision, Registration)
        .join(Registration, Registration.id == Decision.registration_id)
        .where(
            Registration.event_id == event_id,
            Decision.decided_at == at,
            Decision.action.in_(MOVING_UP),
            Decision.undone_at.is_(None),
        )
    )


class RegistrationOccupancy:
    """Implements `events.checks.Occupancy`."""

    def seats_of(self, event: Event) -> Seats:
        """Return the places of an event by the ledger, in one statement."""
        return places.find_seats(event)

    def count_on_day(self, event_id: int, day_id: int) -> int:
        """Return how many live registrations come on a day; whoever was not asked for days comes on each."""
        living = db.session.scalars(
            select(Registration).where(Registration.event_id == event_id, Registration.status != Status.CANCELLED)
        ).all()
        return sum(not chosen or day_id in chosen for chosen in answers.list_day_ids(living).values())

    def count_in_categories(self, event_id: int) -> Mapping[int, int]:
        """Return how many registrations of any status each category has."""
        rows = db.session.execute(
            select(Registration.category_id, func.count())
            .where(Registration.event_id == event_id)
            .group_by(Registration.category_id)
        )
        return {row[0]: row[1] for row in rows}

    def count_invited(self, event_id: int) -> Mapping[int, int]:
        """Return how many invitations that are neither used, declined, taken back nor expired each category has."""
        rows = db.session.execute(
            select(Invitation.category_id, func.count())
            .where(
                Invitation.event_id == event_id,
                Invitation.used_at.is_(None),
                Invitation.declined_at.is_(None),
                Invitation.taken_back_at.is_(None),
                or_(Invitation.expires_at.is_(None), Invitation.expires_at > clock.now()),
            )
            .group_by(Invitation.category_id)
        )
        return {row[0]: row[1] for row in rows}

    def places_added(self, event_id: int, at: datetime, announcing: Announcing | None = None) -> None:
        """Have the waiting list looked at: now, as was announced, else by the worker."""
        if announcing is None:
            promotion.schedule_passing_on(event_id, at)
            return
        event = lock_event_in_any_state(event_id)
        announcing.at, announcing.wait = at, UNDO_WINDOW
        promotion.promote_from_waiting_list(event, PlaceCount(event), at, announcing=announcing)

    def moved_up(self, event_id: int, at: datetime) -> MovedUp | None:
        """Return who moved up with an act: one statement."""
        made = _moved_up(event_id, at).with_only_columns(
            func.count(), func.min(Decision.mails_at), func.sum(case((Decision.has_mail, 1), else_=0))
        )
        people, mails_at, mails = db.session.execute(made.where(Decision.mails_at > clock.now())).one()
        return MovedUp(people, mails_at, bool(mails)) if people else None

    def take_back(self, event_id: int, at: datetime, who: Organizer) -> None:
        """Undo each of the decisions, the last first, or none."""
        event = lock_event_in_any_state(event_id)
        made = db.session.execute(_moved_up(event_id, at).order_by(Decision.id.desc())).all()
        if not made or any(not statuses.is_pending(decision, clock.now()) for decision, _person in made):
            raise Refused(DecisionReason.TOLD_ALREADY)
        sitting = decisions.Sitting(event, [person for _decision, person in made])
        for decision, person in made:
            decisions.undo_held(sitting, person, decision.id, who, only_in_silence=True, whole_act=True)

    def count_pending_anew(self, event_id: int, category_id: int, counts: bool, at: datetime) -> None:
        """Enter a place for each pending registration that has none, whatever the limit, or free theirs."""
        pending = select(Registration.id).filter_by(event_id=event_id, category_id=category_id, status=Status.PENDING)
        if not counts:
            delete_rows(Place, Place.registration_id.in_(pending))
            return
        without = pending.where(~select(Place.id).where(Place.registration_id == Registration.id).exists())
        for registration_id in db.session.scalars(without).all():
            db.session.add(
                Place(event_id=event_id, category_id=category_id, registration_id=registration_id, taken_at=at)
            )
        db.session.flush()
