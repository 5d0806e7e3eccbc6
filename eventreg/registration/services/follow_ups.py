"""Follow-ups: sections that are asked of the confirmed, with a deadline, one message and one reminder.

A duty that looks what is missing and does it, some people a transaction. It can be done twice: everybody is asked a section
once by the unique index of the requests, and reminded once by `reminded_at`. Somebody who loses the place is asked no more
(messages that still wait are dropped), and anew with a new place.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.queries.events import holding_event_in_any_state
from eventreg.events.rules.publication import ALIVE
from eventreg.kernel.errors import NotFound
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import drop, enqueue_all
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.questionnaires.rules.schema import Section, Stage
from eventreg.registration.emails import Occasion
from eventreg.registration.emails.asking import AskReminder
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.queries.registrations import find_asking
from eventreg.registration.rules.asked import RequestKind, closes_at, concerns, is_to_be_reminded
from eventreg.registration.rules.states import Status
from eventreg.registration.services.requests import ASKS, request_message, send_request
from eventreg.registration.services.statuses import find_last_decision, is_pending

PEOPLE_A_STEP = 50
_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD)


def see_to_follow_ups(now: datetime) -> None:
    """Ask the confirmed what they are to be asked, remind who has not answered, drop what concerns nobody any more."""
    _drop_messages(now)
    alive = Event.publication.in_(ALIVE)
    with_versions = db.session.scalars(
        select(Event.id).join(QuestionnaireVersion, QuestionnaireVersion.event_id == Event.id).where(alive).distinct()
    ).all()
    for event_id in with_versions:
        while ask_confirmed(event_id, now):
            pass
        while remind_some(event_id, now):
            pass


def ask_confirmed(event_id: int, now: datetime) -> int:
    """Ask the next confirmed people the follow-ups they were not asked yet; returns how many requests there were."""
    sections = _follow_ups(event_id)
    if not sections:
        return 0
    with holding_event_in_any_state(event_id) as event:
        if event.publication not in ALIVE:
            return 0
        occasion, version, asked = Occasion.load(event), get_current_version(event_id), 0
        for section in sections:
            if now >= closes_at(section.answer_by, event.changes_until, event.time_zone):
                continue
            categories = [row.id for row in event.categories if any(q.is_asked_of(row.key) for q in section.questions)]
            for person in _not_asked(event_id, section.key, categories, now):
                request = AnswerRequest(
                    event_id=event_id,
                    registration_id=person.id,
                    kind=RequestKind.FOLLOW_UP,
                    questionnaire_id=version.id,
                    section_key=section.key,
                    question_keys=[question.key for question in section.questions],
                    answer_by=section.answer_by,
                    requested_at=now,
                )
                send_request(occasion, person, request, now)
                asked += 1
            asked += _ask_returned(occasion, section, now)
        _bring_up_to_date(event_id, version, sections)
        return asked


def remind_some(event_id: int, now: datetime) -> int:
    """Remind the next people whose deadline is near and who have not answered; returns how many."""
    with holding_event_in_any_state(event_id) as event:
        rows = db.session.execute(
            select(AnswerRequest, Registration)
            .join(Registration, Registration.id == AnswerRequest.registration_id)
            .where(
                AnswerRequest.event_id == event_id,
                AnswerRequest.answered_at.is_(None),
                AnswerRequest.taken_back_at.is_(None),
                AnswerRequest.reminded_at.is_(None),
            )
            .order_by(AnswerRequest.id)
        ).all()
        due = [
            (request, person)
            for request, person in rows
            if concerns(request.kind, person.status) and _is_due(event, request, now)
        ][:PEOPLE_A_STEP]
        if due and event.publication in ALIVE:
            occasion = Occasion.load(event)
            for request, person in due:
                remind(occasion, person, request, now)
            return len(due)
        return 0


def remind(occasion: Occasion, person: Registration, request: AnswerRequest, now: datetime) -> None:
    """Queue the reminder of a request, in the caller's transaction."""
    request.reminded_at = now
    asking = find_asking(person, request)
    enqueue_all([request_message(occasion, person, asking, AskReminder, now)])


def _is_due(event: Event, request: AnswerRequest, now: datetime) -> bool:
    closes = closes_at(request.answer_by, event.changes_until, event.time_zone)
    return is_to_be_reminded(now, closes, request.requested_at, request.reminded_at)


def _follow_ups(event_id: int) -> Sequence[Section]:
    try:
        definition = definition_of(get_current_version(event_id))
    except NotFound:
        return []
    return [section for section in definition.sections if section.stage is Stage.FOLLOW_UP and section.questions]


def _not_asked(event_id: int, section_key: str, categories: Sequence[int], now: datetime) -> list[Registration]:
    was_asked = select(AnswerRequest.id).where(
        AnswerRequest.registration_id == Registration.id,
        AnswerRequest.kind == RequestKind.FOLLOW_UP,
        AnswerRequest.section_key == section_key,
    )
    people = db.session.scalars(
        select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.status == Status.CONFIRMED,
            Registration.category_id.in_(categories),
            ~was_asked.exists(),
        )
        .order_by(Registration.id)
        .limit(PEOPLE_A_STEP)
    ).all()
    # Who was confirmed a moment ago is not told of it yet, and it may be undone.
    return [person for person in people if not is_pending(find_last_decision(person.id), now)]


def _ask_returned(occasion: Occasion, section: Section, now: datetime) -> int:
    """Ask once more who lost the place after being asked and has one again; an undo that nobody noticed is no return."""
    rows = db.session.execute(
        select(AnswerRequest, Registration)
        .join(Registration, Registration.id == AnswerRequest.registration_id)
        .where(
            AnswerRequest.event_id == occasion.event.id,
            AnswerRequest.kind == RequestKind.FOLLOW_UP,
            AnswerRequest.section_key == section.key,
            AnswerRequest.answered_at.is_(None),
            AnswerRequest.taken_back_at.is_(None),
            AnswerRequest.requested_at < Registration.status_changed_at,
            Registration.status == Status.CONFIRMED,
        )
        .limit(PEOPLE_A_STEP)
    ).all()
    asked = 0
    for request, person in rows:
        decision = find_last_decision(person.id)
        if is_pending(decision, now) or (decision is not None and decision.undone_at == person.status_changed_at):
            continue
        request.requested_at, request.reminded_at = now, None
        asking = find_asking(person, request)
        enqueue_all([request_message(occasion, person, asking, ASKS[request.kind], now)])
        asked += 1
    return asked


def _bring_up_to_date(event_id: int, version: QuestionnaireVersion, sections: Sequence[Section]) -> None:
    """Have follow-ups that nobody has answered yet ask the newest version; one that is asked no more is taken back."""
    rows = db.session.scalars(
        select(AnswerRequest).where(
            AnswerRequest.event_id == event_id,
            AnswerRequest.kind == RequestKind.FOLLOW_UP,
            AnswerRequest.answered_at.is_(None),
            AnswerRequest.taken_back_at.is_(None),
            AnswerRequest.questionnaire_id != version.id,
        )
    ).all()
    by_key = {section.key: section for section in sections}
    for request in rows:
        if request.section_key in by_key:
            request.questionnaire_id = version.id
            request.question_keys = [question.key for question in by_key[request.section_key].questions]
        else:
            request.taken_back_at = version.published_at


def _drop_messages(now: datetime) -> None:
    """Take back messages that ask somebody who is asked no more: taken back, or without the place."""
    templates = {message.template(): kind for kind, message in ASKS.items()}
    rows = db.session.execute(
        select(MailMessage.key, MailMessage.template, Registration)
        .join(Registration, Registration.id == MailMessage.record_id)
        .where(
            MailMessage.record_kind == "registration",
            MailMessage.state.in_(_WAITING),
            MailMessage.template.in_(templates),
        )
    ).all()
    gone = [
        key
        for key, template, person in rows
        if not concerns(templates[template], person.status) and not is_pending(find_last_decision(person.id), now)
    ]
    if gone:
        drop(gone, now)
