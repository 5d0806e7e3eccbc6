"""The programme in a real browser: on paper, on a phone, and entered with the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from eventreg.db import db, transaction
from eventreg.events.models import Event, Partner
from eventreg.events.rules.team import TeamRole
from eventreg.events.services.team import add_team_member
from eventreg.kernel.clock import now
from eventreg.organizations.models import Organization
from tests.browser.conftest import Site, sign_in
from tests.builders import a_picture, text
from tests.events.programmes import a_large_programme
from tests.support.browser import ContextMaker, axe_faults, overflow

pytestmark = pytest.mark.browser

SLUG = "sesenta"
PHRASE = "Esta reunión es posible gracias a la contribución de quienes la financian."


@pytest.fixture(scope="module")
def large(site: Site) -> Event:
    """Sixty sessions on three days in four rooms, a logo and a phrase; the site's organizer owns the event."""
    with site.world.app.app_context():
        event = a_large_programme(SLUG)
        picture = a_picture(width=320, height=120)
        with transaction() as session:
            partner = session.scalars(select(Partner).where(Partner.event_id == event.id).limit(1)).one()
            session.get_one(Organization, partner.organization_id).logo_id = picture.id
            partner.phrase = text(PHRASE, PHRASE)
        account = next(each for each in site.world.accounts.values() if each.is_administrator)
        add_team_member(event.id, account.id, TeamRole.MANAGER, now())
        db.session.remove()
        db.engine.dispose()
    return event


def pages_of(document: bytes) -> int:
    """Return how many pages a PDF of Chromium has."""
    return len(re.findall(rb"/Type /Page\b", document))


def test_the_programme_prints_on_one_page_a_day(site: Site, visits: ContextMaker, large: Event) -> None:
    page = visits("es").new_page()
    page.goto(site.url(f"/events/{SLUG}/programme"))
    wide = page.pdf(format="A4")
    assert pages_of(wide) == 3
    # landscape, since the rooms stand side by side
    width, height = map(float, re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", wide)[0])
    assert width > height
    page.goto(site.url(f"/events/{site.seminar}/programme"))
    assert pages_of(page.pdf(format="A4")) == 2


def test_each_sheet_bears_the_credits_and_the_screen_bears_them_once(
    site: Site, visits: ContextMaker, large: Event
) -> None:
    page = visits("es").new_page()
    page.goto(site.url(f"/events/{SLUG}/programme"))
    phrases = page.get_by_text(PHRASE)
    assert phrases.count() == 4
    assert [each.is_visible() for each in phrases.all()] == [False, False, False, True]
    page.emulate_media(media="print")
    assert [each.is_visible() for each in phrases.all()] == [True, True, True, False]
    page.locator(".er-day .er-logos img").first.wait_for()
    page.goto(site.url("/accessibility"))
    assert page.locator(".er-foot p").is_visible(), "who it is from stands on every other sheet"
    assert not page.locator(".er-foot__links").is_visible()


def test_parallel_rooms_stand_side_by_side_and_one_below_another_on_a_phone(
    site: Site, visits: ContextMaker, large: Event
) -> None:
    page = visits("es").new_page()
    page.goto(site.url(f"/events/{SLUG}/programme"))
    assert len(set(_tops(page))) == 1
    page.set_viewport_size({"width": 360, "height": 740})
    assert len(set(_tops(page))) == 4
    assert overflow(page) == 0
    assert axe_faults(page) == []


def test_sessions_are_added_with_the_keyboard_alone(site: Site, visits: ContextMaker) -> None:
    visit = visits("en", javascript=False)
    page = visit.new_page()
    sign_in(page, site, "en")
    page.goto(site.url(f"/manage/events/{site.world.event.slug}/programme"))
    page.get_by_role("link", name="Add a session").last.press("Enter")
    for title in ("Primera por teclado", "Segunda por teclado"):
        expect(page.locator("[name=title-es]")).to_be_focused()
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        page.get_by_role("status").get_by_text(title).wait_for()
    assert axe_faults_with_script(site, visits) == []


def axe_faults_with_script(site: Site, visits: ContextMaker) -> list[str]:
    """Return what axe finds on the page of the programme: it needs script itself."""
    visit = visits("en")
    page = visit.new_page()
    sign_in(page, site, "en")
    page.goto(site.url(f"/manage/events/{site.world.event.slug}/programme"))
    return axe_faults(page)


def _tops(page: Page) -> list[float]:
    """Return where the first row's parallel sessions begin, from the top."""
    row = page.locator(".er-rooms").first
    return [box["y"] for item in row.locator("> li").all() if (box := item.bounding_box())]
