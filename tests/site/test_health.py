from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event as sqlalchemy_event, text
from werkzeug.test import EnvironBuilder, run_wsgi_app

from eventreg.db import Base, db, transaction
from eventreg.jobs.models import Job
from eventreg.kernel import disk
from eventreg.kernel.clock import now
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState, Outcome
from eventreg.settings.queries import forget_settings
from eventreg.site import queries
from tests.builders import a_registration, an_account, an_event, register_somebody
from tests.support.apps import AppMaker
from tests.support.pages import Pages
from tests.support.waiting import HANGS

TOKEN = "a-long-token-of-whoever-watches"


@pytest.fixture(autouse=True)
def _fresh_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_KEPT", 0)
    # What is found matters here, however busy the machine; that it comes in time is `test_probes_answer_within_two_seconds`.
    monkeypatch.setattr(queries, "_SECONDS", HANGS)


def break_database(app: Flask) -> None:
    """Put a folder where the file of the database was."""
    path = Path(str(db.engine.url.database))
    db.session.remove()
    db.engine.dispose()
    path.unlink()
    path.mkdir()


def test_healthz_says_that_the_process_lives_without_a_database(app: Flask, pages: Pages) -> None:
    # case 61
    break_database(app)
    page = pages.get("/healthz")
    assert page.response.get_json() == {"status": "ok"}
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.both_databases
def test_readyz_says_that_the_instance_works(app: Flask, pages: Pages) -> None:
    # case 61
    assert pages.get("/readyz").response.get_json() == {"status": "ready", "attention": []}
    assert db.session.query(Job).count() == 0, "what is written to try it is taken back"


def test_readyz_looks_once_for_all_who_ask_in_a_moment(
    app: Flask, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    # case 61
    monkeypatch.setattr(queries, "_KEPT", 3600)
    pages.get("/readyz")
    break_database(app)
    pages.get("/readyz")
    monkeypatch.setattr(queries, "_KEPT", 0)
    pages.get("/readyz", 503)


@pytest.mark.on_postgresql
def test_readyz_uses_up_no_number(app: Flask, pages: Pages) -> None:
    # case 61
    pages.get("/readyz")
    assert db.session.scalar(text("SELECT is_called FROM jobs_id_seq")) is False


def test_readyz_fails_without_a_database_and_tells_nothing_of_it(app: Flask, pages: Pages) -> None:
    # case 61
    break_database(app)
    page = pages.get("/readyz", 503)
    assert page.response.get_json() == {"status": "not ready", "reason": "the database does not answer"}


@pytest.mark.both_databases
def test_readyz_fails_without_tables_and_says_what_to_do(app: Flask, pages: Pages) -> None:
    # case 61
    Base.metadata.drop_all(db.engine)
    page = pages.get("/readyz", 503)
    assert page.response.get_json() == {"status": "not ready", "reason": "no tables: run eventreg migrate"}


def test_readyz_fails_when_nothing_can_be_written(app: Flask, pages: Pages) -> None:
    # case 61
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TRIGGER no BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'no'); END"))
    assert pages.get("/readyz", 503).response.get_json()["reason"] == "the database cannot be written to"


@pytest.mark.on_postgresql
def test_readyz_fails_where_a_database_is_there_to_be_read_alone(app: Flask, pages: Pages) -> None:
    # case 61
    with db.engine.begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    assert pages.get("/readyz", 503).response.get_json()["reason"] == "the database cannot be written to"


@pytest.mark.both_databases
def test_readyz_takes_no_harm_from_somebody_who_writes(app: Flask, pages: Pages) -> None:
    with transaction() as session:
        session.execute(text("UPDATE events SET slug = slug"))
        assert pages.client.get("/readyz").get_json() == {"status": "ready", "attention": []}


def test_readyz_fails_when_the_disk_is_full(app: Flask, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    # case 61
    monkeypatch.setattr(disk, "LEFT_BY_FILES", 1 << 60)
    (attention,) = pages.get("/readyz").response.get_json()["attention"]
    assert "files that people send are refused" in attention
    monkeypatch.setattr(disk, "NEEDED", 1 << 60)
    assert pages.get("/readyz", 503).response.get_json()["reason"].startswith("the disk is full")


@pytest.mark.both_databases
def test_readyz_names_a_message_that_no_worker_takes_and_goes_on(app: Flask, pages: Pages) -> None:
    # case 61
    register_somebody(an_event(holds_mail=False))
    _change_mail(state=DeliveryState.QUEUED, due_at=now() - timedelta(minutes=5))
    assert pages.get("/readyz").response.get_json()["attention"] == []
    _change_mail(due_at=now() - timedelta(hours=1))
    (attention,) = pages.get("/readyz").response.get_json()["attention"]
    assert "is the mail worker running?" in attention
    _change_mail(state=DeliveryState.SENT, due_at=None)
    assert pages.get("/readyz").response.get_json()["attention"] == []


@pytest.mark.both_databases
def test_readyz_names_mail_that_is_put_off_again_and_again(app: Flask, pages: Pages) -> None:
    # case 61
    register_somebody(an_event(holds_mail=False))
    put_off = {"state": DeliveryState.QUEUED, "outcome": Outcome.DEFERRED, "attempts": 7}
    _change_mail(due_at=now() + timedelta(hours=4), **put_off)
    assert pages.get("/readyz").response.get_json()["attention"] == [], "lately"
    _change_mail(created_at=now() - timedelta(days=2))
    (attention,) = pages.get("/readyz").response.get_json()["attention"]
    assert "2 messages wait for too long, the oldest since" in attention
    assert attention.endswith("2 were tried and put off")


def test_readyz_names_a_job_that_is_stuck(app: Flask, pages: Pages) -> None:
    # case 61
    with transaction() as session:
        session.add(Job(kind="test", key="a", payload={}, due_at=now() - timedelta(hours=1)))
    (attention,) = pages.get("/readyz").response.get_json()["attention"]
    assert "is the mail worker running?" in attention


@pytest.mark.parametrize("host", ["10.1.2.3:8000", "10.1.2.3", "[fd00::1]:8000", "web-1:8000", "balancer.example"])
def test_probes_are_answered_under_any_host(make_app: AppMaker, host: str) -> None:
    visitor = Pages(make_app(metrics_token=TOKEN))
    bearer = {"Host": host, "Authorization": f"Bearer {TOKEN}"}
    for address in ("/healthz", "/readyz", "/metrics"):
        visitor.get(address, headers=bearer)
    for address in ("/", "/robots.txt", "/readyz/", "/no-such-page"):
        assert visitor.client.get(address, headers={"Host": host}).status_code == 400


def test_probes_without_any_host_are_answered(app: Flask) -> None:
    environ = EnvironBuilder("/healthz", base_url="http://10.1.2.3:8000").get_environ()
    del environ["HTTP_HOST"]
    assert run_wsgi_app(app, environ)[1] == "200 OK"


@pytest.mark.parametrize("address", ["/healthz", "/healthz?lang=es"])
def test_healthz_asks_nobody(app: Flask, pages: Pages, address: str) -> None:
    # case 65
    db.session.remove()
    forget_settings()
    pages.sign_in(an_account())
    asked: list[Any] = []
    note = asked.append
    sqlalchemy_event.listen(db.engine, "checkout", lambda *_: note(1))
    assert pages.client.get(address).get_json() == {"status": "ok"}
    assert asked == []


def _change_mail(**values: Any) -> None:
    with transaction() as session:
        session.query(MailMessage).update(values)


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
            for key, due_in in (("a", -5), ("b", -1), ("c", 60)):
                session.add(Job(kind="test", key=key, payload={}, due_at=now() + timedelta(minutes=due_in)))
        messages = db.session.query(MailMessage).count()
        _change_mail(state=DeliveryState.QUEUED, outcome=Outcome.DEFERRED, created_at=now() - timedelta(days=2))
        page = Pages(app).get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = page.html.splitlines()
    for line in (
        'eventreg_registrations{status="confirmed"} 3',
        'eventreg_registrations{status="pending"} 1',
        'eventreg_registrations{status="cancelled"} 0',
        f'eventreg_mail_messages{{state="queued"}} {messages}',
        'eventreg_mail_messages{state="sent"} 0',
        "eventreg_mail_deferred 2",
        'eventreg_jobs{state="due"} 2',
        'eventreg_jobs{state="later"} 1',
        'eventreg_jobs{state="given_up"} 0',
    ):
        assert line in lines, page.html
    assert messages == 2
    ages = {name: int(value) for name, _, value in (line.partition(" ") for line in lines) if name.endswith("_seconds")}
    assert ages["eventreg_mail_oldest_seconds"] >= timedelta(days=2).total_seconds()
    assert ages["eventreg_jobs_oldest_seconds"] >= timedelta(minutes=5).total_seconds()
    assert page.html.endswith("\n")
    names = {line.split("{")[0].split()[0] for line in lines if not line.startswith("#")}
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
