"""The pages of signing in that only some states show: by keyboard and script or not, readable in the dark, at 320 px."""

from __future__ import annotations

import pyotp
import pytest
from playwright.sync_api import Page

from eventreg.db import db
from eventreg.kernel.clock import now
from tests.browser.conftest import PASSWORD, Site
from tests.builders import an_account
from tests.support.browser import ContextMaker, axe_faults, overflow

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "scheme"), [("es", "dark"), ("en", "light")])
def test_a_second_factor_from_setting_up_to_signing_in(
    site: Site, visits: ContextMaker, language: str, scheme: str
) -> None:
    email = f"segundo-{language}@equipo.example"
    with site.world.app.app_context():
        an_account(PASSWORD, email=email, language=language)
        db.session.remove()
    faults: dict[str, list[str]] = {}

    def look(page: Page, name: str) -> None:
        faults[name] = axe_faults(page)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            if (excess := overflow(page)) > 0:
                faults[name].append(f"at {width} px it is {excess} px too wide")

    page = visits(language, width=1280, color_scheme=scheme).new_page()
    page.goto(site.url(f"/sign-in?lang={language}&next=/account/second-factor"))
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("form[action$='/set-up']").wait_for()
    look(page, "off")
    page.locator("main button.govuk-button").press("Enter")
    square = page.locator(".er-square svg")
    square.wait_for()
    look(page, "waiting")
    box = square.bounding_box()
    assert box is not None
    assert abs(box["width"] - box["height"]) < 1
    secret = page.locator(".er-secret").inner_text().replace(" ", "")
    page.locator("input[name=code]").fill(pyotp.TOTP(secret).at(int(now().timestamp())))
    page.keyboard.press("Enter")
    page.locator(".er-codes").wait_for()
    look(page, "recovery codes")
    recovery = page.locator(".er-codes li").first.inner_text()
    page.goto(site.url("/account/second-factor"))
    look(page, "on")
    page.goto(site.url("/account"))
    look(page, "account")
    page.goto(site.url("/sign-in/again"))
    look(page, "again")

    other = visits(language, width=320, color_scheme=scheme, javascript=False).new_page()
    other.goto(site.url(f"/sign-in?lang={language}"))
    other.locator("input[type=email]").fill(email)
    other.locator("input[type=password]").fill(PASSWORD)
    other.keyboard.press("Enter")
    other.wait_for_url("**/sign-in/code**")
    other.locator("input[name=code]").fill(recovery)
    other.keyboard.press("Enter")
    other.wait_for_url("**/manage/")
    page.goto(site.url("/account"))
    look(page, "account with two sessions")
    with page.expect_navigation():
        page.locator("form[action*='/sessions/'][action$='/end'] button").first.press("Enter")
    assert other.goto(site.url("/account")) is not None
    assert "/sign-in" in other.url
    assert {name: found for name, found in faults.items() if found} == {}
