"""What never comes is given up, a busy machine is given time, and what waits longest begins."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support import runs, waiting
from tests.support.waiting import HANGS, join, meeting, patience, until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with a processor for everybody, and a bound that a test can wait for."""
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    monkeypatch.setattr(waiting, "patience", lambda: 0.2)


def test_a_wait_ends_with_what_happens_and_returns_it() -> None:
    seen: list[int] = []
    thread = threading.Timer(0.1, lambda: seen.append(7))
    thread.start()
    assert until(lambda: seen, "a number") == [7]
    join([thread])


def test_what_never_comes_is_named(quiet: None) -> None:
    with pytest.raises(AssertionError, match="a message: not after 0 seconds"):
        until(lambda: False, "a message")


def test_whom_nobody_meets_goes_on(quiet: None) -> None:
    with pytest.raises(threading.BrokenBarrierError):
        meeting(2).wait()


def test_a_thread_that_does_not_end_is_named(quiet: None) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="the slow one")
    thread.start()
    with pytest.raises(AssertionError, match="the slow one does not end"):
        join([thread])
    end.set()
    thread.join()


@pytest.mark.parametrize(("load", "times"), [(0.1, 1), (2, 1), (4, 2), (11, 5.5)])
def test_patience_grows_with_what_wants_each_processor(
    monkeypatch: pytest.MonkeyPatch, load: float, times: float
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 20.0))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert patience(10) == 10 * times


def test_there_is_one_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["pytest"]["ini_options"]["timeout"] == HANGS


def test_a_test_that_hangs_is_ended_by_the_same_patience(tmp_path: Path) -> None:
    (tmp_path / "test_hanging.py").write_text(
        """
import os, time, pytest
@pytest.mark.parametrize("programs", [1, 100])
def test_hanging(programs, monkeypatch):
    monkeypatch.setattr(os, "getloadavg", lambda: (programs * os.cpu_count(), 0, 0))
    time.sleep(1)
"""
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.support.runs",
        "--timeout",
        "0.3",
        "--rootdir",
        str(tmp_path),
    ]
    done = subprocess.run([*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Timeout (>0.3s)" in done.stdout
    assert "test_hanging[1]" in done.stdout.split("short test summary info")[1]
    assert "1 failed, 1 passed" in done.stdout


@pytest.mark.parametrize("is_one_of_several", [True, False])
def test_workers_begin_with_what_takes_longest(is_one_of_several: bool) -> None:
    names = [
        "access/a::quick",
        "browser/b::x",
        "bulk/c::quick",
        "bulk/c::slow",
        "serving/d::x",
        "browser/test_every_page.py::x",
    ]
    items: list[Any] = [
        SimpleNamespace(
            nodeid=f"tests/{name}", path=name.partition("::")[0], get_closest_marker=lambda _, name=name: "slow" in name
        )
        for name in names
    ]
    config: Any = SimpleNamespace(**({"workerinput": {}} if is_one_of_several else {}))
    runs.pytest_collection_modifyitems(config, items)
    order = [5, 1, 4, 2, 3, 0] if is_one_of_several else range(6)
    assert [item.nodeid for item in items] == [f"tests/{names[number]}" for number in order]
