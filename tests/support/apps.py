"""An application for each test: its own instance folder, keys and database."""

from __future__ import annotations

import contextvars
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventreg.app import create_app
from eventreg.config import Config, load_config
from eventreg.db import db
from eventreg.demo.services import load_seminar
from eventreg.kernel.clock import now
from eventreg.kernel.keys import create_keys
from tests.support.databases import SqliteTemplate, forget_power_cuts
from tests.support.once import once
from tests.support.reused import KeptCode, remember_passwords, reuse

#: what tests want otherwise than an instance does; a test of limits says `limits=True`
TEST_SETTINGS: dict[str, Any] = {"limits": False, "base_url": "http://localhost"}

reuse()
remember_passwords()
AppMaker = Callable[..., Flask]


class IsolatedClient(FlaskClient):
    """A client whose requests see nothing of the test's application context, nor of one another.

    Flask lets a request join an application context that is already there, `g` and the database session included.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # Buffered: a streamed answer is read to its end within the request's context too.
        return contextvars.Context().run(super().open, *args, buffered=True, **kwargs)


@pytest.fixture(scope="session")
def keys_file(shared_folder: Path) -> Path:
    """Keys made once: making them waits for the disk."""
    return once(shared_folder / "own", lambda folder: create_keys(folder / "keys" / "keys.json")) / "keys" / "keys.json"


@pytest.fixture
def instance(tmp_path: Path, keys_file: Path) -> Path:
    """An instance folder of this test alone, with keys."""
    folder = tmp_path / "instance"
    copy_keys(keys_file, folder)
    return folder


@pytest.fixture
def config(instance: Path, database_url: str) -> Config:
    """The settings of the test's instance."""
    return make_config(instance, database_url)


@pytest.fixture
def make_app(instance: Path, database_url: str, shared_folder: Path) -> Iterator[AppMaker]:
    """Build applications on the test's database: `make_app(limits=True, mail_server="127.0.0.1", …)`."""
    made: list[Flask] = []

    def make(**settings: Any) -> Flask:
        app = build_app(make_config(instance, database_url, **settings), shared_folder)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(make_app: AppMaker) -> Iterator[Flask]:
    """The application, with its context pushed: services and queries can be called at once."""
    app = make_app()
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture(scope="session")
def demo_instance(shared_folder: Path, keys_file: Path, migrated_template: SqliteTemplate) -> Path:
    """An instance with keys, tables and the demo, to be copied: what `eventreg serve --prepare` makes from nothing."""

    def make(folder: Path) -> None:
        instance = folder / "instance"
        copy_keys(keys_file, instance)
        config = make_config(instance, migrated_template.copy(instance / "eventreg.db"))
        with build_app(config, shared_folder).app_context():
            load_seminar(now())
            db.session.remove()
            db.engine.dispose()

    return once(shared_folder / "demo", make) / "instance"


@pytest.fixture
def demo_folder(tmp_path: Path, demo_instance: Path) -> Path:
    """A folder with such an instance: a server that starts on it has nothing to prepare, which would be half of its start."""
    shutil.copytree(demo_instance, tmp_path / "instance")
    return tmp_path


def copy_keys(keys_file: Path, instance: Path) -> None:
    """Put ready keys into an instance folder."""
    keys = instance / "keys"
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copy(keys_file, keys / "keys.json")
    (keys / "keys.json").chmod(0o600)


def make_config(instance: Path, database_url: str, **settings: Any) -> Config:
    """Return the settings of an instance under test. The environment of whoever runs the tests is left out."""
    return load_config(environment={}, instance=instance, database_url=database_url, **{**TEST_SETTINGS, **settings})


def build_app(config: Config, cache: Path) -> Flask:
    """Build an application that fails loudly and keeps its compiled templates in `cache`, for the next one."""
    app = create_app(config)
    forget_power_cuts(app)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=True)
    app.test_client_class = IsolatedClient
    templates = cache / "templates"
    templates.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = KeptCode(str(templates))
    return app
