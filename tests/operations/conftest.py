"""Empty instances beside the one of the test's application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eventreg.config import Config
from tests.support.apps import make_config
from tests.support.databases import SQLITE, PostgresTemplate

InstanceMaker = Callable[[str], Config]


@pytest.fixture
def empty_instance(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[InstanceMaker]:
    """Make settings of instances without keys, tables and files, on the kind of database that is asked for."""
    dropped: list[tuple[PostgresTemplate, str]] = []
    made: list[Config] = []

    def make(kind: str) -> Config:
        folder = tmp_path / f"other-{len(made)}"
        if kind == SQLITE:
            url = f"sqlite:///{folder / 'eventreg.db'}"
        else:
            server: PostgresTemplate = request.getfixturevalue("postgres_template")
            url = server.empty()
            dropped.append((server, url))
        made.append(make_config(folder, url))
        return made[-1]

    yield make
    for server, url in dropped:
        server.drop(url)
