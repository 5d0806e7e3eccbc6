"""Empty instances beside the one of the test's application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eventreg.config import Config
from eventreg.operations.backups import manifest
from tests.support.apps import make_config
from tests.support.databases import SQLITE, PostgresTemplate

InstanceMaker = Callable[[str], Config]
#: at what a passphrase is made a key: half a second each time, which `test_passphrase_costs_what_was_decided` holds. A file says
#: its own costs, so that what is sealed at less here is opened by the same steps.
DECIDED = dict(manifest._COST)
manifest._COST["n"] = 2**10


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
