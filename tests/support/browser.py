"""A real Chromium, watched: whatever it complains of, or fetches from elsewhere, fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect, sync_playwright

from tests.support.waiting import patience

#: the shell is the same Chromium without the windows around pages, which nobody sees here: it works a quarter less for a page
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_AXE = Path(__file__).resolve().parents[2] / ".tools" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
#: as root there is no sandbox to be had; a small /dev/shm must not end a tab
_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"]
#: no page lives long enough for its scripts to be compiled for speed: that costs a quarter of what axe does
_FLAGS += ["--js-flags=--no-opt --no-maglev"]

ContextMaker = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once a worker."""
    with started_chromium() as browser:
        yield browser


@contextmanager
def started_chromium() -> Iterator[Browser]:
    """Run a Chromium until the block is left."""
    path = os.environ.get("EVENTREG_TEST_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS, timeout=patience() * 1000)
        yield browser
        browser.close()


@pytest.fixture
def visits(chromium: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ContextMaker]:
    """Open visits: `visits(language="es", javascript=False, width=320)` is a browser window of its own.

    At the end the test fails with what any of them complained of. A test that fails leaves pictures in its folder.
    """
    opened: list[BrowserContext] = []
    complaints: list[str] = []
    expect.set_options(timeout=patience() * 1000)

    def open_visit(language: str = "en", javascript: bool = True, width: int = 1280, **options: Any) -> BrowserContext:
        context = chromium.new_context(
            locale={"es": "es-MX", "en": "en-US", "fr": "fr-FR"}[language],
            java_script_enabled=javascript,
            viewport={"width": width, "height": 800},
            accept_downloads=True,
            **options,
        )
        context.set_default_timeout(patience() * 1000)
        context.on("page", lambda page: _watch(page, complaints))
        opened.append(context)
        return context

    yield open_visit
    failed = getattr(request.node, "call_failed", False)
    for number, context in enumerate(opened):
        for page in context.pages if failed else ():
            page.screenshot(path=tmp_path / f"visit-{number}.png", full_page=True)
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Remember for `visits` whether the test failed."""
    report = yield
    if call.when == "call":
        item.call_failed = report.failed  # type: ignore[attr-defined]
    return report


#: parts that stick to an edge of the window go where they stand in the page; the rest of what axe tells, of every rule that
#: found nothing, is not fetched. Frames are left alone: axe is not in them, and a page of ours in one is opened by itself. Where
#: somebody else's HTML is in one, which is of no origin, to knock at it is told as a fault of the page.
_RUN = """tags => { for (const each of document.querySelectorAll('body *')) {
    if (getComputedStyle(each).position === 'sticky') Object.assign(each.style, { position: 'relative', inset: 'auto' }) }
    return axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], iframes: false})
        .then(found => found.violations) }"""
#: once the page has heard of its width
_SIZES = """width => new Promise(done => { const look = () => innerWidth === width
    ? done([document.scrollingElement.scrollWidth - document.documentElement.clientWidth, document.documentElement.scrollHeight])
    : setTimeout(look, 1); look() })"""
_SESSIONS: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


def _session(page: Page) -> CDPSession:
    """Return what speaks with Chromium about a page: one for all its time."""
    if page not in _SESSIONS:
        _SESSIONS[page] = page.context.new_cdp_session(page)
    return _SESSIONS[page]


#: run axe as an earlier page of the visit has left it with the browser: to send it takes as long as to open a page
_FETCH_AXE = """(() => { let kept = null; try { kept = localStorage.getItem('axe-core') } catch { return false }
    if (kept) (0, eval)(kept); return Boolean(kept) })()"""
_LEAVE_AXE = (
    "source => { try { localStorage.setItem('axe-core', source) } catch { /* a page of no origin keeps nothing */ } }"
)


@cache
def _axe() -> str:
    return _AXE.read_text(encoding="utf-8")


def axe_faults(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands. What a part that sticks lies over can be scrolled from under it."""
    # By its own words, for which the page's policy forbids no `eval`.
    told = _session(page).send("Runtime.evaluate", {"expression": _FETCH_AXE, "returnByValue": True})
    if not told["result"].get("value"):
        page.evaluate(_LEAVE_AXE, _axe())
        page.evaluate(_axe())
    found = page.evaluate(_RUN, list(_RULES))
    return [
        f"{violation['id']}: {node['html'][:160]} ({' '.join(node['failureSummary'].split())[:200]})"
        for violation in found
        for node in violation["nodes"]
    ]


@contextmanager
def scripts_off(page: Page, is_off: bool = True) -> Iterator[None]:
    """Load pages as without JavaScript, in a visit that has it: axe itself needs it afterwards."""
    if is_off:
        _session(page).send("Emulation.setScriptExecutionDisabled", {"value": True})
    yield
    if is_off:
        _session(page).send("Emulation.setScriptExecutionDisabled", {"value": False})


#: by how many pixels the page is wider than its window
OVERFLOW = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = """() => { const e = document.activeElement; if (!e) return "";
    const label = e.labels && e.labels[0];
    return ((label || e).innerText || e.getAttribute('aria-label') || e.id || '').trim().replace(/\\s+/g, ' '); }"""


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    width: int = page.evaluate(OVERFLOW)
    return width


#: whatever sticks to an edge of the window, and lies over what has the focus, forwards or backwards through the page
_COVERED = """() => {
    const stuck = [...document.querySelectorAll('body *')].filter(each => /sticky|fixed/.test(getComputedStyle(each).position));
    if (!stuck.length) return [];
    const isUnder = part => {
        part.focus();
        const box = part.getBoundingClientRect();
        if (part !== document.activeElement || !box.height || box.height > innerHeight / 2) return false;
        const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
        const on = document.elementFromPoint(x, (box.top + box.bottom) / 2);
        return on && stuck.some(each => each.contains(on) && !each.contains(part));
    };
    const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
        .filter(part => part.tabIndex >= 0);
    return [...stops, ...stops.toReversed()].filter(isUnder).map(part => part.outerHTML.slice(0, 120)) }"""


def covered(page: Page) -> list[str]:
    """Return what a part that sticks hides while it has the focus (case 75). It must not scroll smoothly."""
    found: list[str] = page.evaluate(_COVERED)
    return list(dict.fromkeys(found))


def measured(page: Page, sizes: Iterable[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], int, int]]:
    """Yield each size, by how many pixels the page is wider than that, and how long it is. It stays at the last.

    To resize the window itself costs more than to lay the page out.
    """
    for width, height in sizes:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        _session(page).send("Emulation.setDeviceMetricsOverride", size)
        yield ((width, height), *page.evaluate(_SIZES, width))


def focused(page: Page) -> str:
    """Return what has the focus: its label or its text."""
    text: str = page.evaluate(FOCUSED)
    return text


def is_named(seen: str, name: str) -> bool:
    """Say whether what has the focus is called so; that it is optional is no part of the name."""
    return name in (seen, seen.removesuffix(" (optional)").removesuffix(" (opcional)"))


def tab_to(page: Page, name: str, backwards: bool = False) -> None:
    """Press Tab until the focus is on what is called so; fails after going round."""
    seen = []
    for _ in range(200):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        seen.append(focused(page))
        if is_named(seen[-1], name):
            return
    raise AssertionError(f"Tab never reaches {name!r}; it went over {list(dict.fromkeys(seen))}")


def _watch(page: Page, complaints: list[str]) -> None:
    own = {"127.0.0.1", "localhost", ""}
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if _is_complaint(said) else None)
    page.on(
        "request",
        lambda asked: (
            complaints.append(f"{page.url} fetches {asked.url}")
            if urlsplit(asked.url).scheme not in ("data", "blob") and urlsplit(asked.url).hostname not in own
            else None
        ),
    )


def _is_complaint(said: Any) -> bool:
    """Say whether the console shows a fault: a broken policy, a missing file. Our own answers of 4xx are none."""
    return said.type in ("error", "warning") and "the server responded with a status of 4" not in said.text
