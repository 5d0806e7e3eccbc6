"""Places of options: taken with the answer and freed with it, counted under the lock of the event's row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from eventreg.db import db
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.models import OptionPlace, Registration
from eventreg.registration.queries.option_places import OptionKey, limited_options, list_option_places
from eventreg.registration.rules.refusals import OptionsFull

Answers = Mapping[str, Sequence[str]]


def take_new(registration: Registration, limits: Mapping[OptionKey, int], answers: Answers, now: datetime) -> None:
    """Take the places that a new registration's answers need, all or none. Raises OptionsFull."""
    _take(registration, _needed(limits, answers), now)


def hold_exactly(registration: Registration, questions: Collection[Question], answers: Answers, now: datetime) -> None:
    """Hold the places that changed answers to these questions need, and no others of them. Raises OptionsFull.

    How many there are is what the event asks now. What somebody holds stays theirs where there are fewer than before.
    """
    keys = {question.key for question in questions if question.options}
    if not keys:
        return
    limits = limited_options(definition_of(get_current_version(registration.event_id)))
    needed = {key: places for key, places in _needed(limits, answers).items() if key[0] in keys}
    held = {key: id_ for key, id_ in _held(registration.id).items() if key[0] in keys}
    given_up = [id_ for key, id_ in held.items() if key[1] not in answers.get(key[0], ())]
    if given_up:
        db.session.execute(delete(OptionPlace).where(OptionPlace.id.in_(given_up)))
    _take(registration, {key: limit for key, limit in needed.items() if key not in held}, now)


def take_what_is_free(
    registration: Registration, limits: Mapping[OptionKey, int], answers: Answers, now: datetime
) -> list[OptionKey]:
    """Take what answers need and is free, for somebody who held nothing until now; returns the options that are full."""
    held = _held(registration.id)
    needed = {key: limit for key, limit in _needed(limits, answers).items() if key not in held}
    full = _full(registration, needed)
    _insert(registration, [key for key in needed if key not in full], now)
    return full


def free_option_places(registration_id: int) -> None:
    """Set free what somebody holds, at once, in the caller's transaction: the registration is given up."""
    db.session.execute(delete(OptionPlace).where(OptionPlace.registration_id == registration_id))


def release_option_places(registration_id: int, at: datetime | None) -> bool:
    """Let what somebody holds go at an instant, when a decision can no longer be undone; None: it is kept. False: nothing."""
    rows = db.session.execute(
        update(OptionPlace)
        .where(OptionPlace.registration_id == registration_id)
        .values(released_at=at)
        .returning(OptionPlace.id)
        .execution_options(synchronize_session=False)
    )
    return bool(rows.all())


def pass_on_option_places(event_id: int, now: datetime) -> None:
    """Set free the places whose time has come, in the caller's transaction, who holds the event's row."""
    db.session.execute(delete(OptionPlace).where(OptionPlace.event_id == event_id, OptionPlace.released_at <= now))


def _needed(limits: Mapping[OptionKey, int], answers: Answers) -> dict[OptionKey, int]:
    return {key: places for key, places in limits.items() if key[1] in answers.get(key[0], ())}


def _held(registration_id: int) -> dict[OptionKey, int]:
    rows = db.session.execute(
        select(OptionPlace.question_key, OptionPlace.option, OptionPlace.id).where(
            OptionPlace.registration_id == registration_id
        )
    )
    return {(key, option): id_ for key, option, id_ in rows}


def _take(registration: Registration, needed: Mapping[OptionKey, int], now: datetime) -> None:
    if full := _full(registration, needed):
        raise OptionsFull(full)
    _insert(registration, needed, now)


def _full(registration: Registration, needed: Mapping[OptionKey, int]) -> list[OptionKey]:
    return [key for key, places in list_option_places(registration.event_id, needed).items() if not places.has_free]


def _insert(registration: Registration, options: Collection[OptionKey], now: datetime) -> None:
    rows = [
        {
            "event_id": registration.event_id,
            "registration_id": registration.id,
            "question_key": key,
            "option": option,
            "taken_at": now,
        }
        for key, option in options
    ]
    if rows:
        db.session.execute(insert(OptionPlace), rows)
