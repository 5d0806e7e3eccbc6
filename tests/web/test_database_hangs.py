"""PostgreSQL that takes bytes and answers nothing: probes answer, pages say so with 503, the worker waits and goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from eventreg.db import db
from eventreg.kernel import clock
from eventreg.mail.rules import DeliveryState
from eventreg.settings.queries import forget_settings
from eventreg.site import queries
from eventreg.worker import run_worker
from tests.mail.outbox import queue_some, stored
from tests.support.apps import build_app, make_config
from tests.support.mailserver import MailServer
from tests.support.pages import Page, Pages
from tests.support.passage import Passage
from tests.support.waiting import join, patience, until

pytestmark = pytest.mark.on_postgresql


@pytest.fixture
def passage(database_url: str) -> Iterator[Passage]:
    """A way to the database that can be closed."""
    with Passage(database_url) as passage:
        yield passage


@pytest.fixture
def app(passage: Passage, instance: Path, shared_folder: Path, mail_server: MailServer) -> Iterator[Flask]:
    """An application that goes that way."""
    app = build_app(make_config(instance, passage.url, **mail_server.settings()), shared_folder)
    yield app
    passage.go_on()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _timed(ask: Callable[[], Page]) -> tuple[Page, float]:
    began = time.monotonic()
    page = ask()
    return page, time.monotonic() - began


@pytest.mark.parametrize("has_connections", [True, False])
def test_probes_answer_within_two_seconds(
    app: Flask, passage: Passage, has_connections: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # case 65
    monkeypatch.setattr(queries, "_KEPT", 0)
    visitor = Pages(app)
    if has_connections:
        visitor.get("/readyz")
    passage.hang()
    with app.app_context():
        forget_settings()
    _page, seconds = _timed(lambda: visitor.get("/healthz"))
    assert seconds < patience(1)
    for _ in range(3):
        page, seconds = _timed(lambda: visitor.get("/readyz", 503))
        assert seconds < patience(2)
        assert page.response.get_json()["reason"] == "the database does not answer"


def test_pages_say_so_and_a_crowd_keeps_no_probe_waiting(app: Flask, passage: Passage) -> None:
    # case 65
    visitor = Pages(app)
    visitor.get("/")
    passage.hang()
    assert visitor.get("/", 503).has("Try again in a moment")
    crowd = [threading.Thread(target=lambda: Pages(app).get("/", 503), daemon=True) for _ in range(20)]
    began = time.monotonic()
    for one in crowd:
        one.start()
    join(crowd)
    # One of them looks whether the database answers again, and takes four seconds for it; twenty would take eighty.
    assert time.monotonic() - began < patience(20)
    passage.go_on()
    until(lambda: visitor.get("/", None).status == 200, "the page")
    until(lambda: visitor.get("/readyz", None).status == 200, "ready")


def test_worker_waits_and_goes_on(app: Flask, passage: Passage, mail_server: MailServer) -> None:
    # case 65
    stop = threading.Event()
    worker = threading.Thread(target=lambda: run_worker(app, stop=stop), daemon=True)
    worker.start()
    with app.app_context():
        (first,) = queue_some(1, due_at=clock.now())
        until(lambda: len(mail_server.received) == 1, "the first message")
        db.session.remove()
        passage.hang()
        time.sleep(5)  # longer than it waits for a connection that it kept
        passage.go_on()
        until(_is_answered, "the database")
        queue_some(1, due_at=clock.now())
        until(lambda: len(mail_server.received) == 2, "the second message")
        until(lambda: stored(first).state is DeliveryState.SENT, "the first one noted as sent")
    stop.set()
    join([worker])


def _is_answered() -> bool:
    try:
        return db.session.scalar(text("SELECT 1")) == 1
    except OperationalError:
        return False
    finally:
        db.session.remove()
