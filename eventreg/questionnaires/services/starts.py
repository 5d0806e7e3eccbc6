"""Taking questions over into a draft: from a ready-made set, or from another event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.services.copying import first_day_of
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires.queries import draft_document, get_current_version
from eventreg.questionnaires.rules.starts import Fit, Taken, set_document, take_over
from eventreg.questionnaires.services.drafting import change_draft


def add_set(event_id: int, name: str, account_id: int, at: datetime) -> Taken:
    """Add a ready-made set to the draft of an event; what is asked already is left out, and said.

    Raises NotFound for no such set, DraftRefused (TOO_MANY), LifecycleRefused for an archived event.
    """
    try:
        source = set_document(name)
    except KeyError as error:
        raise NotFound from error
    return _take(event_id, source, _fit(event_id), account_id, at, instead=False)


def take_from_event(event_id: int, source_id: int, account_id: int, at: datetime, *, instead: bool = False) -> Taken:
    """Add what another event asks to the draft, or put it in its place: in the languages of this event, at its dates.

    Whether the account may see the other event is for the caller to know. What the other asks now is taken, or its draft
    where it has published nothing. Raises NotFound, DraftRefused (TOO_MANY), LifecycleRefused for an archived event.
    """
    first, theirs = first_day_of(event_id), first_day_of(source_id)
    days = (first - theirs).days if first and theirs else 0
    fit = _fit(event_id)
    moved = Fit(fit.languages, fit.categories, lambda day: day + timedelta(days=days))
    return _take(event_id, _asked(source_id), moved, account_id, at, instead=instead)


def _take(event_id: int, source: Mapping[str, Any], fit: Fit, account_id: int, at: datetime, *, instead: bool) -> Taken:
    found: list[Taken] = []

    def change(document: dict[str, Any]) -> dict[str, Any]:
        taken = take_over(document, source, fit, instead=instead)
        found.append(taken)
        return taken.document

    change_draft(event_id, change, account_id, at)
    return found[-1]


def _asked(event_id: int) -> Mapping[str, Any]:
    try:
        return get_current_version(event_id).definition
    except NotFound:
        return draft_document(event_id)


def _fit(event_id: int) -> Fit:
    languages = db.session.scalar(select(Event.languages).where(Event.id == event_id))
    if languages is None:
        raise NotFound
    keys = db.session.scalars(select(Category.key).where(Category.event_id == event_id))
    return Fit(tuple(languages), frozenset(keys))
