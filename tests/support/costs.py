"""What each test costs: seconds of the processor, those of the programs it starts among them, and how long it takes by the clock.

`pytest -n0 --costs=FILE tests/<room>` adds a line a test to the file; `python -m tests.support.costs FILE` makes of it the table
of rooms and the longest tests for `docs/testing.md`. What a test takes longer than it costs it waits, on a quiet machine.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest

from tests.support.runs import shared_of

_LONGEST = 60
_TICK = os.sysconf("SC_CLK_TCK")


class Costs:
    """Writes down what each test costs."""

    def __init__(self, file: Path, shared: Path) -> None:
        self._file = file
        #: PostgreSQL leaves the process that started it
        self._postgresql = shared / "pg" / "postmaster.pid"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Take the processor's time before a test, its fixtures included, and after."""
        self._cost, self._before = 0.0, self._worked()
        began = perf_counter()
        result = yield
        took = perf_counter() - began
        self._count()
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{self._cost:.2f}\t{took:.2f}\t{item.nodeid}\n")
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self) -> None:
        """Count before anything is closed: nobody is told what a page of Chromium cost once it is gone."""
        self._count()

    def _count(self) -> None:
        worked = self._worked()
        self._cost += max(0.0, worked - self._before)
        self._before = worked

    def _worked(self) -> float:
        """Return how long this process, what it started and PostgreSQL have worked, and those of them that have ended."""
        waiting, ticks = {os.getpid()}, 0
        if self._postgresql.exists():
            waiting.add(int(self._postgresql.read_text(encoding="utf-8").split()[0]))
        while waiting:
            process = Path("/proc", str(waiting.pop()))
            try:
                fields = (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                children = [part for path in process.glob("task/*/children") for part in path.read_text().split()]
            except OSError:  # it has just ended
                continue
            ticks += sum(map(int, fields[11:15]))
            waiting.update(map(int, children))
        return ticks / _TICK


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to write down the costs."""
    parser.addoption("--costs", metavar="FILE", help="add what each test costs (seconds of the processor) to a file")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Write them down where somebody asks."""
    if file := config.getoption("--costs"):
        config.pluginmanager.register(Costs(Path(file), shared_of(config)))


def _tables(lines: list[str]) -> Iterator[str]:
    costs = {name: (float(cost), float(took)) for cost, took, name in (line.split("\t") for line in lines)}
    rooms: defaultdict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for name, (cost, took) in costs.items():
        room = rooms[name.split("/")[1]]
        rooms[name.split("/")[1]] = (room[0] + cost, room[1] + took)
    rooms[f"all of {len(costs)} tests"] = (
        sum(cost for cost, _took in costs.values()),
        sum(took for _cost, took in costs.values()),
    )
    yield "| costs | takes | room |\n|---|---|---|"
    yield from (
        f"| {cost:.0f} | {took:.0f} | {room} |"
        for room, (cost, took) in sorted(rooms.items(), key=lambda one: -one[1][0])
    )
    yield "\n| costs | takes | test |\n|---|---|---|"
    for name, (cost, took) in sorted(costs.items(), key=lambda one: -one[1][0])[:_LONGEST]:
        yield f"| {cost:.1f} | {took:.1f} | `{name.removeprefix('tests/')}` |"


if __name__ == "__main__":
    print("\n".join(_tables(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())))  # noqa: T201
