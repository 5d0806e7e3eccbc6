"""Exports of a large list from the real server: how soon they begin and are there, and what memory they take.

The bare limit is writing the same cells, which are there already, with the library alone.
"""

from __future__ import annotations

import csv
import http.client
import io
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.listing import Crowd, new_crowd
from bench.report import alone
from bench.results import Figure, figure
from bench.servers import Server, eventreg_server
from bench.visitor import field_of

SIZE, _ROUNDS = 10_000, 3
_PATIENCE, _WARM = 120, 6


@dataclass(frozen=True)
class Fetched:
    """What came, after how many seconds it began and was whole."""

    status: int
    location: str
    body: bytes
    first: float
    whole: float


class Browser:
    """Somebody signed in, at the real server."""

    def __init__(self, server: Server, cookie: str) -> None:
        self._server, self._cookie = server, cookie

    def get(self, path: str) -> Fetched:
        """Fetch a page."""
        return self._ask("GET", path)

    def post(self, path: str, page: str, **fields: str) -> Fetched:
        """Send a form with the token of a page."""
        token = field_of(self.get(page).body.decode(), "csrf_token")
        return self._ask("POST", path, urlencode({"csrf_token": token, **fields}))

    def _ask(self, method: str, path: str, body: str | None = None) -> Fetched:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=_PATIENCE)
        headers = {"Cookie": self._cookie, "Accept-Language": "es"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read(1)
        first = time.perf_counter() - started
        content += answer.read()
        if cookies := answer.headers.get_all("Set-Cookie"):
            # The token belongs to the session that the page was shown in.
            new = _pairs("; ".join(each.partition(";")[0] for each in cookies))
            self._cookie = "; ".join({**_pairs(self._cookie), **new}.values())
        whole = time.perf_counter() - started
        connection.close()
        return Fetched(answer.status, answer.getheader("Location", ""), content, first, whole)


def _pairs(cookies: str) -> dict[str, str]:
    return {pair.partition("=")[0]: pair for pair in cookies.split("; ") if pair}


def measure_exports(database: str, size: int = SIZE) -> Iterator[Figure]:
    """Fill an event and yield the figures of its exports."""
    name = f"export of {size}"
    with new_crowd(database, [size]) as crowd:
        cookie, page = _cookie(crowd), f"/manage/events/{crowd.events[size][0]}/registrations/export"
        with eventreg_server(crowd.instance, {"EVENTREG_DATABASE_URL": crowd.url}) as server:
            browser = Browser(server, cookie)
            for _ in range(_WARM):
                _export(browser, page, "csv")  # whatever each process loads once
            idle, before = server.memory(), server.cpu()
            with _watched(server) as most:
                found = [_export(browser, page, "csv") for _ in range(_ROUNDS)]
            bare = [_bare_csv(found[0].body) for _ in range(_ROUNDS)]
            yield figure(f"{name}, CSV: CPU", database, [(server.cpu() - before) / _ROUNDS], "s")
            yield figure(f"{name}, CSV: first byte", database, [each.first for each in found], "s")
            yield figure(f"{name}, CSV: whole", database, [each.whole for each in found], "s", bare)
            yield figure(f"{name}, CSV: memory above idle", database, [max(most) - idle], "MB")
            yield figure(f"{name}, JSON: whole", database, [_export(browser, page, "json").whole], "s")
            before = server.cpu()
            with _watched(server) as most:
                books = [_workbook(browser, page) for _ in range(_ROUNDS)]
            bare = [_bare_xlsx(found[0].body) for _ in range(_ROUNDS)]
            yield figure(f"{name}, XLSX: CPU", database, [(server.cpu() - before) / _ROUNDS], "s")
            yield figure(f"{name}, XLSX: whole", database, books, "s", bare)
            yield figure(f"{name}, XLSX: memory above idle", database, [max(most) - idle], "MB")


def _cookie(crowd: Crowd) -> str:
    """Return the cookie of the events' owner."""
    name = crowd.app.config["SESSION_COOKIE_NAME"]
    cookie = crowd.signed_in().get_cookie(name)
    if cookie is None:
        raise RuntimeError("nobody is signed in")
    return f"{name}={cookie.value}"


def _export(browser: Browser, page: str, format_: str) -> Fetched:
    fetched = browser.post(page, page, format=format_, columns="all", with_contact_data="y")
    if fetched.status != 200:
        raise RuntimeError(f"the export was answered with {fetched.status}")
    return fetched


def _workbook(browser: Browser, page: str) -> float:
    """Return the seconds from asking for a workbook to having it, whoever makes it."""
    started = time.perf_counter()
    fetched = browser.post(page, page, format="xlsx", columns="all", with_contact_data="y")
    while fetched.status == 303:
        made = browser.get(fetched.location).body
        if b"/file" in made:
            fetched = browser.post(f"{fetched.location}/file", fetched.location)
        elif time.perf_counter() - started > _PATIENCE:
            raise RuntimeError("the workbook was not made")
        else:
            time.sleep(0.1)
    if fetched.status != 200 or not fetched.body.startswith(b"PK"):
        raise RuntimeError(f"the workbook was answered with {fetched.status}")
    return time.perf_counter() - started


@contextmanager
def _watched(server: Server) -> Iterator[list[float]]:
    """Yield a list that the server's memory is written to all the while, in MB."""
    found, ended = [server.memory()], threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            found.append(server.memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        ended.set()
        watcher.join()


def _bare_csv(content: bytes) -> float:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return _timed(lambda: csv.writer(io.StringIO()).writerows(rows))


def _bare_xlsx(content: bytes) -> float:
    from xlsxwriter import Workbook

    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))

    def write() -> None:
        book = Workbook(io.BytesIO(), {"constant_memory": True})
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
        book.close()

    return _timed(write)


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_exports, SIZE))
