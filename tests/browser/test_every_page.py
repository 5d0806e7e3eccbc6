"""Every page in each language, with and without script, light and dark, wide and narrow (cases 54 and 55)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site, sign_in
from tests.browser.walk import ADMINISTRATOR, GUEST, ORGANIZER, Stop, stops
from tests.support.browser import ContextMaker, axe_faults, covered, measured, overflow, scripts_off

pytestmark = pytest.mark.browser


#: a test for each of so many parts of the pages, so that none takes as long as all of them
PARTS = 2
#: whose pages axe, which is slow, judges in a walk, by the rest of their number divided by three: language, script or not.
#: Each page is judged once in the light and once in the dark, in one of them with script.
LIGHT = {("es", True): (0, 2), ("fr", False): (1,)}
DARK = {("en", False): (2,), ("en", True): (1,), ("es", False): (0,)}
_JUDGED = LIGHT | DARK
#: px at 1366 wide, which no page of the desk is longer than but lists, timelines, one person's answers and previews
LONGEST = 1800
_MAY_BE_LONG = re.compile(
    # lists: of accounts, members, questions, changes, texts of messages, sessions of a programme, acts
    r"/(accounts|team|questions|questions/publish|messages/texts|programme|history)(\?|$)"
    # one person with their answers and what became of them; previews
    r"|/registrations/|/preview"
)
#: each page is measured in a laptop's window, an upright tablet's, two phones' and at 400 %, and in one of more widths
WINDOWS = ((1366, 768), (820, 1180), (360, 740), (320, 256))
WIDTHS = (480, 683, 769, 900, 1024, 1201, 1280, 1536, 1920)
Seen = Sequence[tuple[int, Stop]]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(
    ("language", "javascript", "scheme", "width"), [("es", True, "light", 1280), ("en", False, "dark", 320)]
)
def test_pages_are_accessible_and_fit(
    site: Site, visits: ContextMaker, language: str, javascript: bool, scheme: str, width: int, part: int
) -> None:
    """Every page with each text, with and without script, light and dark; each is measured narrow and wide."""
    seen = list(enumerate(stops(site)))[part::PARTS]
    assert _walk(site, visits, seen, language, javascript, width=width, color_scheme=scheme) == ""


@pytest.mark.parametrize(
    ("language", "javascript", "scheme", "width"), [("en", True, "dark", 320), ("es", False, "dark", 360)]
)
def test_pages_are_accessible_and_fit_the_other_way_round(
    site: Site, visits: ContextMaker, language: str, javascript: bool, scheme: str, width: int
) -> None:
    """What each of the walks above leaves to the other, on every third page."""
    seen = [(number, stop) for number, stop in enumerate(stops(site)) if _is_judged(number, language, javascript)]
    assert _walk(site, visits, seen, language, javascript, width=width, color_scheme=scheme) == ""


@pytest.mark.parametrize("part", range(PARTS))
def test_pages_fit_a_phone_in_french_and_are_accessible(site: Site, visits: ContextMaker, part: int) -> None:
    """Its words are longer, and what does not break in it is too."""
    pages = _opened(site, visits, "fr", width=320)
    faults: dict[Stop, list[str]] = {}
    for number, stop in list(enumerate(stops(site)))[part::PARTS]:
        page = pages[stop.who]
        with scripts_off(page):
            page.goto(site.url(stop.address))
            found = [f"{excess} px too wide"] if (excess := overflow(page)) > 0 else []
        # What a form is tried in is the event's language, whatever the reader's is.
        is_framed = stop.address.endswith("/questions/preview/form")
        if (said := page.locator("html").get_attribute("lang")) != "fr" and not is_framed:
            found.append(f"says that it is in {said}")
        if _is_judged(number, "fr", javascript=False):
            found += axe_faults(page)
        if found:
            faults[stop] = found
    assert faults == {}


def test_axe_judges_every_page_once_in_each_scheme() -> None:
    for walks in (LIGHT, DARK):
        assert sorted(rest for rests in walks.values() for rest in rests) == [0, 1, 2]
    scripted = [rest for (_language, javascript), rests in _JUDGED.items() for rest in rests if javascript]
    assert sorted(scripted) == [0, 1, 2]


def _is_judged(number: int, language: str, javascript: bool) -> bool:
    return number % 3 in _JUDGED[language, javascript]


def _walk(site: Site, visits: ContextMaker, seen: Seen, language: str, javascript: bool, **options: Any) -> str:
    """Open pages one after the other; return what is wrong with them."""
    pages = _opened(site, visits, language, **options)
    faults = []
    for number, stop in seen:
        page = pages[stop.who]
        with scripts_off(page, not javascript):
            page.goto(site.url(stop.address))
        # Before axe, for which nothing sticks any more.
        found = list(_faults(page, language, options["width"], WIDTHS[(number + options["width"]) % len(WIDTHS)]))
        found += axe_faults(page) if _is_judged(number, language, javascript) else []
        faults += [f"{stop.who} at {stop.address}: {fault}" for fault in found]
    return "\n".join(faults)


def _opened(site: Site, visits: ContextMaker, language: str, **options: Any) -> dict[str, Page]:
    """Open a browser for everybody who walks."""
    pages = {
        who: visits(language, reduced_motion="reduce", **options).new_page()
        for who in (GUEST, ORGANIZER, ADMINISTRATOR)
    }
    sign_in(pages[ORGANIZER], site, language)
    sign_in(pages[ADMINISTRATOR], site, language, site.administrator)
    return pages


def _faults(page: Page, language: str, width: int, more: int) -> Iterator[str]:
    """Yield what is wrong with the page that is open, for the eye and for the Tab key in each window."""
    if (said := page.locator("html").get_attribute("lang")) != language:
        yield f"says that it is in {said}"
    # Told once, where the words are long: what is covered, and how long it is.
    is_told = language == "es"
    must_be_short = is_told and "/manage/" in page.url and not _MAY_BE_LONG.search(page.url)
    # It stays at the last, at which axe looks.
    for (across, high), excess, height in measured(page, (*WINDOWS, (more, 800), (width, 800))):
        if excess > 0:
            yield f"at {across} px it is {excess} px too wide"
        for part in covered(page) if is_told and (across, high) != (width, 800) else ():
            yield f"at {across} x {high} the focus is covered: {part}"
        if must_be_short and across == 1366 and height > LONGEST:
            yield f"at 1366 px it is {height} px long"
