"""Figures, and how they are shown and kept."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.load import Run

RESULTS = Path(__file__).parent / "results.json"


#: of whatever is sent again and again; CPU is that of all processes
_OF_A_RUN: tuple[tuple[str, str, Callable[[Run], float]], ...] = (
    ("CPU", "ms", lambda run: run.cpu),
    ("rate", "1/s", lambda run: run.rate),
    ("median", "ms", lambda run: run.quantile(0.5)),
    ("99th percentile", "ms", lambda run: run.quantile(0.99)),
)


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    name: str
    database: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    spread: float | None = None


def figure(
    name: str,
    database: str,
    values: Sequence[float],
    unit: str,
    limits: Sequence[float] = (),
) -> Figure:
    """Return the median of `values` over the rounds, against the median of the bare limits of the same rounds."""
    value = statistics.median(values)
    limit = statistics.median(limits) if limits else None
    ratios = [mine / bare for mine, bare in zip(values, limits, strict=True) if bare] if limits else []
    spread = (max(values) - min(values)) / value if len(values) > 1 and value else None
    return Figure(
        name=name,
        database=database,
        value=round(value, 3),
        unit=unit,
        limit=None if limit is None else round(limit, 3),
        ratio=round(statistics.median(ratios), 3) if ratios else None,
        spread=None if spread is None else round(spread, 3),
    )


def run_figures(name: str, database: str, runs: Sequence[Run], limits: Sequence[Run] = ()) -> Iterator[Figure]:
    """Yield the figures of some runs of a load, against those of its bare limit in the same rounds."""
    for label, unit, of in _OF_A_RUN:
        yield figure(f"{name}: {label}", database, [of(run) for run in runs], unit, [of(run) for run in limits])


def show(rows: Sequence[Figure]) -> str:
    """Return the table as text."""
    head = ("figure", "database", "value", "unit", "bare limit", "ratio", "spread")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def keep(rows: Sequence[Figure]) -> list[Figure]:
    """Write the figures to `bench/results.json`, over those of the same names, and return all that stand there."""
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    kept = {(row.name, row.database): row for row in (*(Figure(**each) for each in before), *rows)}
    RESULTS.write_text(json.dumps([asdict(row) for row in kept.values()], indent=1) + "\n", encoding="utf-8")
    return list(kept.values())


def _cells(row: Figure) -> tuple[str, ...]:
    return (
        row.name,
        row.database,
        f"{row.value:g}",
        row.unit,
        "" if row.limit is None else f"{row.limit:g}",
        "" if row.ratio is None else f"{row.ratio:.2f}",
        "" if row.spread is None else f"{row.spread:.0%}",
    )
