"""Acts on many at the real server. Approving: how long until each is decided, what it takes of the processor until each message
is sent, with nobody else there, and what people who register meanwhile feel of it.
Writing: how long from the end of the time to stop it to the last message at a mail server, and the processor's time for all.

Whether each was decided once and told once is counted, not believed. The limit of a registration's time is the same load
without a run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select, text

from bench import report
from bench.databases import UNSENT, count, lift_limits, wait_for_none
from bench.desk import LIST, sign_in
from bench.load import Run, post
from bench.results import Figure, figure
from bench.servers import Server, Site, new_site
from bench.visitor import Visitor, fetch, field_of, send
from eventreg.mail.models import MailMessage

PEOPLE = 1_000
_RUNS = f"{LIST}/runs"
_CLIENTS, _SEE_OTHER = 2, 303
_SPOKEN = ("es", "en", "fr")
_MESSAGES, _PENDING = "mail_messages WHERE template = 'registration/written'", "registrations WHERE status = 'pending'"
_TOLD = (
    "mail_messages m JOIN decisions d ON d.registration_id = m.record_id"
    " WHERE m.template = 'registration/confirmed' AND m.record_kind = 'registration'"
)
_UNDER_WAY = "runs WHERE finished_at IS NULL"


def measure_bulk(database: str, people: int = PEOPLE) -> Iterator[Figure]:
    """Write to so many who wait for a decision, approve them with nobody else there, and again while others register."""
    with new_site(database) as site:
        cookie = sign_in(site.server, site.command("demo", "--registrations", str(people)))
        lift_limits(site.engine)
        _have_all_wait(site.engine)
        yield from _measure_writing(site, cookie, people)
        yield from _measure_approving_alone(site, cookie, people)
        _have_all_wait(site.engine)
        yield from _measure_approving(site, cookie, people)


def _measure_writing(site: Site, cookie: str, people: int) -> Iterator[Figure]:
    words = [
        (f"{part}-{code}", f"Un aviso {{given_name}} ({code})") for part in ("subject", "body") for code in _SPOKEN
    ]
    draft = _post(site.server, _RUNS, LIST, cookie, [("act", "write"), ("all", "1")], "?status=pending")
    to = [("to", "status=pending"), ("people", str(people)), ("falls_back", "y")]
    before = site.server.cpu()
    _post(site.server, f"{draft}/begin", draft, cookie, [*words, *to])
    wait_for_none(site.engine, _UNDER_WAY)
    ends = _latest(site.engine, MailMessage.due_at)
    wait_for_none(site.engine, f"{_MESSAGES} AND sent_at IS NULL")
    spent, last = site.server.cpu() - before, _latest(site.engine, MailMessage.sent_at)
    sent, reached = (count(site.engine, f"{_MESSAGES} AND state = 'sent'", of) for of in ("*", "DISTINCT record_id"))
    if not sent == reached == people == count(site.engine, _MESSAGES):
        raise RuntimeError(f"{people} people, {sent} messages were sent to {reached}")
    name = f"message to {people}"
    yield figure(f"{name}: last after its time to stop", site.name, [(last - ends).total_seconds()], "s")
    yield figure(f"{name}: CPU", site.name, [spent], "s")


def _latest(engine: Engine, column: Any) -> datetime:
    with engine.connect() as connection:
        found: datetime = connection.execute(select(func.max(column))).scalar_one()
    return found


def _measure_approving_alone(site: Site, cookie: str, people: int) -> Iterator[Figure]:
    before, started = site.server.cpu(), time.perf_counter()
    _approve(site, cookie)
    wait_for_none(site.engine, _UNDER_WAY)
    took = time.perf_counter() - started
    wait_for_none(site.engine, UNSENT)
    spent = site.server.cpu() - before
    _check_each_once(site.engine, people)
    name = f"approving {people}, nobody else there"
    yield figure(f"{name}: all decided after", site.name, [took], "s")
    yield figure(f"{name}: CPU", site.name, [spent], "s")


def _measure_approving(site: Site, cookie: str, people: int) -> Iterator[Figure]:
    visitor, name = Visitor.open(site.server), f"approving {people}"
    alone = _register(site.server, visitor, max(people // 7, 20))
    waiting, started = count(site.engine, _PENDING), time.perf_counter()
    drafted, answered = _approve(site, cookie)
    meanwhile = _register_until(site, visitor)
    took = time.perf_counter() - started - drafted
    _check_each_once(site.engine, waiting)
    yield figure(f"{name}: draft", site.name, [drafted], "s")
    yield figure(f"{name}: the button is answered after", site.name, [answered], "s")
    yield figure(f"{name}: all decided after", site.name, [took], "s")
    yield figure(f"{name}: people a second", site.name, [waiting / took], "1/s")
    for label, share in (("median", 0.5), ("99th percentile", 0.99)):
        values, limits = [meanwhile.quantile(share)], [alone.quantile(share)]
        yield figure(f"registration meanwhile: {label} (limit: without)", site.name, values, "ms", limits)


def _approve(site: Site, cookie: str) -> tuple[float, float]:
    """Approve all who wait; return the seconds to the draft and those until the button was answered."""
    started = time.perf_counter()
    draft = _post(site.server, _RUNS, LIST, cookie, [("act", "approve"), ("all", "1")], "?status=pending")
    drafted = time.perf_counter()
    _post(site.server, f"{draft}/begin", draft, cookie, [("without_place", "0")])
    return drafted - started, time.perf_counter() - drafted


def _have_all_wait(engine: Engine) -> None:
    """Make everybody wait for a decision, as if the team had not begun."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM places"))
        connection.execute(text("DELETE FROM decisions"))
        connection.execute(text("DELETE FROM mail_messages"))
        connection.execute(
            text("UPDATE registrations SET status = 'pending', revision = 1, approved_at = NULL, waitlisted_at = NULL")
        )


def _register(server: Server, visitor: Visitor, people: int) -> Run:
    requests = [visitor.registration() for _ in range(people)]
    return server.load(lambda number: requests[number], count=people, clients=_CLIENTS, status=_SEE_OTHER)


def _register_until(site: Site, visitor: Visitor) -> Run:
    """Register people until the run is over; return how long each took."""
    parts: list[Run] = []
    with ThreadPoolExecutor() as watcher:
        over = watcher.submit(wait_for_none, site.engine, _UNDER_WAY)
        while not over.done():
            parts.append(_register(site.server, visitor, 20))
        over.result()
    return Run(sum(part.seconds for part in parts), [each for part in parts for each in part.times], {})


def _check_each_once(engine: Engine, people: int) -> None:
    made = count(engine, "decisions")
    about = count(engine, "decisions", "DISTINCT registration_id")
    told = [count(engine, f"{_TOLD} AND m.audience = '{audience}'") for audience in ("participant", "contact")]
    if [made, about, *told] != [people] * 4:
        raise RuntimeError(
            f"{people} people, {made} decisions on {about}, {told} messages to them and the contact person"
        )


def _post(server: Server, path: str, page: str, cookie: str, fields: list[tuple[str, str]], query: str = "") -> str:
    """Send a form with the token of a page; return where it leads."""
    shown = fetch(server, page, cookie=cookie, accept_gzip=False)
    sent = [("csrf_token", field_of(shown.body.decode(), "csrf_token")), *fields]
    answer = send(server, post(path + query, server.host, sent, shown.cookies() or cookie))
    if answer.status != _SEE_OTHER:
        raise RuntimeError(f"{path} was answered with {answer.status}")
    return answer.header("Location").replace(f"http://{server.host}", "")


if __name__ == "__main__":
    sys.exit(report.alone(__doc__, measure_bulk, PEOPLE))
