"""What organizers decide, one registration at a time, and undo.

What a decision tells the person, and how that reads before anything is decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from eventreg.accounts.queries import get_account
from eventreg.audit.services import note
from eventreg.db import db
from eventreg.events.announcing import Announcing
from eventreg.events.models import Category, Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event
from eventreg.events.rules.publication import check_changeable
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import News, Occasion, about_registration, deciding, participant_message, tell
from eventreg.registration.models import Decision, Place, Registration
from eventreg.registration.queries import answers, scoping
from eventreg.registration.rules.availability import UNDO_WINDOW, needs_place
from eventreg.registration.rules.states import MOVING_UP, Action, DecisionReason, Status, next_status
from eventreg.registration.services import answer_changes, places, promotion, statuses

LONGEST_REASON = 1_000

#: what a later undo does: the new decision that leads back to the status before
_WAY_BACK = {
    Status.CONFIRMED: Action.APPROVE,
    Status.PENDING: Action.REOPEN,
    Status.WAITLISTED: Action.WAITLIST,
    Status.DECLINED: Action.DECLINE,
}


@dataclass(frozen=True)
class Undone:
    """What an undo did. `is_new_decision`: the mail had gone, so the way back is a decision with its own mail."""

    status: Status
    is_new_decision: bool


@dataclass(frozen=True)
class DecisionMail:
    """Whether a decision is told of, and when, if later than usual: until then it can be undone without a trace."""

    has_mail: bool = True
    due_at: datetime | None = None


TOLD = DecisionMail()


class Sitting:
    """What decisions of one transaction have in common, each loaded once. The event's row is held: nobody else changes it."""

    def __init__(self, event: Event, people: Sequence[Registration]) -> None:
        self.event = event
        self._people = people

    @cached_property
    def occasion(self) -> Occasion:
        """What messages about the event name."""
        return Occasion.load(self.event)

    @cached_property
    def count(self) -> places.PlaceCount:
        """What is taken. It counts what was decided: none of that may be rolled back and the sitting go on."""
        return places.PlaceCount(self.event)

    @cached_property
    def standing(self) -> dict[int, Decision]:
        """What was decided before on each of them, and stands."""
        return statuses.find_standing_decisions(self._people)

    @cached_property
    def places(self) -> dict[int, Place]:
        """The place of each who has one."""
        return places.find_places([person.id for person in self._people])

    @cached_property
    def holders_of_options(self) -> set[int]:
        """Who holds places of options."""
        return places.find_holders_of_options([person.id for person in self._people])

    @cached_property
    def day_ids(self) -> dict[int, frozenset[int]]:
        """The days on which each of the people comes."""
        return answers.list_day_ids(self._people)


def decide(
    event_id: int,
    reference: str,
    action: Action,
    reason: str,
    seen_revision: int,
    who: Organizer,
    telling: DecisionMail = TOLD,
    announcing: Announcing | None = None,
) -> Decision:
    """Approve, wait-list, decline or reopen; returns what was decided.

    Its mails go after 60 seconds; a place it frees is passed on then. An approval for which there is no place puts the person
    on the waiting list as approved (APPROVE_WITHOUT_PLACE). Raises NotFound and
    Refused: DECIDED_BY_ANOTHER or CHANGED_MEANWHILE when the registration is no longer what was seen,
    NOT_POSSIBLE, REASON_MISSING (a declined person is told why), REASON_TOO_LONG, CALLED_OFF. With `announcing` also
    Unannounced, where the page did not name who moves up to the place.
    """
    with holding_event(event_id) as event:
        registration = scoping.lock_in_scope(event_id, reference, who.scope)
        sitting = Sitting(event, [registration])
        decision = decide_held(sitting, registration, action, reason, seen_revision, who, telling)
        if announcing is not None:
            _announce(sitting, registration, decision, announcing)
        return decision


def decide_held(
    sitting: Sitting,
    registration: Registration,
    action: Action,
    reason: str,
    seen_revision: int,
    who: Organizer,
    telling: DecisionMail = TOLD,
) -> Decision:
    """Decide like `decide` on somebody in sight whose row the caller holds, with the event's, in the caller's transaction."""
    reason = reason.strip()
    _check_on(sitting.event)
    if registration.revision != seen_revision:
        raise _overtaken(registration, seen_revision, who)
    if action is Action.DECLINE and not reason and telling.has_mail:
        raise Refused(DecisionReason.REASON_MISSING)
    return _decide(sitting, registration, action, reason, who, telling)


def undo(
    event_id: int,
    reference: str,
    decision_id: int,
    who: Organizer,
    *,
    only_in_silence: bool = False,
    announcing: Announcing | None = None,
) -> Undone:
    """Take the last decision back: without a trace while its mails have not gone, else by a new decision with its own.

    What was decided without a mail is taken back without one. Raises NotFound and Refused (NOT_THE_LAST: something
    happened since, NOT_POSSIBLE, CALLED_OFF, and TOLD_ALREADY when it was to be undone `only_in_silence`), and Unannounced.
    """
    with holding_event(event_id) as event:
        registration = scoping.lock_in_scope(event_id, reference, who.scope)
        sitting = Sitting(event, [registration])
        had_place = announcing is not None and registration.id in sitting.places
        undone = undo_held(sitting, registration, decision_id, who, only_in_silence=only_in_silence)
        if announcing is not None and had_place:
            made, now = statuses.find_last_decision(registration.id), clock.now()
            if made is not None and undone.is_new_decision:
                _announce(sitting, registration, made, announcing)
            elif places.find_place(registration.id) is None:
                moving = promotion.foresee(event, sitting.count.seats, now)
                announcing.check(promotion.foretold(event, moving, now))
        return undone


def undo_held(
    sitting: Sitting,
    registration: Registration,
    decision_id: int,
    who: Organizer,
    *,
    only_in_silence: bool,
    whole_act: bool = False,
) -> Undone:
    """Undo like `undo` for somebody in sight whose row the caller holds, with the event's, in the caller's transaction.

    Moving somebody up is undone with the act that did it alone, the `whole_act`: else the next in line is the same person.
    """
    now = clock.now()
    _check_on(sitting.event)
    decision = statuses.find_last_decision(registration.id)
    is_last = decision is not None and decision.id == decision_id and decision.undone_at is None
    is_own = decision is not None and (whole_act or decision.action not in MOVING_UP)
    if decision is None or not (is_last and is_own) or registration.status is not decision.status_after:
        raise Refused(DecisionReason.NOT_THE_LAST)
    if statuses.is_undone_in_silence(decision, now) and statuses.take_back_mails(decision, now):
        _restore(sitting, registration, decision, who, now)
        return Undone(registration.status, is_new_decision=False)
    if only_in_silence and decision.has_mail:
        raise Refused(DecisionReason.TOLD_ALREADY)
    made = _lead_back(sitting, registration, decision, who)
    return Undone(made.status_after, is_new_decision=True)


def _announce(sitting: Sitting, registration: Registration, decision: Decision, announcing: Announcing) -> None:
    """Check that the page named who moves up when the place is free that a decision lets go."""
    place = sitting.places.get(registration.id)
    if place is None or place.released_at is None:
        return
    event, at, announcing.wait = sitting.event, decision.mails_at, UNDO_WINDOW
    earlier = places.list_released(event.id, at, but=registration.id)
    moving = promotion.foresee_freed(event, sitting.count.seats, [place.category_id], earlier, at)
    announcing.check(promotion.foretold(event, moving, at))


def _check_on(event: Event) -> None:
    check_changeable(event.publication)
    if event.is_called_off:
        raise Refused(DecisionReason.CALLED_OFF)


def _lead_back(sitting: Sitting, registration: Registration, decision: Decision, who: Organizer) -> Decision:
    """Decide back to the status before a decision, with the reason given then and the turn on the waiting list."""
    earlier = statuses.find_decision_before(decision)
    reason = earlier.reason if earlier is not None else ""
    telling = DecisionMail(decision.has_mail)
    made = _decide(sitting, registration, _WAY_BACK[decision.status_before], reason, who, telling)
    if made.action not in (Action.APPROVE, Action.APPROVE_WITHOUT_PLACE):
        registration.approved_at = decision.approved_at_before
    if made.status_after is Status.WAITLISTED and decision.waitlisted_at_before is not None:
        registration.waitlisted_at = decision.waitlisted_at_before
    return made


def _decide(
    sitting: Sitting, registration: Registration, action: Action, reason: str, who: Organizer, telling: DecisionMail
) -> Decision:
    count, now = sitting.count, clock.now()
    if len(reason) > LONGEST_REASON:
        raise Refused(DecisionReason.REASON_TOO_LONG, limit=LONGEST_REASON)
    category = sitting.event.category_of(registration)
    action = _fitting(action, category, count, has_place=registration.id in sitting.places)
    if next_status(registration.status, action) is None:
        raise Refused(DecisionReason.NOT_POSSIBLE)
    decision = _apply(sitting, registration, action, reason, who, now, telling)
    is_back = decision.status_before is Status.DECLINED
    if telling.has_mail and not is_back:
        # Before the rows are written, so that what it changes of them costs no further statements.
        _tell(sitting, registration, decision, sitting.day_ids[registration.id])
    _settle_place(sitting, registration, category, decision)
    db.session.add(decision)
    told = {} if telling.has_mail else {"without_mail": True}
    changed = {"old": decision.status_before.value, "new": decision.status_after.value}
    note(registration, f"decided_{action.value}", who, now, **changed, reason=reason, **told)
    dropped = answer_changes.take_or_drop(registration, now) if is_back else []
    if telling.has_mail and is_back:
        # What was dropped may be a day.
        day_ids = answers.find_day_ids(registration) if dropped else sitting.day_ids[registration.id]
        _tell(sitting, registration, decision, day_ids)
        if dropped:
            answer_changes.tell_changes(sitting.event.id, registration, dropped, now)
    return decision


def _tell(sitting: Sitting, registration: Registration, decision: Decision, day_ids: frozenset[int]) -> None:
    known, due_at = decision.status_known, decision.mails_at
    news = news_of(decision.action, registration, known, decision.reason, due_at, day_ids)
    decision.mail_keys = tell(sitting.occasion, registration, news, decision.decided_at)


def _apply(
    sitting: Sitting,
    registration: Registration,
    action: Action,
    reason: str,
    who: Organizer,
    now: datetime,
    telling: DecisionMail,
) -> Decision:
    """Change the registration, and return the decision with all that an undo brings back."""
    known = statuses.overtake(sitting.standing.get(registration.id), registration, now)
    decision = statuses.begin_decision(
        registration, action, known, who, now,
        reason=reason, mails_at=telling.due_at or now + UNDO_WINDOW, has_mail=telling.has_mail,
    )  # fmt: skip
    decision.status_after = statuses.move(registration, action, now)
    decision.revision = registration.revision
    if action in (Action.APPROVE, Action.APPROVE_WITHOUT_PLACE):
        registration.approved_at = now
    elif action in (Action.DECLINE, Action.REOPEN):
        registration.approved_at = None
    return decision


def _fitting(action: Action, category: Category, count: places.PlaceCount, *, has_place: bool) -> Action:
    """Decide without a place where one is needed and none is free; somebody who holds one keeps it."""
    is_needed = action is Action.APPROVE or (action is Action.REOPEN and category.pending_counts)
    if not is_needed or has_place or count.of(category).has_free:
        return action
    return Action.APPROVE_WITHOUT_PLACE if action is Action.APPROVE else Action.WAITLIST


def _settle_place(sitting: Sitting, registration: Registration, category: Category, decision: Decision) -> None:
    """Take a place, keep it, or let it go when the time to undo is over; places in sessions go with being confirmed."""
    event, place, status = sitting.event, sitting.places.get(registration.id), registration.status
    is_needed = needs_place(status, category.pending_counts)
    if is_needed and place is None:
        sitting.count.take(registration, decision.decided_at)
    elif is_needed and place is not None:
        place.released_at = None
    elif place is not None:
        place.released_at = decision.mails_at
        promotion.schedule_passing_on(event.id, decision.mails_at)
    if registration.id in sitting.holders_of_options:
        is_out = status is Status.DECLINED
        places.release_option_places(registration.id, decision.mails_at if is_out else None)
        if is_out:
            promotion.schedule_passing_on(event.id, decision.mails_at)
    if decision.status_before is Status.CONFIRMED and status is not Status.CONFIRMED:
        promotion.schedule_passing_on(event.id, decision.mails_at)


def _restore(sitting: Sitting, registration: Registration, decision: Decision, who: Organizer, now: datetime) -> None:
    """Bring back what was before a decision that nobody was told of."""
    event, count = sitting.event, sitting.count
    category = event.category_of(registration)
    decision.undone_at = now
    statuses.put_calendar_back(registration, decision)
    registration.status = decision.status_before
    registration.approved_at = decision.approved_at_before
    registration.waitlisted_at = decision.waitlisted_at_before
    registration.status_changed_at = now
    registration.revision += 1
    if registration.status is Status.DECLINED:
        places.free_option_places(registration.id)
    else:
        places.release_option_places(registration.id, None)
    is_needed, place = needs_place(registration.status, category.pending_counts), places.find_place(registration.id)
    if is_needed and place is not None:
        place.released_at = None
    elif is_needed:
        count.take(registration, now)
    elif place is not None:
        count.free(registration)
        if decision.action in MOVING_UP:
            places.free_session_places(registration.id)
        else:
            promotion.schedule_passing_on(event.id, now)
    changed = {"old": decision.status_after.value, "new": decision.status_before.value}
    note(registration, "decision_undone", who, now, **changed)


def _overtaken(registration: Registration, seen_revision: int, who: Organizer) -> Refused:
    """Say what happened since the page was shown: another's decision by name, or a change by the person or the list."""
    decision = statuses.find_last_decision(registration.id)
    stands = decision is not None and decision.undone_at is None and registration.status is decision.status_after
    if decision is not None and stands and decision.revision > seen_revision:
        words = decision.action.title
        if decision.account_id == who.id:
            return Refused(DecisionReason.DECIDED_ALREADY, decision=words)
        return Refused(DecisionReason.DECIDED_BY_ANOTHER, name=get_account(decision.account_id).name, decision=words)
    return Refused(DecisionReason.CHANGED_MEANWHILE, status=registration.status.title)


#: which message tells of which decision
_NEWS_OF = {
    Action.APPROVE: about_registration.Confirmed,
    Action.APPROVE_WITHOUT_PLACE: about_registration.Waitlisted,
    Action.DECLINE: deciding.Declined,
    Action.WAITLIST: about_registration.Waitlisted,
    Action.REOPEN: deciding.Reopened,
}


def news_of(
    action: Action,
    registration: Registration,
    known: Status,
    reason: str,
    due_at: datetime,
    day_ids: frozenset[int],
) -> News:
    """Return what tells of a decision that was made. `known`: the status that the person knew of before."""
    is_no_longer_invited = known is Status.CONFIRMED and registration.status is not Status.CONFIRMED
    return News(_NEWS_OF[action], day_ids, reason=reason, due_at=due_at, takes_back=is_no_longer_invited)


def compose_decision(
    occasion: Occasion, registration: Registration, action: Action, reason: str, now: datetime
) -> OutgoingMessage | None:
    """Return the message that the person would get if this were decided now; None where it cannot be. Writes nothing."""
    status = next_status(registration.status, action)
    if status is None:
        return None
    copy = statuses.imagined(registration, status)
    if action in (Action.APPROVE, Action.APPROVE_WITHOUT_PLACE):
        copy.approved_at = now
    elif action in (Action.DECLINE, Action.REOPEN):
        copy.approved_at = None
    news = news_of(action, copy, registration.status, reason, now, answers.find_day_ids(registration))
    return participant_message(occasion, copy, news, now)
