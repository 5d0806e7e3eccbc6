"""The opening minute: thousands want the few places of an event at once, and each gets an answer.

`python -m bench.opening` on both databases; `python -m bench.opening 500 --database sqlite` with fewer tries. That the places
were given once each and that nobody was dropped is looked at, not believed; by how much somebody who came later went first is
a figure.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, text

from bench.databases import NAMES, assert_durable, database_url, engine_for, lift_limits
from bench.load import load
from bench.results import Figure, figure, show
from bench.servers import Server, eventreg_server
from bench.visitor import Visitor

TRIES, _CLIENTS, _PLACES = 2_000, 64, 100
_SEE_OTHER = 303
#: each try is another person's: on a connection of its own, which whichever process is free takes
_OWN_CONNECTION = b"\r\nConnection: close\r\n"


def measure_opening(server: Server, database: str, engine: Engine, tries: int = TRIES) -> Iterator[Figure]:
    """Send so many forms with 64 clients for a hundred places; yield the times."""
    visitor = Visitor.open(server)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE events SET capacity = (SELECT count(*) FROM places) + :places"), {"places": _PLACES}
        )
    people = [f"apertura{number:05d}" for number in range(tries)]
    requests = [visitor.registration(person).replace(b"\r\n", _OWN_CONNECTION, 1) for person in people]
    sent = [0.0] * tries

    def send(number: int) -> bytes:
        sent[number] = time.perf_counter()
        return requests[number]

    run = load("127.0.0.1", server.port, send, count=tries, clients=_CLIENTS)
    if run.statuses != {_SEE_OTHER: tries}:
        raise RuntimeError(f"answers were {run.statuses}")
    late = _overtaken_by(engine, dict(zip(people, sent, strict=True)))
    lift_limits(engine)
    name = f"opening minute, {tries} for {_PLACES} places"
    yield figure(f"{name}: rate", database, [run.rate], "1/s")
    for label, share in (("median", 0.5), ("99th percentile", 0.99), ("longest", 1.0)):
        yield figure(f"{name}: {label}", database, [run.quantile(share)], "ms")
    yield figure(f"{name}: latest place after earliest without", database, [late * 1000], "ms")


def _overtaken_by(engine: Engine, sent: dict[str, float]) -> float:
    """Return by how many seconds the last to get a place came after the first who got none."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT email, status FROM registrations WHERE email LIKE 'ana.apertura%'")
        ).all()
    moments: dict[str, list[float]] = {}
    for email, status in rows:
        moments.setdefault(status, []).append(sent[email.removeprefix("ana.").partition("@")[0]])
    counts = {status: len(found) for status, found in moments.items()}
    if counts != {"confirmed": _PLACES, "waitlisted": len(sent) - _PLACES}:
        raise RuntimeError(f"of {len(sent)} there are {counts}")
    return max(moments["confirmed"]) - min(moments["waitlisted"])


def main() -> int:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m bench.opening", description=__doc__)
    parser.add_argument("tries", nargs="?", type=int, default=TRIES)
    parser.add_argument("--database", choices=NAMES, action="append", help="only this one")
    arguments = parser.parse_args()
    rows: list[Figure] = []
    for name in arguments.database or NAMES:
        with tempfile.TemporaryDirectory() as folder, database_url(name, Path(folder)) as url:
            environment = {"EVENTREG_DATABASE_URL": url}
            with eventreg_server(Path(folder), environment) as server, engine_for(url) as engine:
                assert_durable(engine)
                lift_limits(engine)
                rows += measure_opening(server, name, engine, arguments.tries)
    sys.stdout.write(show(rows) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
