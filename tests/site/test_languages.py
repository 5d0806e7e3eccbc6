"""Which language a page comes in: asked for, remembered, preferred."""

from __future__ import annotations

import pytest
from flask import Flask

from eventreg.web.templating import in_reader_language
from tests.builders import an_event, register_somebody, text
from tests.registration.owning import own_page
from tests.support.html import elements
from tests.support.pages import Pages

ADDRESS = "/events/encuentro"


@pytest.fixture(autouse=True)
def event(app: Flask) -> None:
    an_event(slug="encuentro", title=text("Encuentro", "Meeting"))


@pytest.mark.parametrize(
    ("preferred", "language"),
    [
        ("es", "es"),
        ("en-GB,en;q=0.9", "en"),
        ("es-MX,es;q=0.9,en;q=0.5", "es"),
        ("de,en;q=0.4,es;q=0.6", "es"),
        ("de", "es"),
        ("", "es"),
        (";;q=x,\x7f", "es"),
    ],
)
def test_a_browser_is_answered_in_the_language_it_prefers(app: Flask, preferred: str, language: str) -> None:
    page = Pages(app, preferred).get(ADDRESS)
    assert page.language == language
    assert page.heading == {"es": "Encuentro", "en": "Meeting"}[language]


def test_asking_for_a_language_is_remembered(app: Flask) -> None:
    pages = Pages(app, "en")
    assert pages.get(f"{ADDRESS}?lang=es").language == "es"
    assert pages.get(ADDRESS).language == "es"
    assert pages.get("/").language == "es"
    assert pages.get("/?lang=en").language == "en"
    assert pages.get(ADDRESS).language == "en"


@pytest.mark.parametrize("asked", ["de", "", "es'", "es&lang=en", "../en", "EN"])
def test_an_unknown_language_changes_and_remembers_nothing(app: Flask, asked: str) -> None:
    pages = Pages(app, "en")
    page = pages.client.get(ADDRESS, query_string={"lang": asked}, headers={"Accept-Language": "en"})
    assert b'<html lang="en"' in page.data
    assert "Set-Cookie" not in page.headers


def test_a_cookie_of_an_unknown_language_is_passed_over(app: Flask) -> None:
    pages = Pages(app, "en")
    pages.client.set_cookie("lang", "<script>")
    assert pages.get(ADDRESS).language == "en"


def test_the_switch_leads_to_the_same_page_in_the_other_language(app: Flask) -> None:
    pages = Pages(app, "en")
    page = pages.get(ADDRESS).click("Español")
    assert (page.language, page.heading) == ("es", "Encuentro")
    assert page.click("English").heading == "Meeting"


def test_caches_are_told_what_the_language_depends_on(app: Flask) -> None:
    vary = Pages(app).get(ADDRESS).headers["Vary"]
    assert "Accept-Language" in vary
    assert "Cookie" in vary


def test_an_event_in_one_language_offers_no_other_and_advertises_none(app: Flask) -> None:
    event = an_event(slug="solo", languages=["es"], title={"es": "Solo español"})
    pages = Pages(app, "es")
    for address in ("/events/solo", "/events/solo/register", "/events/solo/register?category=academia"):
        assert not pages.get(address).all(class_="er-languages")
    page = Pages(app, "en").get("/events/solo")
    assert page.texts("nav", class_="er-languages") == ["Español English"]
    assert {link.get("hreflang") for link in page.all("link", rel="alternate")} == {"es", "x-default"}
    assert '"inLanguage": "es"' in page.html
    own = register_somebody(event, email="ana@instituto.example").registration
    assert own is not None
    chosen = own_page(Pages(app, "es"), own).form("Guardar el idioma")
    assert [option.get("value") for option in elements(chosen.element, "option")] == ["es"]


def test_a_fallback_says_which_way_it_is_written(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert in_reader_language({"ar": "نص"}).startswith('<span lang="ar" dir="rtl"')
        assert "dir=" not in in_reader_language({"es": "texto"})
