"""Acts on many at the real server. Approving: how long until each is decided, and what people who register feel of it; how long
with nobody else there, and the processor's time. Writing: how long from the end of the time to stop it to the last message at a
mail server, and the processor's time for all.

`python -m bench.bulk` takes 1,000 people on both databases; `python -m bench.bulk 200 --database sqlite` fewer. Whether each was
decided once and told once is counted, not believed. The limit of a registration's time is the same load without a run.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select, text

from bench.databases import NAMES, database_url, engine_for, lift_limits
from bench.desk import LIST, sign_in
from bench.load import Run, load, post
from bench.results import Figure, figure, show
from bench.servers import Server, eventreg_command, eventreg_server, mail_server
from bench.visitor import Visitor, fetch, send
from eventreg.mail.models import MailMessage

PEOPLE = 1_000
_RUNS = f"{LIST}/runs"
_CLIENTS = 2
_PATIENCE = 900
_SPOKEN = ("es", "en", "fr")
_WAITING = "?status=pending"
_APPROVING, _WHATEVER_THE_PLACES = [("act", "approve"), ("all", "1")], [("without_place", "0")]
_MESSAGES = "SELECT count(*) FROM mail_messages WHERE template = 'registration/written'"
_TOLD = (
    "SELECT count(*) FROM mail_messages m JOIN decisions d ON d.registration_id = m.record_id"
    " WHERE m.template = 'registration/confirmed' AND m.record_kind = 'registration'"
)
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def measure_bulk(database: str, people: int = PEOPLE) -> Iterator[Figure]:
    """Approve so many at once while others register, then write to so many; yield the times."""
    with _desk(database, people, {}) as (server, engine, cookie):
        yield from _measure(server, engine, database, cookie)
    with mail_server() as settings, _desk(database, people, settings) as (server, engine, cookie):
        yield from _measure_writing(server, engine, database, cookie)
        yield from _measure_approving(server, engine, database, cookie)


@contextmanager
def _desk(database: str, people: int, settings: Mapping[str, str]) -> Iterator[tuple[Server, Engine, str]]:
    """Run a server with an event of so many people who wait for a decision; yield it with its organizer's cookie."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        instance.mkdir()
        with database_url(database, instance) as url:
            environment = {"EVENTREG_DATABASE_URL": url, **settings}
            with eventreg_server(instance, environment) as server, engine_for(url) as engine:
                printed = eventreg_command(instance, environment, "demo", "--registrations", str(people))
                lift_limits(engine)
                _have_all_wait(engine)
                yield server, engine, sign_in(server, printed)


def _measure_writing(server: Server, engine: Engine, database: str, cookie: str) -> Iterator[Figure]:
    words = [
        (f"{part}-{code}", f"Un aviso {{given_name}} ({code})") for part in ("subject", "body") for code in _SPOKEN
    ]
    people = _count(engine, "SELECT count(*) FROM registrations WHERE status = 'pending'")
    draft = _post(server, _RUNS, LIST, cookie, [("act", "write"), ("all", "1")], _WAITING)
    before = server.processor()
    _post(server, f"{draft}/begin", draft, cookie, [*words, ("falls_back", "y")])
    _wait_for_none(engine, "SELECT count(*) FROM runs WHERE finished_at IS NULL")
    ends = _latest(engine, MailMessage.due_at)
    _wait_for_none(engine, f"{_MESSAGES} AND sent_at IS NULL")
    spent, last = server.processor() - before, _latest(engine, MailMessage.sent_at)
    sent = _count(engine, _MESSAGES.replace("*", "DISTINCT record_id") + " AND state = 'sent'")
    if not sent == people == _count(engine, _MESSAGES):
        raise RuntimeError(f"{people} people, {sent} were sent their message")
    name = f"message to {people}"
    yield figure(f"{name}: last at the server after its time to stop", database, [(last - ends).total_seconds()], "s")
    yield figure(f"{name}: processor, with writing and waiting", database, [spent], "s")


def _measure_approving(server: Server, engine: Engine, database: str, cookie: str) -> Iterator[Figure]:
    people = _count(engine, "SELECT count(*) FROM registrations WHERE status = 'pending'")
    before, started = server.processor(), time.perf_counter()
    draft = _post(server, _RUNS, LIST, cookie, _APPROVING, _WAITING)
    _post(server, f"{draft}/begin", draft, cookie, _WHATEVER_THE_PLACES)
    _wait_for_none(engine, "SELECT count(*) FROM runs WHERE finished_at IS NULL")
    took, spent = time.perf_counter() - started, server.processor() - before
    _check_each_once(engine, people)
    yield figure(f"approving {people}, nobody else there: all decided after", database, [took], "s")
    yield figure(f"approving {people}, nobody else there: processor", database, [spent], "s")


def _latest(engine: Engine, column: Any) -> datetime:
    with engine.connect() as connection:
        found: datetime = connection.execute(select(func.max(column))).scalar_one()
    return found


def _measure(server: Server, engine: Engine, database: str, cookie: str) -> Iterator[Figure]:
    visitor = Visitor.open(server)
    alone = _register(server, visitor, 150)
    waiting = _count(engine, "SELECT count(*) FROM registrations WHERE status = 'pending'")
    started = time.perf_counter()
    draft = _post(server, _RUNS, LIST, cookie, _APPROVING, _WAITING)
    drafted = time.perf_counter() - started
    started = time.perf_counter()
    _post(server, f"{draft}/begin", draft, cookie, _WHATEVER_THE_PLACES)
    answered = time.perf_counter() - started
    meanwhile = _register_until(server, visitor, engine)
    took = time.perf_counter() - started
    _check_each_once(engine, waiting)
    name = f"approving {waiting}"
    yield figure(f"{name}: draft", database, [drafted], "s")
    yield figure(f"{name}: the button is answered after", database, [answered], "s")
    yield figure(f"{name}: all decided after", database, [took], "s")
    yield figure(f"{name}: people a second", database, [waiting / took], "1/s")
    for label, share in (("median", 0.5), ("99th percentile", 0.99)):
        values, limits = [meanwhile.quantile(share)], [alone.quantile(share)]
        yield figure(f"registration meanwhile: {label} (limit: without)", database, values, "ms", limits)


def _have_all_wait(engine: Engine) -> None:
    """Make everybody wait for a decision, as if the team had not begun."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM places"))
        connection.execute(text("DELETE FROM decisions"))
        connection.execute(text("DELETE FROM mail_messages"))
        # Else the demo holds what goes to the contact person.
        connection.execute(text("UPDATE events SET contact_email = 'contacto@anfitriona.example'"))
        connection.execute(
            text("UPDATE registrations SET status = 'pending', revision = 1, approved_at = NULL, waitlisted_at = NULL")
        )


def _register(server: Server, visitor: Visitor, count: int) -> Run:
    requests = [visitor.registration() for _ in range(count)]
    return load("127.0.0.1", server.port, lambda number: requests[number], count=count, clients=_CLIENTS)


def _register_until(server: Server, visitor: Visitor, engine: Engine) -> Run:
    """Register people until the run is over; return how long each took."""
    parts: list[Run] = []
    over = threading.Event()
    watcher = threading.Thread(target=_wait_for_end, args=(engine, over))
    watcher.start()
    while not over.is_set():
        parts.append(_register(server, visitor, 20))
    watcher.join()
    statuses: dict[int, int] = {}
    for part in parts:
        for status, number in part.statuses.items():
            statuses[status] = statuses.get(status, 0) + number
    if set(statuses) != {303}:
        raise RuntimeError(f"registrations were answered with {statuses}")
    return Run(sum(part.seconds for part in parts), [each for part in parts for each in part.times], statuses)


def _wait_for_end(engine: Engine, over: threading.Event) -> None:
    _wait_for_none(engine, "SELECT count(*) FROM runs WHERE finished_at IS NULL")
    over.set()


def _wait_for_none(engine: Engine, statement: str) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and _count(engine, statement):
        time.sleep(0.1)


def _check_each_once(engine: Engine, people: int) -> None:
    made = _count(engine, "SELECT count(*) FROM decisions")
    about = _count(engine, "SELECT count(DISTINCT registration_id) FROM decisions")
    told = [_count(engine, f"{_TOLD} AND m.audience = '{audience}'") for audience in ("participant", "contact")]
    if [made, about, *told] != [people] * 4:
        raise RuntimeError(
            f"{people} people, {made} decisions on {about}, {told} messages to them and the contact person"
        )


def _post(server: Server, path: str, page: str, cookie: str, fields: list[tuple[str, str]], query: str = "") -> str:
    """Send a form with the token of a page; return where it leads."""
    shown = fetch(server, page, cookie=cookie, accept_gzip=False)
    found = _TOKEN.search(shown.body.decode())
    if found is None:
        raise RuntimeError(f"{page} has no token")
    sent = [("csrf_token", found[1]), *fields]
    answer = send(server, post(path + query, server.host, sent, shown.cookies() or cookie))
    if answer.status != 303:
        raise RuntimeError(f"{path} was answered with {answer.status}")
    return answer.header("Location").replace(f"http://{server.host}", "")


def _count(engine: Engine, statement: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


def main() -> int:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m bench.bulk", description=__doc__)
    parser.add_argument("people", type=int, nargs="?", default=PEOPLE)
    parser.add_argument("--database", choices=NAMES, action="append", help="only this one")
    arguments = parser.parse_args()
    rows = [row for name in arguments.database or NAMES for row in measure_bulk(name, arguments.people)]
    print(show(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
