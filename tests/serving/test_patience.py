"""Clients that begin a request and fall silent hold no thread for ever."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from eventreg.serving.patience import SILENCE_SECONDS
from tests.serving.servers import serving, wait_for

pytestmark = pytest.mark.slow

_HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "
_BODY = (
    b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 100\r\n\r\nab"
)


@pytest.mark.parametrize("begun", [_HEAD, _BODY])
def test_silent_clients_stop_no_server(tmp_path: Path, begun: bytes) -> None:
    with serving(tmp_path, workers=1, has_mail_worker=False) as server, ExitStack() as held:
        for _ in range(10):
            silent = held.enter_context(socket.create_connection((server.host, server.port)))
            silent.sendall(begun)
        wait_for(server.is_alive, SILENCE_SECONDS * 2.5)
        assert "Traceback" not in server.log.read_text()
        assert "ERROR" not in server.log.read_text()
