"""A whole server in a process group of its own, that can be killed at any moment; and a client that registers people."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.support.waiting import patience, until
from tests.support.warm import Commands, Left

FORM = "/events/tapachula-migration-security/register"


@dataclass
class Victim:
    """`eventreg serve` with its workers, started and killed again and again on the same data."""

    commands: Commands
    instance: Path
    environment: Mapping[str, str]
    port: int = 0
    _process: Left | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.port = self.port or _free_port()
        arguments = ("serve", "--prepare", "--bind", f"127.0.0.1:{self.port}")
        settings = {"EVENTREG_INSTANCE": str(self.instance), "EVENTREG_LIMITS": "off", **self.environment}
        self._process = self.commands.leave(*arguments, environment=settings)
        until(self._answers, f"an answer at port {self.port}")

    def kill(self) -> None:
        """Kill every process of it at once, without a word."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(patience())
        self._process = None

    def stop(self) -> None:
        """End it if it runs."""
        if self._process is not None:
            self.kill()

    def deliver(self) -> None:
        """Send everything that is due."""
        settings = {"EVENTREG_INSTANCE": str(self.instance), **self.environment}
        assert self.commands.run("deliver", "--once", environment=settings).returncode == 0

    def _lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _answers(self) -> bool:
        assert self._lives(), "the server ended by itself"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience())
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@dataclass
class Registrant:
    """A client that registers one fictional person after the other, and remembers what it was promised."""

    port: int
    receipts: list[str] = field(default_factory=list)
    _page: tuple[str, str, list[str]] | None = None

    @property
    def has_form(self) -> bool:
        """Whether it was shown a form that it can send."""
        return self._page is not None

    def register(self) -> bool:
        """Send one form. True when the server acknowledged it; what it may have done without saying so does not count."""
        try:
            cookie, token, days = self._page or self._open()
            status, headers, _body = self._send("POST", FORM, cookie, _fields(token, days))
        except (OSError, http.client.HTTPException):
            self._page = None
            return False
        location = headers.get("Location", "")
        if status != 303 or "/received" not in location:
            return False
        self.receipts.append(location)
        return True

    def still_has(self, receipt: str) -> bool:
        """Say whether a receipt that was shown can be opened."""
        status, _headers, _body = self._send("GET", receipt, "", None)
        return status == 200

    def _open(self) -> tuple[str, str, list[str]]:
        _status, headers, body = self._send("GET", f"{FORM}?category=government", "", None)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', body)
        assert token is not None
        cookie = (headers.get("Set-Cookie") or "").partition(";")[0]
        self._page = cookie, token[1], re.findall(r'name="days"[^>]*value="(\d+)"', body)
        return self._page

    def _send(
        self, method: str, path: str, cookie: str, fields: list[tuple[str, str]] | None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience())
        headers = {"Cookie": cookie} if cookie else {}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(fields) if fields else None, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode("utf-8")
        finally:
            connection.close()


def _fields(token: str, days: list[str]) -> list[tuple[str, str]]:
    person = secrets.token_hex(8)
    return [
        ("csrf_token", token),
        ("submission_key", secrets.token_urlsafe(16)),
        ("category", "government"),
        ("given_name", "Ana"),
        ("family_name", f"Demo {person}"),
        ("institution", "Instituto Ficticio"),
        ("position", "Directora de demostración"),
        ("country", "GT"),
        ("email", f"ana.{person}@instituto.example"),
        ("phone", "+502 5555 0100"),
        *(("days", day) for day in days),
        ("travel_support", "no"),
        ("nominating_unit", "Unidad de demostración"),
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
