"""The command `eventreg` in processes that begin with the program loaded.

Loading is most of what a command costs, and the suite runs some two hundred, and some hundred workers and servers that are
killed. A process loads everything once and splits off one child a command, which has its own arguments, environment, files,
exit code and end, and runs `main` as the script does. That the script itself starts, and quickly, is what `run_cold` is for.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from math import inf
from pathlib import Path
from typing import IO, Any

import pytest
from sqlalchemy.orm import configure_mappers

from tests.packaging.copies import ROOT, clean_environment
from tests.support.reused import reuse
from tests.support.waiting import patience

Done = subprocess.CompletedProcess[str]
#: seconds until a command that hangs is ended, where there is a processor for everybody
_LONGEST = 60


class Commands:
    """The process that splits off the others, as the tests see it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm", str(folder)],
            cwd=ROOT,
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, given: str = "", environment: dict[str, str], program: str = "") -> Done:
        """Run a command to its end, or a program of a test in its place."""
        (self._folder / "stdin").write_text(given, encoding="utf-8")
        order = {"arguments": arguments, "environment": clean_environment() | environment, "program": program}
        code = int(self._told(json.dumps(order)))
        said = ((self._folder / name).read_text(encoding="utf-8") for name in ("stdout", "stderr"))
        return Done(["eventreg", *arguments], code, *said)

    def leave(
        self, *arguments: str, environment: Mapping[str, str], program: str = "", said: tuple[Path, ...] = ()
    ) -> Left:
        """Start a command that goes on until it is ended, in a group of its own that hears nothing, and says it to two files."""
        order = {"arguments": arguments, "environment": clean_environment() | environment, "program": program}
        outputs = [str(path) for path in said] or [os.devnull] * 2
        return Left(self, int(self._told(json.dumps(order | {"left": outputs}))))

    def ended(self, left: int) -> int | None:
        """Return the exit code of what was left running, or None while it runs."""
        code = self._told(json.dumps({"ended": left})).strip()
        return int(code) if code else None

    def close(self) -> None:
        """End it."""
        stdin, stdout = self._pipes()
        stdin.close()
        self._process.wait(timeout=patience())
        stdout.close()

    def _told(self, order: str) -> str:
        stdin, stdout = self._pipes()
        stdin.write(order + "\n")
        stdin.flush()
        return stdout.readline()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


class Left:
    """A process that was left running, as `subprocess.Popen` would show it."""

    def __init__(self, commands: Commands, pid: int) -> None:
        self._commands, self.pid = commands, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        if self.returncode is None:
            self.returncode = self._commands.ended(self.pid)
        return self.returncode

    def wait(self, timeout: float = inf) -> int:
        """Return the exit code once it has ended. Raises subprocess.TimeoutExpired."""
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("eventreg", timeout)
            time.sleep(0.02)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """End it in order."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _serve(folder: Path) -> None:
    """Run a command for each line of standard input, and answer with its exit code; with its number where it is left running."""
    _load_everything(folder / "instance")
    while line := sys.stdin.readline():
        order = json.loads(line)
        sys.stdout.write(f"{_ended(order['ended']) if 'ended' in order else _run(folder, order)}\n")
        sys.stdout.flush()


def _run(folder: Path, order: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        _become(folder, **order)
    return child if "left" in order else os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _ended(child: int) -> int | str:
    pid, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if pid else ""


def _load_everything(instance: Path) -> None:
    """Import the whole program, and make what an application keeps for the next one of its process."""
    import eventreg
    from eventreg.app import create_app
    from eventreg.config import load_config

    for module in pkgutil.walk_packages(eventreg.__path__, "eventreg."):
        if not module.name.startswith("eventreg.migrations."):
            import_module(module.name)
    reuse()
    create_app(load_config(environment={}, instance=instance)).url_map.update()
    configure_mappers()
    gc.collect()
    gc.freeze()


def _become(
    folder: Path, arguments: list[str], environment: dict[str, str], program: str, left: Sequence[str] = ()
) -> None:
    """Run the command or the program in this process, which ends with it."""
    from eventreg.cli import main

    files = (os.devnull, *left) if left else [folder / name for name in ("stdin", "stdout", "stderr")]
    for number, name in enumerate(files):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY, 0o600), number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["eventreg", *arguments]
    if left:
        os.setsid()
    else:
        signal.alarm(round(patience(_LONGEST)))
    if program:
        exec(program, {})  # noqa: S102 - a test's own
        sys.exit()
    main()


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """The process that others are split off from."""
    commands = Commands(tmp_path_factory.mktemp("commands"))
    yield commands
    commands.close()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
