"""A web worker: waitress in a process that the supervisor forked, on a socket that all of them share."""

import faulthandler
import logging
import resource
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from eventreg.kernel import disk, errors
from eventreg.serving.addresses import Bind
from eventreg.serving.connections import IN_MEMORY, Connection
from eventreg.web.traffic import Judgement, judge_head

#: seconds for requests under way when the server is asked to stop
GRACE_SECONDS = 20
#: files that a client may take: its connection, what it sends, what it gets
_FILES_EACH = 3
#: those that the program itself may have open
_FILES_OF_OURS = 200
#: seconds between looks at who is too slow; with nobody there, between two turns of the loop
_LOOK_SECONDS, _IDLE_SECONDS = 1.0, 10.0
#: who asks whether the process lives or is ready waits for no visitor, however long those that work may take
_PROBES = {"/healthz": 0, "/readyz": 1, "/metrics": 2}

_TEMPORARY = Path(tempfile.gettempdir())

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WebOptions:
    """How to serve."""

    bind: Bind
    workers: int = 2
    threads: int = 8


@dataclass(frozen=True)
class Bounds:
    """What one process takes at most."""

    #: clients at once; of more, those go that wait longest without having asked for anything
    connections: int = 1000
    #: bytes of bodies, and of answers that wait, on the disk: of all clients, and of those from one network
    spooled: int = 1024 * 1024 * 1024
    spooled_by_one: int = 256 * 1024 * 1024
    #: bytes that bodies leave free on the disk they lie on: less than files that are kept leave, which say so beside their field
    left_free: int = disk.LEFT_BY_FILES // 2
    #: seconds without a turn of the loop, after which the process ends to be started anew: something holds the interpreter
    stuck_seconds: float = 60


class WebServer(TcpWSGIServer):
    """Serves an application on a listening socket until `stop`."""

    channel_class = Connection

    def __init__(self, app: Flask, listener: socket.socket, threads: int, bounds: Bounds) -> None:
        self.judge: Callable[[dict[str, Any]], Judgement] = lambda environ: judge_head(app, environ)
        self._bounds = bounds
        self._most_connections = _allow_connections(bounds.connections)
        self._probing = [_dispatcher(1) for _ in range(3)]
        self._stop_at = 0.0
        super().__init__(
            _guarded(app),
            map={},
            _sock=listener,
            dispatcher=_dispatcher(threads),
            adj=_adjustments(),
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )

    def run(self) -> None:
        """Serve until told to stop and what was under way is answered, or the grace is over."""
        looked = 0.0
        while not self._is_done():
            if monotonic() - looked >= _LOOK_SECONDS:
                looked = monotonic()
                self._look_after_clients(looked)
                faulthandler.dump_traceback_later(self._bounds.stuck_seconds, exit=True)
            wasyncore.poll2(_LOOK_SECONDS if self.active_channels else _IDLE_SECONDS, self._map)
        faulthandler.cancel_dump_traceback_later()

    def stop(self, *_signal: object) -> None:
        """Take no more clients, and end when those who are here have their answers. May be called by a signal."""
        self._stop_at = monotonic() + GRACE_SECONDS
        self.pull_trigger()

    def has_room(self, asking: Connection) -> bool:
        """Say whether more may be put aside for this client."""
        everybody = list(self.active_channels.values())
        of_network = sum(one.spooled for one in everybody if one.network == asking.network)
        return (
            sum(one.spooled for one in everybody) <= self._bounds.spooled
            and of_network <= self._bounds.spooled_by_one
            and disk.free_bytes(_TEMPORARY) >= self._bounds.left_free
        )

    def readable(self) -> bool:
        """Say whether the loop is to look for new clients: not while all places are taken by those who are being served."""
        return bool(super().readable()) and (
            len(self.active_channels) < self._most_connections
            or any(client.may_go for client in self.active_channels.values())
        )

    def add_task(self, task: Connection) -> None:
        """Hand a request that is there as a whole to a thread."""
        probe = _PROBES.get(task.requests[0].path)
        (self.task_dispatcher if probe is None else self._probing[probe]).add_task(task)

    def handle_accept(self) -> None:
        """Take a new client; when there are too many, in the place of one that asks for nothing."""
        if len(self.active_channels) >= self._most_connections:
            waiting = [client for client in self.active_channels.values() if client.may_go]
            if waiting:
                min(waiting, key=lambda client: client.patience_ends).let_go()
        super().handle_accept()

    def handle_error(self) -> None:
        """Log what went wrong with a new client, and go on: the listening socket is there for all the others."""
        error = sys.exception()
        log.error("A client could not be taken\n%s", errors.traced(error) if error else "-")

    def maintenance(self, now: float) -> None:
        """Do nothing: the loop looks after clients, by another clock."""

    def _look_after_clients(self, now: float) -> None:
        for client in list(self.active_channels.values()):
            client.note_taken()
            if client.patience_ends < now:
                client.let_go()

    def _is_done(self) -> bool:
        if not self._stop_at:
            return False
        if self.accepting:
            self.accepting = False
            self.del_channel(self._map)
        for client in list(self.active_channels.values()):
            if client.is_idle:
                client.let_go()
        return not self.active_channels or monotonic() > self._stop_at


def work(app: Flask, listener: socket.socket, threads: int, bounds: Bounds = Bounds()) -> None:
    """Serve `app` in this process until SIGTERM."""
    server = WebServer(app, listener, threads, bounds)
    signal.signal(signal.SIGTERM, server.stop)
    server.run()


def _adjustments() -> Adjustments:
    return Adjustments(
        ident=None,
        # Which proxies are believed is EVENTREG_TRUSTED_PROXIES, looked after by the application.
        clear_untrusted_proxy_headers=False,
        connection_limit=2**31,  # see handle_accept
        log_socket_errors=False,
        # As long as an address of the attendee list with a hundred filters, and cookies.
        max_request_header_size=64 * 1024,
        # Little, so that no client's turn of the loop takes long.
        recv_bytes=16 * 1024,
        inbuf_overflow=IN_MEMORY,
        outbuf_overflow=IN_MEMORY,
        # The thread of a larger answer waits for the client: more than any file that is kept here.
        outbuf_high_watermark=64 * 1024 * 1024,
    )


def _dispatcher(threads: int) -> ThreadedTaskDispatcher:
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(threads)
    return dispatcher


def _guarded(app: Flask) -> Callable[..., Iterable[bytes]]:
    """Wrap `app` so that what it raises instead of answering is logged by its place and answered in plain words."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            return app(environ, start_response)
        except Exception as error:
            log.error("Failed to answer a request\n%s", errors.traced(error))
            start_response("500 Internal Server Error", [("Content-Type", "text/plain")], (type(error), error, None))
            return [b"Something went wrong here. It was written down.\n"]

    return answer


def _allow_connections(count: int) -> int:
    """Let this process open the files that `count` clients need, and return how many clients it can have."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count * _FILES_EACH + _FILES_OF_OURS
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return (allowed - _FILES_OF_OURS) // _FILES_EACH
