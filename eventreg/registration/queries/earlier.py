"""What somebody answered at another event, as far as it can fill in a form: never anything sensitive, no file, no consent."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.rules.publication import Publication
from eventreg.kernel import clock
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.reasons import Invalid
from eventreg.questionnaires.rules.schema import Definition, Question, Stage
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.queries.asked import find_asked
from eventreg.registration.rules.searching import email_key
from eventreg.registration.rules.states import Status

#: what is answered anew for each event
_NEVER_CARRIED = frozenset({"consent", "days", "sessions", "nights", "file", "picture"})
_MOST_EVENTS = 50


def find_latest_elsewhere(event_id: int, email: str) -> Registration | None:
    """Return the newest registration with this address at another event, whatever became of it but `unverified`."""
    return db.session.scalars(
        select(Registration)
        .where(
            Registration.event_id != event_id,
            Registration.email_key == email_key(email),
            Registration.status != Status.UNVERIFIED,
        )
        .order_by(Registration.submitted_at.desc(), Registration.id.desc())
        .limit(1)
    ).one_or_none()


def list_open_elsewhere(registration: Registration) -> Sequence[Event]:
    """Return the events that take registrations now, but the one of this registration, the nearest first."""
    now = clock.now()
    return db.session.scalars(
        select(Event)
        .where(
            Event.id != registration.event_id,
            Event.publication == Publication.PUBLISHED,
            Event.registration_opens_at <= now,
            Event.registration_closes_at > now,
        )
        .order_by(Event.registration_closes_at, Event.id)
        .limit(_MOST_EVENTS)
    ).all()


def answers_to_carry(
    registration: Registration, definition: Definition, category: Category, context: Context
) -> dict[str, list[str]]:
    """Return the answers of an earlier registration that fit what `definition` asks of `category`, by its questions' keys.

    A question is met by the one that fills the same column, else by the one with the same key and kind. What the new
    question would not take (an option that is not offered, a text that is too long) stays behind.
    """
    # As each answer was asked for last: what became sensitive or was filled in by organizers since is not carried.
    asked_before = find_asked(registration).definition
    given = load_answers(registration, asked_before)
    found: dict[str, list[str]] = {}
    for question in definition.questions_for(category.key, Stage.REGISTRATION):
        before = _counterpart(question, asked_before)
        values = given.get(before.key, []) if before is not None else []
        if values and _is_taken(question, values, context):
            found[question.key] = values
    return found


def _counterpart(question: Question, asked_before: Definition) -> Question | None:
    """Return the earlier question that asked the same, if its answer may be carried at all."""
    if question.is_sensitive or question.kind in _NEVER_CARRIED:
        return None
    for before in asked_before.questions(Stage.REGISTRATION, Stage.FOLLOW_UP):
        is_same = before.column == question.column if question.column else before.key == question.key
        if is_same and before.kind == question.kind and not before.is_sensitive:
            return before
    return None


def _is_taken(question: Question, values: Sequence[str], context: Context) -> bool:
    try:
        return bool(kinds.get(question.kind).clean(question, values, context))
    except Invalid:
        return False
