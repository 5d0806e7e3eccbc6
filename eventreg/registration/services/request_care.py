"""What the team does with a request to one person: remind, take back, put the deadline off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from eventreg.audit.services import note
from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.rules.publication import ALIVE
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.mail.services import drop
from eventreg.registration.emails import Occasion
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.queries.requests import find_mail_keys, get_request
from eventreg.registration.queries.scoping import lock_in_scope
from eventreg.registration.rules.refusals import RequestReason
from eventreg.registration.rules.requests import RequestState, closes_at, concerns, state_of
from eventreg.registration.services.follow_ups import remind

Act = Callable[[Event, Registration, AnswerRequest, datetime], None]


def remind_now(event_id: int, reference: str, request_id: int, who: Organizer) -> None:
    """Write the reminder now; there is no other one by itself then. Raises NotFound and Refused (NOT_OPEN)."""

    def act(event: Event, registration: Registration, request: AnswerRequest, now: datetime) -> None:
        _require_open(event, registration, request, now)
        remind(Occasion.load(event), registration, request, now)

    _do(event_id, reference, request_id, who, "request_reminded", act)


def take_back(event_id: int, reference: str, request_id: int, who: Organizer) -> None:
    """Ask it no more; a message that still waits never goes. Raises NotFound and Refused (NOT_OPEN)."""

    def act(event: Event, registration: Registration, request: AnswerRequest, now: datetime) -> None:
        if request.answered_at is not None or request.taken_back_at is not None:
            raise Refused(RequestReason.NOT_OPEN)
        request.taken_back_at = now
        drop(find_mail_keys(registration, request), now)

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
    with transaction():
        event = lock_event(event_id)
        registration = lock_in_scope(event_id, reference, who.scope)
        request = get_request(registration.id, request_id)
        act(event, registration, request, now)
        note(registration, action, who, now, questions=list(request.question_keys))
