"""An organizer at the desk in a real browser, with and without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Site, sign_in
from tests.browser.test_registering import new_address
from tests.builders import a_registration, register_somebody
from tests.support.browser import ContextMaker, focused, tab_to

pytestmark = pytest.mark.browser


def _somebody(site: Site, name: str) -> str:
    """Let somebody of academia ask for a place; returns the reference."""
    with site.world.app.app_context():
        receipt = register_somebody(
            site.world.event, "academia", given_name=name, email=new_address(), diet="Sin nueces", language="en"
        )
        assert receipt.registration is not None
        return receipt.registration.reference


def _sign_in_by_the_form(page: Page, site: Site) -> None:
    page.goto(site.url("/sign-in?lang=en"))
    page.get_by_label("Email address").fill(site.organizer)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("link", name=site.world.event.title["en"], exact=True)).to_be_visible()


@pytest.mark.parametrize(("javascript", "width"), [(True, 1280), (False, 320)], ids=["script", "no script, phone"])
def test_find_approve_and_undo(site: Site, visits: ContextMaker, javascript: bool, width: int) -> None:
    name = f"Núñez{width}"
    reference = _somebody(site, name)
    page = visits("en", javascript=javascript, width=width).new_page()
    _sign_in_by_the_form(page, site)
    page.goto(site.url(f"/manage/events/{site.world.event.slug}/registrations?status=pending"))
    page.get_by_role("searchbox").fill(name.lower().replace("ñ", "n").replace("ú", "u"))
    page.get_by_role("searchbox").press("Enter")
    assert "status=pending" in page.url, "the list keeps its state in the address"
    page.get_by_role("link", name=name).click()
    expect(page.get_by_text(reference).first).to_be_visible()
    page.get_by_role("button", name="Approve", exact=True).click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    undo.click()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()


def test_sensitive_answers_are_shown_once_and_leave_a_trace(site: Site, visits: ContextMaker) -> None:
    reference = _somebody(site, "Sensible")
    page = visits("en").new_page()
    sign_in(page, site, "en")
    page.goto(site.url(f"/manage/events/{site.world.event.slug}/registrations/{reference}"))
    expect(page.get_by_text("Sin nueces")).to_have_count(0)
    page.get_by_role("button", name="Show sensitive answers").click()
    expect(page.get_by_text("Sin nueces")).to_be_visible()
    page.goto(site.url(f"/manage/events/{site.world.event.slug}/registrations/{reference}"))
    expect(page.get_by_text("Sin nueces")).to_have_count(0)
    expect(page.get_by_text("Sensitive answers seen").or_(page.get_by_text("Olga")).first).to_be_visible()


def test_the_list_is_downloaded_as_it_is_shown(site: Site, visits: ContextMaker) -> None:
    with site.world.app.app_context():
        a_registration(site.world.event, given_name="=1+1", family_name="Fórmula", email=new_address())
    page = visits("en").new_page()
    sign_in(page, site, "en")
    page.goto(site.url(f"/manage/events/{site.world.event.slug}/registrations?q=formula"))
    page.locator("summary").get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    content = download.value.path().read_bytes().decode("utf-8-sig")
    lines = content.strip().splitlines()
    assert len(lines) == 2
    assert ",=1+1" not in lines[1]
    assert "Fórmula" in lines[1]


def test_a_mail_is_shown_in_a_frame_that_runs_and_fetches_nothing(site: Site, visits: ContextMaker) -> None:
    page = visits("en").new_page()
    sign_in(page, site, "en")
    page.goto(site.url(f"/manage/events/{site.world.event.slug}/messages/{site.world.message_id}"))
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Carla Demostración").first).to_be_visible()
    targets = frame.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert "#" in targets
    assert not any("/my/" in target for target in targets)
    assert page.locator("iframe").get_attribute("sandbox") == ""
    expect(page.get_by_text("[personal link]").first).to_be_visible()


def test_deciding_by_keyboard(site: Site, visits: ContextMaker) -> None:
    reference = _somebody(site, "Teclado")
    page = visits("en").new_page()
    sign_in(page, site, "en")
    page.goto(site.url(f"/manage/events/{site.world.event.slug}/registrations/{reference}"))
    expect(page.locator("[data-act=approve]")).to_have_attribute("aria-keyshortcuts", "a")
    page.keyboard.press("d")
    assert focused(page) == "Reason", "by the key that its button shows"
    page.keyboard.press("Shift+Tab")
    tab_to(page, "Reason")
    page.keyboard.type("The places for academia are taken.")
    tab_to(page, "Decide and stay on this page")
    page.keyboard.press("Enter")
    tab_to(page, "Decline")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The places for academia are taken.").first).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


#: what the header may be high, by the width of the window
_HIGHEST = {360: 90, 820: 48, 1366: 48}


@pytest.mark.parametrize("width", _HIGHEST)
def test_the_header_is_one_line_with_five_areas_in_sight(site: Site, visits: ContextMaker, width: int) -> None:
    page = visits("en", width=width).new_page()
    sign_in(page, site, "en")
    for language in ("es", "en", "fr"):
        page.goto(site.url(f"/manage/events/{site.seminar}/registrations?lang={language}"))
        header = page.locator("header")
        assert header.evaluate("header => header.getBoundingClientRect().height") <= _HIGHEST[width], language
        areas = header.locator("nav").first.get_by_role("link")
        expect(areas).to_have_count(5)
        for area in areas.all():
            expect(area).to_be_in_viewport(ratio=1)
