"""Counting answers by day: recorded where they are sensitive, or leave as a file."""

from __future__ import annotations

from dataclasses import dataclass

from eventreg.audit.services import note
from eventreg.db import transaction
from eventreg.events.organizers import Organizer
from eventreg.events.queries.for_registration import get_event_whole, lock_event_in_any_state
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.schema import Question
from eventreg.review.queries.day_counts import DayCount, count_by_day, list_countable
from eventreg.review.queries.people import list_definitions


@dataclass(frozen=True)
class Counted:
    """The answers that were given, in words and in the order of the newest wording, and how often on each day."""

    question: Question
    label: str
    #: (value, words)
    answers: list[tuple[str, str]]
    days: list[DayCount]


def count_answers_by_day(
    event_id: int, key: str, who: Organizer, language: str, *, sees_sensitive: bool, is_file: bool
) -> Counted:
    """Count the answers to a question, and record that. Raises NotFound for a question that is not for this reader."""
    definitions = list_definitions(event_id)
    question = list_countable(definitions, sees_sensitive=sees_sensitive).get(key)
    if question is None:
        raise NotFound
    is_sensitive = any(
        asked.is_sensitive for definition in definitions.values() if (asked := definition.find(key)) is not None
    )
    with transaction():
        event = lock_event_in_any_state(event_id)
        if is_sensitive or is_file:
            note(event, "counted_by_day", who, question=key, **({"format": "csv"} if is_file else {}))
    event = get_event_whole(event_id)
    days = count_by_day(event, definitions, key, who.scope)
    given = {value for day in days for value in day.answers}
    context, kind = Context.of(event), kinds.get(question.kind)
    values = [option.value for option in question.options] or list(kind.fixed_values)
    values += sorted(given.difference(values))
    words = {value: "; ".join(kind.display(question, [value], context, language)) or value for value in values}
    return Counted(question, context.text(question.label, language), list(words.items()), days)
