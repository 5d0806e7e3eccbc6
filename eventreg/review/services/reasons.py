"""Ready-made reasons: kept, changed, ordered and removed by whoever decides. What was decided with one keeps its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from eventreg.audit.services import Actor, change, note
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.rules.starting import starting_document
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.ordering import move_in_order
from eventreg.kernel.text import LocalizedText, merged
from eventreg.kernel.tokens import new_public_id
from eventreg.review.models import ReadyReason
from eventreg.review.queries.reasons import get_reason, list_reasons
from eventreg.review.rules.reasons import MOST_OF_AN_EVENT
from eventreg.review.rules.runs import RunAct


def add_reason(event_id: int, act: RunAct, title: str, text: LocalizedText, actor: Actor) -> ReadyReason:
    """Keep a reason after those that there are. Raises Refused where there are too many."""
    with transaction():
        lock_event(event_id)
        return _add(event_id, act, title, text, actor)


def add_starting_reasons(event_id: int, actor: Actor) -> int:
    """Add the reasons that a team can begin with, in the languages of the event; returns how many were new.

    One whose title is there already for the same act is left out.
    """
    added = 0
    with transaction():
        event = lock_event(event_id)
        known = {(row.act, row.title) for row in list_reasons(event_id)}
        for entry in starting_document("reasons")["reasons"]:
            act, title = RunAct(entry["act"]), _in_first(entry["title"], event.languages)
            if (act, title) not in known:
                text = {code: entry["text"][code] for code in event.languages if code in entry["text"]}
                _add(event_id, act, title, text or dict(entry["text"]), actor)
                added += 1
    return added


def change_reason(event_id: int, public_id: str, act: RunAct, title: str, text: LocalizedText, actor: Actor) -> None:
    """Give a reason other words, or make it one for another act. Languages that the event does not have keep theirs."""
    with transaction():
        event = lock_event(event_id)
        row = get_reason(event_id, public_id)
        values = {"act": act, "title": title, "text": merged(row.text, text, event.languages)}
        if change(row, values, "ready_reason_changed", actor, title=title):
            row.changed_at = now()


def move_reason(event_id: int, public_id: str, *, is_up: bool) -> None:
    """Let a reason change places with the one before or after it of the same act; at an end nothing changes."""
    with transaction():
        lock_event(event_id)
        row = get_reason(event_id, public_id)
        rows = list_reasons(event_id, row.act)
        move_in_order(rows, rows.index(row), -1 if is_up else 1)


def remove_reason(event_id: int, public_id: str, actor: Actor) -> None:
    """Remove a reason; decisions made with it keep what the person was told."""
    with transaction() as session:
        lock_event(event_id)
        row = get_reason(event_id, public_id)
        note(row, "ready_reason_removed", actor, title=row.title)
        session.delete(row)


def _add(event_id: int, act: RunAct, title: str, text: LocalizedText, actor: Actor) -> ReadyReason:
    there = select(func.count(), func.max(ReadyReason.position)).where(ReadyReason.event_id == event_id)
    number, last = db.session.execute(there).one()
    if number >= MOST_OF_AN_EVENT:
        raise Refused(N_("An event has at most %(limit)s reasons"), field="title", limit=MOST_OF_AN_EVENT)
    row = ReadyReason(
        public_id=new_public_id(),
        event_id=event_id,
        act=act,
        title=title,
        text=dict(text),
        position=(-1 if last is None else last) + 1,
        changed_at=now(),
    )
    db.session.add(row)
    db.session.flush()
    note(row, "ready_reason_added", actor, title=title, act=act.value)
    return row


def _in_first(texts: Mapping[str, str], languages: Sequence[str]) -> str:
    return next((texts[code] for code in languages if code in texts), next(iter(texts.values())))
