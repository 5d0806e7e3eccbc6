"""The real server in processes of its own, on loopback, with its own instance folder; and its memory."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from sqlalchemy import Engine

import eventreg
from bench.databases import assert_durable, engine_for, lift_limits, new_instance, processes_of
from bench.load import Run, load

EVENTREG = Path(sys.executable).with_name("eventreg")
_START_WITHIN = 60


@dataclass(frozen=True)
class Server:
    """A server that answers. `startup` is the time from starting the command to the first answer, in seconds."""

    process: subprocess.Popen[bytes]
    port: int
    #: the URL of its database
    database: str
    startup: float = 0

    @property
    def host(self) -> str:
        """The value of the Host header."""
        return f"127.0.0.1:{self.port}"

    def end(self) -> None:
        """End it with all its processes; more than once does no harm."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(self.process.pid, number)
                self.process.wait(15)

    def web_workers(self) -> set[int]:
        """Return the processes that serve: those with threads."""
        return {child.pid for child in psutil.Process(self.process.pid).children() if child.num_threads() > 1}

    def memory(self, after: float = 0) -> float:
        """Return the proportional set size of all its processes together, in MB, when so many seconds are over."""
        time.sleep(after)
        return sum(_pss(process) for process in self._processes()) / 1024

    def cpu(self) -> float:
        """Return the processor time, user and system, that all processes have taken together until now, in seconds.

        Those that have ended count, and so do those of the database's server.
        """
        while True:
            # Of one that ends while we look it is not known whether its parent has its time yet: again.
            with suppress(psutil.NoSuchProcess):
                return sum(sum(each.cpu_times()[:4]) for each in [*self._processes(), *processes_of(self.database)])

    def load(
        self,
        requests: Callable[[int], bytes],
        *,
        count: int,
        clients: int,
        status: int | None = 200,
        settled: Callable[[], object] = lambda: None,
    ) -> Run:
        """Send requests as `load.load` does, each answered with this status; the run has the CPU until all had `settled`."""
        before = self.cpu()
        run = load("127.0.0.1", self.port, requests, count=count, clients=clients)
        if status is not None and set(run.statuses) != {status}:
            raise RuntimeError(f"answers were {run.statuses}, not {status}")
        settled()
        return replace(run, cpu=(self.cpu() - before) * 1000 / count)

    def _processes(self) -> list[psutil.Process]:
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]


@dataclass(frozen=True)
class Site:
    """An instance with the demo, served at full durability; its limits are off, its contact person gets each message."""

    name: str
    instance: Path
    environment: Mapping[str, str]
    server: Server
    engine: Engine

    @property
    def url(self) -> str:
        """The URL of the database."""
        return self.environment["EVENTREG_DATABASE_URL"]

    def command(self, *arguments: str) -> str:
        """Run a command of `eventreg` in it and return what it printed."""
        return eventreg_command(self.instance, self.environment, *arguments)


@contextmanager
def new_site(name: str, *options: str) -> Iterator[Site]:
    """Serve a new instance on a database of this name, with a mail server that takes everything."""
    with new_instance(name) as (instance, url), mail_server() as mail:
        environment = {"EVENTREG_DATABASE_URL": url, **mail}
        with eventreg_server(instance, environment, *options) as server, engine_for(url) as engine:
            assert_durable(engine)
            lift_limits(engine)
            yield Site(name, instance, environment, server, engine)


def is_compiled() -> bool:
    """Say whether the byte code of the product is there, as an installation leaves it: else a first start makes it."""
    files = Path(eventreg.__file__).parent.rglob("*.py")
    return all(Path(importlib.util.cache_from_source(str(file))).exists() for file in files)


@contextmanager
def eventreg_server(instance: Path, environment: Mapping[str, str], *options: str) -> Iterator[Server]:
    """Run `eventreg serve --prepare` with its mail worker, limits off."""
    port = free_port()
    command = [str(EVENTREG), "serve", "--prepare", "--bind", f"127.0.0.1:{port}", *options]
    settings = {"EVENTREG_INSTANCE": str(instance), "EVENTREG_LIMITS": "off", **environment}
    with _running(command, settings, port, "/healthz") as server:
        yield server


@contextmanager
def mail_server(handler: str = "aiosmtpd.handlers.Sink", *arguments: str) -> Iterator[dict[str, str]]:
    """Run a mail server that takes everything and keeps nothing; yield the settings of an instance that sends by it."""
    port = free_port()
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", handler, "-l", f"127.0.0.1:{port}", *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield {
                "EVENTREG_MAIL_SERVER": "127.0.0.1",
                "EVENTREG_MAIL_PORT": str(port),
                "EVENTREG_MAIL_DEFAULT_SENDER": "registro@anfitriona.example",
            }
        finally:
            process.terminate()


@contextmanager
def bare_server(body_file: Path) -> Iterator[Server]:
    """Run a Flask view that returns the bytes of a file, under the same kind of server."""
    port = free_port()
    command = [sys.executable, "-m", "bench.bare", f"127.0.0.1:{port}"]
    with _running(command, {"BENCH_BODY": str(body_file)}, port, "/") as server:
        yield server


def eventreg_command(instance: Path, environment: Mapping[str, str], *arguments: str) -> str:
    """Run a command of `eventreg` to its end and return what it printed."""
    settings = {**os.environ, "EVENTREG_INSTANCE": str(instance), "EVENTREG_LIMITS": "off", **environment}
    done = subprocess.run([str(EVENTREG), *arguments], env=settings, check=True, capture_output=True, text=True)
    return done.stdout


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], port: int, path: str) -> Iterator[Server]:
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    server = Server(process, port, environment.get("EVENTREG_DATABASE_URL", "sqlite://"))
    try:
        _wait_for(process, f"http://127.0.0.1:{port}{path}")
        yield replace(server, startup=time.perf_counter() - started)
    finally:
        server.end()


def _wait_for(process: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(_START_WITHIN * 50):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server does not answer")


def _pss(process: psutil.Process) -> float:
    try:
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next(float(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
