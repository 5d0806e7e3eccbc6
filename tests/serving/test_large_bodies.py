"""Bodies larger than what their address takes are refused before they are read, in bounded memory. Case 67."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.serving.servers import Server, serving
from tests.support.waiting import join, patience

pytestmark = pytest.mark.slow

_MEGABYTE = 1024 * 1024
_SENT = 50 * _MEGABYTE
_AT_ONCE = 16
#: megabytes that all processes together may take above what they had before (row 3 of the issue)
_MOST_MORE = 120
_BETWEEN_LOOKS = 0.05
_FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(("path", "code"), [("/sign-in", 413), ("/no-such-page", 404)])
def test_memory_is_bounded_while_sixteen_send_fifty_megabytes_at_once(tmp_path: Path, path: str, code: int) -> None:
    with serving(tmp_path, has_mail_worker=False, EVENTREG_LIMITS="off") as server:
        before = _memory(server)
        watch = _Watch(server)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            answers = list(pool.map(lambda _: _post(server, path, _FORM, _SENT), range(_AT_ONCE)))
        peak = watch.stop()
        assert {answer.split(b" ")[1] for answer in answers} == {str(code).encode()}
        assert peak - before < _MOST_MORE, (before, peak)
        assert _memory(server) - before < _MOST_MORE


def _post(server: Server, path: str, kind: str, size: int) -> bytes:
    """Send a body, whatever the server thinks of it, then read what it answered."""
    head = f"POST {path} HTTP/1.1\r\nHost: {server.host}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
    with socket.create_connection((server.host, server.port), timeout=patience()) as client:
        client.sendall(head.encode())
        with suppress(OSError):
            for _ in range(size // _MEGABYTE):
                client.sendall(b"a" * _MEGABYTE)
        return client.recv(65536)


class _Watch:
    """Looks at the memory of all processes again and again, and keeps the largest sum."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._most = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def stop(self) -> float:
        """End it, and return the peak in megabytes."""
        self._stopped.set()
        join([self._thread])
        return self._most

    def _look(self) -> None:
        while not self._stopped.wait(_BETWEEN_LOOKS):
            self._most = max(self._most, _memory(self._server))


def _memory(server: Server) -> float:
    """Return the proportional set size of all processes, in megabytes."""
    return sum(one.memory_full_info().pss for one in server.family() if psutil.pid_exists(one.pid)) / _MEGABYTE
