"""What the walks rely on to see that nothing was written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kept import KeptDatabase


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with a person in it, with a log of its writes as ours have."""
    path = tmp_path / "some.db"
    _write(path, "PRAGMA journal_mode=WAL", "CREATE TABLE people (name TEXT)", "INSERT INTO people VALUES ('Ana')")
    return path


@pytest.fixture
def kept(file: Path, tmp_path: Path) -> Iterator[KeptDatabase]:
    """The same, kept."""
    (tmp_path / "kept").mkdir()
    database = KeptDatabase(file, tmp_path / "kept")
    yield database
    database.close()


def _write(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO people VALUES ('Eva')",
        "UPDATE people SET name = 'Eva'",
        "DELETE FROM people",
        "CREATE TABLE others (id)",
    ],
)
def test_every_write_is_seen_and_taken_back(kept: KeptDatabase, file: Path, statement: str) -> None:
    before = kept.rows()
    for _ in range(2):
        assert kept.rows() == before
        _write(file, statement)
        assert kept.rows() != before
        kept.restore(lambda: None)
        assert kept.rows() == before


def test_a_write_that_stays_open_elsewhere_is_seen_when_it_is_committed(kept: KeptDatabase, file: Path) -> None:
    before = kept.rows()
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN")
    connection.execute("DELETE FROM people")
    assert kept.rows() == before
    connection.execute("COMMIT")
    connection.close()
    assert kept.rows()["people"] == []


def test_nothing_is_done_where_nothing_was_written(kept: KeptDatabase, file: Path) -> None:
    kept.rows()
    made = file.stat().st_ino
    kept.restore(lambda: pytest.fail("nobody need let go"))
    assert file.stat().st_ino == made
