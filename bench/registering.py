"""Registering: how many people a second, against the same form refused by validation and against a raw insert.

`python -m bench.registering` measures on both databases what a registration costs until both its messages are at a mail
server, and without a mail worker; `python -m bench.registering 300 --database sqlite` with fewer people.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Engine, text

from bench.databases import NAMES, assert_durable, count_registrations, database_url, engine_for, lift_limits
from bench.load import Run, load
from bench.results import Figure, figure, show
from bench.servers import Server, eventreg_server, mail_server
from bench.visitor import Visitor

_ROUNDS = 3
_CLIENTS = 8
_RAW_COMMITS = 300
_SEE_OTHER, _CHECK = 303, 422
PEOPLE = 400
#: until every process has registered somebody, and the mail worker sent something
_WARM = 40
_PATIENCE = 120
_UNSENT = "SELECT count(*) FROM mail_messages WHERE sent_at IS NULL"
#: the contact person of the demo is held to be a real one, whose mail waits
_REACH_CONTACT = "UPDATE events SET contact_email = 'contacto@anfitriona.example'"


def measure_registering(server: Server, database: str, engine: Engine, count: int) -> Iterator[Figure]:
    """Send forms with eight clients, whole ones in turn with refused ones; yield rates and times."""
    visitor = Visitor.open(server)
    before = count_registrations(engine)
    whole, refused = [], []
    for _ in range(_ROUNDS):
        whole.append(_send(server, visitor, count, is_refused=False))
        refused.append(_send(server, visitor, count, is_refused=True))
    kept = count_registrations(engine) - before
    if kept != _ROUNDS * count:
        raise RuntimeError(f"{_ROUNDS * count} were acknowledged, {kept} are there")
    yield figure(
        "registration: rate (limit: the same form refused)",
        database,
        [run.rate for run in whole],
        "1/s",
        [run.rate for run in refused],
    )
    for label, share in (("median", 0.5), ("99th percentile", 0.99)):
        values, limits = ([run.quantile(share) for run in some] for some in (whole, refused))
        yield figure(f"registration: {label}", database, values, "ms", limits)
    raw = [_raw_commits(engine) for _ in range(_ROUNDS)]
    yield figure(
        "registration: rate (limit: a raw insert and commit)", database, [run.rate for run in whole], "1/s", raw
    )


def _send(server: Server, visitor: Visitor, count: int, *, is_refused: bool) -> Run:
    requests = [visitor.registration(is_refused=is_refused) for _ in range(count)]
    run = load("127.0.0.1", server.port, lambda number: requests[number], count=count, clients=_CLIENTS)
    expected = _CHECK if is_refused else _SEE_OTHER
    if set(run.statuses) != {expected}:
        raise RuntimeError(f"answers were {run.statuses}, not {expected}")
    return run


def _raw_commits(engine: Engine) -> float:
    """Return how many single-row transactions a second one connection makes, with the same durability."""
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bench_rows (id INTEGER PRIMARY KEY, content TEXT)"))
        connection.execute(text("DELETE FROM bench_rows"))
        connection.commit()
        started = time.perf_counter()
        for number in range(_RAW_COMMITS):
            connection.execute(
                text("INSERT INTO bench_rows VALUES (:id, :content)"), {"id": number, "content": "x" * 500}
            )
            connection.commit()
        seconds = time.perf_counter() - started
        connection.execute(text("DROP TABLE bench_rows"))
        connection.commit()
    return _RAW_COMMITS / seconds


def measure_with_mails(database: str, count: int = PEOPLE) -> Iterator[Figure]:
    """Register so many people until their messages are at a mail server, and so many more without a mail worker."""
    for name, options in (("registration with two mails", ()), ("registration, no mail worker", ("--no-mail-worker",))):
        with ExitStack() as held:
            folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
            url = held.enter_context(database_url(database, folder))
            settings = held.enter_context(mail_server())
            server = held.enter_context(eventreg_server(folder, {"EVENTREG_DATABASE_URL": url, **settings}, *options))
            engine = held.enter_context(engine_for(url))
            assert_durable(engine)
            lift_limits(engine)
            with engine.begin() as connection:
                connection.execute(text(_REACH_CONTACT))
            visitor = Visitor.open(server)
            _send(server, visitor, _WARM, is_refused=False)
            _wait_for_mails(engine, has_worker=not options)
            before = server.processor()
            run = _send(server, visitor, count, is_refused=False)
            _wait_for_mails(engine, has_worker=not options)
            spent = server.processor() - before
        yield figure(f"{name}: CPU of all processes", database, [spent / count * 1000], "ms")
        yield figure(f"{name}: rate", database, [run.rate], "1/s")
        yield figure(f"{name}: 99th percentile", database, [run.quantile(0.99)], "ms")


def _wait_for_mails(engine: Engine, *, has_worker: bool) -> None:
    until = time.monotonic() + _PATIENCE
    while has_worker and time.monotonic() < until:
        with engine.connect() as connection:
            if not connection.execute(text(_UNSENT)).scalar_one():
                return
        time.sleep(0.1)
    if has_worker:
        raise RuntimeError("not every message was sent")


def main() -> int:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m bench.registering", description=__doc__)
    parser.add_argument("people", type=int, nargs="?", default=PEOPLE)
    parser.add_argument("--database", choices=NAMES, action="append", help="only this one")
    arguments = parser.parse_args()
    names = arguments.database or NAMES
    sys.stdout.write(show([row for name in names for row in measure_with_mails(name, arguments.people)]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
