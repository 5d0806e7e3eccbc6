"""A fresh sign-in before what cannot be taken back: asked for after a quarter of an hour, and led back from."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote, urlsplit

import pytest
import time_machine
from flask import Flask, url_for

from eventreg.accounts.models import Account
from eventreg.accounts.services.sign_in import make_sign_in_link
from eventreg.web.access import signed_in
from eventreg.web.freshness import requires_fresh_sign_in
from tests.accounts.test_targets import FOREIGN
from tests.architecture.source import PACKAGE
from tests.builders import an_account
from tests.support.pages import Page, Pages

PASSWORD = "una frase bastante larga"
ASKED = "Confirm your identity"


@pytest.fixture
def olga(app: Flask) -> Account:
    """An organizer with a password."""
    return an_account(PASSWORD, email="olga@equipo.example", language="en")


@pytest.fixture
def acts(app: Flask) -> list[str]:
    """Dangerous acts at addresses of their own, and what was done."""
    done: list[str] = []

    def look() -> str:
        done.append("looked")
        return "seen"

    def act() -> str:
        done.append("acted")
        return "done"

    def elsewhere(part: str, other: str) -> str:
        done.append("acted elsewhere")
        return "done"

    app.add_url_rule("/manage/danger", "danger", signed_in(requires_fresh_sign_in()(look)), methods=["GET"])
    app.add_url_rule("/manage/danger", "act", signed_in(requires_fresh_sign_in()(act)), methods=["POST"])
    guarded = signed_in(requires_fresh_sign_in(back="page")(elsewhere))
    app.add_url_rule("/manage/<part>/act/<other>", "elsewhere", guarded, methods=["POST"])
    app.add_url_rule("/manage/<part>/page", "page", signed_in(lambda part: "page"), methods=["GET"])
    return done


def stale(pages: Pages, account: Account, clock: time_machine.Traveller) -> Pages:
    pages.sign_in(account)
    clock.shift(timedelta(minutes=16))
    return pages


def raw(pages: Pages, verb: str, address: str) -> Page:
    send = pages.get if verb == "GET" else pages.post
    options = {} if verb == "GET" else {"token": True}
    return send(address, status=None, sound=False, **options)


def test_for_a_quarter_of_an_hour_nothing_is_asked(
    pages: Pages, olga: Account, acts: list[str], clock: time_machine.Traveller
) -> None:
    pages.sign_in(olga)
    clock.shift(timedelta(minutes=14))
    assert raw(pages, "POST", "/manage/danger").status == 200
    assert acts == ["acted"]


@pytest.mark.parametrize(
    ("verb", "address", "back"),
    [
        ("GET", "/manage/danger?a=1", "/manage/danger?a=1"),
        ("POST", "/manage/danger", "/manage/danger"),
        ("POST", "/manage/x/act/y", "/manage/x/page"),
    ],
)
def test_then_the_password_is_asked_for_and_the_way_leads_back_to_the_page(
    pages: Pages, olga: Account, acts: list[str], clock: time_machine.Traveller, verb: str, address: str, back: str
) -> None:
    page = raw(stale(pages, olga, clock), verb, address).follow()
    assert page.heading == ASKED
    assert acts == []
    assert page.submit("Continue", {"Password": "not the password"}).errors() == ["This is not your present password"]
    assert page.submit("Continue", {"Password": PASSWORD}).location == back
    assert acts == []
    assert raw(pages, verb, address).status == 200
    assert len(acts) == 1


@pytest.mark.parametrize("target", [target for target in FOREIGN if "\x00" not in target])
def test_it_leads_nowhere_else(pages: Pages, olga: Account, target: str) -> None:  # case 14
    page = pages.sign_in(olga).get(f"/sign-in/again?next={quote(target)}")
    assert page.submit("Continue", {"Password": PASSWORD}).location == "/manage/"


def test_an_account_without_password_is_sent_a_link_that_leads_back(
    pages: Pages, acts: list[str], clock: time_machine.Traveller
) -> None:
    account = an_account(email="sin@equipo.example", language="en")
    page = raw(stale(pages, account, clock), "POST", "/manage/danger").follow()
    assert page.form().buttons() == ["Email me a sign-in link"]
    assert page.submit("Email me a sign-in link").location == "/sign-in/sent"
    opened = pages.get(f"/sign-in/{make_sign_in_link(account.id)}").submit("Sign in")
    assert opened.location == "/manage/danger"
    assert raw(pages, "POST", "/manage/danger").status == 200


def test_an_account_without_password_cannot_just_go_on(pages: Pages, clock: time_machine.Traveller) -> None:
    stale(pages, an_account(email="sin@equipo.example", language="en"), clock)
    page = pages.post("/sign-in/again", token=True, status=422)
    assert page.has("Your account has no password. Have a sign-in link sent to you.")


def test_nobody_else_is_asked(pages: Pages) -> None:
    assert urlsplit(pages.get("/sign-in/again", 302).location).path == "/sign-in"


def test_every_guarded_page_has_a_page_to_come_back_to(app: Flask) -> None:
    """A POST is not sent again: somewhere there is a page that confirms it."""
    guarded = re.compile(r"requires_fresh_sign_in\(back=\"([\w.]+)\"")
    named = {found for path in PACKAGE.rglob("*.py") for found in guarded.findall(path.read_text(encoding="utf-8"))}
    assert named
    with app.test_request_context():
        for endpoint in named - {"team.show_team"}:  # in the example of web.freshness too
            rules = list(app.url_map.iter_rules(endpoint))
            assert any("GET" in (rule.methods or ()) for rule in rules), endpoint
            assert url_for(endpoint, **dict.fromkeys(rules[0].arguments, "1"))  # a number where one is asked for
