"""Where one is signed in: listed, ended, and gone with the next request."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account, AccountSession
from eventreg.accounts.rules.codes import client_words
from eventreg.accounts.services.accounts import close_account
from eventreg.accounts.services.sessions import forget_old_sessions
from eventreg.db import db
from eventreg.kernel.clock import now
from tests.builders import an_account
from tests.support.pages import Pages
from tests.support.statements import counted

PASSWORD = "una frase bastante larga"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"


@pytest.fixture
def olga(app: Flask) -> Account:
    """An organizer with a password."""
    return an_account(PASSWORD, email="olga@equipo.example", language="en")


def come(app: Flask, agent: str) -> Pages:
    pages = Pages(app)
    page = pages.get("/sign-in")
    data = {**page.form().values(), "email": "olga@equipo.example", "password": PASSWORD}
    pages.post("/sign-in", data, 303, headers={"User-Agent": agent})
    return pages


def is_signed_in(pages: Pages) -> bool:
    return pages.get("/manage/", status=None).status == 200


def test_every_browser_is_listed_in_words(app: Flask, olga: Account) -> None:
    come(app, SAFARI)
    page = come(app, FIREFOX).get("/account")
    rows = [text for text in page.texts("tr") if "UTC" in text]
    assert [row.split(" Signed")[0].split(" 2")[0] for row in rows]
    assert rows[0].startswith("Firefox, Windows")
    assert "This session" in rows[0]
    assert rows[1].startswith("Safari, iPhone")
    assert "This session" not in rows[1]


@pytest.mark.both_databases
def test_one_session_is_ended_and_its_next_request_refused(app: Flask, olga: Account) -> None:  # case 3
    lost, third, here = come(app, SAFARI), come(app, FIREFOX), come(app, FIREFOX)
    with lost.client.session_transaction() as held:
        public_id = held["row"]
    answer = here.post(f"/account/sessions/{public_id}/end", token=True, status=303)
    assert answer.follow().has("The session has ended.")
    assert not is_signed_in(lost)
    assert is_signed_in(third)
    assert is_signed_in(here)
    assert here.post(f"/account/sessions/{public_id}/end", token=True).status == 404


def test_another_accounts_session_is_not_there(app: Flask, olga: Account) -> None:
    theirs = come(app, SAFARI)
    with theirs.client.session_transaction() as held:
        public_id = held["row"]
    stranger = Pages(app).sign_in(an_account())
    assert stranger.post(f"/account/sessions/{public_id}/end", token=True).status == 404
    assert is_signed_in(theirs)


def test_a_cookie_that_was_copied_dies_with_signing_out(app: Flask, olga: Account) -> None:
    here, copy = come(app, FIREFOX), Pages(app)
    with here.client.session_transaction() as held:
        kept = dict(held)
    here.get("/manage/").submit("Sign out")
    with copy.client.session_transaction() as held:
        held.update(kept)
    assert not is_signed_in(copy)


def test_a_cookie_without_a_row_is_nobodys(app: Flask, olga: Account) -> None:
    """Those of the release before sessions were rows."""
    pages = Pages(app)
    with pages.client.session_transaction() as held:
        held["_user_id"] = olga.get_id()
    assert not is_signed_in(pages)


def test_closing_the_account_ends_all(app: Flask, olga: Account) -> None:
    here, elsewhere = come(app, FIREFOX), come(app, SAFARI)
    close_account(olga.id)
    assert not is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert not db.session.scalars(select(AccountSession).where(AccountSession.ended_at.is_(None))).all()


def test_signing_in_anew_in_one_browser_leaves_one_session(app: Flask, olga: Account) -> None:
    pages = come(app, FIREFOX)
    page = pages.get("/sign-in/again")
    page.submit("Continue", {"Password": PASSWORD})
    assert len(db.session.scalars(select(AccountSession)).all()) == 1


def test_use_is_noted_with_what_is_saved_and_never_by_reading(
    app: Flask, olga: Account, clock: time_machine.Traveller
) -> None:
    pages = come(app, FIREFOX)

    def seen() -> timedelta:
        db.session.rollback()
        row = db.session.scalars(select(AccountSession)).one()
        return row.seen_at - row.began_at

    clock.shift(timedelta(minutes=4))
    pages.get("/account").submit("Save name and language", {"Name": "Olga"})
    assert seen() < timedelta(minutes=1)
    clock.shift(timedelta(minutes=4))
    pages.get("/account")
    assert seen() < timedelta(minutes=1)
    pages.get("/account").submit("Save name and language", {"Name": "Olga O."})
    assert seen() > timedelta(minutes=7)


def test_a_refused_request_leaves_no_trace_in_the_session(
    app: Flask, olga: Account, clock: time_machine.Traveller
) -> None:
    pages = come(app, FIREFOX)
    clock.shift(timedelta(minutes=6))
    pages.post("/account/sessions/AAAAAAAAAAAA/end", {}, 404, token=True)
    pages.post("/account/profile", {"name": "Olga"}, 400, sound=False)
    db.session.rollback()
    row = db.session.scalars(select(AccountSession)).one()
    assert row.seen_at == row.began_at


def test_who_is_there_is_one_statement(app: Flask, olga: Account) -> None:
    pages = come(app, FIREFOX)
    with counted() as statements:
        pages.get("/account/second-factor")
    asked = [statement for statement in statements if "account_sessions" in statement]
    assert len(asked) == 1


def test_old_sessions_are_swept(app: Flask, olga: Account, clock: time_machine.Traveller) -> None:
    come(app, FIREFOX)
    assert forget_old_sessions(now()) == 0
    clock.shift(timedelta(hours=13))
    come(app, SAFARI)
    assert forget_old_sessions(now()) == 1
    assert db.session.scalars(select(AccountSession.client)).all() == ["Safari, iPhone"]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox, Windows"),
        (SAFARI, "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
            "Safari, macOS",
        ),
        ("curl/8.5", ""),
        ("<script>" * 1000, ""),
    ],
)
def test_a_browser_is_told_by_name_and_system(agent: str, words: str) -> None:
    assert client_words(agent) == words
