"""PostgreSQL that ends connections in the middle of requests: the page that was ready, or our 503; never a bare 500."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.pool import NullPool

from eventreg.accounts.models import AccountSession
from eventreg.accounts.rules.codes import SEEN_EVERY
from eventreg.db import db, transaction
from eventreg.db.transactions import clear_shelf
from eventreg.kernel.clock import now
from eventreg.registration.models import Registration
from eventreg.settings.queries import forget_settings
from tests.builders import an_account, an_event
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.on_postgresql
#: more statements than any of these requests has
_MANY = 80


@contextmanager
def _cut_after(count: int, database_url: str) -> Iterator[list[str]]:
    """End the connection, from outside, once `count` statements were answered on it. Yields those there were."""
    engine, seen = db.engine, list[str]()
    outside = create_engine(database_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def look(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)
        if len(seen) == count:
            pid = connection.connection.dbapi_connection.info.backend_pid
            with outside.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    event.listen(engine, "after_cursor_execute", look)
    try:
        yield seen
    finally:
        event.remove(engine, "after_cursor_execute", look)
        outside.dispose()


def _forget() -> None:
    """Let each request read everything, however far the one before it came."""
    forget_settings()
    clear_shelf()


def _cut_everywhere(database_url: str, ask: Callable[[int], Page], prepare: Callable[[], None] = _forget) -> list[int]:
    """Ask again and again, each time cut off one statement later; return the codes of the answers."""
    codes = []
    for count in range(1, _MANY):
        prepare()
        with _cut_after(count, database_url) as seen:
            page = ask(count)
        assert page.status != 503 or page.has("Try again in a moment"), page.html
        codes.append(page.status)
        if len(seen) < count:
            return codes
    raise AssertionError(f"more than {_MANY} statements")


@pytest.mark.parametrize("address", ["/", "/events/encuentro", "/events/encuentro/register?category=government"])
def test_page_is_shown_or_ours_that_says_so(app: Flask, pages: Pages, database_url: str, address: str) -> None:
    # case 65
    an_event(slug="encuentro")
    codes = _cut_everywhere(database_url, lambda _count: pages.get(address, None))
    assert set(codes) == {200, 503}
    assert codes[-2:] == [200, 200], "after its last statement a page is ready"


def test_who_is_signed_in_sees_the_page_or_ours(app: Flask, pages: Pages, database_url: str) -> None:
    # case 65
    visitor = pages.sign_in(an_account(is_administrator=True))
    codes = _cut_everywhere(database_url, lambda _count: visitor.get("/manage/", None))
    assert set(codes) == {200, 503}


def test_a_form_is_done_or_ours_says_that_it_is_not(app: Flask, pages: Pages, database_url: str) -> None:
    # case 65
    event_ = an_event(slug="encuentro")
    typed = {
        "category": "government",
        "given_name": "Ana",
        "institution": "Instituto de Prueba",
        "country": "MX",
        "days": str(event_.days[0].id),
        "agrees": "yes",
    }

    def send(count: int) -> Page:
        one = {"submission_key": f"{count:022}", "email": f"ana{count}@instituto.example"}
        return pages.post("/events/encuentro/register", typed | one, None, token=True)

    codes = _cut_everywhere(database_url, send)
    assert set(codes) == {303, 503}
    assert db.session.scalar(select(func.count()).select_from(Registration)) == codes.count(303)


def test_what_is_noted_after_the_answer_takes_nothing_from_it(app: Flask, pages: Pages, database_url: str) -> None:
    visitor = pages.sign_in(an_account())

    def let_time_pass() -> None:
        with transaction() as session:
            session.query(AccountSession).update({"seen_at": now() - 2 * SEEN_EVERY})

    def send(count: int) -> Page:
        return visitor.post("/account/profile", {"name": f"Ana {count}", "language": "en"}, None, token=True)

    codes = _cut_everywhere(database_url, send, let_time_pass)
    assert set(codes) == {303, 503}
    assert codes[-2:] == [303, 303], "what is noted after the change was cut off too"
