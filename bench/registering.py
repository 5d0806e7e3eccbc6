"""Registering: how many people a second, against the same form refused by validation and against a raw insert.

A registration is over when its two mails are at a mail server: one to the person, one to the contact person of the event.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from sqlalchemy import Engine, text

from bench.databases import UNSENT, count, wait_for_none
from bench.load import Run
from bench.report import alone
from bench.results import Figure, figure, run_figures
from bench.servers import Site, new_site
from bench.visitor import Visitor

PEOPLE = 200
_ROUNDS = 3
_CLIENTS = 8
_RAW_COMMITS = 300
_SEE_OTHER, _CHECK = 303, 422
_SENT = "mail_messages WHERE state = 'sent'"


def measure_registering(database: str, people: int = PEOPLE) -> Iterator[Figure]:
    """Send forms with eight clients, whole ones in turn with refused ones; yield rates and times."""
    with new_site(database) as site:
        visitor = Visitor.open(site.server)
        _send(site, visitor, people // 4)
        before, sent_before = count(site.engine, "registrations"), count(site.engine, _SENT)
        whole, refused = [], []
        for _ in range(_ROUNDS):
            whole.append(_send(site, visitor, people))
            refused.append(_send(site, visitor, people // 2, is_refused=True))
        kept, sent = count(site.engine, "registrations") - before, count(site.engine, _SENT) - sent_before
        if (kept, sent) != (_ROUNDS * people, 2 * _ROUNDS * people):
            raise RuntimeError(f"{_ROUNDS * people} were acknowledged, {kept} are there, and {sent} mails were sent")
        yield from run_figures("registration", database, whole)
        yield from run_figures("registration, refused", database, refused)
        rates, raw = [run.rate for run in whole], [_raw_commits(site.engine) for _ in range(_ROUNDS)]
        yield figure("registration: rate against refused ones", database, rates, "1/s", [run.rate for run in refused])
        yield figure("registration: rate against raw commits", database, rates, "1/s", raw)
    with new_site(database, "--no-mail-worker") as site:
        visitor = Visitor.open(site.server)
        _send(site, visitor, people // 4, waits=False)
        runs = [_send(site, visitor, people, waits=False) for _ in range(_ROUNDS)]
        yield from run_figures("registration, mail worker stopped", database, runs)


def _send(site: Site, visitor: Visitor, people: int, *, is_refused: bool = False, waits: bool = True) -> Run:
    requests = [visitor.registration(is_refused=is_refused) for _ in range(people)]
    return site.server.load(
        lambda number: requests[number],
        count=people,
        clients=_CLIENTS,
        status=_CHECK if is_refused else _SEE_OTHER,
        settled=lambda: wait_for_none(site.engine, UNSENT) if waits else None,
    )


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


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_registering, PEOPLE))
