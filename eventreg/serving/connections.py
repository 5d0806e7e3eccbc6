"""Connections of clients: read and written by one loop without a thread, so that whoever is slow holds nobody else up.

A request goes to a thread when it is there as a whole. Its head is judged before any of its body is taken; bodies lie in
temporary files, within bounds; an answer that a client takes slowly lies there too. Waitress does the reading and writing;
what is here is its patience, what it refuses, and how it closes.
"""

from __future__ import annotations

import logging
import socket
import sys
import termios
from contextlib import suppress
from fcntl import ioctl
from functools import cached_property
from time import monotonic
from typing import Any

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import WSGITask
from waitress.utilities import BadRequest

from eventreg.kernel import clients, errors
from eventreg.web.traffic import REFUSED

#: seconds in which a client may send nothing at all, or too little
PATIENCE_SECONDS = 20.0
#: bytes that keep a client for one second more: so slow may a form with ten megabytes come from a telephone
_LOWEST_RATE = 1024
#: seconds of patience that a client can earn by what it sent: longer than a telephone needs to find its network again
_MOST_PATIENCE_SECONDS = 60.0
#: how long a client that was refused may go on sending before it reads the answer, and be silent meanwhile
_LINGER_SECONDS, _LINGER_SILENCE_SECONDS = 30.0, 5.0
#: bytes of a body, or of an answer that waits for its client, that lie in memory; what is more lies on the disk
IN_MEMORY = 64 * 1024
#: so often, in bytes, it is asked whether there is room for more on the disk
_STRIDE = 1024 * 1024
#: line ends between two requests, which old browsers send
_MOST_EMPTY = 10
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

log = logging.getLogger(__name__)


class Request(HTTPRequestParser):
    """A request as it comes in; what is refused is complete without its body."""

    #: the code that it is refused by, or 0
    refusal = 0
    #: of a head that cannot be read
    path = ""

    def __init__(self, connection: Connection, *, comes_early: bool) -> None:
        super().__init__(connection.adj)
        self._connection = connection
        self._comes_early = comes_early
        #: where in the body the disk is looked at next
        self._looks_at = IN_MEMORY

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head, and judge it when a body is to follow. Raises ParsingError."""
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a length of thousands of digits
            raise ParsingError("Content-Length is invalid") from error
        if self.version not in {"1.0", "1.1"}:
            raise ParsingError("This version of HTTP is not spoken here")
        if self.chunked:
            # Browsers and proxies tell the length. Chunks are put together in memory, and of one byte each they stop the loop.
            self._refuse(411)
        elif self.body_rcv is not None:
            refusal = self._connection.server.judge(self._environ()).refusal
            if refusal:
                self._refuse(refusal)
        else:
            self.expect_continue = False

    def received(self, data: bytes) -> int:
        """Take what came, and return how much of it was this request's: all of it once the request is refused."""
        if self._comes_early:
            # Answers that nobody reads would pile up: the next request is for when the answer is there.
            self.completed, self.empty = True, not data.strip()
            self.error = BadRequest("One request at a time")  # type: ignore[assignment]  # an error like the others
            return len(data)
        taken = len(data)
        try:
            taken = super().received(data)
        except OSError:  # the disk takes no more
            self._refuse(503)
        if self.body_bytes_received > self._looks_at:
            self._looks_at += _STRIDE
            if not self._connection.server.has_room(self._connection):
                self._refuse(503)
        return len(data) if self.refusal else taken

    def _refuse(self, code: int) -> None:
        """Be complete at once, without a body; the connection is closed after the answer."""
        self.close()
        self.refusal, self.body_rcv = code, None
        self.chunked = self.expect_continue = False
        self.content_length = self.body_bytes_received = 0
        self.headers.pop("CONTENT_LENGTH", None)
        self.headers["CONNECTION"] = "close"
        self.completed = True

    def _environ(self) -> dict[str, Any]:
        """Return what the head tells, as a WSGI environment."""
        named = {name if name.startswith("CONTENT_") else f"HTTP_{name}": value for name, value in self.headers.items()}
        return named | {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": "/" + self.path.lstrip("/"),
            "QUERY_STRING": self.query,
            "REMOTE_ADDR": self._connection.client,
            "SCRIPT_NAME": "",
            "SERVER_NAME": self._connection.server.server_name,
            "SERVER_PORT": str(self._connection.server.effective_port),
            "wsgi.url_scheme": self.url_scheme,
        }


class Task(WSGITask):
    """A request in its thread."""

    def get_environment(self) -> dict[str, Any]:
        """Return the WSGI environment, with the code of a refusal in it."""
        environ: dict[str, Any] = super().get_environment()
        if self.request.refusal:
            environ[REFUSED] = self.request.refusal
        return environ


class Connection(HTTPChannel):
    """A client's connection, with an end to our patience.

    Patience is a moment: 20 seconds from now on; each kilobyte that moves puts it off by a second, to a minute from now at
    most. While a thread is at work on a request, nothing is asked of the client but to take what is there for it.
    """

    task_class = Task

    #: set by waitress while the connection is there
    socket: socket.socket

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._until = monotonic() + PATIENCE_SECONDS
        self._lingers_until = 0.0
        #: requests begun since the last answer; bytes given to the system to send, and those of them that it has sent
        self._begun = self._given = self._sent = 0
        self._is_refused = False
        super().__init__(*args, **kwargs)

    def parser_class(self, _adj: object) -> Request:  # type: ignore[override]  # called as the class would be
        """Begin the next request; one that comes before the last is answered, or after many empty ones, is refused."""
        self._until = monotonic() + PATIENCE_SECONDS
        self._begun += 1
        return Request(self, comes_early=bool(self.requests) or self._begun > _MOST_EMPTY)

    @property
    def client(self) -> str:
        """The network address of the client, or of the proxy that speaks for it."""
        return str(self.addr[0]) if self.addr else ""

    @cached_property
    def network(self) -> str:
        """What clients are counted by."""
        return clients.client_network(self.client)

    @property
    def is_idle(self) -> bool:
        """Whether no request was begun, and no answer is under way."""
        return self.request is None and self.is_waiting

    @property
    def is_waiting(self) -> bool:
        """Whether it is the client's turn to send."""
        return not (self.requests or self.total_outbufs_len or self.close_when_flushed or self._lingers_until)

    @property
    def may_go(self) -> bool:
        """Whether a new client may take this one's place."""
        return self.is_waiting or bool(self._lingers_until)

    @property
    def spooled(self) -> int:
        """How many bytes lie here for this client: of what it sends, and of what it is to get."""
        bodies = sum(one.body_bytes_received for one in (self.request, *self.requests) if one is not None)
        return int(bodies + self.total_outbufs_len)

    @property
    def patience_ends(self) -> float:
        """The moment, as `monotonic()`, from which on this client is let go."""
        if self.requests and not self.total_outbufs_len:
            return monotonic() + PATIENCE_SECONDS
        return self._until

    def received(self, data: bytes) -> bool:
        """Take what the client sent; leave it when the answer has gone already."""
        if self._lingers_until:
            self._until = min(self._lingers_until, monotonic() + _LINGER_SILENCE_SECONDS)
            return False
        self._earn(len(data))
        return bool(super().received(data))

    def write_soon(self, data: bytes) -> int:
        """Take a part of the answer from the thread that makes it."""
        if not self.total_outbufs_len:
            self._until = monotonic() + PATIENCE_SECONDS
        elif self.total_outbufs_len > _STRIDE and not self.server.has_room(self):
            raise ClientDisconnected
        return int(super().write_soon(data))

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Give the system as much to send as it takes now."""
        given = int(super().send(data, do_close))
        self._given += given
        return given

    def note_taken(self) -> None:
        """Count what the client has taken of its answer: the system tells when it takes more of us only by the megabyte."""
        if not self.total_outbufs_len:
            return
        with suppress(OSError, ValueError):
            waiting = int.from_bytes(ioctl(self.socket.fileno(), termios.TIOCOUTQ, bytes(4)), sys.byteorder)
            taken = max(self._given - waiting, self._sent)
            self._earn(taken - self._sent)
            self._sent = taken

    def service(self) -> None:
        """Answer one request, in a thread."""
        request = self.requests[0]
        self._is_refused = bool(request.error or request.refusal)
        self._begun = 0
        if self.server.sends_away():
            request.headers["CONNECTION"] = "close"
        super().service()
        self._until = monotonic() + PATIENCE_SECONDS

    def let_go(self) -> None:
        """Close the connection of a client that was too slow; tell it so if it had begun a request."""
        if not self.connected:
            return
        if self.request is not None and self.is_waiting:
            with suppress(OSError):
                self.socket.send(_TOO_SLOW)
        self._close()

    def handle_close(self) -> None:
        """Close the connection; after a refusal only for writing, until the client has had the time to read it.

        Closed at once with something unread, the client's system would throw away the answer before a browser sees it.
        """
        if self._is_refused and not self._lingers_until and self.connected:
            self._lingers_until = monotonic() + _LINGER_SECONDS
            self._until = monotonic() + _LINGER_SILENCE_SECONDS
            self.will_close = False
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
                return
        self._close()

    def handle_error(self) -> None:
        """Log what went wrong in the loop by its place, not by what was sent, and close."""
        error = sys.exception()
        log.error("A connection failed\n%s", errors.traced(error) if error else "-")
        self._close()

    def _earn(self, count: int) -> None:
        latest = monotonic() + _MOST_PATIENCE_SECONDS
        self._until = min(self._until + count / _LOWEST_RATE, latest)

    def _close(self) -> None:
        if self.request is not None:
            self.request.close()
        super().handle_close()
