from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import OperationalError

from eventreg.db import db, transaction
from eventreg.jobs.models import Job
from eventreg.kernel.clock import now
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from tests.builders import a_registration, an_event, register_somebody
from tests.support.apps import AppMaker
from tests.support.pages import Pages

TOKEN = "a-long-token-of-whoever-watches"


def break_database(app: Flask) -> None:
    """Make every connection fail as one to a server that is gone."""

    def fail(*_args: Any) -> None:
        raise OperationalError("connect", {}, Exception("the server is gone"))

    sqlalchemy_event.listen(db.engine, "do_connect", fail)
    db.engine.dispose()


def test_healthz_says_that_the_process_lives_without_a_database(app: Flask, pages: Pages) -> None:
    # case 61
    break_database(app)
    page = pages.get("/healthz")
    assert page.response.get_json() == {"status": "ok"}
    assert page.headers["Cache-Control"] == "no-store"


def test_readyz_says_that_the_instance_works(app: Flask, pages: Pages) -> None:
    # case 61
    assert pages.get("/readyz").response.get_json() == {"status": "ready"}


def test_readyz_fails_without_a_database_and_tells_nothing_of_it(app: Flask, pages: Pages) -> None:
    # case 61
    break_database(app)
    page = pages.get("/readyz", 503)
    assert page.response.get_json() == {"status": "not ready", "reason": "the database does not answer"}


@pytest.mark.both_databases
def test_readyz_fails_when_a_message_is_stuck(app: Flask, pages: Pages) -> None:
    # case 61
    register_somebody(an_event(holds_mail=False))
    with transaction() as session:
        session.query(MailMessage).update({"state": DeliveryState.QUEUED, "due_at": now() - timedelta(minutes=5)})
    pages.get("/readyz")
    with transaction() as session:
        session.query(MailMessage).update({"due_at": now() - timedelta(hours=1)})
    assert "is the mail worker running?" in pages.get("/readyz", 503).response.get_json()["reason"]
    with transaction() as session:
        session.query(MailMessage).update({"state": DeliveryState.SENT, "due_at": None})
    pages.get("/readyz")


def test_readyz_fails_when_a_job_is_stuck(app: Flask, pages: Pages) -> None:
    # case 61
    with transaction() as session:
        session.add(Job(kind="test", key="a", payload={}, due_at=now() - timedelta(hours=1)))
    assert "is the mail worker running?" in pages.get("/readyz", 503).response.get_json()["reason"]


def test_figures_need_a_token_to_be_set(app: Flask, pages: Pages) -> None:
    pages.get("/metrics", 404, headers={"Authorization": "Bearer "})


@pytest.mark.parametrize(
    "given", [None, "", TOKEN, f"bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer", "Bearer ñ", f"Basic {TOKEN}"]
)
def test_figures_are_given_to_nobody_without_the_token(make_app: AppMaker, given: str | None) -> None:
    pages = Pages(make_app(metrics_token=TOKEN))
    page = pages.get("/metrics", 401, headers={"Authorization": given} if given is not None else {})
    assert page.headers["WWW-Authenticate"].startswith("Bearer")
    assert page.body == b""


@pytest.mark.both_databases
def test_figures_count_registrations_messages_and_jobs(make_app: AppMaker) -> None:
    app = make_app(metrics_token=TOKEN)
    with app.app_context():
        event = an_event()
        for status in ("confirmed", "confirmed", "pending"):
            a_registration(event, "academia", status)
        register_somebody(event)
        with transaction() as session:
            session.query(Job).delete()
            session.query(MailMessage).update({"state": DeliveryState.FAILED})
            for key, due_in in (("a", -5), ("b", -1), ("c", 60)):
                session.add(Job(kind="test", key=key, payload={}, due_at=now() + timedelta(minutes=due_in)))
        messages = db.session.query(MailMessage).count()
        page = Pages(app).get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = page.html.splitlines()
    for line in (
        'eventreg_registrations{status="confirmed"} 3',
        'eventreg_registrations{status="pending"} 1',
        'eventreg_registrations{status="cancelled"} 0',
        f'eventreg_mail_messages{{state="failed"}} {messages}',
        'eventreg_mail_messages{state="sent"} 0',
        'eventreg_jobs{state="due"} 2',
        'eventreg_jobs{state="later"} 1',
        'eventreg_jobs{state="given_up"} 0',
    ):
        assert line in lines, page.html
    assert messages == 2
    assert page.html.endswith("\n")
    names = {line.split("{")[0] for line in lines if not line.startswith("#")}
    assert {line.split()[2] for line in lines if line.startswith("# TYPE")} == names


def test_crawlers_are_told_what_means_nothing_to_them(app: Flask, pages: Pages) -> None:
    lines = pages.get("/robots.txt").html.splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /manage/", "Disallow: /my/"} <= set(lines)
    assert "Disallow: /" not in lines


def test_programs_that_look_for_the_icon_find_it(app: Flask, pages: Pages) -> None:
    page = pages.get("/favicon.ico", 301)
    icon = pages.get(page.location)
    assert icon.headers["Content-Type"].startswith("image/svg+xml")
    assert Path(page.location).name == "icon.svg"
