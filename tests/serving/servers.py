"""Real servers in processes of their own, on loopback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

import psutil

from eventreg.web.instance import ring
from tests.packaging.copies import clean_environment, first_page, free_port, page
from tests.support.waiting import patience, until
from tests.support.warm import Commands, Left

EVENTREG = str(Path(sys.executable).with_name("eventreg"))


@dataclass
class Server:
    """A server that answers, with the processes that it consists of."""

    process: subprocess.Popen[bytes] | Left
    host: str
    port: int
    instance: Path
    #: what the terminal shows (standard output), and the log (standard error)
    shown: Path
    log: Path

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://{self.host}:{self.port}"

    def is_alive(self) -> bool:
        """Whether it answers a request now."""
        with suppress(OSError):
            return page(f"{self.address}/healthz")[0] == 200
        return False

    def family(self) -> list[psutil.Process]:
        """Return the supervisor and all below it."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def is_complete(self) -> bool:
        """Say whether what serves is there: the supervisor, and a web worker with its threads."""
        return len(self.web()) >= 1

    def web(self) -> list[psutil.Process]:
        """Return the web workers: those with threads."""
        return [child for child in self.family()[1:] if _threads_of(child) > 1]

    def mail(self) -> psutil.Process:
        """Return the mail worker, which comes when it is rung for."""
        return until(self._mail, "a mail worker")

    def _mail(self) -> psutil.Process | None:
        ring(self.instance, 0)
        return next((child for child in self.family()[1:] if _threads_of(child) == 1), None)

    def sign_in_link(self) -> str:
        """Return the sign-in link that the terminal shows."""
        found = re.search(rf"{re.escape(self.address)}/sign-in/\S+", self.shown.read_text())
        assert found, self.shown.read_text()
        return found[0]

    def send_sign_in(self, email: str, **fields: str) -> int:
        """Fill in the form that signs in, as a browser would, and return the answer's status."""
        opener = build_opener(ProxyHandler({}), HTTPCookieProcessor())
        form = opener.open(f"{self.address}/sign-in", timeout=patience()).read().decode()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
        assert token
        sent = urlencode({"csrf_token": token[1], "email": email, **fields}).encode()
        try:
            return int(opener.open(f"{self.address}/sign-in", sent, timeout=patience()).status)
        except HTTPError as error:
            return error.code


@contextmanager
def serving(
    folder: Path,
    *,
    port: int | None = None,
    host: str = "127.0.0.1",
    workers: int = 2,
    has_mail_worker: bool = True,
    commands: Commands | None = None,
    **environment: str,
) -> Iterator[Server]:
    """Run `eventreg serve --prepare` on the instance below `folder` until the block is left, and clean up after it.

    By the script from nothing, where no `commands` are given, which have it loaded.
    """
    port = port or free_port()
    instance, said = folder / "instance", (folder / "shown", folder / "log")
    command = ["serve", "--prepare", "--bind", f"{host}:{port}", "--workers", str(workers)]
    command += [] if has_mail_worker else ["--no-mail-worker"]
    environment = {"EVENTREG_INSTANCE": str(instance)} | environment
    process = (commands.leave if commands else _start_script)(*command, environment=environment, said=said)
    shown, log = said
    server = Server(process, host, port, instance, shown, log)
    try:
        first_page(process, f"{server.address}/healthz", log)
        until(lambda: "Ctrl+C" in shown.read_text() and server.is_complete(), "all processes of the server")
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience(15))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _start_script(*arguments: str, environment: Mapping[str, str], said: tuple[Path, ...]) -> subprocess.Popen[bytes]:
    with said[0].open("wb") as out, said[1].open("wb") as err:
        return subprocess.Popen(
            [EVENTREG, *arguments],
            env=clean_environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )


def wait_for(happened: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so; fail when it is not in time. For what the product promises within seconds."""
    deadline = time.monotonic() + patience(seconds)
    while not happened():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def are_gone(processes: list[psutil.Process]) -> bool:
    """Say whether none of these processes lives; one that nobody reaps yet is dead too."""
    return not [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def _threads_of(child: psutil.Process) -> int:
    """Return how many threads a process has; none if it has ended since it was found."""
    with suppress(psutil.NoSuchProcess):
        return int(child.num_threads())
    return 0
