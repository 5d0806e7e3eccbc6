"""Signing in and out, as a person does it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from eventreg.accounts.models import Account, SignInLink
from eventreg.accounts.services.accounts import close_account
from eventreg.accounts.services.sign_in import make_sign_in_link
from eventreg.db import db
from eventreg.jobs.models import Job
from tests.accounts.test_targets import FOREIGN
from tests.builders import an_account
from tests.support.apps import AppMaker
from tests.support.pages import Page, Pages

PASSWORD = "una frase bastante larga"
WRONG = "Address and password do not match. Check both, or have a sign-in link sent to you."


@pytest.fixture
def olga(app: Flask) -> Account:
    """An organizer with a password."""
    return an_account(PASSWORD, email="olga@equipo.example", language="en")


def sign_in(pages: Pages, email: str = "olga@equipo.example", password: str = PASSWORD, target: str = "") -> Page:
    page = pages.get(f"/sign-in?next={quote(target)}" if target else "/sign-in")
    return page.submit("Sign in", {"Email address": email, "Password": password})


def is_signed_in(pages: Pages) -> bool:
    return pages.get("/manage/", status=None).status == 200


@pytest.mark.both_databases
def test_address_and_password_sign_in(pages: Pages, olga: Account) -> None:
    assert sign_in(pages).location == "/manage/"
    assert pages.get("/manage/").has(olga.name)


def test_a_page_that_needs_signing_in_is_come_back_to(pages: Pages, olga: Account) -> None:
    asked = pages.get("/account?saved=profile", 302).follow()
    assert asked.heading == "Sign in"
    answer = asked.submit("Sign in", {"Email address": olga.email, "Password": PASSWORD})
    assert answer.location == "/account?saved=profile"


@pytest.mark.parametrize("target", [target for target in FOREIGN if "\x00" not in target])
def test_no_other_target_is_followed(pages: Pages, olga: Account, target: str) -> None:  # case 14
    assert sign_in(pages, target=target).location == "/manage/"
    # Somebody who is signed in is led on at once: nowhere else either.
    assert pages.get(f"/sign-in?next={quote(target)}", 302).location == "/manage/"


def test_what_is_wrong_is_said_alike_for_everybody(pages: Pages, olga: Account) -> None:
    an_account(email="without@equipo.example")
    answers = [
        sign_in(pages, "olga@equipo.example", "not the password"),
        sign_in(pages, "without@equipo.example", "not the password"),
        sign_in(pages, "nobody@equipo.example", "not the password"),
    ]
    for answer in answers:
        assert answer.status == 422
        assert answer.errors() == [WRONG]
    mains = {answer.main for answer in answers}
    assert len(mains) == 1
    assert not is_signed_in(pages)


def test_what_is_missing_is_asked_for(pages: Pages, olga: Account) -> None:
    page = sign_in(pages, "olga", "")
    assert page.errors() == ["Write an email address like name@institution.org", "Write your password"]


@pytest.mark.both_databases
def test_guessing_is_limited_and_the_link_still_works(make_app: AppMaker) -> None:  # case 15
    app = make_app(limits=True)
    with app.app_context():
        an_account(PASSWORD, email="olga@equipo.example")
        pages = Pages(app)
        for _ in range(10):
            assert sign_in(pages, password="not the password").errors() == [WRONG]
        blocked = sign_in(pages)
        assert blocked.status == 429
        assert blocked.errors()[0].startswith("There were too many tries. The next one is possible from ")
        sent = blocked.submit("Email me a sign-in link", {"Email address": "olga@equipo.example"}).follow()
        assert sent.heading == "Check your email"


def test_guessing_is_limited_for_one_client_over_many_accounts(make_app: AppMaker) -> None:  # case 15
    app = make_app(limits=True)
    with app.app_context():
        an_account(PASSWORD, email="olga@equipo.example")
        pages = Pages(app)
        for number in range(30):
            assert sign_in(pages, f"olga{number}@equipo.example", "not the password").status == 422
        assert sign_in(pages).status == 429


def test_a_link_is_asked_for_alike_by_everybody(pages: Pages, olga: Account) -> None:
    for email in (olga.email, "nobody@equipo.example"):
        answer = pages.get("/sign-in").submit("Email me a sign-in link", {"Email address": email})
        assert answer.location == "/sign-in/sent"
        assert email not in answer.follow().html
    assert db.session.scalar(select(func.count()).select_from(Job)) == 2


@pytest.mark.both_databases
def test_opening_a_link_changes_nothing(pages: Pages, olga: Account) -> None:  # case 9
    address = f"/sign-in/{make_sign_in_link(olga.id)}"
    for _ in range(3):
        assert pages.get(address).form().buttons() == ["Sign in"]
    assert not is_signed_in(pages)
    assert db.session.scalars(select(SignInLink)).one().used_at is None
    assert pages.get(address).submit("Sign in").location == "/manage/"
    assert is_signed_in(pages)


def test_a_used_link_says_so(pages: Pages, olga: Account) -> None:
    address = f"/sign-in/{make_sign_in_link(olga.id)}"
    page = pages.get(address)
    page.submit("Sign in")
    assert Pages(pages.app).get(address, 410).heading == "This link no longer works"
    other = Pages(pages.app)
    assert other.post(address, token=True, status=410).heading == "This link no longer works"
    assert not is_signed_in(other)


def test_signing_in_begins_a_session_of_its_own(pages: Pages, olga: Account) -> None:
    pages.get("/sign-in")
    with pages.client.session_transaction() as session:
        session["left_by_somebody"] = "x"
        before = session.get("csrf_token")
    sign_in(pages)
    pages.get("/account")
    with pages.client.session_transaction() as session:
        assert "left_by_somebody" not in session
        assert session.get("csrf_token") != before


def test_signing_out_ends_the_session(pages: Pages, olga: Account) -> None:
    sign_in(pages)
    left = pages.get("/manage/").submit("Sign out")
    assert left.location == "/sign-in"
    assert not is_signed_in(pages)


def test_a_session_ends_after_twelve_hours(pages: Pages, olga: Account, clock: time_machine.Traveller) -> None:
    sign_in(pages)
    for _ in range(11):
        clock.shift(timedelta(hours=1))
        assert is_signed_in(pages)
    clock.shift(timedelta(hours=1))
    assert not is_signed_in(pages)


def test_the_cookie_is_out_of_reach(pages: Pages, olga: Account) -> None:
    cookie = sign_in(pages).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" in cookie


def test_a_closed_account_is_out_at_once(pages: Pages, olga: Account) -> None:  # case 3
    sign_in(pages)
    close_account(olga.id)
    assert not is_signed_in(pages)
    assert sign_in(pages).errors() == [WRONG]


def test_the_pages_greet_in_the_accounts_language(app: Flask) -> None:
    an_account(PASSWORD, email="olga@equipo.example", language="es")
    pages = Pages(app)
    sign_in(pages)
    assert pages.get("/manage/").language == "es"
