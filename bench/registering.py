"""Registering: how many people a second, against the same form refused by validation and against a raw insert."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sqlalchemy import Engine, text

from bench.databases import count_registrations
from bench.load import Run, load
from bench.results import Figure, figure
from bench.servers import Server
from bench.visitor import Visitor

_ROUNDS = 3
_CLIENTS = 8
_RAW_COMMITS = 300
_SEE_OTHER, _CHECK = 303, 422


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
