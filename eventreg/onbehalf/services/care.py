"""The team acts for one person: withdraws, sets the language, sends again what was sent, sees to what was asked."""

from collections.abc import Callable
from datetime import date, datetime

from eventreg.attendees.services.team_acts import TeamAct, open_for
from eventreg.audit.services import note
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import get_event_whole, holding_event
from eventreg.events.rules.publication import ALIVE
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.mail.services import drop, enqueue_all
from eventreg.registration.emails import OWN_PAGE, VERIFY, News, Occasion, participant_message
from eventreg.registration.emails.about_registration import Confirmed, Received, Waitlisted
from eventreg.registration.emails.addresses import OwnLink, Verify
from eventreg.registration.emails.by_team import TeamWithdrawn
from eventreg.registration.emails.deciding import Declined
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.queries import answers, registrations, scoping
from eventreg.registration.rules.asked import RequestState, closes_at, concerns, state_of
from eventreg.registration.rules.states import STANDING, Action, ChangeReason, ChangeRefused, RequestReason, Status
from eventreg.registration.services import follow_ups, promotion, statuses
from eventreg.registration.services.places import PlaceCount

LONGEST_WORDS = 1_000

#: which message says again where a registration stands
_STANDS = {each.status: each for each in (Confirmed, Declined, Received, Verify, Waitlisted)}


def withdraw_for(event_id: int, reference: str, words: str, act: TeamAct) -> None:
    """Withdraw for the person, who may be told with a few words; the place goes to the waiting list at once.

    Raises what `open_for` raises, and Unannounced.
    """
    now = clock.now()
    with transaction():
        event, registration = open_for(event_id, reference, act, now, STANDING | {Status.UNVERIFIED})
        known = statuses.overtake_pending_decision(registration, now)
        day_ids = answers.find_day_ids(registration)
        statuses.move(registration, Action.WITHDRAW, now)
        count = PlaceCount(event)
        count.free(registration)
        note(registration, "withdrawn_by_team", act.who, now, **({"reason": words} if words else {}))
        db.session.flush()
        occasion = Occasion.load(get_event_whole(event.id))
        if act.tells:
            taken_back = known is Status.CONFIRMED
            news = News(TeamWithdrawn, day_ids, reason=words, takes_back=taken_back)
            enqueue_all([participant_message(occasion, registration, news, now)])
        promotion.promote_from_waiting_list(event, count, now, occasion, announcing=act.announcing)


def set_language(event_id: int, reference: str, language: str, who: Organizer) -> bool:
    """Have the person's messages written in another language from now on. False: it was this one. Raises NotFound."""
    with holding_event(event_id):
        registration = scoping.lock_in_scope(event_id, reference, who.scope)
        if registration.language == language:
            return False
        note(registration, "language_set", who, old=registration.language, new=language)
        registration.language = language
        return True


def send_where_it_stands(event_id: int, reference: str, who: Organizer) -> None:
    """Send the message of the present status again, with its calendar and the personal link.

    Raises NotFound and ChangeRefused: NOT_POSSIBLE_NOW where the person is to know nothing of the status yet.
    """
    _send(event_id, reference, who, "status_sent_again", with_status=True)


def send_link_to(event_id: int, reference: str, who: Organizer) -> None:
    """Send the person the personal link, to the address of now. Raises NotFound and ChangeRefused (NOT_POSSIBLE_NOW)."""
    _send(event_id, reference, who, "link_sent", with_status=False)


def _send(event_id: int, reference: str, who: Organizer, action: str, *, with_status: bool) -> None:
    now = clock.now()
    with holding_event(event_id):
        registration = scoping.lock_in_scope(event_id, reference, who.scope)
        decision = statuses.find_standing_decision(registration)
        is_untold = decision is not None and (now < decision.mails_at or not decision.has_mail)
        # What was decided without a mail, or a moment ago, is not told by the way.
        if registration.status is Status.CANCELLED or (with_status and is_untold):
            raise ChangeRefused(ChangeReason.NOT_POSSIBLE_NOW)
        occasion = Occasion.load(get_event_whole(event_id))
        is_unverified = registration.status is Status.UNVERIFIED
        message = _STANDS[registration.status] if with_status or is_unverified else OwnLink
        link = (VERIFY if is_unverified else OWN_PAGE, registration.public_id, registration.link_generation)
        reason = decision.reason if with_status and decision is not None else ""
        news = News(message, answers.find_day_ids(registration), reason=reason)
        suffix = f"/again-{now.timestamp():.6f}"
        enqueue_all([participant_message(occasion, registration, news, now, link=link, key_suffix=suffix)])
        note(registration, action, who, now)


Act = Callable[[Event, Registration, AnswerRequest, datetime], None]


def remind_now(event_id: int, reference: str, request_id: int, who: Organizer) -> None:
    """Write the reminder now; there is no other one by itself then. Raises NotFound and Refused (NOT_OPEN)."""

    def act(event: Event, registration: Registration, request: AnswerRequest, now: datetime) -> None:
        _require_open(event, registration, request, now)
        follow_ups.remind(Occasion.load(event), registration, request, now)

    _do(event_id, reference, request_id, who, "request_reminded", act)


def take_back(event_id: int, reference: str, request_id: int, who: Organizer) -> None:
    """Ask it no more; a message that still waits never goes. Raises NotFound and Refused (NOT_OPEN)."""

    def act(event: Event, registration: Registration, request: AnswerRequest, now: datetime) -> None:
        if request.answered_at is not None or request.taken_back_at is not None:
            raise Refused(RequestReason.NOT_OPEN)
        request.taken_back_at = now
        drop(registrations.find_mail_keys(registration, request), now)

    _do(event_id, reference, request_id, who, "request_taken_back", act)


def put_off(event_id: int, reference: str, request_id: int, answer_by: date, who: Organizer) -> None:
    """Let one person answer until another day, one whose time was over too. Raises NotFound, Refused (PAST, NOT_OPEN)."""

    def act(event: Event, registration: Registration, request: AnswerRequest, now: datetime) -> None:
        if request.taken_back_at is not None:
            raise Refused(RequestReason.NOT_OPEN)
        if closes_at(answer_by, event.changes_until, event.time_zone) <= now:
            raise Refused(RequestReason.PAST)
        request.answer_by = answer_by

    _do(event_id, reference, request_id, who, "request_put_off", act)


def _require_open(event: Event, registration: Registration, request: AnswerRequest, now: datetime) -> None:
    closes = closes_at(request.answer_by, event.changes_until, event.time_zone)
    is_open = state_of(now, closes, request.answered_at, request.taken_back_at) is RequestState.OPEN
    if not is_open or not concerns(request.kind, registration.status) or event.publication not in ALIVE:
        raise Refused(RequestReason.NOT_OPEN)


def _do(event_id: int, reference: str, request_id: int, who: Organizer, action: str, act: Act) -> None:
    now = clock.now()
    with holding_event(event_id) as event:
        registration = scoping.lock_in_scope(event_id, reference, who.scope)
        request = registrations.get_request(registration.id, request_id)
        act(event, registration, request, now)
        note(registration, action, who, now, questions=list(request.question_keys))
