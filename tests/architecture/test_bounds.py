"""The bounds that `make bench` holds the product to may only tighten, and the page about performance tells of each."""

from __future__ import annotations

import subprocess
from collections import Counter

from bench import bounds
from bench.report import DOCUMENT, completed
from tests.architecture.source import ROOT

_FILE = bounds.FILE.relative_to(ROOT).as_posix()
_REMEDY = "append the tighter bar to the list of its row, and leave what is there"


def test_bars_tighten_and_each_row_says_what_it_is() -> None:
    now = bounds.bounds()
    assert [bound.what for bound in now if not bound.is_tightened_only] == [], _REMEDY
    assert {bound.kind for bound in now} == set(bounds.KINDS)
    assert all(bound.source and bound.of in ("value", "ratio") for bound in now)
    named = Counter((bound.what, bound.of, bound.sense, name) for bound in now for name in bound.databases)
    assert [name for name, number in named.items() if number > 1] == []


def test_nothing_that_was_ever_demanded_is_demanded_less() -> None:
    now = bounds.bounds()
    for version in _versions():
        gone = [before.what for before in bounds.read(version) if not any(bound.follows(before) for bound in now)]
        assert gone == [], _REMEDY


def test_a_row_follows_only_one_that_demands_no_more() -> None:
    [before] = bounds.read('bounds = [{ what = "page", at_most = [3, 2], kind = "firm", source = "promise" }]')
    for row, is_good in (
        ('what = "page", at_most = [3, 2, 1], kind = "firm"', True),
        ('what = "page", below = [3, 2], kind = "firm"', True),
        ('what = "page", at_most = [3, 2, 2.5], kind = "firm"', False),
        ('what = "page", at_most = [3], kind = "firm"', False),
        ('what = "page", at_most = [4], kind = "firm"', False),
        ('what = "page", at_most = [3, 2], kind = "quiet"', False),
        ('what = "page", at_most = [3, 2], kind = "firm", database = "sqlite"', False),
        ('what = "page", at_most = [3, 2], kind = "firm", on_request = true', False),
        ('what = "other", at_most = [3, 2], kind = "firm"', False),
    ):
        [after] = bounds.read(f'bounds = [{{ {row}, source = "promise" }}]')
        assert (after.is_tightened_only and after.follows(before)) is is_good, row


def test_the_page_about_performance_has_each_bound_as_it_is() -> None:
    page = DOCUMENT.read_text(encoding="utf-8").partition("<!-- figures -->")[2].partition("<!-- /figures -->")[0]
    assert _without_found(page) == _without_found(bounds.table([])), "make bench writes the table"


def test_what_a_part_did_not_measure_stays_on_the_page_while_its_bar_does() -> None:
    beginning = ["| what | SQLite | found |", "|---|---|---|"]
    before = [*beginning, "| a | firm: 2 | 1 held |", "| b | firm: 2 | 1 held |", "| c | firm: 3 | 1 held |"]
    now = [*beginning, "| a | firm: 2 | **4 missed** |", "| b | firm: 2 |  |", "| c | firm: 2 |  |"]
    found = completed("\n".join(now), "\n".join(before)).splitlines()
    assert found[2:] == [now[2], before[3], now[4]]


def _without_found(table: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.splitlines() if line.startswith("|")]
    return [[row[1], *row[2::2]] for row in rows]


def _versions() -> list[str]:
    """Return each version of the file that git has here: all of them, the last alone in a shallow clone, none without git."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout

    commits = git("log", "--format=%H", "--", _FILE).split()
    return list(filter(None, (git("show", f"{commit}:{_FILE}") for commit in commits)))
