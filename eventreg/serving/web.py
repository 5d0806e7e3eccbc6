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
from time import monotonic, sleep
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from eventreg.kernel import disk, errors
from eventreg.serving.addresses import AnyBind
from eventreg.serving.connections import IN_MEMORY, Connection
from eventreg.serving.supervisor import LEAVE, Wish
from eventreg.web.traffic import Judgement, judge_head

#: seconds for requests under way when the server is asked to stop, and when it leaves while another serves
GRACE_SECONDS, _LEAVING_SECONDS = 20, 600
#: files that a client may take: its connection, what it sends, what it gets
_FILES_EACH = 3
#: those that the program itself may have open
_FILES_OF_OURS = 200
#: seconds between looks at who is too slow; with nobody there, between two turns of the loop
_LOOK_SECONDS, _IDLE_SECONDS = 1.0, 10.0
#: while all threads work new clients wait outside, in their order, for a thread of whichever process is free first; where
#: no thread has finished for so long, they are taken all the same: somebody may ask whether the process lives
_FULL_SECONDS = 1.0
#: over how many seconds the requests in hand are averaged, and how long between two calls for help
_MEAN_SECONDS, _CALL_SECONDS = 0.3, 1.0
#: so long nothing was asked of a worker that leaves; a helper leaves when so long one process was enough
REST_SECONDS = 10.0
#: a fresh worker practises so long at most, where the database does not answer, and looks so often whether its threads rest
_PRACTICE_SECONDS, _TURN_SECONDS = 5.0, 0.001
#: how long a thread may keep the interpreter from one that waits for it
_SWITCH_SECONDS = 0.001
#: who asks whether the process lives or is ready waits for no visitor, however long those that work may take
_PROBES = {"/healthz": 0, "/readyz": 1, "/metrics": 2}

_TEMPORARY = Path(tempfile.gettempdir())

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WebOptions:
    """How to serve."""

    bind: AnyBind
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


@dataclass(frozen=True)
class Place:
    """Where a worker stands among those that serve with it."""

    #: how to ask the supervisor for something; None: there is none
    say: Callable[[Wish], None] | None = None
    #: whether there can be others who serve
    has_others: bool = False
    #: whether it is there for the rush alone
    is_helper: bool = False
    rest_seconds: float = REST_SECONDS


@dataclass(frozen=True)
class Practice:
    """What a fresh worker answers to visitors of its own, before others come: whatever a process does first takes longer."""

    #: what each of them sends
    request: bytes
    #: stands for the application meanwhile
    answer: Callable[..., Iterable[bytes]]
    #: how many ask at once, and how often
    visitors: int
    rounds: int = 5


class WebServer(TcpWSGIServer):
    """Serves an application on a listening socket until `stop`."""

    channel_class = Connection

    def __init__(self, app: Flask, listener: socket.socket, threads: int, bounds: Bounds, place: Place) -> None:
        self.judge: Callable[[dict[str, Any]], Judgement] = lambda environ: judge_head(app, environ)
        self._bounds = bounds
        self._most_connections = _allow_connections(bounds.connections)
        self._probing = [_dispatcher(1) for _ in range(3)]
        self._workload = Workload(place, threads)
        #: requests that were given to a thread, how many of them were answered at the last look, and when one had been
        self._given, self._answered, self._moved = 0, 0, monotonic()
        #: when a stop or a departure ends at the latest, and whether clients who ask for nothing are borne until then
        self._ends_by, self._is_leaving = 0.0, False
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
        """Serve until told to stop or to leave and what was under way is answered, or the grace is over."""
        looked = 0.0
        # Whoever holds the turn to write waits for the interpreter after each statement, behind every thread that composes.
        sys.setswitchinterval(_SWITCH_SECONDS)
        while not self._is_done():
            if monotonic() - looked >= _LOOK_SECONDS:
                looked = monotonic()
                self._look_after_clients(looked)
                faulthandler.dump_traceback_later(self._bounds.stuck_seconds, exit=True)
            self._workload.note(self._in_hand())
            if self._is_full():
                wasyncore.poll2(_FULL_SECONDS, self._map)
                if self._is_stuck():
                    self._take_those_who_wait()
            else:
                wasyncore.poll2(_LOOK_SECONDS if self.active_channels else _IDLE_SECONDS, self._map)
        faulthandler.cancel_dump_traceback_later()

    def practise(self, practice: Practice) -> None:
        """Answer by the loop and the threads that others will meet. Nobody else is taken meanwhile; nothing counts as work."""
        application, self.application = self.application, practice.answer
        workload, self._workload = self._workload, Workload(Place(), practice.visitors)
        without_listener = {number: one for number, one in self._map.items() if one is not self}
        ends_by = monotonic() + _PRACTICE_SECONDS
        for _ in range(practice.rounds):
            pairs = [socket.socketpair() for _ in range(practice.visitors)]
            for here, there in pairs:
                self.channel_class(self, here, ("127.0.0.1", 0), self.adj, map=without_listener)
                there.sendall(practice.request)
            while (self.active_channels or self._in_hand()) and monotonic() < ends_by:
                wasyncore.poll2(_TURN_SECONDS, without_listener)
            for _here, there in pairs:
                there.close()
        self.application, self._workload = application, workload

    def stop(self, *_signal: object) -> None:
        """Take no more clients, and end when those who are here have their answers. May be called by a signal."""
        self._ends_by, self._is_leaving = monotonic() + GRACE_SECONDS, False
        self.pull_trigger()

    def leave(self, *_signal: object) -> None:
        """Take no more clients, and end when those who are here have gone: each after its next answer."""
        if not self._ends_by:
            self._ends_by, self._is_leaving = monotonic() + _LEAVING_SECONDS, True
        self.pull_trigger()

    def sends_away(self) -> bool:
        """Say whether a client shall come back by a new connection, which another process may take."""
        return bool(self._ends_by) or self._workload.gives_away()

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
        """Say whether the loop is to look for new clients: not while all threads work, nor while all places are taken by those
        who are being served.
        """
        return bool(super().readable()) and not self._is_full() and self._has_place()

    def add_task(self, task: Connection) -> None:
        """Hand a request that is there as a whole to a thread."""
        probe = _PROBES.get(task.requests[0].path)
        if probe is None:
            self._given += 1
            self._workload.note_request()
        (self.task_dispatcher if probe is None else self._probing[probe]).add_task(task)

    def handle_accept(self) -> None:
        """Take a new client; when there are too many, in the place of one that asks for nothing."""
        if len(self.active_channels) >= self._most_connections:
            waiting = [client for client in self.active_channels.values() if client.may_go]
            if waiting:
                min(waiting, key=lambda client: client.patience_ends).let_go()
        super().handle_accept()

    def getsockname(self) -> tuple[str, str]:
        """Return host and port that are listened on; a path stands for the port."""
        if self.family == socket.AF_UNIX:
            return "localhost", str(self.sockinfo[3])
        host, port = super().getsockname()
        return host, port

    def set_socket_options(self, client: socket.socket) -> None:
        """Set what is set for connections of TCP."""
        if self.family != socket.AF_UNIX:
            super().set_socket_options(client)

    def fix_addr(self, address: Any) -> Any:
        """Return host and port of a client; of one on a path there is none but this machine."""
        return address or ("localhost", 0)

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

    def _in_hand(self) -> int:
        """Return how many requests are with the threads, or wait for one."""
        return len(self.task_dispatcher.queue) + int(self.task_dispatcher.active_count)

    def _is_full(self) -> bool:
        return self._in_hand() >= len(self.task_dispatcher.threads)

    def _is_stuck(self) -> bool:
        """Say whether no thread has finished for a while. Asked while all of them work."""
        answered, now = self._given - self._in_hand(), monotonic()
        if answered != self._answered:
            self._answered, self._moved = answered, now
        return now - self._moved >= _FULL_SECONDS

    def _has_place(self) -> bool:
        return len(self.active_channels) < self._most_connections or any(
            client.may_go for client in self.active_channels.values()
        )

    def _take_those_who_wait(self) -> None:
        """Take the clients whom no other process took, however long this one's threads may work."""
        before = -1
        while self.accepting and self._has_place() and before != len(self.active_channels):
            before = len(self.active_channels)
            self.handle_accept()

    def _is_done(self) -> bool:
        if not self._ends_by:
            return False
        if self.accepting:
            self.accepting = False
            self.del_channel(self._map)
        for client in list(self.active_channels.values()):
            if client.is_idle and not self._is_leaving:
                client.let_go()
        return not self.active_channels or monotonic() > self._ends_by


class Workload:
    """What a worker has to do, and what it asks the supervisor for: help in a rush, a fresh process in its place at rest."""

    def __init__(self, place: Place, threads: int) -> None:
        self._place = place
        self._many = max(threads / 2, 1)
        self._in_hand, self._mean, self._noted = 0, 0.0, monotonic()
        self._called = 0.0
        #: since when there is nothing to do, or for a helper too little; None: nothing was done yet
        self._rests_since = monotonic() if place.is_helper else None
        self._to_give_away = 0

    def note_request(self) -> None:
        """Note that something is asked of this worker."""
        if not self._place.is_helper:
            self._rests_since = monotonic()

    def note(self, in_hand: int) -> None:
        """Note how many requests are in hand now, and ask for what follows from it."""
        now = monotonic()
        self._mean += (self._in_hand - self._mean) * min((now - self._noted) / _MEAN_SECONDS, 1)
        self._in_hand, self._noted = in_hand, now
        if self._place.say is None:
            return
        if self._place.has_others and self._mean >= self._many and now - self._called > _CALL_SECONDS:
            self._called, self._to_give_away = now, in_hand // 2
            self._place.say(Wish.HELP)
        if in_hand and (not self._place.is_helper or self._mean >= 1):
            self._rests_since = now
        elif self._rests_since is not None and now - self._rests_since > self._place.rest_seconds:
            self._rests_since = now
            self._place.say(Wish.LEAVE)

    def gives_away(self) -> bool:
        """Say whether one of those who are being answered shall try another process."""
        self._to_give_away -= 1
        return self._to_give_away >= 0


def work(
    app: Flask,
    listener: socket.socket,
    threads: int,
    bounds: Bounds = Bounds(),
    place: Place = Place(),
    practice: Practice | None = None,
) -> None:
    """Serve `app` in this process until SIGTERM, or until it may leave. Who comes to help practises not: others wait for it."""
    server = WebServer(app, listener, threads, bounds, place)
    if practice is not None and not place.is_helper:
        server.practise(practice)
    signal.signal(LEAVE, server.leave)
    signal.signal(signal.SIGTERM, server.stop)
    if place.say is not None:
        place.say(Wish.READY)
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
    while dispatcher.active_count:  # until each waits for work
        sleep(0.0005)
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
