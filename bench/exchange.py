"""Starting, and what visitors notice of exchanged workers: bursts after pauses in which a worker rests, and after those."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from bench.load import get
from bench.report import alone
from bench.results import Figure, figure
from bench.servers import Server, eventreg_server, new_site
from bench.visitor import EVENT
from eventreg.serving.web import REST_SECONDS

REQUESTS = 130
_CLIENTS, _BURSTS = 4, 3
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
                before = server.web_workers()
                time.sleep(_PAUSE)
                if before == server.web_workers():
                    raise RuntimeError("no worker was exchanged")
                exchanged += _burst(server, count)
                kept += _burst(server, count)
    values, limits = (sorted(times)[int(len(times) * 0.99)] * 1000 for times in (exchanged, kept))
    yield figure("event page: 99th percentile after an exchange", database, [values], "ms", [limits])


def _burst(server: Server, count: int) -> list[float]:
    request = get(EVENT, server.host)
    return server.load(lambda _number: request, count=count, clients=_CLIENTS).times


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_exchange, REQUESTS))
