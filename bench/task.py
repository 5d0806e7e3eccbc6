"""`python -m bench.task`: how long a new user needs for the seminar and for its copy, by the keystroke-level model.

Carries the task of `tests/browser/organizer_task.py` out in Chromium, prints the tables and writes docs/task.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.browser.klm import Meter, clock
from tests.browser.organizer_facts import organizer_facts
from tests.browser.organizer_site import new_site
from tests.browser.organizer_task import FROM_NOTHING, NEXT_YEAR, carry_out
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


def main() -> int:
    """Carry the task out, print and write its figures."""
    argparse.ArgumentParser(prog="python -m bench.task", description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as name, started_chromium() as browser:
        folder = Path(name)
        facts = organizer_facts(folder)
        with new_site(folder / "site") as site:
            page = browser.new_context(locale="es-MX", viewport={"width": 1280, "height": 800}).new_page()
            page.goto(site.link)
            meters = [carry_out(page, facts, phases) for phases in (FROM_NOTHING, NEXT_YEAR)]
            report = f"{_HEAD}\n{_section('From nothing to published', meters[0])}\n{_section('Next year', meters[1])}"
    REPORT.write_text(report, encoding="utf-8")
    sys.stdout.write(report)
    return 0


def _section(heading: str, meter: Meter) -> str:
    whole = meter.whole
    said = f"Together **{clock(whole.seconds)}** (minutes and seconds)."
    if whole.pasted:
        said += (
            f" {whole.pasted} texts were pasted: summary, description, audience, practical information and the two days of the"
            f" programme. {whole.pasted_short} of them are short; were these typed, it would be"
            f" {clock(whole.seconds_short_typed)}. Were everything typed, the programme and every long text among it, it would be"
            f" {clock(whole.seconds_all_typed)}."
        )
    return f"## {heading}\n\n{said}\n\n{meter.table()}\n"


if __name__ == "__main__":
    sys.exit(main())
