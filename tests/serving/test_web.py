"""The bounds of a web worker: patience, disk, connections, time. Cases 66 and 67."""

from __future__ import annotations

import re
import signal
import socket
import time
from contextlib import ExitStack, suppress
from http.client import HTTPResponse
from pathlib import Path
from stat import S_ISREG

import pytest

from tests.serving.bare import bare_server
from tests.support.waiting import patience, until

pytestmark = pytest.mark.slow

_FILE = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n%b\r\n--b--\r\n'


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=patience())


def _head(path: str, length: int | None = None, *more: str) -> bytes:
    """Return the head of a request: a POST of a form with files when it has a length."""
    lines = [f"{'GET' if length is None else 'POST'} {path} HTTP/1.1", "Host: 127.0.0.1", *more]
    if length is not None:
        lines += ["Content-Type: multipart/form-data; boundary=b", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def _answer(client: socket.socket) -> tuple[int, bytes]:
    """Read one answer: its status and its body."""
    with HTTPResponse(client) as response:
        response.begin()
        return response.status, response.read()


def _get(port: int, path: str) -> tuple[int, bytes]:
    with _connect(port) as client:
        client.sendall(_head(path))
        return _answer(client)


def _on_disk(pid: int) -> int:
    """Return how many bytes lie in the files that a process has open."""
    found = 0
    for name in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            status = name.stat()
            found += status.st_size if S_ISREG(status.st_mode) else 0
    return found


def test_two_kilobytes_a_second_arrive_and_a_byte_now_and_then_does_not() -> None:
    body = _FILE % (b"a" * 60_000)
    with (
        bare_server() as (_process, port),
        _connect(port) as steady,
        _connect(port) as trickling,
        _connect(port) as mute,
    ):
        for client in (steady, trickling):
            client.sendall(_head("/files", len(body)))
        begun = time.monotonic()
        for start in range(0, len(body), 2000):
            steady.sendall(body[start : start + 2000])
            with suppress(OSError):
                trickling.send(b"-")
            time.sleep(1)
        assert time.monotonic() - begun > 25  # longer than silence is borne
        assert _answer(steady) == (200, b"60000 bytes")
        assert _answer(trickling)[0] == 408
        assert mute.recv(10) == b""


def test_answer_waits_for_a_slow_client_without_a_thread() -> None:
    with bare_server(threads=1) as (_process, port), _connect(port) as slow:
        slow.sendall(_head("/large"))
        slow.recv(1000, socket.MSG_PEEK)
        # The only thread is free again, though next to nothing of the forty megabytes was taken.
        assert _get(port, "/healthz") == (200, b"lives")
        assert _get(port, "/slow") == (200, b"slowly")
        assert len(_answer(slow)[1]) == 40_000_000


def test_probes_wait_for_no_visitor() -> None:
    with bare_server(threads=1) as (_process, port), ExitStack() as held:
        for _ in range(5):
            held.enter_context(_connect(port)).sendall(_head("/slow"))
        begun = time.monotonic()
        assert _get(port, "/healthz") == (200, b"lives")
        with _connect(port) as last:
            last.sendall(_head("/slow"))
            probe = time.monotonic() - begun
            assert _answer(last) == (200, b"slowly")
        assert probe < (time.monotonic() - begun) / 3


def test_probe_is_taken_though_no_thread_will_be_free_before() -> None:
    with bare_server(threads=1) as (process, port), _connect(port) as waiting:
        waiting.sendall(_head("/waits"))
        assert process.stdout
        assert process.stdout.readline() == b"waits\n"
        assert _get(port, "/healthz") == (200, b"lives")
        assert _answer(waiting) == (200, b"waited")


def test_bodies_have_a_bound_on_the_disk() -> None:
    bound = 40 * 1024 * 1024
    body = _FILE % (b"a" * bound)
    begun = bound * 3 // 4
    with bare_server(spooled=bound) as (process, port), _connect(port) as first, _connect(port) as second:
        first.sendall(_head("/files", len(body)) + body[:begun])
        until(lambda: _on_disk(process.pid) > begun - 1_000_000, "what the first one sent")
        second.sendall(_head("/files", len(body)))
        with suppress(OSError):
            second.sendall(body)
        assert _answer(second)[0] == 503
        first.sendall(body[begun:])
        assert _answer(first) == (200, b"%d bytes" % bound)


def test_bodies_leave_room_on_the_disk() -> None:
    with bare_server(left_free=1 << 60) as (_process, port), _connect(port) as client:
        body = _FILE % (b"a" * 4_000_000)
        client.sendall(_head("/files", len(body)))
        with suppress(OSError):
            client.sendall(body)
        assert _answer(client)[0] == 503
        assert _get(port, "/healthz") == (200, b"lives")


def test_answers_that_nobody_reads_have_a_bound_on_the_disk() -> None:
    with bare_server(threads=1, spooled=10_000_000) as (_process, port), _connect(port) as reading_nothing:
        reading_nothing.sendall(_head("/large"))
        reading_nothing.recv(1, socket.MSG_PEEK)
        assert _get(port, "/slow") == (200, b"slowly")
        received = 0
        with suppress(OSError):
            while part := reading_nothing.recv(65536):
                received += len(part)
        assert received < 30_000_000


def test_who_asks_before_the_answer_is_there_is_told_to_wait_and_holds_nothing() -> None:
    with bare_server(threads=1) as (_process, port), _connect(port) as client:
        client.sendall(_head("/slow") * 300)
        received = b"".join(iter(lambda: client.recv(65536), b""))
        assert re.findall(rb"HTTP/1\.\d (\d+)", received) == [b"200", b"400"]
        assert _get(port, "/healthz") == (200, b"lives")


def test_line_ends_between_requests_are_no_request() -> None:
    with bare_server() as (_process, port), _connect(port) as client:
        for _ in range(5):
            client.sendall(_head("/healthz") + b"\r\n")
            assert _answer(client) == (200, b"lives")


def test_body_without_a_length_is_not_taken() -> None:
    with bare_server() as (_process, port):
        for more in ([], ["Content-Length: 5"], ["Content-Length: x"]):
            head = _head("/files", None, "Transfer-Encoding: chunked", *more).replace(b"GET", b"POST")
            with _connect(port) as client:
                client.sendall(head + b"0" * 1000)
                assert _answer(client)[0] == 411, more


def test_what_follows_a_refused_head_is_no_request() -> None:
    smuggled = _head("/slow")
    with bare_server() as (_process, port), _connect(port) as client:
        client.sendall(_head("/no-such-page", 1000) + smuggled)
        assert _answer(client)[0] == 404
        assert client.recv(1000) == b""


def test_who_asks_before_sending_is_refused_before_sending() -> None:
    with bare_server() as (_process, port), _connect(port) as client:
        client.sendall(_head("/form", 10_000_000, "Expect: 100-continue"))
        assert client.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 413"  # and not 100, to go on


_NO_REQUESTS = [
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /\r\n\r\n",
    b"G[]T / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nbro ken: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: %b\r\n\r\n" % (b"a" * 70_000),
    b"POST /form HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST /form HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\na",
    b"POST /form HTTP/1.1\r\nContent-Length: 9" + b"9" * 5000 + b"\r\n\r\n",
    b"POST /form HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
    b"POST /form HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST //[::1 HTTP/1.1\r\nHost: [::1\r\nContent-Length: 1\r\n\r\na",
    b"POST /form HTTP/1.1\r\nHost: \xff\x00\r\nContent-Length: 9999999\r\n\r\na",
    b"\xff\xfe\x00\r\n\r\n",
]


def test_what_is_no_request_is_refused_and_harms_nobody() -> None:
    with bare_server() as (process, port):
        for head in _NO_REQUESTS:
            with _connect(port) as client:
                client.sendall(head)
                status, _body = _answer(client)
            assert 400 <= status < 506, head
            assert status != 500, head
            assert _get(port, "/healthz") == (200, b"lives"), head
        process.terminate()
        assert process.wait(patience()) == 0
        assert process.stderr
        assert b"ERROR" not in process.stderr.read()


def test_who_asks_whether_to_send_nothing_is_answered() -> None:
    with bare_server() as (_process, port), _connect(port) as client:
        client.sendall(_head("/healthz", None, "Expect: 100-continue"))
        assert _answer(client) == (200, b"lives")


def test_new_client_takes_the_place_of_one_that_asks_for_nothing() -> None:
    with bare_server(connections=20) as (_process, port), ExitStack() as held:
        idle = [held.enter_context(_connect(port)) for _ in range(30)]
        assert _get(port, "/healthz") == (200, b"lives")
        assert idle[0].recv(10) == b""


def test_loop_that_is_held_ends_the_process() -> None:
    with bare_server(stuck_seconds=3) as (process, port), _connect(port) as client:
        client.sendall(_head("/held"))
        assert process.wait(patience()) == 1
        assert process.stderr
        assert b"hold_the_interpreter" in process.stderr.read()


def test_what_is_under_way_is_answered_before_the_end() -> None:
    body = _FILE % (b"a" * 1000)
    with (
        bare_server() as (process, port),
        _connect(port) as uploading,
        _connect(port) as waiting,
        _connect(port) as idle,
    ):
        uploading.sendall(_head("/files", len(body)) + body[:500])
        waiting.sendall(_head("/slow"))
        idle.sendall(_head("/healthz"))
        assert _answer(idle) == (200, b"lives")
        process.send_signal(signal.SIGTERM)
        assert idle.recv(10) == b""
        uploading.sendall(body[500:])
        assert _answer(uploading) == (200, b"1000 bytes")
        assert _answer(waiting) == (200, b"slowly")
        for client in (uploading, waiting):
            client.close()
        assert process.wait(patience()) == 0
