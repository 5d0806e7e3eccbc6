"""Reads of forms kept for later.

What somebody answered at another event, as far as it can fill in a form: never anything sensitive, no file, no consent.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from eventreg.db import db, found
from eventreg.events.models import Category, Event
from eventreg.events.rules.publication import Publication
from eventreg.kernel import clock, sealing, tokens
from eventreg.kernel.text import email_key
from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.answers import Invalid
from eventreg.questionnaires.rules.schema import Definition, Question, Stage
from eventreg.registration.models import Registration, SavedForm, UsedForm
from eventreg.registration.queries.answers import find_asked, load_answers
from eventreg.registration.rules.states import Status
from eventreg.web.instance import holder_of, keys


def sealed_form_place(public_id: str) -> str:
    """Return the place that a kept form is bound to."""
    return f"saved_forms/{public_id}"


def get_saved_form(token: str, purpose: str) -> SavedForm:
    """Return the kept form whose link `token` is. Raises NotFound, for one whose time is over as well."""
    saved = holder_of(token, purpose, select(SavedForm), SavedForm.generation)
    return found(saved if saved.expires_at > clock.now() else None)


def open_form(saved: SavedForm) -> dict[str, list[str]]:
    """Return what was typed, by the names of the fields."""
    values: dict[str, list[str]] = json.loads(sealing.unseal(keys(), saved.sealed, sealed_form_place(saved.public_id)))
    return values


def resumed_key(saved: SavedForm) -> str:
    """Return the key under which a kept form goes on.

    The key of a form opens its receipt, and whoever kept this one may not be whoever goes on with it: so it is not the key
    it was kept under, but one that follows from the link, which only the mailbox has.
    """
    return tokens.lookup_hash(keys(), "resumed form", f"{saved.public_id}/{saved.generation}")


def was_sent(saved: SavedForm) -> bool:
    """Say whether the form was sent since it was kept."""
    return bool(
        db.session.scalar(
            select(
                _sent(Registration, saved.event_id, saved.submission_hash)
                | _sent(UsedForm, saved.event_id, saved.submission_hash)
            )
        )
    )


def were_sent() -> ColumnElement[bool]:
    """Return the condition of kept forms that were sent, whatever became of them."""
    return _sent(Registration, SavedForm.event_id, SavedForm.submission_hash) | _sent(
        UsedForm, SavedForm.event_id, SavedForm.submission_hash
    )


def _sent(model: type[Registration | UsedForm], event_id: Any, hashed: Any) -> ColumnElement[bool]:
    return exists().where(model.event_id == event_id, model.submission_hash == hashed)


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
    """Return the listed events that take registrations now, but the one of this registration, the nearest first."""
    now = clock.now()
    return db.session.scalars(
        select(Event)
        .where(
            Event.id != registration.event_id,
            Event.publication == Publication.PUBLISHED,
            Event.is_quiet.is_(False),
            Event.registration_opens_at <= now,
            Event.registration_closes_at > now,
        )
        .order_by(Event.registration_closes_at, Event.id)
        .limit(_MOST_EVENTS)
    ).all()


def answers_to_carry(
    registration: Registration, definition: Definition, category: Category, context: kinds.Context
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


def _is_taken(question: Question, values: Sequence[str], context: kinds.Context) -> bool:
    try:
        return bool(kinds.get(question.kind).clean(question, values, context))
    except Invalid:
        return False
