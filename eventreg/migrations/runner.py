"""Bringing a database to a revision, whole or not at all, one process at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, MetaData, inspect, text

from eventreg.db import Base
from eventreg.db.engines import take_time
from eventreg.db.transactions import LOCK_WAIT_MS, WRITE_OPTION

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent
#: PostgreSQL: whoever migrates holds this lock until the end of the transaction
_ADVISORY_LOCK = 0x65767467
#: how long one waits for another that migrates, in milliseconds; for the tables it waits no longer than anybody
_TURN_MS = 30 * 60_000
_TAKE_TURN = (
    f"SET LOCAL lock_timeout = {_TURN_MS}; SELECT pg_advisory_xact_lock({_ADVISORY_LOCK}); "
    f"SET LOCAL lock_timeout = {LOCK_WAIT_MS}"
)
#: as alembic makes it
_VERSION = (
    "CREATE TABLE IF NOT EXISTS alembic_version"
    " (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


class SchemaUnfit(Exception):
    """The database is not at the revision of this program; the message says what to do."""


@cache
def revisions() -> tuple[str, ...]:
    """Return every revision, oldest first, from the names of the files: alembic itself takes long to load."""
    return tuple(sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py")))


def head() -> str:
    """Return the revision that this program works with."""
    return revisions()[-1]


def current_revision(connection: Connection) -> str | None:
    """Return the revision a database is at, or None for one that no migration has touched."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision


def check_revision(engine: Engine) -> None:
    """Raise SchemaUnfit unless the database is at the head."""
    with engine.connect() as connection:
        revision = current_revision(connection)
    if revision == head():
        return
    _refuse_newer(revision)
    state = "is empty" if revision is None else f"is at revision {revision}, and {head()} is needed"
    raise SchemaUnfit(f"The database {state}. Run: eventreg migrate")


def upgrade(engine: Engine) -> str | None:
    """Bring the database to the head and return the revision it was at (None: it was empty).

    Does nothing, quickly, when it is there already. Raises SchemaUnfit for a database of a newer program.
    """
    with engine.connect() as connection:
        if current_revision(connection) == head():
            return head()
    with alone(engine) as connection:
        before = current_revision(connection)  # read again: another process may have been quicker
        upgrade_on(connection)
    return before


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to `revision`, or to nothing for "base". What later tables held is lost."""
    with alone(engine) as connection:
        downgrade_on(connection, revision)


def upgrade_on(connection: Connection, revision: str = "head") -> None:
    """Migrate up inside the transaction of `alone`; from nothing to the head at once, by the tables of the models."""
    before = current_revision(connection)
    _refuse_newer(before)
    if before is None and revision in ("head", head()):
        _all_tables().create_all(connection, checkfirst=False)
        note_head(connection)
        return
    from alembic import command

    _run(connection, lambda config: command.upgrade(config, revision))


def note_head(connection: Connection) -> None:
    """Say of tables that were made of the models that they are those of the head."""
    connection.execute(text(_VERSION))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head()})


def downgrade_on(connection: Connection, revision: str) -> None:
    """Migrate down inside the transaction of `alone`; from the head to nothing at once."""
    if revision == "base" and current_revision(connection) == head():
        _all_tables().drop_all(connection)
        connection.execute(text("DELETE FROM alembic_version"))
        return
    from alembic import command

    _run(connection, lambda config: command.downgrade(config, revision))


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that no other migration shares; committed when the block is left.

    On SQLite the write lock is taken at once, and foreign keys rest: rebuilding a table with them on deletes the rows
    that point to it. They are checked as a whole before the commit.
    """
    with engine.connect().execution_options(**{WRITE_OPTION: True}) as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            _set_pragmas(connection, foreign_keys="OFF", busy_timeout=_TURN_MS)
        try:
            with connection.begin():
                take_time(connection)
                if not is_sqlite:
                    connection.exec_driver_sql(_TAKE_TURN)
                yield connection
                if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    raise SchemaUnfit(f"A row of {broken[0]} would point to a row of {broken[2]} that is not there.")
        finally:
            if is_sqlite:
                _set_pragmas(connection, foreign_keys="ON", busy_timeout=LOCK_WAIT_MS)


def alembic_config(connection: Connection) -> Config:
    """Return the configuration for alembic's commands over `connection`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _all_tables() -> MetaData:
    """Return the tables of the models, which are those of the head."""
    from eventreg.app import import_models

    import_models()
    return Base.metadata


def _run(connection: Connection, command: Callable[[Config], None]) -> None:
    command(alembic_config(connection))


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in revisions():
        raise SchemaUnfit(
            f"The database is at revision {revision}, which this eventreg does not know: a newer one prepared it. "
            "Install that version or a later one."
        )


def _set_pragmas(connection: Connection, **pragmas: object) -> None:
    """Set by the driver itself: SQLite ignores a pragma inside the transaction that SQLAlchemy would begin."""
    driver = connection.connection.dbapi_connection
    assert driver is not None  # noqa: S101 - an open connection has one; said for mypy
    cursor = driver.cursor()
    for name, value in pragmas.items():
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()
