"""The opening minute: thousands want the few places of an event at once, and each gets an answer.

That the places were given once each and that nobody was dropped is looked at, not believed; by how much somebody who came later
went first is a figure.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from sqlalchemy import Engine, text

from bench.report import alone
from bench.results import Figure, figure, run_figures
from bench.servers import new_site
from bench.visitor import Visitor

TRIES, _CLIENTS, _PLACES = 2_000, 64, 100
_SEE_OTHER = 303
#: each try is another person's: on a connection of its own, which whichever process is free takes
_OWN_CONNECTION = b"\r\nConnection: close\r\n"


def measure_opening(database: str, tries: int = TRIES) -> Iterator[Figure]:
    """Send so many forms with 64 clients for a hundred places; yield the times."""
    with new_site(database) as site:
        visitor = Visitor.open(site.server)
        with site.engine.begin() as connection:
            connection.execute(
                text("UPDATE events SET capacity = (SELECT count(*) FROM places) + :places"), {"places": _PLACES}
            )
        people = [f"apertura{number:05d}" for number in range(tries)]
        requests = [visitor.registration(person).replace(b"\r\n", _OWN_CONNECTION, 1) for person in people]
        sent = [0.0] * tries

        def send(number: int) -> bytes:
            sent[number] = time.perf_counter()
            return requests[number]

        run = site.server.load(send, count=tries, clients=_CLIENTS, status=None)
        moments = _moments(site.engine, dict(zip(people, sent, strict=True)))
    places, without = moments["confirmed"], moments["waitlisted"]
    lost = tries - min(run.statuses.get(_SEE_OTHER, 0), len(places) + len(without))
    name = "opening minute"
    yield figure(f"{name}: places given", database, [len(places)], "places")
    yield figure(f"{name}: not answered", database, [lost], "tries")
    yield from run_figures(name, database, [run])
    yield figure(f"{name}: longest", database, [run.quantile(1)], "ms")
    late = (max(places) - min(without)) * 1000
    yield figure(f"{name}: latest place after earliest without", database, [late], "ms")


def _moments(engine: Engine, sent: dict[str, float]) -> dict[str, list[float]]:
    """Return when those sent their forms who came to each status."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT email, status FROM registrations WHERE email LIKE 'ana.apertura%'")
        ).all()
    moments: dict[str, list[float]] = {}
    for email, status in rows:
        moments.setdefault(status, []).append(sent[email.removeprefix("ana.").partition("@")[0]])
    return moments


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_opening, TRIES))
