"""Options that have places of their own, and how many of them are taken."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.rules.seats import Places
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


def list_option_places(event_id: int, limits: Mapping[OptionKey, int]) -> dict[OptionKey, Places]:
    """Return the places of these options, in one statement. Asks nothing where there are none."""
    if not limits:
        return {}
    rows = db.session.execute(
        select(OptionPlace.question_key, OptionPlace.option, func.count())
        .where(OptionPlace.event_id == event_id)
        .group_by(OptionPlace.question_key, OptionPlace.option)
    )
    taken = {(key, option): count for key, option, count in rows}
    return {key: Places(limit, taken.get(key, 0)) for key, limit in limits.items()}


def list_option_places_left(event_id: int, definition: Definition) -> dict[OptionKey, int]:
    """Return how many can still choose each option that has places; never less than none. Asks nothing where none has."""
    places = list_option_places(event_id, limited_options(definition))
    return {key: each.free for key, each in places.items() if each.free is not None}
