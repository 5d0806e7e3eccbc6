"""Databases without a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from eventreg.db.engines import open_engine
from tests.support.databases import SQLITE, PostgresTemplate

EngineMaker = Callable[[], Engine]


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
