"""What a run, or a part of it that is run alone, says at its end: the figures, the bounds, and whether it failed."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from bench.bounds import failures, table
from bench.databases import NAMES
from bench.results import Figure, keep, show

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
Part = Callable[..., Iterator[Figure]]


def alone(about: str | None, part: Part, size: int, **others: int) -> int:
    """Be the command of a part of the bench: measure it in a size, against the bounds of what it reports.

    Other numbers that it takes are options.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", nargs="?", type=int, default=size, help="how much of it (%(default)s)")
    for name, number in others.items():
        parser.add_argument(f"--{name}", type=int, default=number, help="%(default)s")
    parser.add_argument("--database", choices=NAMES, action="append", help="only this one")
    parser.add_argument("--keep", action="store_true", help="write the figures down, as the whole bench does")
    arguments = parser.parse_args()
    databases = arguments.database or NAMES
    given = {name: getattr(arguments, name) for name in others}
    rows = gathered(row for name in databases for row in part(name, arguments.size, **given))
    if arguments.keep:
        write_down(rows)
    return report(rows, databases)


def gathered(figures: Iterable[Figure]) -> list[Figure]:
    """Return the figures, and print each as it comes."""
    rows = []
    for row in figures:
        print(show([row]).splitlines()[-1], flush=True)
        rows.append(row)
    return rows


def report(rows: Sequence[Figure], databases: Sequence[str], *, is_whole: bool = False) -> int:
    """Print the figures, then what was found beside the bounds; return 1 where a firm one is missed."""
    failed = failures(rows, databases, is_whole=is_whole)
    print("", show(rows), "", table(rows, databases, is_whole=is_whole), "", sep="\n")
    print("\n".join(failed) or "every firm bound holds")
    return 1 if failed else 0


def write_down(rows: Sequence[Figure]) -> None:
    """Keep the figures, and show all that are kept beside the bounds on the page about performance."""
    write("figures", completed(table(keep(rows)), DOCUMENT.read_text(encoding="utf-8")))


def completed(now: str, before: str) -> str:
    """Return a table of bounds with what was found before where nothing is now, beside the same bar.

    What is kept lies on one machine: a part that is run on another says nothing of the others.
    """
    known = {row[0]: row for row in _rows(before)}
    rows = []
    for row in _rows(now):
        old = known.get(row[0], row)
        if len(old) == len(row):
            for number in range(2, len(row), 2):
                row[number] = row[number] or (old[number] if old[number - 1] == row[number - 1] else "")
        rows.append(f"| {' | '.join(row)} |")
    return "\n".join(rows)


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("|")]


def write(mark: str, content: str) -> None:
    """Put a table where the page about performance has its mark."""
    page = DOCUMENT.read_text(encoding="utf-8")
    between = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", re.DOTALL)
    DOCUMENT.write_text(between.sub(lambda found: f"{found[1]}\n{content}\n\n{found[2]}", page), encoding="utf-8")
