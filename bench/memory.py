"""What the server's processes hold, in proportional shares: fresh, after an hour's worth of use, and at rest after it.

python -m bench.memory [--database sqlite]   alone, against the bars
"""

from __future__ import annotations

import argparse
import itertools
import secrets
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.databases import NAMES, database_url, engine_for, lift_limits
from bench.desk import sign_in
from bench.exporting import Browser
from bench.load import get, load, post
from bench.results import Figure, figure, show
from bench.servers import Server, eventreg_command, eventreg_server, mail_server
from bench.visitor import EVENT, FORM, Visitor, fetch, field_of

#: MB of all processes; those of PostgreSQL itself do not count, and no bar was set there
BARS: dict[str, float] = {"fresh": 120, "after use": 220, "at rest": 130}
#: seconds after which a server that has started has nothing left to do, after which helpers and mail worker have left, and
#: after which one that worked has forgotten it
_SETTLED, _LEFT, _AT_REST = 15, 15, 120
#: an hour at a busy desk, from eight browsers at once
_CLIENTS, _REQUESTS, _PEOPLE = 8, 2_400, 1_000
_EXPORTS = ("csv", "json", "csv", "xlsx")
_EXPECTED = {200, 303, 422}
#: what organizers look at, below the event
_DESK = (
    "registrations", "registrations?q=Demo", "registrations/filter", "registrations/duplicates", "registrations/export",
    "figures", "counts-by-day", "texts", "categories", "settings", "look", "publication", "tags", "institutions",
)  # fmt: skip
#: with words of somebody else's, so that each is made and kept by nobody
_PUBLIC = (EVENT, FORM.partition("?")[0], "/", f"{EVENT}/programme")
_OF_ALL = " (PSS of all processes)"
_LANGUAGES = ("es", "en", "fr")


def measure_memory(database: str, share: int = 1) -> Iterator[Figure]:
    """Yield what a server holds in each state, after a start that had nothing to prepare."""
    with tempfile.TemporaryDirectory() as folder, mail_server() as mail:
        instance = Path(folder) / "instance"
        instance.mkdir()
        with database_url(database, instance) as url:
            environment = {"EVENTREG_DATABASE_URL": url, **mail}
            with eventreg_server(instance, environment), engine_for(url) as engine:
                printed = eventreg_command(instance, environment, "demo", "--registrations", str(_PEOPLE // share))
                lift_limits(engine)
            with eventreg_server(instance, environment) as server:
                yield _figure("fresh", database, server, after=_SETTLED)
                use(server, printed, share)
                yield _figure("with the last answer of a rush", database, server)
                yield _figure("after use", database, server, after=_LEFT)
                yield _figure("at rest", database, server, after=_AT_REST - _LEFT)


def use(server: Server, printed: str, share: int = 1) -> None:
    """Do what visitors and organizers do in an hour: they take lists away, read, register, sign in with wrong passwords."""
    cookie = sign_in(server, printed)
    for format_ in _EXPORTS:
        page = f"/manage{EVENT}/registrations/export"
        Browser(server, cookie).post(page, page, format=format_, columns="all", with_contact_data="y")
    requests = list(itertools.islice(_requests(server, cookie), _REQUESTS // share))
    run = load("127.0.0.1", server.port, lambda number: requests[number], count=len(requests), clients=_CLIENTS)
    if not set(run.statuses) <= _EXPECTED:
        raise RuntimeError(f"answers were {run.statuses}")


def _requests(server: Server, cookie: str) -> Iterator[bytes]:
    """Yield requests in turn: of eight one registers, three read public pages, four are an organizer's or a stranger's."""
    visitor, stranger = Visitor.open(server), fetch(server, "/sign-in", accept_gzip=False)
    token = field_of(stranger.body.decode(), "csrf_token")
    wrong = [("csrf_token", token), ("email", "nobody@instituto.example"), ("password", "a wrong passphrase")]
    desk = itertools.cycle([get(f"/manage{EVENT}/{page}", server.host, cookie) for page in _DESK])
    public = itertools.cycle([get(f"{page}?lang={each}", server.host) for page in _PUBLIC for each in _LANGUAGES])
    while True:
        yield visitor.registration()
        yield from itertools.islice(public, 3)
        yield from itertools.islice(desk, 3)
        yield next(desk) if secrets.randbelow(6) else post("/sign-in", server.host, wrong, stranger.cookies())


def _figure(state: str, database: str, server: Server, after: float = 0) -> Figure:
    return figure(f"memory {state}{_OF_ALL}", database, [server.memory(after)], "MB")


def state_of(row: Figure) -> str:
    """Return the state that a figure is of, as `BARS` names it."""
    return row.name.removeprefix("memory ").removesuffix(_OF_ALL)


def main() -> int:
    """Measure alone, say what each process holds, and fail where a bar does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--database", choices=NAMES, action="append", help="only this one")
    parser.add_argument("--share", type=int, default=1, help="only one in so many requests")
    arguments = parser.parse_args()
    missed = False
    for name in arguments.database or NAMES:
        rows = list(measure_memory(name, arguments.share))
        print(show(rows))
        missed |= name == "sqlite" and any(row.value > BARS.get(state_of(row), row.value) for row in rows)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
