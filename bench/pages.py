"""Pages: how fast they are read, how much a first load brings."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.load import Run, get
from bench.report import alone
from bench.results import Figure, figure, run_figures
from bench.servers import Server, Site, bare_server, new_site
from bench.visitor import EVENT, FORM, fetch

ROUNDS, REQUESTS = 3, 1_200
#: a page asked for with words of somebody else's is not kept
_NOT_KEPT = "x=1"
CLIENTS = 8
_ADDRESS = re.compile(r'(?:href|src)="(/[^"#]*)"')
_LOADED = re.compile(r'<(?:link[^>]*rel="(?:stylesheet|icon)"|script[^>]*src=)[^>]*>')


def measure_pages(database: str, count: int = REQUESTS) -> Iterator[Figure]:
    """Yield the figures of the event page and of the form."""
    with new_site(database) as site:
        for name, path in (("event page", EVENT), ("form", FORM)):
            yield from measure_page(site, name, path, count)
            joint = "&" if "?" in path else "?"
            yield from measure_page(site, f"{name}, rendered", f"{path}{joint}{_NOT_KEPT}", max(count // 20, 8))
            yield from _first_load(site, name, path)
        yield from measure_page(site, "form, with a cookie", FORM, count, fetch(site.server, FORM).cookies())


def measure_page(
    site: Site, name: str, path: str, count: int, cookie: str = "", clients: int = CLIENTS
) -> Iterator[Figure]:
    """Read a page, in turn with a Flask view that returns the same bytes; yield its figures."""
    body = fetch(site.server, path, cookie=cookie).body
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "body"
        file.write_bytes(body)
        with bare_server(file) as bare:
            runs, limits = [], []
            for _ in range(ROUNDS):
                runs.append(_read(site.server, path, cookie, count, clients))
                limits.append(_read(bare, "/", "", count, clients))
    yield from run_figures(name, site.name, runs, limits)


def _read(server: Server, path: str, cookie: str, count: int, clients: int) -> Run:
    request = get(path, server.host, cookie)
    return server.load(lambda _: request, count=count, clients=clients)


def _first_load(site: Site, name: str, path: str) -> Iterator[Figure]:
    """Yield what a browser with an empty cache gets for a page: bytes, compressed and with their headers, and requests."""
    page = fetch(site.server, path, accept_gzip=False).body.decode("utf-8")
    addresses = {
        address.group(1).replace("&amp;", "&")
        for element in _LOADED.findall(page)
        if (address := _ADDRESS.search(element)) is not None
    }
    answers = [fetch(site.server, address) for address in (path, *sorted(addresses))]
    if any(answer.status != 200 for answer in answers):
        raise RuntimeError(f"not everything of {path} is there")
    size = sum(len(answer.headers) + len(answer.body) for answer in answers)
    yield figure(f"{name}: first load", site.name, [size], "bytes")
    yield figure(f"{name}: first load, compressed", site.name, [sum(len(answer.body) for answer in answers)], "bytes")
    yield figure(f"{name}: requests of a first load", site.name, [len(answers)], "requests")


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_pages, REQUESTS))
