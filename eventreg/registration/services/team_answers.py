"""What organizers fill in about somebody: sections that the participant never sees, on no page, in no message or file."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from eventreg.db import transaction
from eventreg.events.organizers import Organizer
from eventreg.events.queries.for_registration import lock_event
from eventreg.kernel import clock
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.questionnaires.rules.schema import Question, Stage
from eventreg.registration.queries.asked import find_asked
from eventreg.registration.queries.scoping import lock_in_scope
from eventreg.registration.services.answer_changes import (
    Answerable,
    AnswerChange,
    Answers,
    ChangedFiles,
    SentFiles,
    put_answers,
    record_changes,
)
from eventreg.registration.services.uploads import seal_files, submission_hash


def team_questions(event_id: int, category_key: str) -> Sequence[Question]:
    """Return what organizers fill in about somebody of this category, as it is asked now."""
    return definition_of(get_current_version(event_id)).questions_for(category_key, Stage.ORGANIZERS)


def change_team_answers(
    event_id: int, reference: str, answers: Answers, keys: Collection[str], files: ChangedFiles, who: Organizer
) -> list[AnswerChange]:
    """Keep what organizers filled in for the questions `keys`; returns what changed. Nobody is written to.

    Raises NotFound, LifecycleRefused for an archived event, and Refused (TOO_MANY_FILES).
    """
    now = clock.now()
    hashed = submission_hash(event_id, files.form_key)
    sealed = seal_files(event_id, hashed, files.new, now)
    with transaction():
        event = lock_event(event_id)
        registration = lock_in_scope(event_id, reference, who.scope)
        category = next(found for found in event.categories if found.id == registration.category_id)
        version = get_current_version(event.id)
        questions = [question for question in team_questions(event.id, category.key) if question.key in keys]
        task = Answerable(
            questions,
            dict.fromkeys([question.key for question in questions], version.id),
            find_asked(registration, for_team=True),
        )
        changes = put_answers(event, registration, task, answers, SentFiles(hashed, sealed, files))
        if changes:
            registration.revision += 1
            record_changes(who, "team_answers_changed", registration, changes, now)
        return changes
