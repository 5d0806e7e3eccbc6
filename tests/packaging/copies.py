"""Copies of the project as git would hand it over, and programs of it run for a while."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import ProxyHandler, build_opener

import psutil

from tests.support.waiting import patience, until

if TYPE_CHECKING:
    from tests.support.warm import Left

ROOT = Path(__file__).resolve().parents[2]
#: What must not leak from the run of the tests into a program that stands for itself.
INHERITED = ("EVENTREG_", "FLASK_", "PYTEST_", "PYTHON", "MAKE", "MFLAGS", "VIRTUAL_ENV", "HOST", "PORT")


def copy_of_project(target: Path) -> Path:
    """Copy what git knows or would add: no .venv, no instance, nothing compiled."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(INHERITED)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], folder: Path, output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a process group of its own, what it says going to a file; ended as a whole at the end."""
    with output.open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=patience())
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise


def page(address: str) -> tuple[int, str]:
    """Status and text of a page of this machine."""
    with build_opener(ProxyHandler({})).open(address, timeout=patience()) as answer:
        return int(answer.status), answer.read().decode()


def first_page(process: subprocess.Popen[bytes] | Left, address: str, output: Path) -> str:
    """Wait for a program's first page, for as long as the program lives, and return it."""

    def shown() -> str:
        assert process.poll() is None, f"ended with {process.returncode}:\n{output.read_text()}"
        with suppress(OSError):
            return page(address)[1]
        return ""

    return until(shown, f"a page at {address}")


def processor_seconds(process: subprocess.Popen[bytes]) -> float:
    """Return how long processors have worked so far for a program and all that it started."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    return sum(sum(one.cpu_times()[:4]) for one in family)
