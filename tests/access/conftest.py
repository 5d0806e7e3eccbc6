"""One world a module: building it costs more than bringing it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.apps import build_app, copy_keys, make_config
from tests.support.databases import SqliteTemplate
from tests.world import World, build_world


@pytest.fixture(scope="module")
def built_world(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: SqliteTemplate, keys_file: Path, shared_folder: Path
) -> Iterator[World]:
    """The world, built once a module."""
    instance = tmp_path_factory.mktemp("world") / "instance"
    copy_keys(keys_file, instance)
    url = sqlite_template.copy(instance / "eventreg.db")
    app = build_app(make_config(instance, url), shared_folder)
    world = build_world(app)
    world.keep(tmp_path_factory.mktemp("kept"))
    yield world
    world.close()


@pytest.fixture
def world(built_world: World) -> World:
    """The world as it was built, whatever the test before did to it."""
    built_world.restore()
    return built_world
