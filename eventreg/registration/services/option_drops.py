"""Somebody counts from now on, or again: options that are full by then are taken off the answers, and both sides are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from eventreg.audit.services import SYSTEM
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.queries.asked import find_asked
from eventreg.registration.queries.option_places import limited_options
from eventreg.registration.services.answer_changes import AnswerChange, record_changes
from eventreg.registration.services.answers import replace_answers
from eventreg.registration.services.option_places import take_what_is_free


def take_or_drop(registration: Registration, now: datetime) -> Sequence[AnswerChange]:
    """Take the places that the answers need; drop from them, and record, what has none left. Returns what was dropped.

    The caller holds the event's row and tells of the changes.
    """
    limits = limited_options(definition_of(get_current_version(registration.event_id)))
    if not limits:
        return []
    asked = find_asked(registration)
    before = load_answers(registration, asked.definition)
    full = take_what_is_free(registration, limits, before, now)
    if not full:
        return []
    after = {key: [value for value in values if (key, value) not in full] for key, values in before.items()}
    changes = [
        AnswerChange(
            question, before[question.key], after[question.key], question, (asked.versions.get(question.key),) * 2
        )
        for question in asked.definition.questions()
        if before.get(question.key, []) != after.get(question.key, [])
    ]
    replace_answers(registration, [change.question for change in changes], after, asked.versions)
    record_changes(SYSTEM, "options_full", registration, changes, now)
    return changes
