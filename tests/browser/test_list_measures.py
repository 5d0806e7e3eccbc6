"""The list's measures in a real browser: what a laptop shows of it, what sticks, and no width at which it is too wide."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from eventreg.attendees.services.reasons import add_starting_reasons
from eventreg.audit.services import SYSTEM
from eventreg.registration.rules.states import Status
from tests.browser.conftest import Site, sign_in
from tests.browser.test_registering import new_address
from tests.builders import a_registration
from tests.support.browser import ContextMaker

pytestmark = pytest.mark.browser

_FILTERS = "country=GT&category=academia&answer.field=~"
_STOPS = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(part => part.tabIndex >= 0 && !part.disabled && part.checkVisibility({visibilityProperty: true})
        && !part.closest('table')
        && part.compareDocumentPosition(document.querySelector('table')) & Node.DOCUMENT_POSITION_FOLLOWING).length"""
_ROWS = """() => { const rows = [...document.querySelectorAll('tbody tr')].map(row => row.getBoundingClientRect());
    return [rows[0].top, rows.filter(row => row.bottom <= innerHeight).length, Math.max(...rows.map(row => row.height))] }"""
COVERED = """async () => { await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const part = document.activeElement, box = part.getBoundingClientRect();
    if (!part.matches(':focus') || part === document.body || !box.height || box.height > innerHeight / 2) return '';
    const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2, y = (box.top + box.bottom) / 2;
    const on = document.elementFromPoint(x, y);
    return on && (part.contains(on) || on.contains(part) || (part.labels || []).length && part.labels[0].contains(on))
        ? '' : `${part.outerHTML.slice(0, 120)} under ${on && on.outerHTML.slice(0, 120)} at ${x},${y}` }"""


def _many(site: Site) -> None:
    with site.world.app.app_context():
        for index in range(20):
            a_registration(
                site.world.event,
                "academia",
                Status.PENDING,
                given_name=f"Medida {index}",
                family_name="Pérez-Güereña y Núñez de la Peña",
                institution="Facultad Latinoamericana de Ciencias Sociales, sede Ejemplo",
                country="GT",
                email=new_address(),
            )


def _open(page: Page, site: Site, query: str) -> None:
    sign_in(page, site, "en")
    page.goto(site.url(f"/manage/events/{site.world.event.slug}/registrations?{query}"))


def test_the_list_is_dense_and_soon_reached(site: Site, visits: ContextMaker) -> None:
    _many(site)
    page = visits("es").new_page()
    page.set_viewport_size({"width": 1366, "height": 768})
    _open(page, site, f"{_FILTERS}&lang=es")
    assert page.evaluate(_STOPS) < 25
    for box in page.locator("[name=chosen]").all()[:10]:
        box.check()
    expect(page.locator("[data-told]")).to_have_text("10 elegidas")
    expect(page.get_by_role("button", name="Aprobar", exact=True)).to_be_visible()
    expect(page.locator(".er-rest")).to_be_hidden()
    top, whole, tallest = page.evaluate(_ROWS)
    assert top <= 200
    assert whole >= 14
    assert tallest <= 44
    for box in page.locator("[name=chosen]").all()[1:10]:
        box.uncheck()
    expect(page.locator("[data-told]")).to_have_text("1 elegida")


def test_an_upright_tablet_has_dense_rows_and_a_laptop_every_decision_in_sight(
    site: Site, visits: ContextMaker
) -> None:
    event = site.world.event
    with site.world.app.app_context():
        for name in ("Renée Castañeda", "Guadalupe Xolocotzi"):
            a_registration(
                event, "academia", Status.PENDING, given_name=name, family_name="Muñoz Ejemplo", country="HN",
                institution="Centro Ejemplo de Estudios Regionales", email=new_address(),
            )  # fmt: skip
        add_starting_reasons(event.id, SYSTEM)
    page = visits("es").new_page()
    page.set_viewport_size({"width": 820, "height": 1180})
    _open(page, site, "country=HN&lang=es")
    assert page.evaluate(_ROWS)[2] <= 44
    tops = "parts => parts.map(part => part.getBoundingClientRect().top)"
    assert len(set(page.locator(".er-rest > .er-menu:not(.er-switch) > summary").evaluate_all(tops))) == 1
    page.set_viewport_size({"width": 1366, "height": 768})
    page.locator("tbody th a").first.click()
    page.locator(".er-decide__acts button").first.wait_for()
    bottoms = page.locator(".er-decide__acts button").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().bottom)"
    )
    assert len(bottoms) == 3
    assert max(bottoms) <= 768


def test_no_width_is_too_narrow_and_nothing_covers_the_focus(site: Site, visits: ContextMaker) -> None:  # case 75
    _many(site)
    page = visits("es").new_page()
    _open(page, site, f"{_FILTERS}&lang=es")
    for is_chosen in (False, True):
        if is_chosen:
            page.locator("[name=chosen]").first.check()
        for width in (320, 360, 480, 683, 769, 820, 900, 1024, 1200, 1201, 1366, 1920):
            page.set_viewport_size({"width": width, "height": 768})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 320, "height": 256})
    for _ in range(40):
        page.keyboard.press("Tab")
        assert not page.evaluate(COVERED)
