"""The web server: gunicorn with threads, its arbiter being one of the supervisor's children."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer

from eventreg.serving.addresses import Bind
from eventreg.serving.lifelines import end_with, is_orphan
from eventreg.serving.logs import PathlessLogger
from eventreg.serving.patience import PatientWorker

#: seconds for requests under way when the server is asked to stop
GRACE_SECONDS = 20
#: memory, where there is such a folder: workers touch a file there every second, and a busy disk must not kill them
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - gunicorn makes its files there with names of its own, and unlinks them
_STOPPING = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}


@dataclass(frozen=True)
class WebOptions:
    """How to serve."""

    bind: Bind
    workers: int = 2
    threads: int = 8


class WebServer(BaseApplication):
    """Serves an application that is loaded already. `on_ready` is called once it listens."""

    def __init__(self, app: Flask, options: WebOptions, on_ready: Callable[[], None]) -> None:
        self._app = app
        self._options = options
        self._on_ready = on_ready
        super().__init__()  # type: ignore[no-untyped-call]  # gunicorn ships no types

    def load_config(self) -> None:
        """Give gunicorn its settings; it reads neither files nor variables of its own."""
        settings: Any = self.cfg
        for name, value in self._settings().items():
            settings.set(name, value)

    def load(self) -> Flask:
        """Return what the workers serve."""
        return self._app

    def run(self) -> None:
        """Serve until told to stop."""
        SupervisedArbiter(self).run()  # type: ignore[no-untyped-call]  # gunicorn ships no types

    def _settings(self) -> dict[str, Any]:
        return {
            "bind": str(self._options.bind),
            "workers": self._options.workers,
            "worker_class": PatientWorker,
            "threads": self._options.threads,
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": GRACE_SECONDS,
            "worker_tmp_dir": _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else None,
            # Its path is the same for every server of a user: a second one would answer for the first.
            "control_socket_disable": True,
            # Which proxies are believed is EVENTREG_TRUSTED_PROXIES, looked after by the application.
            "forwarded_allow_ips": "",
            "logger_class": PathlessLogger,
            "loglevel": "warning",
            "accesslog": None,
            "when_ready": lambda _arbiter: self._on_ready(),
            "post_worker_init": lambda _worker: signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING),
            "post_fork": lambda arbiter, _worker: self._enter_worker(arbiter.pid),
        }

    def _enter_worker(self, arbiter: int) -> None:
        end_with(arbiter)
        drop_connections(self._app)


class SupervisedArbiter(Arbiter):
    """An arbiter that ends when its supervisor is gone, where the kernel does not see to it."""

    def __init__(self, app: BaseApplication) -> None:
        self._supervisor = os.getppid()
        super().__init__(app)  # type: ignore[no-untyped-call]  # gunicorn ships no types

    def spawn_worker(self) -> None:
        """Fork a worker. A request to stop waits until the worker has its own handlers: the arbiter's would swallow it."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
        try:
            super().spawn_worker()  # type: ignore[no-untyped-call]  # gunicorn ships no types
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)

    def murder_workers(self) -> None:
        """Look, once a second, after the workers and the supervisor."""
        if is_orphan(self._supervisor):
            raise HaltServer("The supervisor is gone.", 1)
        super().murder_workers()  # type: ignore[no-untyped-call]  # gunicorn ships no types


def drop_connections(app: Flask) -> None:
    """Forget, without closing them, the database connections that a fork copied: they belong to the parent."""
    from eventreg.db import db

    with app.app_context():
        db.engine.dispose(close=False)
