"""Every page is valid HTML by the checker of the W3C's working group."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Site
from tests.browser.walk import GUEST, english_pages, stops, visitors_of
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.browser

#: it ends before what a compiler could gain comes in
_JAVA = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss4m")
_VNU = Path(__file__).resolve().parents[2] / ".tools" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


def _refused_forms(site: Site, pages: Pages) -> Iterator[Page]:
    """Yield the pages of forms that were sent empty or with too much: with errors beside the fields."""
    event = site.world.event.slug
    for category in ("government", "academia"):
        form = pages.get(f"/events/{event}/register?category={category}")
        yield pages.send(form.form().fill(None, {}), form.address, 422)
    yield pages.post(f"/events/{event}/register", {}, 422, token=True)
    yield pages.post("/sign-in", {}, 422, token=True)
    yield pages.post(f"/events/{event}/my-link", {"email": "nobody"}, 422, token=True)
    answers = pages.get(f"/my/{site.world.tokens['selfservice.show_own']}/answers")
    yield pages.send(answers.form().fill(None, {"#given_name": ""}), answers.address)


def test_pages_are_valid(site: Site, tmp_path: Path) -> None:
    """In both languages, by one run of the checker, which takes a second to begin."""
    names = {}
    visitors = visitors_of(site, "es")
    in_spanish = [visitors[stop.who].get(stop.address, None) for stop in stops(site)]
    for language, fetched in (("es", in_spanish), ("en", english_pages(site).values())):
        for page in (*fetched, *_refused_forms(site, site.world.visitor(GUEST, language))):
            assert page.is_html, page.address
            file = tmp_path / f"{len(names)}.html"
            file.write_text(page.html, encoding="utf-8")
            names[file.name] = f"{page.address} in {language} ({page.status})"
    command = ["java", *_JAVA, "-jar", str(_VNU), "--format", "json", "--exit-zero-always", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    messages = json.loads(done.stderr)["messages"]
    faults = [
        f"{names[Path(said['url']).name]}, line {said.get('lastLine')}: {said['message']} {said.get('extract', '')!r}"
        for said in messages
    ]
    assert not faults, "\n".join(faults)
