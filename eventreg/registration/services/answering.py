"""Answering what one is asked beside the form."""

from __future__ import annotations

from eventreg.audit.services import Actor
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.rules.publication import ALIVE
from eventreg.kernel import clock
from eventreg.registration.queries.registrations import lock_registration
from eventreg.registration.queries.requests import find_asking, get_request
from eventreg.registration.rules.refusals import ChangeReason, ChangeRefused
from eventreg.registration.rules.requests import closes_at, concerns
from eventreg.registration.services.answer_changes import (
    Answerable,
    AnswerChange,
    Answers,
    ChangedFiles,
    SentFiles,
    put_answers,
    record_changes,
    tell_changes,
)
from eventreg.registration.services.answers import CONSENT_KIND, record_consents
from eventreg.registration.services.pending_decisions import find_last_decision, is_pending
from eventreg.registration.services.uploads import seal_files, submission_hash


def answer_request(
    event_id: int, registration_id: int, request_id: int, answers: Answers, files: ChangedFiles, language: str
) -> list[AnswerChange]:
    """Keep the answers to a request under the version that it asks, and tell both sides what changed.

    Until its deadline it can be answered anew. Raises NotFound for another person's, ChangeRefused (TOO_LATE,
    NOT_POSSIBLE_NOW, BEING_DECIDED) and RegistrationRefused (TOO_MANY_FILES).
    """
    now = clock.now()
    hashed = submission_hash(event_id, files.form_key)
    sealed = seal_files(event_id, hashed, files.new, now)
    with transaction():
        event = lock_event(event_id)
        registration = lock_registration(event_id, registration_id)
        request = get_request(registration.id, request_id)
        if request.taken_back_at is not None or not concerns(request.kind, registration.status):
            raise ChangeRefused(ChangeReason.NOT_POSSIBLE_NOW)
        if event.publication not in ALIVE or now >= closes_at(request.answer_by, event.changes_until, event.time_zone):
            raise ChangeRefused(ChangeReason.TOO_LATE)
        if is_pending(find_last_decision(registration.id), now):
            raise ChangeRefused(ChangeReason.BEING_DECIDED)
        category = next(found for found in event.categories if found.id == registration.category_id)
        asking = find_asking(registration, request)
        questions = asking.questions(category.key)
        others = [question for question in questions if question.kind != CONSENT_KIND]
        versions = {question.key: asking.version_of(question.key) for question in questions}
        changes = put_answers(
            event, registration, Answerable(others, versions, asking.before), answers, SentFiles(hashed, sealed, files)
        )
        record_consents(
            registration, questions, answers,
            language=language, fallbacks=event.languages, now=now, version_id=request.questionnaire_id,
        )  # fmt: skip
        is_first, request.answered_at = request.answered_at is None, request.answered_at or now
        if is_first or changes:
            registration.revision += 1
            record_changes(Actor.participant(registration.id), "request_answered", registration, changes, now)
        db.session.flush()
        if changes:
            tell_changes(event.id, registration, changes, now)
        return changes
