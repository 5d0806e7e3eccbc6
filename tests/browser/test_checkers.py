"""The checks of the other tests see a fault when there is one."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Site
from tests.support.browser import ContextMaker, axe_faults, covered, overflow, scripts_off
from tests.support.waiting import until

pytestmark = pytest.mark.browser


def test_axe_sees_a_picture_without_words(site: Site, visits: ContextMaker) -> None:
    page = visits("en").new_page()
    with scripts_off(page):
        page.goto(site.url("/"))
    assert axe_faults(page) == []
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/favicon.ico\">')")
    assert any(fault.startswith("image-alt") for fault in axe_faults(page))


def test_a_page_that_is_too_wide_is_seen(site: Site, visits: ContextMaker) -> None:
    page = visits("en", width=320).new_page()
    page.goto(site.url("/"))
    assert overflow(page) == 0
    page.evaluate("document.querySelector('main').style.minWidth = '700px'")
    assert overflow(page) > 300


def test_a_part_that_lies_over_the_focus_is_seen(site: Site, visits: ContextMaker) -> None:
    page = visits("en", width=320, reduced_motion="reduce").new_page()
    page.goto(site.url("/"))
    assert covered(page) == []
    page.evaluate("Object.assign(document.querySelector('footer').style, {position: 'fixed', inset: '0 0 auto'})")
    assert "er-brand" in covered(page)[0]


def test_what_the_console_says_is_kept(site: Site, chromium: object, request: pytest.FixtureRequest) -> None:
    from tests.support.browser import _watch

    complaints: list[str] = []
    context = chromium.new_context()  # type: ignore[attr-defined]
    page = context.new_page()
    _watch(page, complaints)
    page.goto(site.url("/"))
    page.evaluate("fetch('http://other.example/x').catch(() => 0)")
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)"
    )

    def is_told() -> bool:
        page.wait_for_timeout(50)  # the browser's words come in while one waits for it
        return any("Content Security Policy" in said for said in complaints)

    until(is_told, "what the console says")
    context.close()
    assert page.url
