"""Pages: how fast they are read, how much a first load brings."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.load import Run, get, load
from bench.results import Figure, figure
from bench.servers import Server, bare_server
from bench.visitor import EVENT, FORM, fetch

_ROUNDS = 3
#: a page asked for with words of somebody else's is not kept
_NOT_KEPT = "x=1"
_CLIENTS = 8
_ADDRESS = re.compile(r'(?:href|src)="(/[^"#]*)"')
_LOADED = re.compile(r'<(?:link[^>]*rel="(?:stylesheet|icon)"|script[^>]*src=)[^>]*>')


def measure_page(server: Server, database: str, name: str, path: str, count: int, cookie: str = "") -> Iterator[Figure]:
    """Read a page with eight clients, in turn with a Flask view that returns the same bytes; yield its figures."""
    body = fetch(server, path, cookie=cookie).body
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "body"
        file.write_bytes(body)
        with bare_server(file) as bare:
            runs, limits, taken, bare_taken = [], [], [], []
            for _ in range(_ROUNDS):
                for where, request, found, times in (
                    (server, get(path, server.host, cookie), runs, taken),
                    (bare, get("/", bare.host), limits, bare_taken),
                ):
                    before = where.cpu()
                    found.append(_read(where, request, count))
                    times.append((where.cpu() - before) / count)
    yield figure(f"{name}: CPU of all processes a page", database, taken, "ms", bare_taken)
    yield figure(f"{name}: rate", database, [run.rate for run in runs], "1/s", [run.rate for run in limits])
    for label, share in (("median", 0.5), ("99th percentile", 0.99)):
        values, bare_values = ([run.quantile(share) for run in some] for some in (runs, limits))
        yield figure(f"{name}: {label}", database, values, "ms", bare_values)


def measure_first_load(server: Server, database: str, name: str, path: str) -> Iterator[Figure]:
    """Yield what a browser with an empty cache gets for a page: bytes, compressed and with their headers, and requests."""
    page = fetch(server, path, accept_gzip=False).body.decode("utf-8")
    addresses = {
        address.group(1).replace("&amp;", "&")
        for element in _LOADED.findall(page)
        if (address := _ADDRESS.search(element)) is not None
    }
    answers = [fetch(server, address) for address in (path, *sorted(addresses))]
    if any(answer.status != 200 for answer in answers):
        raise RuntimeError(f"not everything of {path} is there")
    size = sum(len(answer.headers) + len(answer.body) for answer in answers)
    yield figure(f"{name}: first load", database, [size], "bytes")
    yield figure(f"{name}: first load, compressed", database, [sum(len(answer.body) for answer in answers)], "bytes")
    yield figure(f"{name}: requests of a first load", database, [len(answers)], "requests")


def measure_public_pages(server: Server, database: str, count: int) -> Iterator[Figure]:
    """Yield the figures of the event page and of the form."""
    for name, path in (("event page", EVENT), ("form", FORM)):
        yield from measure_page(server, database, name, path, count)
        joint = "&" if "?" in path else "?"
        yield from measure_page(server, database, f"{name}, rendered", f"{path}{joint}{_NOT_KEPT}", count // 4)
        yield from measure_first_load(server, database, name, path)
    cookie = fetch(server, FORM).cookies()
    yield from measure_page(server, database, "form, with a cookie", FORM, count, cookie)


def _read(server: Server, request: bytes, count: int) -> Run:
    run = load("127.0.0.1", server.port, lambda _: request, count=count, clients=_CLIENTS)
    if set(run.statuses) != {200}:
        raise RuntimeError(f"answers were {run.statuses}")
    return run
