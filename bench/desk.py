"""The organizers' list with many registrations, read at the real server."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from bench.load import post
from bench.pages import CLIENTS, measure_page
from bench.report import alone
from bench.results import Figure, figure
from bench.servers import Server, new_site
from bench.visitor import EVENT, fetch, field_of, send

LIST = f"/manage{EVENT}/registrations"
REGISTRATIONS, _REQUESTS = 10_000, 30
#: by one client, as somebody at a desk does
_VIEWS = {"": "", ", filtered": "?status=pending&country=GT", ", searched": "?q=demo"}


def measure_list(database: str, registrations: int = REGISTRATIONS) -> Iterator[Figure]:
    """Add registrations, sign in as the demo's organizer and read the list; yield its figures."""
    name = f"list of {registrations}"
    with new_site(database) as site:
        cookie = sign_in(site.server, site.command("demo", "--registrations", str(registrations)))
        for label, query in _VIEWS.items():
            yield from measure_page(site, name + label, LIST + query, _REQUESTS, cookie, 1)
        yield from measure_page(site, f"{name}, {CLIENTS} clients", LIST, _REQUESTS, cookie)
        yield figure(f"{name}: size", database, [len(fetch(site.server, LIST, cookie=cookie).body)], "bytes")


def sign_in(server: Server, printed: str) -> str:
    """Use the link that `eventreg demo` prints and return the session's cookie."""
    found = re.search(r"(/sign-in/[\w-]+)", printed)
    if found is None:
        raise RuntimeError("no sign-in link was printed")
    page = fetch(server, found[1], accept_gzip=False)
    token = field_of(page.body.decode(), "csrf_token")
    answer = send(server, post(found[1], server.host, [("csrf_token", token)], page.cookies()))
    signed_in = answer.cookies()
    if answer.status not in (302, 303) or not signed_in:
        raise RuntimeError(f"signing in was answered with {answer.status}")
    return signed_in


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_list, REGISTRATIONS))
