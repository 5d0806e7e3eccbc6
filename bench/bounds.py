"""The bounds of `bounds.toml`, what a run found about each, and the table that says so."""

from __future__ import annotations

import operator
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.databases import NAMES
from bench.results import Figure

FILE = Path(__file__).with_name("bounds.toml")
KINDS = ("firm", "quiet")
#: how a bar is told, and when a value, or another bar, is as tight
SENSES: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "at_most": ("at most", operator.le),
    "below": ("below", operator.lt),
    "at_least": ("at least", operator.ge),
}
_WORDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Bound:
    """One row of the list. `bars` are all that ever were in force, the last one is."""

    what: str
    of: str
    unit: str
    bars: tuple[float, ...]
    sense: str
    kind: str
    source: str
    databases: tuple[str, ...]
    is_on_request: bool

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Bound:
        """Read a row of the file."""
        [sense] = SENSES.keys() & row.keys()
        return cls(
            what=row["what"],
            of=row.get("of", "value"),
            unit=row.get("unit", ""),
            bars=tuple(row[sense]),
            sense=sense,
            kind=row["kind"],
            source=row["source"],
            databases=(row["database"],) if "database" in row else NAMES,
            is_on_request=row.get("on_request", False),
        )

    @property
    def title(self) -> str:
        """What is bound, and how: the first cell of its row."""
        unit = "as a ratio to the limit" if self.of == "ratio" else self.unit
        return f"{self.what}, {SENSES[self.sense][0]}, {unit}"

    @property
    def is_tightened_only(self) -> bool:
        """Whether each bar is tighter than the one before it."""
        tighter = operator.gt if self.sense == "at_least" else operator.lt
        return all(tighter(after, before) for before, after in pairwise(self.bars))

    def follows(self, before: Bound) -> bool:
        """Say whether this may take the place of an earlier one: nothing that it demanded is demanded less."""
        return (
            (self.what, self.of) == (before.what, before.of)
            and self.bars[: len(before.bars)] == before.bars
            and (self.sense == before.sense or (before.sense, self.sense) == ("at_most", "below"))
            and set(self.databases) >= set(before.databases)
            and (self.kind == "firm" or before.kind == "quiet")
            and (before.is_on_request or not self.is_on_request)
        )

    def holds(self, value: float) -> bool:
        """Say whether the bar in force holds."""
        return SENSES[self.sense][1](value, self.bars[-1])

    def found(self, rows: Sequence[Figure], database: str) -> float | None:
        """Return the worst of what was found about it on a database, or None."""
        values = [
            value
            for row in rows
            if row.database == database and fnmatchcase(row.name, self.what)
            if (value := row.ratio if self.of == "ratio" else row.value) is not None
        ]
        return (min if self.sense == "at_least" else max)(values, default=None)


def read(content: str) -> list[Bound]:
    """Return the bounds of a version of the file, in its order."""
    return [Bound.of_row(row) for row in tomllib.loads(content)["bounds"]]


def bounds() -> list[Bound]:
    """Return those in force."""
    return read(FILE.read_text(encoding="utf-8"))


def table(rows: Sequence[Figure], databases: Sequence[str] = NAMES, *, is_whole: bool = True) -> str:
    """Return what was found beside each bound, as a table of Markdown with two columns a database; or what was found alone."""
    titles = " | ".join(f"{_WORDS[name]} | found" for name in databases)
    lines = [f"| what | {titles} |", "|---|" + "---|---|" * len(databases)]
    by_row: dict[str, dict[str, Bound]] = {}
    for bound in bounds():
        for name in bound.databases:
            by_row.setdefault(bound.title, {})[name] = bound
    for title, of_databases in by_row.items():
        cells = [cell for name in databases for cell in _cells(of_databases.get(name), rows, name)]
        if any(cells if is_whole else cells[1::2]):
            lines.append(f"| {' | '.join((title, *cells))} |")
    return "\n".join(lines)


def bar(what: str) -> float:
    """Return the bar in force of the one bound of this name."""
    [found] = [bound for bound in bounds() if bound.what == what]
    return found.bars[-1]


def _cells(bound: Bound | None, rows: Sequence[Figure], database: str) -> tuple[str, str]:
    if bound is None:
        return "", ""
    value, said = bound.found(rows, database), f"{bound.kind}: {_short(bound.bars[-1])}"
    if value is None:
        return said, ""
    return said, f"{_short(value)} held" if bound.holds(value) else f"**{_short(value)} missed**"


def failures(rows: Sequence[Figure], databases: Sequence[str], *, is_whole: bool) -> list[str]:
    """Return what makes a run fail: firm bounds that are missed and, of a whole run, bounds that nothing measured."""
    said = []
    for bound in bounds():
        for database in (name for name in bound.databases if name in databases):
            value = bound.found(rows, database)
            if value is None:
                if is_whole and not bound.is_on_request:
                    said.append(f"{bound.what} on {database}: nothing measured it")
            elif bound.kind == "firm" and not bound.holds(value):
                said.append(f"{bound.what} on {database}: {_short(value)}, the bar is {_short(bound.bars[-1])}")
    return said


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
