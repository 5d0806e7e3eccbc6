"""The audit trail: entries follow one another by hash, and what is removed or altered shows."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.audit.queries import find_broken_position, list_traces
from eventreg.audit.services import INSTANCE_CHAIN, SYSTEM, Actor, record
from eventreg.db import db, transaction
from eventreg.kernel.clock import now

CHAIN = 7

pytestmark = pytest.mark.usefixtures("app")


def an_entry(action: str = "approved", event_id: int | None = CHAIN, **detail: object) -> int:
    """Append an entry about registration 1 and return its position."""
    with transaction():
        entry = record(
            event_id=event_id,
            actor=Actor.account(3),
            action=action,
            record_kind="registration",
            record_id=1,
            at=now(),
            detail=detail,
        )
        return entry.position


@pytest.mark.both_databases
def test_entries_of_a_chain_follow_one_another() -> None:
    positions = [an_entry(old="pending", new="confirmed") for _ in range(3)]
    assert positions == [1, 2, 3]
    assert find_broken_position(CHAIN) is None


@pytest.mark.both_databases
def test_each_event_and_the_instance_have_chains_of_their_own() -> None:
    an_entry()
    assert an_entry(event_id=8) == 1
    assert an_entry(event_id=None) == 1
    assert [find_broken_position(chain) for chain in (CHAIN, 8, INSTANCE_CHAIN)] == [None, None, None]


@pytest.mark.parametrize("column", ["action", "record_id", "actor_id", "at", "detail_hash"])
def test_an_altered_entry_shows(column: str) -> None:
    for _ in range(3):
        an_entry(reason="full")
    changed = {"action": "declined", "record_id": 2, "actor_id": 4, "at": now(), "detail_hash": "0" * 64}
    with transaction() as session:
        session.execute(update(AuditEntry).where(AuditEntry.position == 2).values({column: changed[column]}))
    assert find_broken_position(CHAIN) == 2


def test_a_removed_entry_shows() -> None:
    for _ in range(3):
        an_entry()
    with transaction() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.position == 2))
    assert find_broken_position(CHAIN) == 2


def test_an_altered_detail_shows() -> None:
    an_entry(old="pending", new="confirmed")
    with transaction() as session:
        session.execute(update(AuditDetail).values(detail={"old": "pending", "new": "declined"}))
    assert find_broken_position(CHAIN) == 1


def test_erasing_a_detail_leaves_the_chain_whole() -> None:
    an_entry(old="ana@instituto.example", new="ana@otro.example")
    an_entry()
    with transaction() as session:
        session.execute(delete(AuditDetail))
    assert find_broken_position(CHAIN) is None
    assert [trace.detail for trace in list_traces(CHAIN, "registration", 1)] == [{}, {}]


def test_the_same_detail_has_another_hash_each_time() -> None:
    an_entry(old="a")
    an_entry(old="a")
    hashes = db.session.scalars(select(AuditEntry.detail_hash)).all()
    assert len(set(hashes)) == 2


def test_what_happened_to_a_record_is_listed_newest_first() -> None:
    an_entry("registered")
    an_entry("approved", reason="good")
    with transaction():
        record(event_id=CHAIN, actor=SYSTEM, action="promoted", record_kind="registration", record_id=2, at=now())
    traces = list_traces(CHAIN, "registration", 1)
    assert [trace.entry.action for trace in traces] == ["approved", "registered"]
    assert traces[0].detail == {"reason": "good"}
