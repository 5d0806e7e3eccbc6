"""The audit trail: entries follow one another by hash, and what is removed or altered shows."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.audit.queries import find_broken_position, list_traces
from eventreg.audit.services import INSTANCE_CHAIN, SYSTEM, Act, Actor, Target, note, note_all
from eventreg.db import Base, db, transaction
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.media.models import Picture
from tests.builders import an_event, an_institution

CHAIN = 7

pytestmark = pytest.mark.usefixtures("app")


def an_entry(action: str = "approved", event_id: int | None = CHAIN, **detail: object) -> int:
    """Append an entry about registration 1 and return its position."""
    with transaction():
        entry = note(Target("registration", 1, event_id), action, Actor.account(3), **detail)
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


@pytest.mark.both_databases
def test_a_long_chain_is_checked_to_its_end() -> None:
    at, one = now(), Target("registration", 1, CHAIN)
    with transaction():
        note_all(Act(one, "approved", Actor.account(3), at) for _ in range(1_001))
    assert find_broken_position(CHAIN) is None
    with transaction() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.position == 1_000))
    assert find_broken_position(CHAIN) == 1_000


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
        note(Target("registration", 2, CHAIN), "promoted", SYSTEM)
    traces = list_traces(CHAIN, "registration", 1)
    assert [trace.entry.action for trace in traces] == ["approved", "registered"]
    assert traces[0].detail == {"reason": "good"}


@pytest.mark.both_databases
def test_a_row_tells_its_chain_and_its_kind() -> None:
    event, institution = an_event(), an_institution()
    with transaction():
        entries = [
            note(event, "seen", SYSTEM),
            note(event.categories[0], "seen", SYSTEM),
            note(institution, "seen", SYSTEM),
            note(Target(Event, event.id), "gone", SYSTEM),
        ]
    assert [(one.chain, one.record_kind, one.record_id) for one in entries] == [
        (event.id, "event", event.id),
        (event.id, "category", event.categories[0].id),
        (INSTANCE_CHAIN, "organization", institution.id),
        (INSTANCE_CHAIN, "event", event.id),
    ]


@pytest.mark.both_databases
def test_many_acts_follow_one_another_like_single_ones() -> None:
    an_entry()
    people = [Target("registration", number, CHAIN) for number in (1, 2, 3)]
    with transaction():
        note_all(
            Act(person, "approved", SYSTEM, now(), {"from": person.id} if person.id == 2 else None) for person in people
        )
        note_all([])
    assert an_entry() == 5
    assert find_broken_position(CHAIN) is None
    assert [trace.detail for trace in list_traces(CHAIN, "registration", 2)] == [{"from": 2}]


def test_a_detail_goes_by_any_name() -> None:
    detail = {"row": 1, "action": 2, "actor": 3, "at": 4, "from": 5}
    with transaction():
        note(Target("registration", 1, CHAIN), "answered", SYSTEM, **detail)
    assert list_traces(CHAIN, "registration", 1)[0].detail == detail


def test_what_the_trail_does_not_tell_of_is_not_noted() -> None:
    with transaction(), pytest.raises(ValueError, match="nothing that the audit trail tells of"):
        note(Target(Picture, 1), "seen", SYSTEM)


def test_every_kind_says_which_chain_is_its_own(app: Flask) -> None:
    """A row without an event is the instance's only where its model says so; else it would be noted in the wrong chain."""
    kinds = {mapper.class_.audited_as: mapper.class_ for mapper in Base.registry.mappers if mapper.class_.audited_as}
    instance = {kind for kind, model in kinds.items() if getattr(model, "event_id", ...) is None}
    assert instance == {"account", "legal_page", "organization", "settings"}
    by_target = {kind for kind, model in kinds.items() if not hasattr(model, "event_id")}
    assert by_target == {"outcome", "session"}, "their rows have no event: note(Target(model, id, event_id), …)"
