"""Answering what one is asked beside the form."""

from __future__ import annotations

from collections.abc import Set

from eventreg.audit.services import Actor
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.rules.publication import ALIVE
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.queries.consents import list_consents
from eventreg.registration.queries.registrations import lock_registration
from eventreg.registration.queries.requests import Asking, find_asking, get_request, standing_keys
from eventreg.registration.rules.refusals import ChangeReason
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

    Until its deadline it can be answered anew, but for what is frozen by then. Raises NotFound for another person's,
    Refused (TOO_LATE, NOT_POSSIBLE_NOW, BEING_DECIDED, TOO_MANY_FILES).
    """
    now = clock.now()
    hashed = submission_hash(event_id, files.form_key)
    sealed = seal_files(event_id, hashed, files.new, now)
    with transaction():
        event = lock_event(event_id)
        registration = lock_registration(event_id, registration_id)
        request = get_request(registration.id, request_id)
        if request.taken_back_at is not None or not concerns(request.kind, registration.status):
            raise Refused(ChangeReason.NOT_POSSIBLE_NOW)
        if event.publication not in ALIVE or now >= closes_at(request.answer_by, event.changes_until, event.time_zone):
            raise Refused(ChangeReason.TOO_LATE)
        if is_pending(find_last_decision(registration.id), now):
            raise Refused(ChangeReason.BEING_DECIDED)
        category = event.category_of(registration)
        asking = find_asking(registration, request)
        questions = asking.questions(category.key)
        standing = standing_keys(event, asking, now)
        others = [each for each in questions if each.kind != CONSENT_KIND and each.key not in standing]
        versions = {question.key: asking.version_of(question.key) for question in questions}
        changes = put_answers(
            event, registration, Answerable(others, versions, asking.before), answers, SentFiles(hashed, sealed, files)
        )
        record_consents(
            registration, _consents_said(registration, asking, category.key, answers, standing), answers,
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


def _consents_said(
    registration: Registration, asking: Asking, category_key: str, answers: Answers, standing: Set[str]
) -> list[Question]:
    """Return the consents to record: those that came up, but for what was said the same to the same words already."""
    consents = [each for each in asking.questions(category_key) if each.kind == CONSENT_KIND]
    if not consents:
        return []
    newest = {row.purpose: row for row in list_consents(registration.id)}
    given = {key: ["yes"] for key, row in newest.items() if row.is_given}
    given |= {each.key: list(answers.get(each.key, ())) for each in consents if each.key not in standing}
    stands = {**load_answers(registration, asking.definition), **given}
    hidden = asking.definition.hidden_keys(category_key, stands, standing)

    def is_new(question: Question) -> bool:
        row = newest.get(question.key)
        is_same = row is not None and row.questionnaire_id == asking.request.questionnaire_id
        return row is None or not is_same or row.is_given is not bool(answers.get(question.key))

    return [each for each in consents if each.key not in standing | hidden and is_new(each)]
