"""Taking questions over into a draft: from a ready-made set, or from another event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.services.copying import first_day_of
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires.queries import draft_document, find_newest_version
from eventreg.questionnaires.rules.starts import Fit, Taken, set_document, take_over
from eventreg.questionnaires.services.drafting import changing_draft


def add_set(event_id: int, name: str, actor: Actor) -> Taken:
    """Add a ready-made set to the draft of an event; what is asked already is left out, and said.

    Raises NotFound for no such set, Refused for too many, LifecycleRefused for an archived event.
    """
    try:
        source = set_document(name)
    except KeyError as error:
        raise NotFound from error
    return _take(event_id, source, _fit(event_id), actor)


def take_from_event(event_id: int, source_id: int, actor: Actor, *, instead: bool = False) -> Taken:
    """Add what another event asks to the draft, or put it in its place: in the languages of this event, at its dates.

    Whether the account may see the other event is for the caller to know. What the other asks now is taken, or its draft
    where it has published nothing. Raises NotFound, Refused for too many, LifecycleRefused for an archived event.
    """
    first, theirs = first_day_of(event_id), first_day_of(source_id)
    days = (first - theirs).days if first and theirs else 0
    fit = _fit(event_id)
    moved = Fit(fit.languages, fit.categories, lambda day: day + timedelta(days=days))
    version = find_newest_version(source_id)
    return _take(event_id, version.definition if version else draft_document(source_id), moved, actor, instead=instead)


def _take(event_id: int, source: Mapping[str, Any], fit: Fit, actor: Actor, *, instead: bool = False) -> Taken:
    with changing_draft(event_id, actor) as draft:
        taken = take_over(draft.document, source, fit, instead=instead)
        draft.document = taken.document
        return taken


def _fit(event_id: int) -> Fit:
    languages = db.session.scalar(select(Event.languages).where(Event.id == event_id))
    if languages is None:
        raise NotFound
    keys = db.session.scalars(select(Category.key).where(Category.event_id == event_id))
    return Fit(tuple(languages), frozenset(keys))
