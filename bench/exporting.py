"""Exports of a large list from the real server: how soon they begin and are there, what they take of the processor and of memory.

`python -m bench.exporting` measures 10,000 registrations of 25 answers on both databases and says whether the bars hold;
`python -m bench.exporting 1000 --database sqlite` measures less. The bare limit is writing the same cells, which are there
already, with the library alone.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import io
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench.crowd import make_crowd, settle
from bench.databases import NAMES, database_url, engine_for
from bench.listing import _signed_in
from bench.results import Figure, figure, show
from bench.servers import Server, eventreg_server
from eventreg.app import create_app
from eventreg.config import load_config
from eventreg.db import db
from eventreg.demo.services import load_seminar
from eventreg.events.rules.team import TeamRole
from eventreg.events.services.team import add_team_member
from eventreg.kernel.clock import now
from eventreg.migrations.runner import upgrade

SIZE, ROUNDS, SLUG = 10_000, 3, "crowd"
#: what must hold at 10,000, by the end of a figure's name
BARS = {
    "CSV: first byte": 1.0,
    "CSV: whole": 3.0,
    "CSV: processor": 1.1,
    "XLSX: whole": 8.0,
    "XLSX: processor": 2.8,
    "memory above idle": 41.0,
}
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
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
        found = _TOKEN.search(self.get(page).body.decode())
        if found is None:
            raise RuntimeError(f"{page} has no token")
        return self._ask("POST", path, urlencode({"csrf_token": found[1], **fields}))

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


def measure_exports(instance: Path, url: str, database: str, size: int, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Fill an event and yield the figures of its exports."""
    cookie = _fill(instance, url, size)
    name = f"export of {size}"
    with eventreg_server(instance, {"EVENTREG_DATABASE_URL": url}) as server:
        browser = Browser(server, cookie)
        for _ in range(_WARM):
            _export(browser, "csv")  # whatever each process loads once
        idle = server.memory()
        with _watched(server) as most:
            before = server.processor()
            found = [_export(browser, "csv") for _ in range(rounds)]
            spent = (server.processor() - before) / rounds
            bare = [_bare_csv(found[0].body) for _ in range(rounds)]
        yield figure(f"{name}, CSV: first byte", database, [each.first for each in found], "s")
        yield figure(f"{name}, CSV: whole", database, [each.whole for each in found], "s", bare)
        yield figure(f"{name}, CSV: processor", database, [spent], "s")
        yield figure(f"{name}, CSV: memory above idle", database, [max(most) - idle], "MB")
        yield figure(f"{name}, JSON: whole", database, [_export(browser, "json").whole], "s")
        with _watched(server) as most:
            before = server.processor()
            books = [_workbook(browser) for _ in range(rounds)]
            spent = (server.processor() - before) / rounds
        bare = [_bare_xlsx(found[0].body) for _ in range(rounds)]
        yield figure(f"{name}, XLSX: whole", database, books, "s", bare)
        yield figure(f"{name}, XLSX: processor", database, [spent], "s")
        yield figure(f"{name}, XLSX: memory above idle", database, [max(most) - idle], "MB")


def misses(figures: Sequence[Figure]) -> list[str]:
    """Return which bars do not hold."""
    return [
        f"{row.name} on {row.database}: {row.value:g} {row.unit}, the bar is {bar:g}"
        for row in figures
        for end, bar in BARS.items()
        if row.name.endswith(end) and row.value > bar
    ]


def _fill(instance: Path, url: str, size: int) -> str:
    """Make the event and return the cookie of its owner."""
    with engine_for(url) as engine:
        upgrade(engine)
    app = create_app(load_config(instance=instance, database_url=url, limits=False))
    with app.app_context():
        owner_id = load_seminar(now()).account_id
        add_team_member(make_crowd(size, SLUG, "CX"), owner_id, TeamRole.OWNER, now())
        settle()
    client = _signed_in(app, owner_id)
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    if cookie is None:
        raise RuntimeError("nobody is signed in")
    with app.app_context():
        db.engine.dispose()
    return f"{name}={cookie.value}"


def _export(browser: Browser, format_: str) -> Fetched:
    page = f"/manage/events/{SLUG}/registrations/export"
    fetched = browser.post(page, page, format=format_, columns="all", with_contact_data="y")
    if fetched.status != 200:
        raise RuntimeError(f"the export was answered with {fetched.status}")
    return fetched


def _workbook(browser: Browser) -> float:
    """Return the seconds from asking for a workbook to having it, whoever makes it."""
    page = f"/manage/events/{SLUG}/registrations/export"
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


def main() -> int:
    """Measure, print the table, and fail where a bar does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.exporting", description=__doc__)
    parser.add_argument("size", type=int, nargs="?", default=SIZE, help="registrations of the event")
    parser.add_argument("--database", choices=NAMES, action="append", help="only this one")
    arguments = parser.parse_args()
    rows: list[Figure] = []
    for name in arguments.database or NAMES:
        with tempfile.TemporaryDirectory() as folder:
            instance = Path(folder) / "instance"
            instance.mkdir()
            with database_url(name, instance) as url:
                rows += measure_exports(instance, url, name, arguments.size)
    print(show(rows))
    missed = misses(rows)
    print("\n".join(missed) or "every bar holds")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
