"""A way to PostgreSQL that can be closed: what is sent is taken and nothing comes back, or the connection is cut."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import suppress

from sqlalchemy import make_url

from tests.support.waiting import join

_LARGEST = 1 << 16


class Passage:
    """A port of loopback that leads to the server of a database. Used as a context."""

    def __init__(self, url: str) -> None:
        self._target = make_url(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._is_open = threading.Event()
        self._is_open.set()
        self._is_over = False
        self._ends: dict[socket.socket, socket.socket] = {}
        self._lost: set[socket.socket] = set()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._carry, daemon=True)

    @property
    def url(self) -> str:
        """The address of the database through here."""
        port = self._listener.getsockname()[1]
        through = self._target.set(host="127.0.0.1", port=port, query={})
        return through.render_as_string(hide_password=False)

    def hang(self) -> None:
        """Take everything, and answer nothing more."""
        self._is_open.clear()

    def go_on(self) -> None:
        """Carry again what waits."""
        self._is_open.set()

    def lose(self) -> None:
        """Take everything on the connections that there are, and pass on nothing of it; those that come are carried."""
        self._lost.update(self._ends)

    def cut(self) -> None:
        """Close every connection that there is."""
        for end in list(self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Passage:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self.go_on()
        join([self._thread])
        for end in [self._listener, *self._ends]:
            end.close()

    def _carry(self) -> None:
        while not self._is_over:
            for key, _events in self._selector.select(0.05):
                self._is_open.wait()
                if key.fileobj is self._listener:
                    self._let_in()
                else:
                    self._pass_on(key.fileobj)  # type: ignore[arg-type]

    def _let_in(self) -> None:
        near, _ = self._listener.accept()
        far = self._connect()
        for end, other in ((near, far), (far, near)):
            self._ends[end] = other
            self._selector.register(end, selectors.EVENT_READ)

    def _connect(self) -> socket.socket:
        folder = self._target.query.get("host")
        if not folder:
            return socket.create_connection((self._target.host or "127.0.0.1", self._target.port or 5432))
        far = socket.socket(socket.AF_UNIX)
        far.connect(f"{folder}/.s.PGSQL.{self._target.port or 5432}")
        return far

    def _pass_on(self, end: socket.socket) -> None:
        data = b""
        with suppress(OSError):
            data = end.recv(_LARGEST)
        other = self._ends.get(end)
        if data and end in self._lost:
            return
        if data and other is not None:
            with suppress(OSError):
                other.sendall(data)
            return
        for one in (end, other):
            if one is not None and self._ends.pop(one, None) is not None:
                self._selector.unregister(one)
                one.close()
