"""Ready-made reasons: kept, changed, ordered and removed by whoever decides. What was decided with one keeps its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from eventreg.audit.services import Actor, record
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.rules.starting import starting_document
from eventreg.kernel import clock
from eventreg.kernel.text import LocalizedText, merged
from eventreg.kernel.tokens import new_public_id
from eventreg.review.models import ReadyReason
from eventreg.review.queries.reasons import get_reason, list_reasons
from eventreg.review.rules.reasons import MOST_OF_AN_EVENT, ReasonReason, ReasonsRefused
from eventreg.review.rules.runs import RunAct


def add_reason(event_id: int, act: RunAct, title: str, text: LocalizedText, account_id: int) -> ReadyReason:
    """Keep a reason after those that there are. Raises ReasonsRefused (TOO_MANY)."""
    now = clock.now()
    with transaction():
        lock_event(event_id)
        return _add(event_id, act, title, text, account_id, now)


def add_starting_reasons(event_id: int, account_id: int) -> int:
    """Add the reasons that a team can begin with, in the languages of the event; returns how many were new.

    One whose title is there already for the same act is left out.
    """
    now, added = clock.now(), 0
    with transaction():
        event = lock_event(event_id)
        known = {(row.act, row.title) for row in list_reasons(event_id)}
        for entry in starting_document("reasons")["reasons"]:
            act, title = RunAct(entry["act"]), _in_first(entry["title"], event.languages)
            if (act, title) not in known:
                text = {code: entry["text"][code] for code in event.languages if code in entry["text"]}
                _add(event_id, act, title, text or dict(entry["text"]), account_id, now)
                added += 1
    return added


def change_reason(event_id: int, public_id: str, act: RunAct, title: str, text: LocalizedText, account_id: int) -> None:
    """Give a reason other words, or make it one for another act. Languages that the event does not have keep theirs."""
    now = clock.now()
    with transaction():
        event = lock_event(event_id)
        row = get_reason(event_id, public_id)
        before = {"act": row.act.value, "title": row.title, "text": dict(row.text)}
        row.act, row.title, row.text = act, title, merged(row.text, text, event.languages)
        after = {"act": row.act.value, "title": row.title, "text": dict(row.text)}
        changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
        if changed:
            row.changed_at = now
            _record(row, "ready_reason_changed", account_id, now, {"title": row.title, "changed": changed})


def move_reason(event_id: int, public_id: str, *, is_up: bool) -> None:
    """Let a reason change places with the one before or after it of the same act; at an end nothing changes."""
    with transaction():
        lock_event(event_id)
        row = get_reason(event_id, public_id)
        rows = list(list_reasons(event_id, row.act))
        here = rows.index(row)
        there = here - 1 if is_up else here + 1
        if 0 <= there < len(rows):
            rows[here], rows[there] = rows[there], rows[here]
            for position, each in enumerate(rows):
                each.position = position


def remove_reason(event_id: int, public_id: str, account_id: int) -> None:
    """Remove a reason; decisions made with it keep what the person was told."""
    now = clock.now()
    with transaction() as session:
        lock_event(event_id)
        row = get_reason(event_id, public_id)
        _record(row, "ready_reason_removed", account_id, now, {"title": row.title})
        session.delete(row)


def _add(event_id: int, act: RunAct, title: str, text: LocalizedText, account_id: int, now: datetime) -> ReadyReason:
    there = select(func.count(), func.max(ReadyReason.position)).where(ReadyReason.event_id == event_id)
    number, last = db.session.execute(there).one()
    if number >= MOST_OF_AN_EVENT:
        raise ReasonsRefused(ReasonReason.TOO_MANY, limit=MOST_OF_AN_EVENT)
    row = ReadyReason(
        public_id=new_public_id(),
        event_id=event_id,
        act=act,
        title=title,
        text=dict(text),
        position=(-1 if last is None else last) + 1,
        changed_at=now,
    )
    db.session.add(row)
    db.session.flush()
    _record(row, "ready_reason_added", account_id, now, {"title": title, "act": act.value})
    return row


def _in_first(texts: Mapping[str, str], languages: Sequence[str]) -> str:
    return next((texts[code] for code in languages if code in texts), next(iter(texts.values())))


def _record(row: ReadyReason, action: str, account_id: int, now: datetime, detail: Mapping[str, Any]) -> None:
    record(
        event_id=row.event_id,
        actor=Actor.account(account_id),
        action=action,
        record_kind="ready_reason",
        record_id=row.id,
        at=now,
        detail=detail,
    )
