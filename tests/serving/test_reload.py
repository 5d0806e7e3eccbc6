"""SIGHUP: new settings and a new version take over while the old workers finish; at a terminal it ends everything."""

from __future__ import annotations

import os
import pty
import signal
import socket
import sqlite3
import subprocess
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import psutil
import pytest

from tests.packaging.copies import clean_environment, free_port, page
from tests.serving.servers import EVENTREG, Server, are_gone, serving
from tests.support.waiting import patience, until
from tests.support.warm import Commands

pytestmark = pytest.mark.slow


_LENGTH = 1_500_000
_HEAD = (
    b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: %d\r\n\r\n" % _LENGTH
)


def _set_revision(server: Server, revision: str) -> str:
    """Have the tables be of another version, and return the one that they were of."""
    with closing(sqlite3.connect(server.instance / "eventreg.db")) as database:
        (before,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
        database.execute("UPDATE alembic_version SET version_num = ?", [revision])
        database.commit()
    return str(before)


def test_new_settings_take_over_while_a_request_is_under_way(demo_folder: Path, commands: Commands) -> None:
    with serving(demo_folder, commands=commands) as server:
        (old,) = server.web()
        with socket.create_connection(("127.0.0.1", server.port), timeout=patience()) as client:
            client.sendall(_HEAD)
            (server.instance / "config.toml").write_text('site_name = "Seminarios del sur"\n')
            server.process.send_signal(signal.SIGHUP)
            sent = 0

            def is_renewed() -> bool:
                nonlocal sent
                client.sendall(b"a" * 2000)  # who goes on sending is borne
                sent += 2000
                return "Seminarios del sur" in page(f"{server.address}/")[1]

            until(is_renewed, "the new name")
            assert old.is_running()
            client.sendall(b"a" * (_LENGTH - sent))
            with HTTPResponse(client) as answer:
                answer.begin()
                assert (answer.status, answer.headers["Connection"]) == (400, "close"), "a form without its token"
        until(lambda: are_gone([old]), "the end of the old worker")
        assert server.process.poll() is None
        family = server.family()
        server.process.terminate()
        assert server.process.wait(patience()) == 0
        assert are_gone(family)
    assert "Traceback" not in server.log.read_text()


def test_tables_that_do_not_fit_are_refused_with_a_sentence(demo_folder: Path, commands: Commands) -> None:
    with serving(demo_folder, commands=commands) as server:
        old = server.web()
        before = _set_revision(server, "0001")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "Not started anew" in server.log.read_text(), "the refusal")
        assert "Run: eventreg migrate" in server.log.read_text()
        _set_revision(server, before)
        assert server.is_alive()
        assert server.web() == old


def test_stop_that_comes_while_it_starts_anew_is_heard(demo_folder: Path, commands: Commands) -> None:
    with serving(demo_folder, commands=commands) as server:
        family = server.family()
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "Starting anew" in server.log.read_text(), "the moment")
        server.process.terminate()
        assert server.process.wait(patience()) == 0
        until(lambda: are_gone(family), "the end of the old ones")


def test_closed_window_of_a_terminal_ends_everything(demo_folder: Path) -> None:
    port = free_port()
    environment = clean_environment() | {"EVENTREG_INSTANCE": str(demo_folder / "instance")}
    command = [EVENTREG, "serve", "--prepare", "--bind", f"127.0.0.1:{port}"]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(EVENTREG, command, environment)  # noqa: S606
    until(lambda: b"Ctrl+C" in os.read(terminal, 4096), "what the terminal shows")
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    os.close(terminal)
    os.waitpid(pid, 0)
    assert are_gone(family)


def test_socket_that_is_handed_over_is_listened_on(tmp_path: Path) -> None:
    path = tmp_path / "public.sock"
    with socket.socket(socket.AF_UNIX) as listener, (tmp_path / "log").open("wb") as log:
        listener.bind(str(path))
        listener.listen()
        # As systemd does: the third file, and the process that it is meant for.
        handing = f'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" serve --prepare 3<&{listener.fileno()}'
        with subprocess.Popen(
            ["bash", "-c", handing, EVENTREG],
            env=clean_environment() | {"EVENTREG_INSTANCE": str(tmp_path / "instance")},
            pass_fds=[listener.fileno()],
            start_new_session=True,
            stdout=log,
            stderr=log,
        ) as process:
            try:
                first = _ask(path)
                assert first == 200
                (tmp_path / "log").write_text("")
                process.send_signal(signal.SIGHUP)
                until(lambda: "Ctrl+C" in (tmp_path / "log").read_text(), "another start")
                assert _ask(path) == 200
            finally:
                process.terminate()
    assert process.returncode == 0


def _ask(path: Path) -> int:
    """Return the status of the home page from a server on a path; waits in the queue until there is one."""
    connection = HTTPConnection("127.0.0.1:8000", timeout=patience())
    with closing(connection), suppress(OSError):
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(patience())
        connection.sock.connect(str(path))
        connection.request("GET", "/")
        return connection.getresponse().status
    return 0
