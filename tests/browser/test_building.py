"""Questions dragged to their place in a real browser; the buttons beside them do the same."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, sign_in
from tests.support.browser import ContextMaker, axe_faults, overflow

pytestmark = pytest.mark.browser


def keys(page: Page, section: str) -> list[str]:
    rows = page.locator(f"[data-section={section}] [data-question]")
    return [str(row.get_attribute("data-question")) for row in rows.all()]


def test_a_question_is_dragged_within_its_section_and_to_another(site: Site, visits: ContextMaker) -> None:
    page = visits("es").new_page()
    sign_in(page, site, "es")
    page.set_viewport_size({"width": 1280, "height": 2400})
    page.goto(site.url(f"/manage/events/{site.draft}/questions"))
    first, second, third, *_rest = keys(page, "you")
    stay = keys(page, "stay")
    page.locator(f"#question-{third} .er-drag").drag_to(
        page.locator(f"#question-{first}"), target_position={"x": 90, "y": 3}
    )
    expect(page).to_have_url(site.url(f"/manage/events/{site.draft}/questions#question-{third}"))
    assert keys(page, "you")[:3] == [third, first, second]
    # where it stands already, nothing is sent
    page.locator(f"#question-{first} .er-drag").drag_to(
        page.locator(f"#question-{second}"), target_position={"x": 90, "y": 3}
    )
    assert keys(page, "you")[:3] == [third, first, second]
    page.locator(f"#question-{third} .er-drag").drag_to(page.locator("[data-section=stay] [data-end]"))
    expect(page.locator(f"[data-section=stay] #question-{third}")).to_be_visible()
    assert keys(page, "stay") == [*stay, third]
    assert not axe_faults(page)
    assert not overflow(page)


def test_what_cannot_stand_there_is_told_and_stays(site: Site, visits: ContextMaker) -> None:
    page = visits("en").new_page()
    sign_in(page, site, "en")
    page.goto(site.url(f"/manage/events/{site.draft}/questions/edit/diet"))
    page.locator("summary", has_text="Ask it only when").click()
    page.locator("#condition-0").select_option("is:sex:woman")
    page.get_by_role("button", name="Save question", exact=True).click()
    page.set_viewport_size({"width": 1280, "height": 2400})
    page.locator("#question-sex .er-drag").drag_to(page.locator("[data-section=consents] [data-end]"))
    expect(page.locator("#problem")).to_contain_text("has to be asked before")
    expect(page.locator("[data-section=stay] #question-sex")).to_be_visible()
