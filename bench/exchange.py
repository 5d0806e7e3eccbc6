"""What visitors notice of exchanged workers: the same bursts with pauses in which a worker rests, and without."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.load import get, load
from bench.results import Figure, figure
from bench.servers import Server
from bench.visitor import EVENT
from eventreg.serving.web import REST_SECONDS

_CLIENTS, _BURSTS, _REQUESTS = 4, 4, 100
#: long enough to be exchanged, and for the fresh one to be ready
_PAUSE = REST_SECONDS + 3


def measure_exchange(server: Server, database: str) -> Iterator[Figure]:
    """Yield the 99th percentile of bursts that each meet a fresh worker, against bursts that meet the same one."""
    exchanged, kept = [], []
    for _ in range(_BURSTS):
        time.sleep(_PAUSE)
        before = server.web_workers()
        exchanged += _burst(server)
        kept += _burst(server)
        time.sleep(_PAUSE)
        if before == server.web_workers():
            raise RuntimeError("no worker was exchanged")
    values, limits = (sorted(times)[int(len(times) * 0.99)] * 1000 for times in (exchanged, kept))
    yield figure("event page: 99th percentile after an exchange (limit: before)", database, [values], "ms", [limits])


def _burst(server: Server) -> list[float]:
    request = get(EVENT, server.host)
    return load("127.0.0.1", server.port, lambda _number: request, count=_REQUESTS, clients=_CLIENTS).times
