"""The attendee list of large events: its page, filters, search, orders and facets, at sizes that are compared in one run.

`python -m bench.listing` measures 100, 10,000 and 100,000 registrations of 25 answers on both databases; `python -m bench.listing
10000 --database sqlite` leaves the largest out, `python -m bench.listing 1000000 --answers 3 --database postgresql` is what is
measured on request. Times are those of the processor, the server's of PostgreSQL among them: what else runs on the machine does
not change them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as events, select

from bench.crowd import ANSWERS, RARE, key_of, make_crowd, settle
from bench.databases import engine_for, new_instance, processor_clock
from bench.report import alone
from bench.results import Figure, figure
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
#: what larger ones are compared with
_USUAL = SIZES[1]
_ROUNDS = 5
_COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")

#: what is looked at, by name: the query string. The first is the list as it opens
VIEWS = {
    "plain": "",
    "filter: status and country": "status=pending&country=GT",
    "filter: answer": f"answer.{key_of(0)}=two",
    "filter: rare answer": f"answer.{key_of(1)}=yes&answer.{key_of(0)}=two&answer.{key_of(2)}=three",
    "filter: is not, is empty": f"answer.{key_of(0)}=!two&answer.{key_of(3)}=!~&country=!MX",
    "filter: number from to": f"answer.{key_of(4)}=10..20",
    "filter: text contains": f"answer.{key_of(3)}=~area+ba",
    "filter: tag": "tag={tag}",
    "filter: delivery trouble": "trouble=mail",
    "filter: duplicates": "duplicates=yes",
    "search: rare": f"q={RARE}",
    "search: frequent": "q=demo",
    "search: nobody": "q=nobodyhasthis",
    "by name": "order=person",
    "by status": "order=status",
    "by answer": f"order=answer.{key_of(3)}",
    "by number, filtered": f"order=-answer.{key_of(4)}&status=confirmed",
    "answers as columns": "columns=person," + ",".join(f"answer.{key_of(number)}" for number in range(10)),
}


@dataclass
class Measured:
    """What one view took at one size: milliseconds and statements of each round."""

    times: list[float]
    statements: list[int]


@dataclass(frozen=True)
class Crowd:
    """The application, in this process, with events of several sizes that one account owns."""

    app: Flask
    instance: Path
    url: str
    owner_id: int
    #: by size: the address of the event, and its id
    events: dict[int, tuple[str, int]]

    def signed_in(self) -> FlaskClient:
        """Return a browser in which the owner is signed in."""
        return _signed_in(self.app, self.owner_id)

    def page_of_somebody(self, size: int) -> str:
        """Return the address of the page that shows the team one person of an event."""
        return f"/manage/events/{self.events[size][0]}/registrations/{prefix_of(size)}-{size // 2:06d}"


@contextmanager
def new_crowd(database: str, sizes: Sequence[int], answers: int = ANSWERS) -> Iterator[Crowd]:
    """Fill a new instance with events of these sizes, whose people have so many answers."""
    with new_instance(database) as (instance, url):
        with engine_for(url) as engine:
            upgrade(engine)
        app = create_app(load_config(instance=instance, database_url=url, limits=False))
        with app.app_context():
            owner_id = load_seminar(now()).account_id
            slugs = {size: _fill(size, owner_id, answers) for size in sizes}
            settle()
        try:
            yield Crowd(app, instance, url, owner_id, slugs)
        finally:
            with app.app_context():
                db.engine.dispose()


def measure_large_lists(database: str, largest: int = SIZES[-1], answers: int = ANSWERS) -> Iterator[Figure]:
    """Yield the figures of lists up to so many, each against the smallest in the same rounds.

    Where a filter leaves few of a hundred, the measure is a full page of a hundred: lines cost more than statements. Lists of
    another number of answers have a name of their own, and are compared with the usual size alone.
    """
    label, smaller = ("large list", SIZES) if answers == ANSWERS else (f"list with {answers} answers", (_USUAL,))
    sizes = sorted({*(size for size in smaller if size < largest), largest})
    with new_crowd(database, sizes, answers) as crowd:
        measured = _measure(crowd, _views(answers))
    whole = measured["plain", sizes[0]].times
    for name in dict.fromkeys(name for name, _size in measured):
        smallest = max(measured[name, sizes[0]].times, whole, key=min)
        for size in sizes:
            yield _against(f"{label} of {size}, {name}", database, measured[name, size].times, smallest)
    for size in (size for size in sizes if size > _USUAL):
        ratio = min(measured["plain", size].times) / min(measured["plain", _USUAL].times)
        yield figure(f"{label} of {size} to {_USUAL}, plain", database, [ratio], "times")
    most = max(max(found.statements) for found in measured.values())
    yield figure(f"{label}: statements, at most", database, [most], "statements")
    differing = _differing(measured, sizes)
    yield figure(f"{label}: views whose statements differ by size", database, [differing], "views")


def _views(answers: int) -> dict[str, str]:
    """Return the views that ask for nothing but what people were asked, where they have fewer answers."""
    asked = [key_of(number) for number in range(answers, ANSWERS)]
    return {name: query for name, query in VIEWS.items() if not any(f"{key}=" in f"{query}=" for key in asked)}


def _against(name: str, database: str, times: Sequence[float], smallest: Sequence[float]) -> Figure:
    """Return the quickest of some rounds against the quickest of the smallest list: whatever else runs only adds."""
    value, limit = min(times), min(smallest)
    spread = (max(times) - value) / value
    return Figure(name, database, round(value, 3), "ms", round(limit, 3), round(value / limit, 3), round(spread, 3))


def _measure(crowd: Crowd, views: Mapping[str, str]) -> dict[tuple[str, int], Measured]:
    clock = processor_clock(crowd.url)
    client, executed = crowd.signed_in(), listened(crowd.app)
    found: dict[tuple[str, int], Measured] = {}
    for name, query in views.items():
        addresses = {
            size: f"/manage/events/{slug}/registrations?{query.format(tag=f'tag{event_id:09d}')}"
            for size, (slug, event_id) in crowd.events.items()
        }
        # The first round warms up, and says which views of a list beyond the usual sizes take longer than a statement may.
        if [
            size
            for size, address in addresses.items()
            if not _is_answered(client, address, may_be_ended=size > SIZES[-1])
        ]:
            print(f"{name}: ended by the time that a statement may take")
            continue
        found |= {(name, size): Measured([], []) for size in addresses}
        for _turn in range(_ROUNDS):
            for size, address in addresses.items():
                executed.clear()
                started = clock()
                _is_answered(client, address)
                found[name, size].times.append((clock() - started) * 1000)
                found[name, size].statements.append(len(executed))
    return found


def _is_answered(client: FlaskClient, address: str, *, may_be_ended: bool = False) -> bool:
    """Ask for a page, and say whether it came. Raises RuntimeError, also for one that was ended where that may not be."""
    status = client.get(address).status_code
    if status not in ((200, 503) if may_be_ended else (200,)):
        raise RuntimeError(f"{address} was answered with {status}")
    return status == 200


def prefix_of(size: int) -> str:
    """Return how the references of an event of this size begin."""
    return f"C{size}"


def _fill(size: int, owner_id: int, answers: int) -> tuple[str, int]:
    slug = f"crowd-{size}"
    started = time.perf_counter()
    event_id = make_crowd(size, slug, prefix_of(size), answers)
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


def listened(app: Flask) -> list[str]:
    """Return a list that the application's statements are written to, an executemany as one."""
    executed: list[str] = []
    with app.app_context():

        @events.listens_for(db.engine, "before_cursor_execute")
        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.lstrip().upper().startswith(_COUNTED):
                executed.append(statement)

    return executed


def _differing(measured: dict[tuple[str, int], Measured], sizes: Sequence[int]) -> int:
    # Of a hundred people a filter may find nobody, who have no tags to be looked up.
    large = [size for size in sizes if size > min(sizes)]
    # By the fewest of the rounds: now and then one writes that a session was seen.
    return sum(
        len({min(measured[name, size].statements) for size in large}) > 1 for name in {name for name, _ in measured}
    )


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_large_lists, SIZES[-1], answers=ANSWERS))
