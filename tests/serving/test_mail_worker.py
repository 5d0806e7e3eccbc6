"""The mail worker of a server: there when there is work, soon after it was left, and gone when there is none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from eventreg.app import create_app
from eventreg.config import load_config
from eventreg.db import after_commit, db, transaction
from eventreg.kernel import clock
from eventreg.kernel.errors import NotFound
from eventreg.web.instance import Bell
from tests.builders import an_account
from tests.jobs.work import ask
from tests.mail.outbox import queue_some
from tests.serving.servers import Server, serving
from tests.support.mailserver import MailServer
from tests.support.waiting import patience, until
from tests.support.warm import Commands


@contextmanager
def _beside(server: Server, settings: dict[str, object]) -> Iterator[Flask]:
    """Open the instance of a server as a command does."""
    app = create_app(load_config(environment={}, instance=server.instance, base_url=server.address, **settings))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.mark.slow
def test_worker_comes_for_what_is_left_and_goes_when_idle(
    demo_folder: Path, commands: Commands, mail_server: MailServer
) -> None:
    """What a command leaves, and what the web server commits, is handed over within two seconds."""
    settings = mail_server.settings()
    environment = {f"EVENTREG_{name.upper()}": str(value) for name, value in settings.items()}
    with serving(demo_folder, commands=commands, workers=1, **environment) as server, _beside(server, settings):
        for number in (1, 2):
            until(lambda: len(server.family()) == 2, "the end of the worker: nothing is due")
            queue_some(1, due_at=clock.now())
            left = time.monotonic()
            until(lambda number=number: len(mail_server.received) == number, "the message")
            assert time.monotonic() - left < patience(2)
        until(lambda: len(server.family()) == 2, "the end of the worker: nothing is due")
        an_account(email="ana.demo@instituto.example")
        asked = time.monotonic()
        assert server.send_sign_in("ana.demo@instituto.example", link="1") == 200
        until(lambda: mail_server.to("ana.demo@instituto.example"), "the link that the web server was asked for")
        assert time.monotonic() - asked < patience(2)
        assert "mail worker ended" not in server.log.read_text()


def test_commit_that_leaves_work_rings_and_says_when_it_is_due(app: Flask, instance: Path) -> None:
    with app.app_context():
        bell = Bell(instance)
        queue_some(1, due_at=clock.now() + timedelta(seconds=20))
        assert bell.heard() in range(1, 20), "whoever comes early waits, whoever comes late is late"
        ask("now", due_at=clock.now())
        assert bell.heard() == 0
        assert bell.heard() is None


def test_nobody_rings_for_what_is_not_committed(app: Flask) -> None:
    rung: list[str] = []

    def fail() -> None:
        with transaction():
            after_commit(lambda: rung.append("undone"))
            raise NotFound

    with app.app_context():
        with pytest.raises(NotFound):
            fail()
        with transaction(), transaction():
            after_commit(lambda: rung.append("done"))
            assert not rung
    assert rung == ["done"]


def test_bell_that_nobody_listens_to_keeps_nobody(app: Flask, instance: Path) -> None:
    with app.app_context():
        queue_some(1, due_at=clock.now())
        (instance / "server.bell").write_text("a copy of an instance may have a file here")
        queue_some(1, due_at=clock.now())
        assert Bell(instance).heard() is None
