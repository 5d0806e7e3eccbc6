"""Starting, and what visitors notice of exchanged workers: bursts after pauses in which a worker rests, and after as long ones
in which one page is asked for, so that it stays.

What comes first after any pause takes twice as long, the machine's own and the client's part of it included: against bursts
that follow at once, the pause would be measured and not the exchange. A few answers in a thousand wait several times longer
than the rest, whoever gives them, so the 99th percentile is each burst's own, and the middle one counts.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator

from bench.load import Run, get
from bench.report import alone
from bench.results import Figure, figure
from bench.servers import Server, eventreg_server, new_site
from bench.visitor import EVENT
from eventreg.serving.web import REST_SECONDS

REQUESTS = 130
_CLIENTS, _BURSTS = 4, 16
#: long enough to be exchanged, and for the fresh one to be ready
_PAUSE = REST_SECONDS + 3


def measure_exchange(database: str, count: int = REQUESTS) -> Iterator[Figure]:
    """Yield the times to start, and the 99th percentile of bursts that meet a fresh worker against those that do not."""
    with new_site(database) as site:
        yield figure("first start", database, [site.server.startup], "s")
        instance, environment = site.instance, site.environment
        site.server.end()
        with eventreg_server(instance, environment) as server:
            yield figure("second start", database, [server.startup], "s")
            exchanged, kept = [], []
            _burst(server, count)
            for _ in range(_BURSTS):
                exchanged.append(_after_a_pause(server, count, is_exchanged=True))
                kept.append(_after_a_pause(server, count, is_exchanged=False))
    values, limits = statistics.median(exchanged), statistics.median(kept)
    yield figure("event page: 99th percentile after an exchange", database, [values], "ms", [limits])


def _after_a_pause(server: Server, count: int, *, is_exchanged: bool) -> float:
    """Return the 99th percentile of a burst, in milliseconds, and see that the workers were those it is about."""
    before = server.web_workers()
    time.sleep(_PAUSE / 2)
    if not is_exchanged:
        server.load(lambda _number: get(EVENT, server.host), count=1, clients=1)
    time.sleep(_PAUSE / 2)
    if is_exchanged == (before == server.web_workers()):
        raise RuntimeError("a worker was exchanged" if not is_exchanged else "no worker was exchanged")
    return _burst(server, count).quantile(0.99)


def _burst(server: Server, count: int) -> Run:
    request = get(EVENT, server.host)
    return server.load(lambda _number: request, count=count, clients=_CLIENTS)


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_exchange, REQUESTS))
