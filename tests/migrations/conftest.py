"""Databases without a table, and the way through every migration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from eventreg.db.engines import open_engine
from eventreg.migrations import runner
from tests.support.databases import SQLITE, PostgresTemplate

EngineMaker = Callable[[], Engine]


def climb(engine: Engine, revision: str = "head") -> None:
    """Bring an empty database to a revision by one migration after the other; the runner makes the head's tables at once."""
    with runner.alone(engine) as connection:
        climb_on(connection, revision)


def climb_on(connection: Connection, revision: str = "head") -> None:
    """The same inside a transaction."""
    for each in (runner.revisions()[0], revision):
        runner.upgrade_on(connection, each)


def descend(engine: Engine) -> None:
    """Take a database at the head back to nothing by one migration after the other."""
    for revision in (runner.revisions()[0], "base"):
        runner.downgrade(engine, revision)


@pytest.fixture
def empty_engine(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[EngineMaker]:
    """Make engines, each on an empty database of the test's kind."""
    made: list[tuple[Engine, str]] = []
    server: PostgresTemplate | None = None
    if database_kind != SQLITE:
        server = request.getfixturevalue("postgres_template")

    def make() -> Engine:
        url = server.empty() if server else f"sqlite:///{tmp_path / f'empty-{len(made)}.db'}"
        made.append((open_engine(url), url))
        return made[-1][0]

    yield make
    for engine, url in made:
        engine.dispose()
        if server:
            server.drop(url)
