"""Legal pages: written by an administrator, read by everybody."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.builders import an_account
from tests.support.pages import Page, Pages

SETTINGS = "/manage/settings"
SAVE = "Save the page"


@pytest.fixture
def administrator(app: Flask) -> Pages:
    return Pages(app, "en").sign_in(an_account(is_administrator=True))


def _make(administrator: Pages, **fields: Any) -> Page:
    values = {
        "title-es": "Aviso legal",
        "title-en": "Imprint",
        "Address": "imprint",
        "body-en": "## Who\n\nWe.",
        "Public": True,
    }
    return administrator.get(f"{SETTINGS}/pages/new").submit(SAVE, {**values, **fields}, 303).follow()


def test_public_page_stands_at_the_foot_of_every_page_and_is_read_in_one_s_language(
    administrator: Pages, pages: Pages
) -> None:
    _make(administrator)
    assert "/pages/imprint" in pages.get("/?lang=en").html
    page = pages.get("/pages/imprint?lang=en")
    assert "Imprint" in page.text
    assert "We." in page.text
    assert "Aviso legal" in pages.get("/pages/imprint?lang=es").text, "what is not translated falls back"


def test_page_that_is_not_public_is_as_one_that_is_not_there(administrator: Pages, pages: Pages) -> None:
    _make(administrator, Public=False)
    hidden, unknown = pages.get("/pages/imprint", status=404), pages.get("/pages/other", status=404)
    assert hidden.html.replace("imprint", "") == unknown.html.replace("other", "")
    assert "/pages/imprint" not in pages.get("/").html


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"Address": "Imprint!"}, "Use small letters"),
        ({"Address": ""}, "Use small letters"),
        ({"title-es": "", "title-en": ""}, "Write this text"),
        ({"body-en": ""}, "Write the text before you publish"),
    ],
)
def test_what_does_not_fit_is_told_beside_it(administrator: Pages, fields: dict[str, Any], sentence: str) -> None:
    values = {"title-es": "Aviso", "Address": "imprint", "body-en": "We.", "Public": True}
    page = administrator.get(f"{SETTINGS}/pages/new").submit(SAVE, {**values, **fields}, 422)
    assert sentence in page.text


def test_address_of_another_page_is_refused(administrator: Pages) -> None:
    _make(administrator)
    page = administrator.get(f"{SETTINGS}/pages/new").submit(
        SAVE, {"title-es": "Otra", "Address": "imprint", "body-es": "x"}, 422
    )
    assert "Another page has this address" in page.text


def test_two_at_one_page_are_told(app: Flask, administrator: Pages) -> None:
    _make(administrator)
    other = Pages(app, "en").sign_in(an_account(is_administrator=True)).get(f"{SETTINGS}/pages/imprint")
    administrator.get(f"{SETTINGS}/pages/imprint").submit(SAVE, {"body-en": "Mine."}, 303).follow()
    page = other.submit(SAVE, {"body-en": "Yours."}, 409)
    assert "Somebody else has saved this meanwhile" in page.text
    assert "Mine." in page.text
    assert "Yours." in page.html


def test_pages_are_moved_and_removed(administrator: Pages, pages: Pages) -> None:
    _make(administrator)
    _make(administrator, Address="terms", **{"title-en": "Terms", "title-es": "Condiciones"})
    foot = pages.get("/?lang=en").html
    assert foot.index("/pages/imprint") < foot.index("/pages/terms")
    administrator.get(SETTINGS).submit("Move down Imprint", {}, 303).follow()
    foot = pages.get("/?lang=en").html
    assert foot.index("/pages/terms") < foot.index("/pages/imprint")
    administrator.get(f"{SETTINGS}/pages/terms").submit("Remove this page", {}, 303).follow()
    assert "/pages/terms" not in pages.get("/").html


def test_text_is_markdown_and_nothing_else(administrator: Pages, pages: Pages) -> None:
    _make(
        administrator,
        **{"body-en": "<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://evil.example/z.png)"},
    )
    html = pages.get("/pages/imprint?lang=en").html
    assert "<script>alert" not in html
    assert 'href="javascript' not in html
    assert "<img" not in html
