"""Takes the pictures of the guides from the running product.

    python tools/pictures.py            write docs/guides/pictures/<language>/<name>.png
    python tools/pictures.py --check    take every step and write nothing; exit 1 where one fails

With `--language es` in that language alone.

A server of its own, in this process, on a new instance with the demo's seminar; the day is the same each time, so that a
picture changes only when a screen does.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import time_machine
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

TARGET = ROOT / "docs" / "guides" / "pictures"
LANGUAGES = {"en": "en-US", "es": "es-MX"}
#: a Monday morning in Tapachula
DAY = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)
#: what a picture may weigh, in bytes
MOST = 80_000
_COLOURS = 96
_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb", "--font-render-hinting=none"]
# As the tests look for one, tools/setup_tests.sh too: where they have one, there are pictures.
_CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_DESK = "/manage/events/{slug}"


@dataclass(frozen=True)
class Picture:
    """One picture: where it is taken, and how much of the page it shows."""

    name: str
    #: from the root of the site; {slug} is the seminar
    address: str
    #: who looks: "guest", "organizer" or "administrator"
    who: str = "organizer"
    #: of the window, in pixels; the picture is its upper part
    size: tuple[int, int] = (1000, 640)


PICTURES = (
    Picture("event", "/events/{slug}", "guest"),
    Picture("form", "/events/{slug}/register?category=government", "guest", (420, 700)),
    Picture("overview", _DESK),
    Picture("new-event", "/manage/events/new", "administrator", (1000, 520)),
    Picture("texts", _DESK + "/texts"),
    Picture("dates", _DESK + "/settings"),
    Picture("programme", _DESK + "/programme"),
    Picture("institutions", _DESK + "/institutions"),
    Picture("team", _DESK + "/team"),
    Picture("publication", _DESK + "/publication"),
    Picture("registrations", _DESK + "/registrations"),
    # Below comes a file to choose: the browser's own words, in the browser's language.
    Picture("settings", "/manage/settings", "administrator", (1000, 430)),
    Picture("accounts", "/manage/accounts", "administrator", (1000, 480)),
)


@dataclass(frozen=True)
class Site:
    """The server of the pictures."""

    address: str
    slug: str
    #: who looks, to a link that signs in once; one for each language
    links: dict[tuple[str, str], str]


def main() -> int:
    """Take all pictures; say what was written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="by default each")
    asked = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with serving() as site, sync_playwright() as playwright:
        path = os.environ.get("EVENTREG_TEST_CHROMIUM") or next(filter(None, map(shutil.which, _CHROMIUM)), None)
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        for language in asked.language or LANGUAGES:
            for picture, content in take(browser, site, language):
                if len(content) > MOST:
                    raise SystemExit(f"{language}/{picture.name} weighs {len(content)} bytes, over {MOST}")
                if not asked.check:
                    write(TARGET / language / f"{picture.name}.png", content)
                print(f"{language}/{picture.name}")
        browser.close()
    return 0


def take(browser: Browser, site: Site, language: str) -> Iterator[tuple[Picture, bytes]]:
    """Yield every picture in one language, as PNG."""
    windows = {who: window(browser, site, who, language) for who in ("guest", "organizer", "administrator")}
    for picture in PICTURES:
        page = windows[picture.who].new_page()
        page.set_viewport_size({"width": picture.size[0], "height": picture.size[1]})
        open_page(page, site.address + picture.address.format(slug=site.slug))
        if page.locator("html").get_attribute("lang") != language:
            raise SystemExit(f"{picture.name} is not in {language}")
        yield picture, small(page.screenshot(animations="disabled", caret="hide"))
        page.close()
    for context in windows.values():
        context.close()


def window(browser: Browser, site: Site, who: str, language: str) -> BrowserContext:
    """Open a browser window in a language, signed in as `who`."""
    context = browser.new_context(locale=LANGUAGES[language], color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = context.new_page()
    if who != "guest":
        open_page(page, site.links[who, language])
        page.locator("main button[type=submit]").click()
        page.wait_for_url("**/manage/**")
    open_page(page, f"{site.address}/?lang={language}")
    page.close()
    return context


def open_page(page: Page, address: str) -> None:
    """Open a page; SystemExit for one that answers anything but 200."""
    answer = page.goto(address)
    if answer is None or answer.status != 200:
        raise SystemExit(f"{address} answers {answer.status if answer else 'nothing'}")


def small(screenshot: bytes) -> bytes:
    """Return a picture as PNG with few colours."""
    few = Image.open(BytesIO(screenshot)).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    out = BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def write(path: Path, content: bytes) -> None:
    """Write a file whole, and only where it differs."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@contextmanager
def serving() -> Iterator[Site]:
    """Serve the seminar on a port of its own, at `DAY`, from an instance that is gone afterwards."""
    from eventreg.app import create_app
    from eventreg.config import load_config

    with tempfile.TemporaryDirectory() as folder, time_machine.travel(DAY, tick=True):
        server = make_server("127.0.0.1", 0, _nothing_yet, threaded=True)
        address = f"http://127.0.0.1:{server.server_port}"
        config = load_config(environment={}, instance=Path(folder) / "instance", base_url=address, limits=False)
        server.app = app = create_app(config)
        with app.app_context():
            slug, links = fill()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Site(address, slug, links)
        finally:
            server.shutdown()
            server.server_close()


def fill() -> tuple[str, dict[tuple[str, str], str]]:
    """Load the seminar with fictional people; return its slug and links to sign in with."""
    from eventreg.accounts.emails import sign_in_address
    from eventreg.accounts.services.accounts import create_account
    from eventreg.accounts.services.sign_in import make_sign_in_link
    from eventreg.db import db
    from eventreg.demo.services import add_registrations, load_seminar
    from eventreg.migrations.runner import upgrade

    upgrade(db.engine)
    demo = load_seminar(datetime.now(UTC))
    add_registrations(demo.event_id, 60)
    administrator = create_account("alma.demo@instituto.example", "Alma Demo", "es", is_administrator=True)
    people = {"organizer": demo.account_id, "administrator": administrator}
    links = {
        (who, language): sign_in_address(make_sign_in_link(account_id))
        for who, account_id in people.items()
        for language in LANGUAGES
    }
    db.session.remove()
    return demo.slug, links


def _nothing_yet(_environ: object, _start: object) -> list[bytes]:
    """Stand in for the application until it knows the server's port."""
    return []


if __name__ == "__main__":
    raise SystemExit(main())
