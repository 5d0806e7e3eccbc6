"""Retention over a large event whose periods are over: how long its transactions and turns are, and what people who register
at another event meanwhile feel of it.

The first turns are done in this process, where each transaction is looked at: its time is that of the processor, the
database's server among it. The rest is done by the worker of a real server, to which others register; the limit of a
registration's time is the same load without. Whether all of it went, each once, is counted.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from bench.databases import engine_for, lift_limits, processor_clock, wait_for_none
from bench.listing import Crowd, new_crowd
from bench.load import Run
from bench.report import alone
from bench.results import Figure, figure
from bench.servers import Server, eventreg_server
from bench.visitor import Visitor
from eventreg.db import db, transaction
from eventreg.events.models import EventDay
from eventreg.kernel.clock import now
from eventreg.privacy import running
from eventreg.privacy.models import Deletion

PEOPLE, _TURNS, _LONG_AGO = 20_000, 8, timedelta(days=900)
_CLIENTS, _SEE_OTHER, _AT_ONCE = 2, 303, 40
#: seconds: on a machine where others work it takes many times as long
_PATIENCE = 3_600
_UNDER_WAY = f"jobs WHERE kind = '{running.RETENTION_JOB}'"


def measure_retention(database: str, people: int = PEOPLE) -> Iterator[Figure]:
    """Let so many people go whose time is over, while others register."""
    name = f"retention of {people}"
    with new_crowd(database, [people]) as crowd:
        event_id = crowd.events[people][1]
        with crowd.app.app_context():
            _move_back(event_id)
            foreseen = {each.line.holding.key: each.number for each in running.due_amounts(event_id, now())}
            transactions, turns = _first_turns(crowd, event_id)
        yield figure(f"{name}: longest transaction", database, [max(transactions)], "ms")
        before, *others = turns
        yield figure(f"{name}: keeping the figures before", database, [before], "s")
        yield figure(f"{name}: longest turn", database, [max(others)], "s")
        with engine_for(crowd.url) as engine:
            lift_limits(engine)
        with eventreg_server(crowd.instance, {"EVENTREG_DATABASE_URL": crowd.url}) as server:
            visitor = Visitor.open(server)
            _register(server, visitor, _AT_ONCE)
            alone_ = _register(server, visitor, 8 * _AT_ONCE)
            with crowd.app.app_context(), transaction():
                running.schedule_retention(event_id, now())
            started, spent = time.perf_counter(), server.cpu()
            meanwhile = _register_until(crowd, server, visitor)
            took = time.perf_counter() - started
            yield figure(f"{name}: rest gone after", database, [took], "s")
            yield figure(f"{name}: CPU of the rest", database, [server.cpu() - spent], "s")
            for label, share in (("median", 0.5), ("99th percentile", 0.99)):
                values, limits = [meanwhile.quantile(share)], [alone_.quantile(share)]
                what = f"registration beside retention: {label}"
                yield figure(what, database, values, "ms", limits)
        with crowd.app.app_context():
            _check(event_id, foreseen)


def _move_back(event_id: int) -> None:
    """Let the event have been so long ago that every period is over."""
    with transaction() as session:
        first, *others = session.scalars(select(EventDay.id).where(EventDay.event_id == event_id)).all()
        session.execute(delete(EventDay).where(EventDay.id.in_(others)))
        session.execute(update(EventDay).where(EventDay.id == first).values(held_on=(now() - _LONG_AGO).date()))


def _first_turns(crowd: Crowd, event_id: int) -> tuple[list[float], list[float]]:
    """Do some turns here; return the milliseconds of the processor of each transaction, and the seconds of each turn.

    The first one keeps the figures and tells the owners, and lets nothing go: it only reads, which nobody waits for.
    """
    # As a worker of the server has it (`share_what_is_loaded`): what was loaded and filled is not looked through meanwhile.
    gc.collect()
    gc.freeze()
    clock, whole = processor_clock(crowd.url), running._let_go
    transactions: list[float] = []
    turns: list[float] = []

    def timed(*arguments: Any) -> float | None:
        before = clock()
        held = whole(*arguments)
        transactions.append((clock() - before) * 1000)
        return held

    setattr(running, "_let_go", timed)  # noqa: B010 - what is measured is looked at from here
    try:
        for _ in range(1 + _TURNS):
            started = time.perf_counter()
            goes_on = running.let_some_go({"event_id": event_id}, now())
            turns.append(time.perf_counter() - started)
            if not goes_on:
                break
    finally:
        setattr(running, "_let_go", whole)  # noqa: B010
    return transactions, turns


def _register(server: Server, visitor: Visitor, people: int) -> Run:
    requests = [visitor.registration() for _ in range(people)]
    return server.load(lambda number: requests[number], count=people, clients=_CLIENTS, status=_SEE_OTHER)


def _register_until(crowd: Crowd, server: Server, visitor: Visitor) -> Run:
    parts: list[Run] = []
    with engine_for(crowd.url) as engine, ThreadPoolExecutor() as watcher:
        over = watcher.submit(wait_for_none, engine, _UNDER_WAY, _PATIENCE)
        while not over.done():
            parts.append(_register(server, visitor, _AT_ONCE))
        over.result()
    return Run(sum(part.seconds for part in parts), [each for part in parts for each in part.times], {})


def _check(event_id: int, foreseen: dict[str, int]) -> None:
    totals = select(Deletion.holding, func.sum(Deletion.number)).where(Deletion.event_id == event_id)
    gone = {row[0]: row[1] for row in db.session.execute(totals.group_by(Deletion.holding))}
    if gone != foreseen:
        raise RuntimeError(f"{foreseen} were to go, and {gone} went")


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_retention, PEOPLE))
