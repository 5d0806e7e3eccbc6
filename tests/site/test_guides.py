"""The guides in the product: at addresses of their own, and by sections on the pages that they help with."""

from __future__ import annotations

import pytest
from flask import Flask

from eventreg.events.models import Event
from eventreg.web.guides import guides
from eventreg.web.markdown import render_document
from tests.builders import a_team_member, an_event
from tests.support.html import text_of
from tests.support.pages import Pages


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(slug="encuentro")


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_guide_is_shown_in_the_readers_language_with_its_pictures(app: Flask, pages: Pages, language: str) -> None:
    for guide in guides():
        if guide.language != language:
            continue
        page = pages.get(f"/help/{guide.topic}?lang={language}")
        assert page.heading == guide.title
        assert [section.get("id") for section in page.all("section")] == [section.key for section in guide.sections]
        pictures = [str(picture.get("src")) for picture in page.all("img") if "/help/" in str(picture.get("src"))]
        assert len(pictures) == sum(section.source.count("](../pictures/") for section in guide.sections)
        assert {str(picture.get("width")) for picture in page.all("img") if "/help/" in str(picture.get("src"))} <= {
            "1000",
            "420",
        }
        for address in pictures:
            answer = app.test_client().get(address)
            assert (answer.status_code, answer.mimetype) == (200, "image/png")
            assert f"/{language}/" in address
        assert {other.topic for other in guides()} == {
            guide.topic,
            *(topic for topic in guides().topics if any(f"/help/{topic}" in str(a.get("href")) for a in page.all("a"))),
        }


def test_sections_have_the_same_addresses_in_every_language(app: Flask) -> None:
    for topic in guides().topics:
        assert len({tuple(guide.by_key) for guide in guides() if guide.topic == topic}) == 1


def test_there_is_nothing_but_guides_and_pictures(app: Flask) -> None:
    for address in (
        "nothing",
        "pictures/en/nothing.png",
        "pictures/%2e%2e/en/organizing.md",
        "pictures/../../../README.md",
    ):
        assert app.test_client().get(f"/help/{address}").status_code == 404


@pytest.mark.parametrize(("part", "says"), [("publication", "preview link"), ("texts", "side by side")])
def test_a_page_of_the_desk_has_its_section_of_the_guide(pages: Pages, event: Event, part: str, says: str) -> None:
    page = pages.sign_in(a_team_member(event)).get(f"/manage/events/encuentro/{part}")
    (help_,) = page.all("details", class_="er-help")
    assert says in text_of(help_)
    whole = page.click(next(str(a.get("href")) and text_of(a) for a in help_.iter() if "/help/" in str(a.get("href"))))
    assert whole.heading == "Organizer guide"


def test_help_is_in_the_language_of_the_page(app: Flask, paginas: Pages, event: Event) -> None:
    page = paginas.sign_in(a_team_member(event)).get("/manage/events/encuentro/publication?lang=es")
    (help_,) = page.all("details", class_="er-help")
    assert "vista previa" in text_of(help_)


def test_public_pages_lead_to_the_section_that_helps_with_them(pages: Pages, event: Event) -> None:
    assert pages.get("/events/encuentro").link("Help") == "/help/participating#register"
    assert pages.get("/events/encuentro/my-link").link("Help") == "/help/participating#lost-the-link"
    assert pages.get("/").link("Help") == "/help/participating"


def test_documents_show_pictures_and_links_of_the_product_alone() -> None:
    source = "![a](ours.png) ![b](https://elsewhere.example/b.png) [in](ours.md), [out](x.md) <script>x</script>"
    html = str(render_document(source, 2, _address, lambda _written: (400, 300)))
    assert 'src="/ours/ours.png"' in html
    assert 'width="400" height="300"' in html
    assert 'href="/ours/ours.md"' in html
    assert "elsewhere" not in html
    assert "out" in html
    assert "x.md" not in html
    assert "<script" not in html


def _address(written: str) -> str | None:
    return f"/ours/{written}" if written.startswith("ours") else None
