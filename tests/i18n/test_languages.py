"""Which language a reader gets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask_babel import gettext

from eventreg.i18n.languages import current_language, own_name, speaking
from tests.support.pages import Pages


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("es", "es"),
        ("en-GB,en;q=0.9", "en"),
        ("es-MX,es;q=0.9,en;q=0.5", "es"),
        ("en;q=0.4,es;q=0.8", "es"),
        ("de,ja", "es"),
        ("de,fr;q=0.7,en;q=0.5", "fr"),
        ("*", "es"),
        ("", "es"),
        ("xx-\ud800", "es"),
    ],
)
def test_the_browser_says_what_its_reader_prefers(app: Flask, accepted: str, language: str) -> None:
    headers = {"Accept-Language": accepted.encode("utf-8", "replace").decode("latin-1")}
    assert Pages(app).get("/", headers=headers).language == language


def test_a_language_that_was_asked_for_is_remembered(pages: Pages) -> None:
    assert pages.get("/?lang=es").language == "es"
    assert pages.get("/").language == "es"
    assert pages.get("/?lang=en").language == "en"


@pytest.mark.parametrize("asked", ["de", "../../etc", "ES", "es\r\nSet-Cookie: a=b", "", "%00"])
def test_an_unknown_language_changes_nothing(pages: Pages, asked: str) -> None:
    page = pages.get("/", query_string={"lang": asked})
    assert page.language == "en"
    assert "lang=" not in page.headers.get("Set-Cookie", "")


def test_the_cookie_cannot_be_read_by_scripts(pages: Pages) -> None:
    cookie = pages.get("/?lang=es").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_https_the_cookie_is_secure(make_app: Callable[..., Flask]) -> None:
    app = make_app(base_url="https://registro.instituto.example")
    page = Pages(app).get("/?lang=es", base_url="https://registro.instituto.example")
    assert "Secure" in page.headers["Set-Cookie"]


def test_what_depends_on_the_reader_says_so(pages: Pages) -> None:
    vary = pages.get("/").headers["Vary"]
    assert "Accept-Language" in vary
    assert "Cookie" in vary


def test_the_worker_speaks_the_language_of_whom_it_writes_to(app: Flask) -> None:
    with app.app_context(), speaking("es") as chosen:
        assert chosen == current_language() == "es"
        assert gettext("Skip to content") != "Skip to content"
        with speaking("en"):
            assert gettext("Skip to content") == "Skip to content"
    with app.app_context(), speaking("tlh") as chosen:
        assert chosen == "es", "the default, where the language is not spoken"


def test_languages_are_named_in_themselves() -> None:
    assert own_name("es") == "Español"
    assert own_name("en") == "English"
    assert own_name("xx") == "xx"


def test_an_instance_speaks_the_languages_it_is_set_to(make_app: Callable[..., Flask]) -> None:
    app = make_app(languages="en")
    assert Pages(app, "es").get("/").language == "en"


@pytest.mark.parametrize("language", ["es", "en", "fr"])
def test_nothing_is_said_as_nothing(app: Flask, language: str) -> None:
    """And not as the head of the catalog, which stands under the empty text: an enum's member may have no title."""
    with app.test_request_context(), speaking(language):
        assert gettext("") == ""
        assert app.jinja_env.from_string("{{ _(text) }}").render(text="") == ""
