"""The attendee list of large events: its page, filters, search, orders and facets, at sizes that are compared in one run.

`python -m bench.listing` measures 100, 10,000 and 100,000 registrations of 25 answers on both databases and says whether
the bars hold; `python -m bench.listing 100 10000 --database sqlite` measures less, `python -m bench.listing 10000 1000000
--answers 3 --database postgresql` what is measured on request. Times are those of the processor, the server's of PostgreSQL
among them: what else runs on the machine does not change them.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as events, select

from bench.crowd import ANSWERS, RARE, key_of, make_crowd, settle
from bench.databases import NAMES, database_url, engine_for, processor_clock
from bench.results import Figure, figure, show
from eventreg.accounts.models import Account, AccountSession
from eventreg.app import create_app
from eventreg.config import load_config
from eventreg.db import db, transaction
from eventreg.demo.services import load_seminar
from eventreg.events.rules.team import TeamRole
from eventreg.events.services.team import add_team_member
from eventreg.kernel.clock import now
from eventreg.kernel.tokens import new_public_id
from eventreg.migrations.runner import upgrade

SIZES = (100, 10_000, 100_000)
ROUNDS = 7
MOST_STATEMENTS = 12
#: with a filter or a search: the size that must take less than twice the smallest, and milliseconds of the largest
TWICE_AT, MOST_MS = 10_000, 1_000
#: of larger ones: how many times the list of 10,000 the list as it opens may take, and milliseconds of a filter or a search
PLAIN_RATIO = {100_000: 1.3, 1_000_000: 3.0}
NARROWED_MS, SEARCHED_MS = {100_000: 150}, {1_000_000: 2_000}

#: what is looked at, by name: the query string. The first is the list as it opens
VIEWS = {
    "list": "",
    "status and country": "status=pending&country=GT",
    "answer": f"answer.{key_of(0)}=two",
    "rare answer": f"answer.{key_of(1)}=yes&answer.{key_of(0)}=two&answer.{key_of(2)}=three",
    "is not, is empty": f"answer.{key_of(0)}=!two&answer.{key_of(3)}=!~&country=!MX",
    "number from to": f"answer.{key_of(4)}=10..20",
    "text contains": f"answer.{key_of(3)}=~area+ba",
    "tag": "tag={tag}",
    "delivery trouble": "trouble=mail",
    "duplicates": "duplicates=yes",
    "search, rare": f"q={RARE}",
    "search, frequent": "q=demo",
    "search, nobody": "q=nobodyhasthis",
    "by name": "order=person",
    "by status": "order=status",
    "by answer": f"order=answer.{key_of(3)}",
    "by number, filtered": f"order=-answer.{key_of(4)}&status=confirmed",
    "answers as columns": "columns=person," + ",".join(f"answer.{key_of(number)}" for number in range(10)),
}


@dataclass
class Measured:
    """What one view took at one size: milliseconds of each round, and statements."""

    times: list[float]
    statements: int


def measure_large_lists(
    instance: Path, url: str, database: str, sizes: Sequence[int], rounds: int = ROUNDS, answers: int = ANSWERS
) -> Iterator[Figure]:
    """Fill events of these sizes and yield the figures of their lists, each against the smallest in the same rounds.

    Where a filter leaves few of a hundred, the measure is a full page of a hundred: lines cost more than statements.
    """
    measured = _measure(instance, url, sizes, rounds, answers)
    whole = measured["list", sizes[0]].times
    for name in _views(answers):
        smallest = max(measured[name, sizes[0]].times, whole, key=min)
        for size in sizes:
            yield _against(f"list of {size}, {name}", database, measured[name, size].times, smallest)
    most = max(found.statements for found in measured.values())
    yield figure("list: statements, at most", database, [most], "statements")
    yield figure("list: views whose statements differ by size", database, [_differing(measured, sizes)], "views")


def _views(answers: int) -> dict[str, str]:
    """Return the views that ask for nothing but what people were asked, where they have fewer answers."""
    asked = [key_of(number) for number in range(answers, ANSWERS)]
    return {name: query for name, query in VIEWS.items() if not any(f"{key}=" in f"{query}=" for key in asked)}


def _against(name: str, database: str, times: Sequence[float], smallest: Sequence[float]) -> Figure:
    """Return the quickest of some rounds against the quickest of the smallest list: whatever else runs only adds."""
    value, limit = min(times), min(smallest)
    spread = (max(times) - value) / value
    return Figure(name, database, round(value, 3), "ms", round(limit, 3), round(value / limit, 3), round(spread, 3))


def misses(figures: Sequence[Figure], sizes: Sequence[int]) -> list[str]:
    """Return which bars do not hold."""
    found = [f"{row.name} on {row.database}: {row.value:.0f} ms" for row in figures if _is_too_slow(row, figures)]
    for row in figures:
        if row.name.startswith(f"list of {TWICE_AT},") and (row.ratio or 0) >= 2:
            found.append(f"{row.name} on {row.database}: {row.ratio:.2f} times the smallest")
        if row.name.startswith(f"list of {max(sizes)},") and max(sizes) < 1_000_000 and row.value >= MOST_MS:
            found.append(f"{row.name} on {row.database}: {row.value:.0f} ms")
        if row.name == "list: statements, at most" and row.value > MOST_STATEMENTS:
            found.append(f"{row.value:.0f} statements on {row.database}")
        if row.name.startswith("list: views whose") and row.value:
            found.append(f"statements grow with the size on {row.database}")
    return found


def _is_too_slow(row: Figure, figures: Sequence[Figure]) -> bool:
    """Say whether a large list misses what is asked of one of its size."""
    said = re.fullmatch(r"list of (\d+), (.*)", row.name)
    size, view = (int(said[1]), said[2]) if said is not None else (0, "")
    if view == "list":
        usual = [
            each.value for each in figures if (each.name, each.database) == (f"list of {TWICE_AT}, list", row.database)
        ]
        return any(row.value > value * PLAIN_RATIO.get(size, float("inf")) for value in usual)
    searched = SEARCHED_MS.get(size, float("inf")) if view.startswith("search") else float("inf")
    narrowed = NARROWED_MS.get(size, float("inf")) if _narrows(view) else float("inf")
    return row.value > min(searched, narrowed)


def _narrows(view: str) -> bool:
    return any(not part.startswith(("order=", "columns=")) for part in VIEWS.get(view, "").split("&") if part)


def _measure(
    instance: Path, url: str, sizes: Sequence[int], rounds: int, answers: int
) -> dict[tuple[str, int], Measured]:
    with engine_for(url) as engine:
        upgrade(engine)
    app = create_app(load_config(instance=instance, database_url=url, limits=False))
    with app.app_context():
        owner_id = load_seminar(now()).account_id
        slugs = {size: _fill(size, owner_id, answers) for size in sizes}
        settle()
        tags = {size: f"tag{event_id:09d}" for size, (_, event_id) in slugs.items()}
    clock = processor_clock(url)
    client = _signed_in(app, owner_id)
    executed = _listened(app)
    found: dict[tuple[str, int], Measured] = {}
    for name, query in _views(answers).items():
        for turn in range(rounds + 1):
            for size in sizes:
                address = f"/manage/events/{slugs[size][0]}/registrations?{query.format(tag=tags[size])}"
                executed.clear()
                started = clock()
                status = client.get(address).status_code
                spent = (clock() - started) * 1000
                if status != 200:
                    raise RuntimeError(f"{address} was answered with {status}")
                if turn == 0:  # the first round warms up
                    found[name, size] = Measured([], len(executed))
                    continue
                found[name, size].times.append(spent)
                found[name, size].statements = len(executed)
        quickest = ", ".join(f"{size}: {min(found[name, size].times):.0f} ms" for size in sizes)
        print(f"{name}: {quickest}", file=sys.stderr, flush=True)
    with app.app_context():
        db.engine.dispose()
    return found


def _fill(size: int, owner_id: int, answers: int) -> tuple[str, int]:
    slug = f"crowd-{size}"
    started = time.perf_counter()
    event_id = make_crowd(size, slug, f"C{len(str(size))}", answers)
    add_team_member(event_id, owner_id, TeamRole.OWNER, now())
    print(f"filled {slug} in {time.perf_counter() - started:.0f} s", flush=True)
    return slug, event_id


def _signed_in(app: Flask, account_id: int) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        at, session_id = now(), new_public_id()
        with transaction() as session:
            session.add(
                AccountSession(
                    public_id=session_id,
                    account_id=account_id,
                    began_at=at,
                    seen_at=at,
                    proved_at=at,
                    way="password",
                    client="bench",
                )
            )
        user_id = db.session.scalars(select(Account).where(Account.id == account_id)).one().get_id()
    with client.session_transaction() as session:
        session.update({"_user_id": user_id, "_fresh": True, "row": session_id})
    return client


def _listened(app: Flask) -> list[str]:
    executed: list[str] = []
    with app.app_context():

        @events.listens_for(db.engine, "before_cursor_execute")
        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.lstrip()[:6].upper() in ("SELECT", "INSERT", "UPDATE", "DELETE") or statement.startswith(
                "WITH"
            ):
                executed.append(statement)

    return executed


def _differing(measured: dict[tuple[str, int], Measured], sizes: Sequence[int]) -> int:
    # Of a hundred people a filter may find nobody, who have no tags to be looked up.
    large = [size for size in sizes if size > min(sizes)]
    return sum(len({measured[name, size].statements for size in large}) > 1 for name in {name for name, _ in measured})


def main() -> int:
    """Measure, print the table, and fail where a bar does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.listing", description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=list(SIZES), help="registrations of each event")
    parser.add_argument("--database", choices=NAMES, action="append", help="only this one")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--answers", type=int, default=ANSWERS, help="of each registration")
    arguments = parser.parse_args()
    rows: list[Figure] = []
    for name in arguments.database or NAMES:
        with tempfile.TemporaryDirectory() as folder:
            instance = Path(folder)
            with database_url(name, instance) as url:
                rows += measure_large_lists(instance, url, name, arguments.sizes, arguments.rounds, arguments.answers)
    print(show(rows))
    missed = misses(rows, arguments.sizes)
    print("\n".join(missed) or "every bar holds")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
