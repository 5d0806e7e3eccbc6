"""Every page in each language, with and without script, light and dark, wide and narrow (cases 54 and 55)."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import PASSWORD, Site
from tests.browser.walk import stops
from tests.support.browser import ContextMaker, axe_faults, overflow, scripts_off

pytestmark = pytest.mark.browser


def sign_in(visit: BrowserContext, site: Site, language: str) -> None:
    """Sign in with the password, by the form. A language that was asked for stays; else the account's is taken."""
    page = visit.new_page()
    page.goto(site.url(f"/sign-in?lang={language}"))
    page.locator("input[type=email]").fill(site.organizer)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("input[type=password]").press("Enter")
    page.wait_for_url("**/manage/")
    page.close()


@pytest.mark.parametrize(
    ("language", "javascript", "scheme", "width"),
    [
        ("es", True, "light", 1280),
        ("en", True, "dark", 320),
        ("es", False, "dark", 360),
        ("en", False, "light", 1280),
    ],
)
def test_pages_are_accessible_and_fit(
    site: Site, visits: ContextMaker, language: str, javascript: bool, scheme: str, width: int
) -> None:
    guest, owner = (visits(language, width=width, color_scheme=scheme) for _ in range(2))
    sign_in(owner, site, language)
    pages = {False: guest.new_page(), True: owner.new_page()}
    faults: dict[str, list[str]] = {}
    for stop in stops(site):
        page = pages[stop.signed_in]
        with scripts_off(page, not javascript):
            page.goto(site.url(stop.address))
        found = axe_faults(page)
        assert page.locator("html").get_attribute("lang") == language
        for narrow in (320, 360, 1280):
            page.set_viewport_size({"width": narrow, "height": 800})
            if (excess := overflow(page)) > 0:
                found.append(f"at {narrow} px it is {excess} px too wide")
        page.set_viewport_size({"width": width, "height": 800})
        if found:
            faults[stop.address] = found
    assert faults == {}


def test_pages_fit_a_phone_in_french(site: Site, visits: ContextMaker) -> None:
    """Its words are longer, and what does not break in it is too."""
    guest, owner = (visits("fr", width=320, javascript=False) for _ in range(2))
    sign_in(owner, site, "fr")
    pages = {False: guest.new_page(), True: owner.new_page()}
    faults: dict[str, int] = {}
    for stop in stops(site):
        page = pages[stop.signed_in]
        page.goto(site.url(stop.address))
        if (excess := overflow(page)) > 0:
            faults[stop.address] = excess
    assert faults == {}
