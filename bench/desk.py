"""The organizers' list with many registrations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.load import post
from bench.pages import measure_page
from bench.results import Figure, figure
from bench.servers import Server, eventreg_command
from bench.visitor import EVENT, fetch, send

LIST = f"/manage{EVENT}/registrations"


def measure_list(
    server: Server, database: str, instance: Path, environment: Mapping[str, str], registrations: int, count: int
) -> Iterator[Figure]:
    """Add registrations, sign in as the demo's organizer and read the list; yield its figures."""
    printed = eventreg_command(instance, environment, "demo", "--registrations", str(registrations))
    cookie = sign_in(server, printed)
    name = f"list of {registrations}"
    yield from measure_page(server, database, name, LIST, count, cookie)
    yield figure(f"{name}: size", database, [len(fetch(server, LIST, cookie=cookie).body)], "bytes")


def sign_in(server: Server, printed: str) -> str:
    """Use the link that `eventreg demo` prints and return the session's cookie."""
    found = re.search(r"(/sign-in/[\w-]+)", printed)
    if found is None:
        raise RuntimeError("no sign-in link was printed")
    page = fetch(server, found[1], accept_gzip=False)
    cookie = page.cookies()
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page.body)
    if token is None:
        raise RuntimeError("the sign-in page has no token")
    answer = send(server, post(found[1], server.host, [("csrf_token", token[1].decode())], cookie))
    signed_in = answer.cookies()
    if answer.status not in (302, 303) or not signed_in:
        raise RuntimeError(f"signing in was answered with {answer.status}")
    return signed_in
