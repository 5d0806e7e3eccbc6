"""Clients that send nothing, or a byte now and then, keep nobody else waiting, without a proxy. Case 66."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.packaging.copies import page
from tests.serving.servers import Server, serving
from tests.support.waiting import join, patience
from tests.support.warm import Commands

pytestmark = pytest.mark.slow

_IDLE, _SLOW = 300, 100
#: heads and bodies that are never finished
_BEGINNINGS = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
    b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\nab",
)
#: seconds that any other visitor waits at most
_LONGEST_WAIT = 2.0
_BETWEEN_BYTES = 2.0
#: how long the visitors come: past the moment at which the first of the silent are let go
_VISITING_SECONDS = 25


def test_nobody_waits_for_clients_that_send_nothing_or_a_byte_now_and_then(
    demo_folder: Path, commands: Commands
) -> None:
    with serving(demo_folder, commands=commands, has_mail_worker=False) as server, ExitStack() as held:
        for _ in range(_IDLE):
            held.enter_context(_connected(server))
        slow = [held.enter_context(_connected(server)) for _ in range(_SLOW)]
        for number, connection in enumerate(slow):
            connection.sendall(_BEGINNINGS[number % 2])
        trickle = _Trickle(slow)
        waits = {"/": 0.0, "/healthz": 0.0}
        end = time.monotonic() + _VISITING_SECONDS
        while time.monotonic() < end:
            for path in waits:
                begun = time.monotonic()
                assert page(f"{server.address}{path}")[0] == 200
                waits[path] = max(waits[path], time.monotonic() - begun)
            time.sleep(0.2)
        trickle.stop()
        assert max(waits.values()) < patience(_LONGEST_WAIT), waits
        assert "Traceback" not in server.log.read_text()


class _Trickle:
    """Sends a byte every two seconds on each connection until stopped."""

    def __init__(self, connections: list[socket.socket]) -> None:
        self._connections = connections
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._stopped.set()
        join([self._thread])

    def _send(self) -> None:
        while not self._stopped.wait(_BETWEEN_BYTES):
            for connection in self._connections:
                with suppress(OSError):
                    connection.send(b"a")


def _connected(server: Server) -> socket.socket:
    return socket.create_connection((server.host, server.port))
