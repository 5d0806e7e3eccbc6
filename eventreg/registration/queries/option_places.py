"""Options that have places of their own, and how many of them are taken."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.questionnaires.rules.schema import Definition
from eventreg.registration.models import OptionPlace

#: an option: the key of its question, its value
OptionKey = tuple[str, str]


def limited_options(definition: Definition) -> dict[OptionKey, int]:
    """Return the places of each option that has places of its own."""
    return {
        (question.key, option.value): option.places
        for question in definition.questions()
        for option in question.options
        if option.places is not None
    }


def count_option_places(event_id: int) -> Mapping[OptionKey, int]:
    """Return how many places are taken of each option of an event, in one statement; those that nobody took are left out."""
    rows = db.session.execute(
        select(OptionPlace.question_key, OptionPlace.option, func.count())
        .where(OptionPlace.event_id == event_id)
        .group_by(OptionPlace.question_key, OptionPlace.option)
    )
    return {(key, option): count for key, option, count in rows}


def list_option_places_left(event_id: int, definition: Definition) -> dict[OptionKey, int]:
    """Return how many can still choose each option that has places; never less than none. Asks nothing where none has."""
    limits = limited_options(definition)
    if not limits:
        return {}
    taken = count_option_places(event_id)
    return {key: max(places - taken.get(key, 0), 0) for key, places in limits.items()}
