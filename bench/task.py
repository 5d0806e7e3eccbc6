"""`python -m bench.task`: how long a new user needs for the seminar, its copy, its form and an evening's decisions.

By the keystroke-level model. Carries the tasks of `organizer_task.py`, `questionnaire_task.py` and `review_task.py` in
`tests/browser/` out in Chromium, prints the tables and writes docs/task.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.klm import Meter, clock
from tests.browser.organizer_facts import organizer_facts
from tests.browser.organizer_site import NewSite, new_site
from tests.browser.organizer_task import FROM_NOTHING, NEXT_YEAR, carry_out
from tests.browser.questionnaire_task import SHORT_FORM, WHOLE_FORM, build
from tests.browser.review_site import busy_site
from tests.browser.review_task import carry_out as decide_on_people, spend_evening
from tests.support.browser import started_chromium

REPORT = Path(__file__).resolve().parents[1] / "docs" / "task.md"
_HEAD = """# How long an organizer needs

Written by `make task`: the Tapachula seminar is rebuilt from its facts in a real browser, through the Spanish screens alone, and
copied for the next year. The model is of somebody who makes no mistake: whoever reads each page in full, or thinks longer, takes
longer. How it is counted, and what is pasted: [testing.md](testing.md).

Left as the template has it: the line below the name of a category, the privacy notice, the questions of the form, how references
begin. Not entered: the notes of the demo and of its sessions, the countries that the form lists first, the kinds of the
institutions, and their short names but for the one that has two.
"""
_PASTED_FOR_THE_SEMINAR = "summary, description, audience, practical information and the two days of the programme"
_PASTED_FOR_THE_FORM = "the answers that three questions offer, and what is longer than 80 characters"
_SHORT = (
    "From an event that asks nothing: name, mail address and institution; in a second section how one arrives, with three"
    " answers, the flight only of whoever flies, and the visa of whoever’s passport is not Mexican; all in Spanish and English,"
    " each with its purpose; looked at, and"
    " published.\n\n"
)
_EVENING = (
    "Four hundred people: the government experts from Guatemala who need travel support are found, all but two approved,"
    " those two declined with a reason, and the confirmed taken out as a printed list for the hotel. Sending that list is the"
    " mail program's, and not counted.\n\n"
)
_EIGHT = (
    "What can be asked of an organizer in one evening, with four hundred people; each task begins on the front page of the event"
    " and ends when it is done, as a practised organizer does it. Of the 46, each is looked at on its page, where a key"
    " approves and leads to the next.\n\n"
)
#: seconds of each of the eight, but for those that pages take, when the desk had ten tabs and a list with its filters beside it
_WITH_TEN_TABS = {
    "decide 46": 358.9,
    "tell two why": 33.3,
    "write to a country": 62.5,
    "find": 16.4,
    "hotel list": 25.8,
    "wording": 29.8,
    "second event": 14.5,
    "colleague": 26.4,
}
#: what they may take of that together, and none of them more than it took
_MOST = 0.6
_WHOLE = (
    "The 21 questions of the seminar from an event that asks nothing, none of them from a set, each with a purpose in words of"
    " one’s own and how long it is kept.\n\n"
)


def main() -> int:
    """Carry the tasks out, print and write its figures. It fails where the eight of an evening take longer than they may."""
    argparse.ArgumentParser(prog="python -m bench.task", description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as name, started_chromium() as browser:
        folder = Path(name)
        facts = organizer_facts(folder)
        with _desk(browser, folder / "site") as page:
            seminar, copy = (carry_out(page, facts, phases) for phases in (FROM_NOTHING, NEXT_YEAR))
        with _desk(browser, folder / "short") as page:
            short = build(page, facts, SHORT_FORM)
        with _desk(browser, folder / "whole") as page:
            whole = build(page, facts, WHOLE_FORM)
        with _desk(browser, folder / "evening", busy_site) as page:
            evening = decide_on_people(page).meter
        with _desk(browser, folder / "eight", partial(busy_site, reopens=False)) as page:
            eight = spend_evening(page, "tapachula-migration-security")
    report = "\n".join(
        (
            _HEAD,
            _section("From nothing to published", seminar, _PASTED_FOR_THE_SEMINAR),
            _section("Next year", copy),
            _section("A form with a condition", short, before=_SHORT),
            _section("The seminar’s whole form", whole, _PASTED_FOR_THE_FORM, before=_WHOLE),
            _section("An evening's decisions", evening, before=_EVENING),
            _section("Eight tasks of an evening", eight, before=_EIGHT) + "\n" + _compared(eight),
        )
    )
    REPORT.write_text(report, encoding="utf-8")
    sys.stdout.write(report)
    now = _by_hand(eight)
    is_short = sum(now.values()) <= _MOST * sum(_WITH_TEN_TABS.values())
    return 0 if is_short and all(now[name] <= before + 0.1 for name, before in _WITH_TEN_TABS.items()) else 1


@contextmanager
def _desk(
    browser: Browser, folder: Path, make: Callable[[Path], AbstractContextManager[NewSite]] = new_site
) -> Iterator[Page]:
    """Open a new instance at the link that signs the organizer in."""
    with (
        make(folder) as site,
        browser.new_context(locale="es-MX", viewport={"width": 1280, "height": 800}) as visit,
    ):
        page = visit.new_page()
        page.goto(site.link)
        yield page


def _section(heading: str, meter: Meter, pasted: str = "", *, before: str = "") -> str:
    whole = meter.whole
    said = f"{before}Together **{clock(whole.seconds)}** (minutes and seconds)."
    if whole.pasted:
        said += (
            f" {whole.pasted} texts were pasted: {pasted}. {whole.pasted_short} of them are short; were these typed, it would be"
            f" {clock(whole.seconds_short_typed)}. Were everything typed, it would be {clock(whole.seconds_all_typed)}."
        )
    return f"## {heading}\n\n{said}\n\n{meter.table()}\n"


def _by_hand(eight: Meter) -> dict[str, float]:
    """Return the seconds of each task, pages apart: how fast a machine is says nothing here."""
    return {name: tally.seconds - tally.waited for name, tally in eight.phases.items()}


def _compared(eight: Meter) -> str:
    """Return what each of the eight tasks takes beside what it took."""
    lines = ["| task | with ten tabs | now | share |", "| --- | ---: | ---: | ---: |"]
    now = _by_hand(eight)
    rows = [(name, before, now[name]) for name, before in _WITH_TEN_TABS.items()]
    rows.append(("**Together**", sum(_WITH_TEN_TABS.values()), sum(now.values())))
    lines += [f"| {name} | {before:.1f} s | {after:.1f} s | {after / before:.0%} |" for name, before, after in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
