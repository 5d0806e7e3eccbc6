"""What the server's processes hold, in proportional shares: fresh, after an hour's worth of use, and at rest after it.

After use is when helpers and mail worker have left; what a rush holds while it lasts is told, and has no bar.
"""

from __future__ import annotations

import itertools
import secrets
import sys
from collections.abc import Iterator

from bench.databases import lift_limits
from bench.desk import sign_in
from bench.exporting import Browser
from bench.load import get, load, post
from bench.report import alone
from bench.results import Figure, figure
from bench.servers import Server, eventreg_server, new_site
from bench.visitor import EVENT, FORM, Visitor, fetch, field_of

#: seconds after which a server that has started has nothing left to do, after which helpers and mail worker have left, and
#: after which one that worked has forgotten it
_SETTLED, _LEFT, _AT_REST = 15, 15, 120
#: an hour at a busy desk, from eight browsers at once
REQUESTS, _CLIENTS, _PEOPLE = 2_400, 8, 1_000
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


def measure_memory(database: str, requests: int = REQUESTS) -> Iterator[Figure]:
    """Yield what a server holds in each state, after a start that had nothing to prepare. That of PostgreSQL does not count."""
    with new_site(database) as site:
        printed = site.command("demo", "--registrations", str(_PEOPLE * requests // REQUESTS))
        lift_limits(site.engine)
        site.server.end()
        with eventreg_server(site.instance, site.environment) as server:
            yield _figure("fresh", database, server, after=_SETTLED)
            use(server, printed, requests)
            yield _figure("with the last answer of a rush", database, server)
            yield _figure("after use", database, server, after=_LEFT)
            yield _figure("at rest", database, server, after=_AT_REST - _LEFT)


def use(server: Server, printed: str, count: int = REQUESTS) -> None:
    """Do what visitors and organizers do in an hour: they take lists away, read, register, sign in with wrong passwords."""
    cookie = sign_in(server, printed)
    for format_ in _EXPORTS:
        page = f"/manage{EVENT}/registrations/export"
        Browser(server, cookie).post(page, page, format=format_, columns="all", with_contact_data="y")
    requests = list(itertools.islice(_requests(server, cookie), count))
    run = load("127.0.0.1", server.port, lambda number: requests[number], count=count, clients=_CLIENTS)
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


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_memory, REQUESTS))
