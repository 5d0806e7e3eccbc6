"""One's own account: name, language, password, sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from eventreg.accounts.models import Account
from eventreg.accounts.services.sign_in import make_sign_in_link
from tests.builders import an_account
from tests.support.apps import AppMaker
from tests.support.pages import Page, Pages

PASSWORD = "una frase bastante larga"
NEW = "otra frase bastante larga"


@pytest.fixture
def olga(app: Flask) -> Account:
    """An organizer with a password."""
    return an_account(PASSWORD, email="olga@equipo.example", language="en")


def by_link(app: Flask, account: Account) -> Pages:
    pages = Pages(app)
    pages.get(f"/sign-in/{make_sign_in_link(account.id)}").submit("Sign in")
    return pages


def by_password(app: Flask, password: str = PASSWORD) -> Pages:
    pages = Pages(app)
    pages.get("/sign-in").submit("Sign in", {"Email address": "olga@equipo.example", "Password": password})
    return pages


def is_signed_in(pages: Pages) -> bool:
    return pages.get("/account", status=None).status == 200


def change(pages: Pages, old: str | None, new: str = NEW, repeated: str | None = None) -> Page:
    entries: dict[str, str] = {"New password": new, "New password once more": new if repeated is None else repeated}
    if old is not None:
        entries["Present password"] = old
    return pages.get("/account").submit("Save the password", dict(entries))


def test_name_and_language_are_ones_own(app: Flask, olga: Account) -> None:
    pages = by_password(app)
    entries = {"Name": "Olga O.", "Language of your mails and of these pages": "Español"}
    saved = pages.get("/account").submit("Save name and language", dict(entries)).follow()
    assert saved.language == "es"
    assert saved.has("Olga O.")


def test_a_name_is_needed(app: Flask, olga: Account) -> None:
    page = by_password(app).get("/account").submit("Save name and language", {"Name": "  "})
    assert page.status == 422
    assert page.errors() == ["Write a name of up to 200 characters"]


def test_a_page_that_answers_a_form_can_change_its_language(app: Flask, olga: Account) -> None:
    page = by_password(app).get("/account").submit("Save name and language", {"Name": "  "})
    assert page.click("Español").language == "es"


@pytest.mark.both_databases
def test_a_new_password_ends_every_other_session(app: Flask, olga: Account) -> None:  # case 15
    here, elsewhere = by_password(app), by_password(app)
    assert change(here, PASSWORD).follow().has("Your password is saved. Every other session has ended.")
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert not is_signed_in(by_password(app, PASSWORD))
    assert is_signed_in(by_password(app, NEW))


def test_the_old_password_is_needed(app: Flask, olga: Account) -> None:
    pages = by_password(app)
    assert change(pages, "not the password").errors() == ["This is not your present password"]
    assert change(pages, "").errors() == ["This is not your present password"]
    assert is_signed_in(by_password(app, PASSWORD))


def test_the_old_password_cannot_be_guessed_here(make_app: AppMaker) -> None:  # case 15
    app = make_app(limits=True)
    with app.app_context():
        an_account(PASSWORD, email="olga@equipo.example", language="en")
        pages = by_password(app)
        for _ in range(10):
            change(pages, "not the password")
        assert (
            change(pages, PASSWORD).errors()[0].startswith("There were too many tries. The next one is possible from ")
        )


def test_who_just_came_by_a_link_sets_a_password_without_the_old_one(
    app: Flask, olga: Account, clock: time_machine.Traveller
) -> None:
    pages = by_link(app, olga)
    clock.shift(timedelta(minutes=29))
    assert "Present password" not in pages.get("/account").form("Save the password").labels()
    assert change(pages, None).location == "/account?saved=password"
    # The sign-in is used up for this: the next change asks for the password.
    assert "Present password" in pages.get("/account").form("Save the password").labels()


def test_a_link_of_an_hour_ago_is_no_proof(app: Flask, olga: Account, clock: time_machine.Traveller) -> None:
    pages = by_link(app, olga)
    clock.shift(timedelta(minutes=31))
    assert change(pages, "").errors() == ["This is not your present password"]


def test_an_account_without_password_gets_one(app: Flask) -> None:
    account = an_account(email="olga@equipo.example", language="en")
    pages = by_link(app, account)
    assert pages.get("/account").has("Set a password")
    change(pages, None)
    assert is_signed_in(by_password(app, NEW))


@pytest.mark.parametrize(
    ("new", "repeated", "error"),
    [
        ("once letras", None, "Choose a password of 12 characters or more"),
        ("a" * 1_001, None, "Choose a password of up to 1000 characters"),
        (NEW, NEW + "x", "The two new passwords differ. Write them again."),
    ],
)
def test_a_password_that_does_not_do_is_refused(
    app: Flask, olga: Account, new: str, repeated: str | None, error: str
) -> None:
    page = change(by_password(app), PASSWORD, new, repeated)
    assert page.status == 422
    assert page.errors() == [error]
    assert is_signed_in(by_password(app, PASSWORD))


def test_the_other_sessions_can_be_ended(app: Flask, olga: Account) -> None:
    here, elsewhere = by_password(app), by_password(app)
    assert here.get("/account").submit("Sign out other sessions").follow().has("Every other session has ended.")
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_a_browser_left_open_sets_no_first_password(app: Flask, clock: time_machine.Traveller) -> None:
    account = an_account(email="olga@equipo.example", language="en")
    pages = by_link(app, account)
    clock.shift(timedelta(minutes=31))
    assert change(pages, None).location == "/sign-in/again?next=/account"
    assert not is_signed_in(by_password(app, NEW))
