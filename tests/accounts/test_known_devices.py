"""Who guesses slows strangers, never the holder of the account on a device that has signed in before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from eventreg.accounts.models import Account
from eventreg.accounts.rules.guarding import Visitor
from eventreg.accounts.rules.profiles import AccountReason, TooManyTries
from eventreg.accounts.services.sign_in import ask_for_sign_in_link, make_sign_in_link, sign_in_with_password
from eventreg.db import db
from eventreg.i18n.languages import speaking
from eventreg.jobs.models import Job
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.web.refusals import said
from tests.accounts.authenticator import code_of, with_second_factor
from tests.builders import an_account
from tests.support.apps import AppMaker
from tests.support.pages import Page, Pages

PASSWORD = "una frase bastante larga"
WRONG = "Address and password do not match. Check both, or have a sign-in link sent to you."
OLGA = "olga@equipo.example"
NOBODY = "nobody@equipo.example"
COOKIE = "eventreg_device"


@pytest.fixture
def limited(make_app: AppMaker) -> Iterator[Flask]:
    """An application whose limits are in force, with Olga's account."""
    app = make_app(limits=True)
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def olga(limited: Flask) -> Account:
    """An organizer with a password."""
    return an_account(PASSWORD, email=OLGA, language="en")


def browser(app: Flask, address: str = "127.0.0.1") -> Pages:
    """Return somebody at a browser of their own, who comes from `address`."""
    pages = Pages(app)
    pages.client.environ_base["REMOTE_ADDR"] = address
    return pages


def sign_in(pages: Pages, email: str = OLGA, password: str = PASSWORD) -> Page:
    return pages.get("/sign-in").submit("Sign in", {"Email address": email, "Password": password})


def known_device(app: Flask, address: str = "192.0.2.1") -> Pages:
    """Return a browser in which Olga signed in before, and out again."""
    pages = browser(app, address)
    assert sign_in(pages).status == 303
    pages.get("/manage/").submit("Sign out")
    return pages


def use_up(app: Flask, email: str = OLGA, address: str = "203.0.113.9") -> Page:
    """Have a stranger guess until it is refused, and return the refusal."""
    guess(email, address, 10)
    return sign_in(browser(app, address), email)


def guess(email: str, address: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Refused) as refused:
            sign_in_with_password(email, "not the password", Visitor(address))
        assert refused.value.reason is AccountReason.SIGN_IN_WRONG


def ask_for_link(pages: Pages, email: str = OLGA) -> Page:
    return pages.get("/sign-in").submit("Email me a sign-in link", {"Email address": email})


def links_asked() -> int:
    return db.session.scalar(select(func.count()).select_from(Job)) or 0


@pytest.mark.both_databases
def test_a_stranger_who_guesses_does_not_keep_the_holder_out_of_a_known_device(
    limited: Flask, olga: Account
) -> None:  # cases 15 and 76
    device = known_device(limited)
    assert use_up(limited).status == 429
    assert sign_in(device).location == "/manage/"


def test_a_stranger_in_the_same_network_does_not_either(limited: Flask, olga: Account) -> None:  # case 76
    device = known_device(limited, "203.0.113.9")
    stranger = browser(limited, "203.0.113.9")
    for number in range(30):
        guess(f"olga{number}@equipo.example", "203.0.113.9", 1)
    assert sign_in(stranger).status == 429
    assert sign_in(device).location == "/manage/"


def test_strangers_slow_each_other_and_are_told_until_when(
    limited: Flask, olga: Account, clock: time_machine.Traveller
) -> None:  # case 76
    clock.move_to("2027-02-12T18:00:30Z", tick=False)
    refused = use_up(limited)
    told = "There were too many tries. The next one is possible from 12:16 (UTC−6)."
    assert (refused.status, refused.errors()) == (429, [told])
    elsewhere = browser(limited, "198.51.100.4")
    assert sign_in(elsewhere).errors() == [told], "a new device, whoever sits at it"
    with speaking("es"):
        assert "12:16 h (UTC−6)" in said(TooManyTries(now() + timedelta(minutes=15)))
    clock.move_to("2027-02-12T18:16:00Z", tick=False)
    assert sign_in(elsewhere).location == "/manage/"


def test_an_address_that_nobody_has_is_refused_in_the_same_words(
    limited: Flask, olga: Account, clock: time_machine.Traveller
) -> None:  # case 76
    clock.move_to(now(), tick=False)
    known_device(limited)
    known, unknown = use_up(limited), use_up(limited, NOBODY, "203.0.113.10")
    assert (known.status, known.main) == (unknown.status, unknown.main)


def test_guessing_on_a_known_device_is_limited_apart(limited: Flask, olga: Account) -> None:  # case 76
    device = known_device(limited)
    for _ in range(10):
        assert sign_in(device, password="not the password").errors() == [WRONG]
    assert sign_in(device).status == 429
    assert sign_in(browser(limited, "192.0.2.1")).location == "/manage/", "strangers' tries are all there"


def test_a_stolen_mark_opens_nothing_and_is_limited_apart(limited: Flask, olga: Account) -> None:
    device = known_device(limited)
    thief = browser(limited, "203.0.113.9")
    stolen = device.client.get_cookie(COOKIE)
    assert stolen is not None
    thief.client.set_cookie(COOKIE, stolen.value)
    assert thief.get("/manage/", 302).location.startswith("/sign-in")
    for _ in range(10):
        sign_in(thief, password="not the password")
    assert sign_in(thief).status == 429
    another = known_device_by_link(limited, olga)
    assert sign_in(another).location == "/manage/", "a device with a mark of its own"


def known_device_by_link(app: Flask, account: Account) -> Pages:
    """Return a browser in which the holder came in by a link, and signed out."""
    pages = browser(app, "192.0.2.44")
    pages.get(f"/sign-in/{make_sign_in_link(account.id)}").submit("Sign in")
    pages.get("/manage/").submit("Sign out")
    return pages


def test_the_mark_counts_for_its_account_alone(limited: Flask, olga: Account) -> None:
    an_account(PASSWORD, email="luis@equipo.example", language="en")
    pages = browser(limited, "203.0.113.9")
    sign_in(pages, "luis@equipo.example")
    pages.get("/manage/").submit("Sign out")
    for _ in range(10):
        sign_in(pages, password="not the password")
    assert sign_in(pages).status == 429
    assert sign_in(pages, "luis@equipo.example").location == "/manage/"


def test_several_people_at_one_machine_are_each_known(limited: Flask, olga: Account) -> None:
    an_account(PASSWORD, email="luis@equipo.example", language="en")
    pages = known_device(limited)
    sign_in(pages, "luis@equipo.example")
    pages.get("/manage/").submit("Sign out")
    use_up(limited)
    use_up(limited, "luis@equipo.example", "203.0.113.10")
    assert sign_in(pages).location == "/manage/"
    pages.get("/manage/").submit("Sign out")
    assert sign_in(pages, "luis@equipo.example").location == "/manage/"


def test_a_mark_that_was_made_up_is_a_strangers(limited: Flask, olga: Account) -> None:
    for made_up in ("A" * 36, "x", "á.é", ".".join(["A" * 36] * 90), ""):
        pages = browser(limited, "203.0.113.9")
        pages.client.set_cookie(COOKIE, made_up)
        assert sign_in(pages, password="not the password").errors() == [WRONG]
    guess(OLGA, "203.0.113.77", 5)
    assert sign_in(browser(limited, "203.0.113.77")).status == 429


def test_a_new_password_ends_every_mark_but_that_of_this_device(limited: Flask, olga: Account) -> None:  # case 15
    device, here = known_device(limited), browser(limited, "192.0.2.2")
    sign_in(here)
    new = "otra frase bastante larga"
    here.get("/account").submit(
        "Save the password", {"Present password": PASSWORD, "New password": new, "New password once more": new}
    )
    here.get("/manage/").submit("Sign out")
    use_up(limited)
    assert sign_in(device, password=new).status == 429
    assert sign_in(here, password=new).location == "/manage/"


def test_ending_every_other_session_ends_their_marks_too(limited: Flask, olga: Account) -> None:
    device, here = known_device(limited), browser(limited, "192.0.2.2")
    sign_in(here)
    sign_in(device)
    here.get("/account").submit("Sign out other sessions")
    assert here.get("/account").status == 200, "this session goes on"
    here.get("/manage/").submit("Sign out")
    use_up(limited)
    assert sign_in(device).status == 429
    assert sign_in(here).location == "/manage/"


def test_codes_of_the_second_factor_are_counted_apart_as_well(limited: Flask, olga: Account) -> None:  # case 76
    with_second_factor(olga)
    device = browser(limited, "192.0.2.1")
    sign_in(device)
    device.get("/sign-in/code").submit("Sign in", {"Code": code_of(olga)})
    device.get("/manage/").submit("Sign out")
    stranger = browser(limited, "203.0.113.9")
    sign_in(stranger)
    for _ in range(10):
        stranger.get("/sign-in/code").submit("Sign in", {"Code": "000000"}, 422)
    refused = stranger.get("/sign-in/code").submit("Sign in", {"Code": "000000"}, 429)
    assert "The next one is possible from" in refused.errors()[0]
    sign_in(device)
    assert device.get("/sign-in/code").submit("Sign in", {"Code": code_of(olga, 30)}).location == "/manage/"


def test_somebody_else_who_is_signed_in_does_not_use_up_the_proofs_of_the_holder(limited: Flask, olga: Account) -> None:
    here, thief = browser(limited, "192.0.2.1"), browser(limited, "203.0.113.9")
    sign_in(here)
    thief.sign_in(olga)
    for _ in range(10):
        thief.get("/sign-in/again").submit("Continue", {"Password": "not the password"}, 422)
    assert thief.get("/sign-in/again").submit("Continue", {"Password": "not the password"}).status == 429
    assert here.get("/sign-in/again").submit("Continue", {"Password": PASSWORD}).status == 303


def test_links_keep_arriving_whoever_asks_for_them(
    limited: Flask, olga: Account, clock: time_machine.Traveller
) -> None:  # case 76
    began = now()
    asked_at = []
    for minute in range(0, 180, 2):
        clock.move_to(began + timedelta(minutes=minute), tick=False)
        before = links_asked()
        ask_for_sign_in_link(OLGA, Visitor(f"203.0.113.{minute}"))
        if links_asked() > before:
            asked_at.append(minute)
        assert minute - asked_at[-1] < 20, "the newest link in the mailbox still works"
    in_the_worst_hour = max(sum(at <= each < at + 60 for each in asked_at) for at in asked_at)
    assert in_the_worst_hour <= 8
    device = known_device(limited)
    before = links_asked()
    for _ in range(5):
        assert ask_for_link(device).location == "/sign-in/sent"
    assert links_asked() == before + 5, "asked for on a known device, a link is sent whatever strangers asked for"


def test_a_network_that_asked_for_too_many_links_is_told_until_when(limited: Flask, olga: Account) -> None:
    device = known_device(limited, "203.0.113.9")
    stranger = browser(limited, "203.0.113.9")
    for number in range(20):
        ask_for_sign_in_link(f"olga{number}@equipo.example", Visitor("203.0.113.9"))
    refused = ask_for_link(stranger)
    assert refused.status == 429
    assert "The next one is possible from" in refused.errors()[0]
    assert ask_for_link(device).location == "/sign-in/sent"


@pytest.mark.parametrize(
    ("base_url", "name"), [("http://localhost", COOKIE), ("https://localhost", f"__Host-{COOKIE}")]
)
def test_the_cookie_is_out_of_reach_lasts_and_names_nobody(make_app: AppMaker, base_url: str, name: str) -> None:
    app = make_app(limits=True, base_url=base_url)
    with app.app_context():
        olga = an_account(PASSWORD, email=OLGA)
        pages = browser(app)
        if base_url.startswith("https"):
            pages.client.environ_base["wsgi.url_scheme"] = "https"
        answer = pages.get("/sign-in").submit("Sign in", {"Email address": OLGA, "Password": PASSWORD})
        cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{name}="))
        assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"))
        assert ("Secure" in cookie) is base_url.startswith("https")
        assert "Domain" not in cookie
        assert OLGA not in cookie
        value = cookie.partition("=")[2].partition(";")[0]
        assert value.count(".") == 0
        assert not value.startswith(f"{olga.id}.")
