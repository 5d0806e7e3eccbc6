"""What participants do with their own registration: change answers or language, withdraw, verify an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventreg.audit.services import Actor, record
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_whole, lock_event
from eventreg.kernel import clock
from eventreg.mail.letters import Change
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.queries import definition_of, get_version
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.emails import Message, News, Occasion, tell
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_day_ids, load_answers
from eventreg.registration.queries.registrations import lock_registration
from eventreg.registration.rules.admission import admit
from eventreg.registration.rules.deadlines import may_change_answers, may_withdraw
from eventreg.registration.rules.refusals import ChangeReason, ChangeRefused
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.answers import CONSENT_KIND, FILE_KIND, fill_identity, replace_answers
from eventreg.registration.services.pending_decisions import overtake_pending_decision
from eventreg.registration.services.places import PlaceCount
from eventreg.registration.services.promotion import promote_from_waiting_list
from eventreg.registration.services.registering import NEWS_OF
from eventreg.registration.services.statuses import move
from eventreg.registration.services.uploads import NewFile, attach_new

Answers = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class AnswerChange:
    """One question whose answer changed, with the values before and after."""

    question: Question
    old: list[str]
    new: list[str]


def change_answers(
    event_id: int, registration_id: int, answers: Answers, files: Sequence[NewFile] = ()
) -> list[AnswerChange]:
    """Put new answers in place of old ones and tell both sides what changed; returns the changes, [] when there are none.

    `answers` were checked against the version the registration was made under. The mail address and the consents are
    changed by use cases of their own and stay as they are. Raises ChangeRefused(TOO_LATE).
    """
    now = clock.now()
    with transaction():
        event = lock_event(event_id)
        registration = lock_registration(event_id, registration_id)
        if not may_change_answers(registration.status, now, event.changes_until):
            raise ChangeRefused(ChangeReason.TOO_LATE)
        category = next(found for found in event.categories if found.id == registration.category_id)
        questions = [
            question
            for question in definition_of(get_version(registration.questionnaire_id)).questions_for(category.key)
            if question.kind != CONSENT_KIND and question.column != "email"
        ]
        before = load_answers(registration)
        after = {question.key: list(answers.get(question.key, before.get(question.key, []))) for question in questions}
        for key, public_id in attach_new(
            event.id, registration.submission_hash, registration.id, list(files), now
        ).items():
            after[key] = [public_id]
        changes = _differences(questions, before, after)
        if not changes:
            return []
        fill_identity(registration, questions, after)
        replace_answers(registration, [change.question for change in changes], after)
        registration.revision += 1
        _record_changes(event, registration, changes, now)
        db.session.flush()
        _tell_changes(event, registration, changes, now)
        return changes


def change_language(event_id: int, registration_id: int, language: str) -> None:
    """Have the person's messages written in another language from now on."""
    now = clock.now()
    with transaction():
        lock_event(event_id)
        registration = lock_registration(event_id, registration_id)
        if registration.language == language:
            return
        detail = {"old": registration.language, "new": language}
        registration.language = language
        _record(event_id, registration, "language_changed", now, detail)


def record_consent_changes(event_id: int, registration_id: int, given: Mapping[str, bool], language: str) -> None:
    """Record what is agreed to from now on. Only what differs from the newest record of a purpose is appended."""
    from eventreg.registration.queries.consents import current_consents
    from eventreg.registration.services.answers import record_consents

    now = clock.now()
    with transaction():
        event = lock_event(event_id)
        registration = lock_registration(event_id, registration_id)
        standing = current_consents(registration.id)
        questions = [
            question
            for question in definition_of(get_version(registration.questionnaire_id)).questions()
            if question.kind == CONSENT_KIND
            and question.key in given
            and given[question.key] != standing.get(question.key, False)
        ]
        if not questions:
            return
        answers = {question.key: ["yes"] if given[question.key] else [] for question in questions}
        record_consents(registration, questions, answers, language=language, fallbacks=event.languages, now=now)
        _record(event_id, registration, "consents_changed", now, {key: bool(value) for key, value in answers.items()})


def withdraw(event_id: int, registration_id: int) -> None:
    """Withdraw at the person's own wish; the place goes to the waiting list at once. Raises ChangeRefused."""
    now = clock.now()
    with transaction():
        event = lock_event(event_id)
        registration = lock_registration(event_id, registration_id)
        if not may_withdraw(registration.status):
            raise ChangeRefused(ChangeReason.NOT_POSSIBLE_NOW)
        known = overtake_pending_decision(registration, now)
        day_ids = find_day_ids(registration)
        move(registration, Action.WITHDRAW, now)
        count = PlaceCount(event)
        count.free(registration)
        _record(event_id, registration, "withdrew", now)
        db.session.flush()
        occasion = Occasion.load(event)
        tell(
            occasion, registration, News(Message.WITHDRAWN, day_ids, takes_back_calendar=known is Status.CONFIRMED), now
        )
        promote_from_waiting_list(event, count, now, occasion)


def verify_address(event_id: int, registration_id: int) -> Registration:
    """Let a registration count whose address was verified, with the places of now. Verified twice changes nothing."""
    now = clock.now()
    with transaction():
        event = lock_event(event_id)
        registration = lock_registration(event_id, registration_id)
        if registration.status is Status.CANCELLED:
            raise ChangeRefused(ChangeReason.LINK_EXPIRED)
        if registration.status is not Status.UNVERIFIED:
            return registration
        category = next(found for found in event.categories if found.id == registration.category_id)
        count = PlaceCount(event)
        admission = admit(category.approval, category.pending_counts, count.of(category))
        move(registration, admission.action, now)
        if admission.takes_place:
            count.take(registration, now)
        _record(event_id, registration, "address_verified", now, {"status": registration.status.value})
        db.session.flush()
        news = News(NEWS_OF[registration.status], find_day_ids(registration))
        tell(Occasion.load(event), registration, news, now)
        return registration


def _differences(questions: Sequence[Question], before: Answers, after: Answers) -> list[AnswerChange]:
    return [
        AnswerChange(question, list(before.get(question.key, ())), list(after[question.key]))
        for question in questions
        if list(before.get(question.key, ())) != list(after[question.key])
    ]


def _record_changes(event: Event, registration: Registration, changes: Sequence[AnswerChange], now: datetime) -> None:
    detail: dict[str, Any] = {
        change.question.key: "changed"
        if change.question.is_sensitive or change.question.kind == FILE_KIND
        else {"old": change.old, "new": change.new}
        for change in changes
    }
    _record(event.id, registration, "answers_changed", now, detail)


def _tell_changes(event: Event, registration: Registration, changes: Sequence[AnswerChange], now: datetime) -> None:
    occasion = Occasion.load(get_event_whole(event.id))
    context = Context.of(get_event_whole(event.id))
    language = registration.language
    day_ids = find_day_ids(registration)
    told = tuple(_in_words(change, context, language) for change in changes)
    tell(occasion, registration, News(Message.CHANGED, day_ids, changes=told), now)


def _in_words(change: AnswerChange, context: Context, language: str) -> Change:
    question = change.question
    label = context.text(question.label, language)
    if question.is_sensitive or question.kind == FILE_KIND:
        return Change(label)
    kind = kinds.get(question.kind)
    old, new = (", ".join(kind.display(question, values, context, language)) for values in (change.old, change.new))
    return Change(label, old, new)


def _record(
    event_id: int, registration: Registration, action: str, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    record(
        event_id=event_id,
        actor=Actor.participant(registration.id),
        action=action,
        record_kind="registration",
        record_id=registration.id,
        at=now,
        detail=detail,
    )
