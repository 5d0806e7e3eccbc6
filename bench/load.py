"""A small client: raw HTTP/1.1 over kept connections, several at once, so that the client takes little of the machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Answer:
    """What came back. `headers` is the raw head, in the server's letters."""

    status: int
    headers: bytes
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's first value, or ""."""
        for line in self.headers.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.decode("latin-1").lower() == name.lower():
                return value.decode("latin-1").strip()
        return ""

    def cookies(self) -> str:
        """Return every cookie that was set, as the next request sends them."""
        lines = [line.partition(b":") for line in self.headers.split(b"\r\n")]
        values = [value.decode("latin-1").strip() for name, _, value in lines if name.lower() == b"set-cookie"]
        return "; ".join(value.partition(";")[0] for value in values)


@dataclass(frozen=True)
class Run:
    """How a load went. Times in seconds; what it took of the processor, where that was looked at, in ms a request."""

    seconds: float
    times: list[float]
    statuses: dict[int, int]
    cpu: float = 0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.times) / self.seconds

    def quantile(self, share: float) -> float:
        """Return the time that `share` of the requests needed at most, in milliseconds."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


class Connection:
    """One kept connection."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, request: bytes) -> Answer:
        """Send a whole request and read its whole answer; a connection that the server closed is opened again."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address)
        reader, writer = self._streams
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            self._streams = None
            return await self.send(request)
        answer = Answer(int(head[9:12]), head, b"")
        length = int(answer.header("Content-Length") or 0)
        body = await reader.readexactly(length)
        if answer.header("Connection").lower() == "close":
            writer.close()
            self._streams = None
        return Answer(answer.status, head, body)


def get(path: str, host: str, cookie: str = "") -> bytes:
    """Return a GET request that accepts gzip."""
    return _head("GET", path, host, cookie) + b"\r\n"


def post(path: str, host: str, fields: list[tuple[str, str]], cookie: str = "") -> bytes:
    """Return a POST request with form fields."""
    body = urlencode(fields).encode()
    head = _head("POST", path, host, cookie)
    kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    return head + kind.encode() + body


def load(host: str, port: int, requests: Callable[[int], bytes], *, count: int, clients: int) -> Run:
    """Send `count` requests, made by `requests(number)`, with so many clients at once; each waits for its answer."""
    return asyncio.run(_load(host, port, requests, count, clients))


async def _load(host: str, port: int, requests: Callable[[int], bytes], count: int, clients: int) -> Run:
    numbers = iter(range(count))
    times: list[float] = []
    statuses: dict[int, int] = {}

    async def client() -> None:
        connection = Connection(host, port)
        for number in numbers:
            request = requests(number)
            started = time.perf_counter()
            answer = await connection.send(request)
            times.append(time.perf_counter() - started)
            statuses[answer.status] = statuses.get(answer.status, 0) + 1

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return Run(time.perf_counter() - started, times, statuses)


def _head(method: str, path: str, host: str, cookie: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Accept-Encoding: gzip", "Accept-Language: es"]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    return ("\r\n".join(lines) + "\r\n").encode()
