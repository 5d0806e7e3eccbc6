"""Asking people who are registered: again after a change of the questions, or to mend what they answered.

Everybody is asked by a job in steps: what a step writes and where the next one begins commit together, so that a worker
killed at any moment leaves nobody out and asks nobody twice.

The messages that ask: one for each request, one for its reminder.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import lock_event, lock_event_in_any_state
from eventreg.events.rules.publication import ALIVE, check_changeable
from eventreg.i18n import formats
from eventreg.jobs.services import schedule
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import LocalizedText, showable, tidied
from eventreg.mail.services import OutgoingMessage, enqueue_all
from eventreg.questionnaires import kinds
from eventreg.questionnaires.queries import ASK_AGAIN_JOB, definition_of, get_version
from eventreg.questionnaires.rules.schema import Definition, Stage
from eventreg.registration.emails import News, Occasion, RequestWording, participant_message
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.emails.asking import AskedAgain, AskedCorrection, AskedFollowUp
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.queries import answers, scoping
from eventreg.registration.queries.registrations import Asking, find_asking
from eventreg.registration.rules.asked import RequestKind, closes_at
from eventreg.registration.rules.states import STANDING, RequestReason
from eventreg.registration.services.answers import CONSENT_KIND

PEOPLE_A_STEP = 50
LONGEST_REASON = 1_000


def ask_again(
    event_id: int, version_id: int, question_keys: Collection[str], note: LocalizedText, account_id: int, at: datetime
) -> None:
    """Have everybody whom it concerns asked these questions of a version, in the caller's transaction or one of its own."""
    work = {"event_id": event_id, "version_id": version_id, "question_keys": list(question_keys), "note": dict(note)}
    schedule(
        ASK_AGAIN_JOB, f"{ASK_AGAIN_JOB}:{version_id}", work | {"account_id": account_id, "at": at.isoformat()}, at
    )


def ask_some(work: Mapping[str, Any], now: datetime) -> int:
    """Ask the next people again; returns how many. A job of the worker, in its transaction.

    Asked is whoever lives with the event, registered under an earlier version and is of a category that is asked one of
    the questions; a follow-up concerns those who answered it. Nobody is asked by an event that is cancelled or after the
    end of changes.
    """
    event = lock_event_in_any_state(work["event_id"])
    definition = definition_of(get_version(work["version_id"]))
    people = _next_people(event.id, work["version_id"], work.get("after", 0))
    if not people or event.publication not in ALIVE or now >= event.changes_until:
        return 0
    occasion, asked = Occasion.load(event), 0
    for person in people:
        keys = _keys_for(person, occasion, definition, work["question_keys"])
        if keys and not _was_asked(person.id, work["version_id"]):
            request = _replacing_open(person, keys, work["version_id"], definition)
            request.reason = occasion.text(work["note"], person.language)
            request.requested_by_id, request.requested_at = work["account_id"], now
            send_request(occasion, person, request, now)
            asked += 1
    schedule(ASK_AGAIN_JOB, f"{ASK_AGAIN_JOB}:{work['version_id']}", {**work, "after": people[-1].id}, now)
    return asked


def ask_for_correction(
    event_id: int,
    reference: str,
    question_keys: Collection[str],
    reason: str,
    who: Organizer,
    answer_by: date | None = None,
) -> AnswerRequest:
    """Ask one person to mend some of their answers, with the reason that the person reads.

    Raises NotFound and Refused: NOTHING_CHOSEN, REASON_MISSING, REASON_TOO_LONG, NOT_CONCERNED (the status), PAST
    (nothing could be answered any more), CALLED_OFF.
    """
    with transaction():
        occasion = Occasion.load(lock_event(event_id))
        registration = scoping.lock_in_scope(event_id, reference, who.scope)
        return ask_for_correction_held(occasion, registration, question_keys, reason, who, answer_by)


def ask_for_correction_held(
    occasion: Occasion,
    registration: Registration,
    question_keys: Collection[str],
    reason: str,
    who: Organizer,
    answer_by: date | None = None,
) -> AnswerRequest:
    """Ask somebody in sight whose row the caller holds, with the event's, in the caller's transaction."""
    now, reason, event = clock.now(), tidied(showable(reason)), occasion.event
    check_changeable(event.publication)
    keys = [key for key in _mendable(event, registration) if key in question_keys]
    _check(event, registration, keys, reason, answer_by, now)
    request = new_correction(registration, keys, reason, who, now, answer_by)
    send_request(occasion, registration, request, now)
    note(registration, "correction_requested", who, now, questions=keys, reason=reason)
    return request


def new_correction(
    registration: Registration,
    keys: Collection[str],
    reason: str,
    who: Actor,
    now: datetime,
    answer_by: date | None = None,
) -> AnswerRequest:
    """Return a request to answer some of what a registration was asked, not yet kept."""
    return AnswerRequest(
        event_id=registration.event_id,
        registration_id=registration.id,
        kind=RequestKind.CORRECTION,
        questionnaire_id=registration.questionnaire_id,
        question_keys=list(keys),
        reason=reason,
        requested_by_id=who.id,
        requested_at=now,
        answer_by=answer_by,
    )


def send_request(occasion: Occasion, registration: Registration, request: AnswerRequest, now: datetime) -> None:
    """Keep a request and queue its message, in the caller's transaction."""
    db.session.add(request)
    db.session.flush()
    asking = find_asking(registration, request)
    enqueue_all([request_message(occasion, registration, asking, ASKS[request.kind], now)])


def _check(
    event: Event, registration: Registration, keys: Sequence[str], reason: str, answer_by: date | None, now: datetime
) -> None:
    if event.publication not in ALIVE:
        raise Refused(RequestReason.CALLED_OFF)
    if registration.status not in STANDING:
        raise Refused(RequestReason.NOT_CONCERNED)
    if not keys:
        raise Refused(RequestReason.NOTHING_CHOSEN)
    if not reason:
        raise Refused(RequestReason.REASON_MISSING)
    if len(reason) > LONGEST_REASON:
        raise Refused(RequestReason.REASON_TOO_LONG, limit=LONGEST_REASON)
    if closes_at(answer_by, event.changes_until, event.time_zone) <= now:
        raise Refused(RequestReason.PAST)


def _mendable(event: Event, registration: Registration) -> list[str]:
    category = event.category_of(registration)
    asked = answers.find_asked(registration).definition.questions_for(category.key)
    return [question.key for question in asked if question.kind != CONSENT_KIND and question.column != "email"]


def _next_people(event_id: int, version_id: int, after: int) -> Sequence[Registration]:
    return db.session.scalars(
        select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.id > after,
            Registration.status.in_(STANDING),
            Registration.questionnaire_id != version_id,
        )
        .order_by(Registration.id)
        .limit(PEOPLE_A_STEP)
    ).all()


def _keys_for(
    person: Registration, occasion: Occasion, definition: Definition, question_keys: Collection[str]
) -> list[str]:
    category = occasion.category_of(person)
    answered: set[str] | None = None
    keys = []
    for section in definition.sections:
        wanted = [q.key for q in section.questions if q.key in question_keys and q.is_asked_of(category.key)]
        if not wanted or section.stage is Stage.ORGANIZERS:
            continue
        if section.stage is Stage.FOLLOW_UP:
            # Whoever has not answered it yet is asked the newest version of it anyway.
            answered = _answered_sections(person.id) if answered is None else answered
            wanted = wanted if section.key in answered else []
        keys += [key for key in wanted if _is_askable(definition, key)]
    return keys


def _is_askable(definition: Definition, key: str) -> bool:
    question = definition.find(key)
    return question is not None and question.column != "email"


def _answered_sections(registration_id: int) -> set[str]:
    rows = db.session.scalars(
        select(AnswerRequest.section_key).where(
            AnswerRequest.registration_id == registration_id,
            AnswerRequest.kind == RequestKind.FOLLOW_UP,
            AnswerRequest.answered_at.is_not(None),
        )
    )
    return set(rows)


def _was_asked(registration_id: int, version_id: int) -> bool:
    found = select(AnswerRequest.id).filter_by(
        registration_id=registration_id, kind=RequestKind.AGAIN, questionnaire_id=version_id
    )
    return db.session.scalar(found.limit(1)) is not None


def _replacing_open(
    person: Registration, keys: Sequence[str], version_id: int, definition: Definition
) -> AnswerRequest:
    """Return a new request in which those that the person has not answered yet are contained."""
    rows = db.session.scalars(
        select(AnswerRequest).where(
            AnswerRequest.registration_id == person.id,
            AnswerRequest.kind == RequestKind.AGAIN,
            AnswerRequest.answered_at.is_(None),
            AnswerRequest.taken_back_at.is_(None),
        )
    ).all()
    now = clock.now()
    wanted = {*keys}
    for row in rows:
        wanted |= {key for key in row.question_keys if definition.find(key) is not None}
        row.taken_back_at = now
    return AnswerRequest(
        event_id=person.event_id,
        registration_id=person.id,
        kind=RequestKind.AGAIN,
        questionnaire_id=version_id,
        question_keys=[question.key for question in definition.questions() if question.key in wanted],
    )


#: which message asks
ASKS = {
    RequestKind.FOLLOW_UP: AskedFollowUp,
    RequestKind.AGAIN: AskedAgain,
    RequestKind.CORRECTION: AskedCorrection,
}


def compose_correction(
    occasion: Occasion,
    registration: Registration,
    question_keys: Sequence[str],
    reason: str,
    answer_by: date | None,
    now: datetime,
) -> OutgoingMessage:
    """Return the message by which a person would be asked to mend answers now. Writes nothing."""
    request = new_correction(registration, question_keys, reason, SYSTEM, now, answer_by)
    request.id = 0
    return request_message(occasion, registration, find_asking(registration, request), AskedCorrection, now)


def request_message(
    occasion: Occasion, registration: Registration, asking: Asking, message: type[AboutRegistration], now: datetime
) -> OutgoingMessage:
    """Return the message by which a person is asked, or reminded, in the person's language."""
    request, category = asking.request, occasion.category_of(registration)
    section = asking.section()

    def worded(language: str) -> RequestWording:
        questions = [each for each in asking.questions(category.key) if kinds.get(each.kind).is_answerable]
        return RequestWording(
            labels=[occasion.text(question.label, language) for question in questions],
            section=occasion.text(section.title, language) if section is not None else "",
            until=formats.day(request.answer_by, language)
            if request.answer_by is not None
            else occasion.changes_until(language),
            path=f"/requests/{request.id}",
        )

    news = News(message, answers.find_day_ids(registration), reason=request.reason, request=worded)
    # One request can be asked again when a place comes back: the moment tells the messages apart.
    suffix = f"-{request.id}-{int(now.timestamp())}"
    return participant_message(occasion, registration, news, now, key_suffix=suffix)
