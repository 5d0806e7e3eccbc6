"""Every act and every shape of its detail that a test makes the program write is one that `tests/audit/acts.jsonl` holds.

The one test that opens them all (`tests/audit/test_shapes.py`) reads that file. A test that writes something else fails and
says the line to add; `pytest --keep-acts` adds it.
"""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, object_session

from eventreg.app import import_acts
from eventreg.audit import trail
from eventreg.audit.models import AuditDetail, AuditEntry
from tests.architecture.acts import recorded_actions
from tests.support.once import once

KEPT = Path(__file__).parent.parent / "audit" / "acts.jsonl"
#: acts whose changes are told by the code of a session, which is another one in each run
KEYED_BY_CODES = {"session_moved"}
#: of what was written since the last test ended
_written: list[Sample] = []


class Sample(NamedTuple):
    """An act with a detail, as it is written."""

    action: str
    record_kind: str
    is_of_event: bool
    detail: Any

    @property
    def shapes(self) -> set[str]:
        """What has to be shown: the act, and each name in its detail with the type of its value."""
        named = f"{self.action} {self.record_kind} {'event' if self.is_of_event else 'instance'}"
        if trail.holds(self.action) is trail.Holds.ANSWERS:
            return {named, *(f"{named} *: {_type(value)}" for value in self.detail.values())}
        parts = dict(self.detail)
        changed = parts.pop("changed", None)
        found = {named, *(f"{named} {name}: {_type(value)}" for name, value in parts.items())}
        if isinstance(changed, Mapping):
            of_codes = self.action in KEYED_BY_CODES
            return found | {
                f"{named} changed.{'*' if of_codes else name}: {_type(value)}" for name, value in changed.items()
            }
        return found if changed is None else found | {f"{named} changed: {_type(changed)}"}


#: what earlier releases wrote, which stands in databases for ever
OLDER = (
    Sample("people_imported", "event", True, {"file": "personas.xlsx", "added": 3, "changed": 0}),
    Sample("people_imported", "event", True, {"file": "personas.xlsx", "added": 0, "changed": 12}),
    Sample("exported", "event", True, {"format": "csv", "count": 4, "session": "8g7zyu"}),
    Sample("event_exported", "event", True, {"people": True, "sensitive": False, "files": True}),
)


def kept_samples() -> list[Sample]:
    """Return the samples that are committed."""
    return [Sample(*json.loads(line)) for line in KEPT.read_text(encoding="utf-8").splitlines()]


@cache
def _recorded(shared: Path) -> re.Pattern[str]:
    """Return every action of the source, which is read once a run: it takes seconds, and much memory."""
    folder = once(shared / "acts", lambda folder: (folder / "pattern").write_text("|".join(recorded_actions())))
    return re.compile((folder / "pattern").read_text())


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to keep what is new."""
    parser.addoption(
        "--keep-acts", action="store_true", help="add shapes of acts that are not in tests/audit/acts.jsonl"
    )


@pytest.fixture(scope="session")
def known_shapes() -> set[str]:
    """The shapes of all samples, and of what this run added."""
    import_acts()
    return {shape for sample in (*kept_samples(), *OLDER) for shape in sample.shapes}


@pytest.fixture(autouse=True)
def acts_have_samples(request: pytest.FixtureRequest, known_shapes: set[str], shared_folder: Path) -> Iterator[None]:
    """Compare what a test wrote with the samples."""
    _written.clear()
    yield
    for sample in _written:
        if sample.shapes <= known_shapes or not _recorded(shared_folder).fullmatch(sample.action):
            continue
        known_shapes |= sample.shapes
        line = json.dumps(sample, ensure_ascii=False)
        if request.config.getoption("--keep-acts"):
            _keep(line)
        else:
            pytest.fail(f"Add to {KEPT.name}, by pytest --keep-acts: {line}", pytrace=False)


def _keep(line: str) -> None:
    with KEPT.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = {*file.read().splitlines(), line}
        file.seek(0)
        file.writelines(f"{one}\n" for one in sorted(lines))


def _type(value: Any) -> str:
    if isinstance(value, Mapping):
        is_text = bool(value) and all(len(name) == 2 for name in value)
        return "text" if is_text else "{" + ", ".join(f"{name}: {_type(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(sorted({_type(one) for one in value})) + "]"
    return type(value).__name__


@event.listens_for(AuditEntry, "before_insert")
def _entry_written(_mapper: object, _connection: object, entry: AuditEntry) -> None:
    if not entry.detail_hash:
        _note(entry.action, entry.record_kind, entry.chain, {})


@event.listens_for(AuditDetail, "before_insert")
def _detail_written(_mapper: object, _connection: object, detail: AuditDetail) -> None:
    session = object_session(detail)
    entry = session.get(AuditEntry, detail.entry_id) if session is not None else None
    if entry is not None:
        _note(entry.action, entry.record_kind, entry.chain, detail.detail)


#: entries of the statement before, whose details follow in their order
_waiting: list[dict[str, Any]] = []


@event.listens_for(Session, "do_orm_execute")
def _many_written(state: ORMExecuteState) -> None:
    """See what `record_all` writes: the entries, then the details of those that have one."""
    written = state.bind_mapper.class_ if state.is_insert and state.bind_mapper is not None else None
    rows = state.parameters if isinstance(state.parameters, list) else []
    if written is AuditEntry:
        _waiting[:] = [row for row in rows if row["detail_hash"]]
        for row in (row for row in rows if not row["detail_hash"]):
            _note(row["action"], row["record_kind"], row["chain"], {})
    elif written is AuditDetail:
        for row, told in zip(_waiting, rows, strict=False):
            _note(row["action"], row["record_kind"], row["chain"], told["detail"])


def _note(action: str, kind: str, chain: int, detail: Mapping[str, Any]) -> None:
    _written.append(Sample(action, kind, bool(chain), dict(detail)))
