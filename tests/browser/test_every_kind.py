"""A form with every kind of question: on a phone, without script, with errors and after them (cases 22, 26, 27)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site
from tests.support.browser import ContextMaker, axe_faults, overflow

pytestmark = pytest.mark.browser


def open_form(page: Page, site: Site) -> None:
    page.goto(site.url(f"/events/{site.world.event.slug}/register?category=government"))


def fill_wrongly(page: Page) -> None:
    """Answer a question of each kind with what it does not take."""
    page.locator("#q-given_name").fill("Zoé")
    page.locator("#q-experience").fill("doce")
    page.locator("#q-orcid").fill("0000-0002-1825-0098")
    page.locator("#q-stay_abroad").fill("2027-03-12")
    page.locator("#q-companion-2").fill("de la Cruz")
    page.locator("#q-preferences").select_option("law")
    page.locator("#q-preferences-2").select_option("law")
    page.locator("#q-flight_at").fill("14:30")
    page.locator("#q-mother_tongue").select_option("quc")
    page.locator("#q-portrait").set_input_files(
        {"name": "retrato.svg", "mimeType": "image/svg+xml", "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
    )


def picture(page: Page, name: str) -> None:
    """Leave a picture where somebody asked for it."""
    if folder := os.environ.get("EVENTREG_TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_form_with_every_kind_is_whole_on_a_phone(site: Site, visits: ContextMaker, scheme: str) -> None:
    page = visits("es", width=360, color_scheme=scheme).new_page()
    open_form(page, site)
    assert overflow(page) == 0
    assert axe_faults(page) == []
    picture(page, f"form-{scheme}")


@pytest.mark.parametrize("javascript", [False, True])
def test_errors_stand_beside_each_kind_and_keep_what_was_typed(
    site: Site, visits: ContextMaker, javascript: bool
) -> None:
    page = visits("es", javascript=javascript, width=360).new_page()
    open_form(page, site)
    fill_wrongly(page)
    if javascript:  # a file of the wrong type is refused before it is sent
        assert page.locator("#q-portrait-size").inner_text().strip()
    page.locator("button[type=submit]#send").click()
    assert page.locator("#q-portrait-error").count() == (0 if javascript else 1)
    for key in ("experience", "orcid", "stay_abroad", "companion", "preferences"):
        assert page.locator(f"#q-{key}-error").count() == 1, key
        assert page.locator(f"a[href='#q-{key}']").count() == 1, key
    assert page.locator("#q-experience").input_value() == "doce"
    assert page.locator("#q-stay_abroad").input_value() == "2027-03-12"
    assert page.locator("#q-companion-2").input_value() == "de la Cruz"
    assert page.locator("#q-preferences-2").input_value() == "law"
    assert page.locator("#q-flight_at").input_value() == "14:30"
    assert page.locator("#q-mother_tongue").input_value() == "quc"
    picture(page, f"errors-{javascript}")
    if javascript:
        assert axe_faults(page) == []
        assert overflow(page) == 0
