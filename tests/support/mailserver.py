"""A real SMTP server on loopback that takes mail, refuses it, hangs or dies, as told."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from tests.support.waiting import join, patience


@dataclass(frozen=True)
class Received:
    """One message as it arrived."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        """The plain part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None, f"no {kind} part in {self.message['Subject']!r}"
        return str(body.get_content())


class Connection(SMTP):
    """One connection, which stands in `opened` from when it is made until its transport has said that it is over."""

    def __init__(self, handler: Any, opened: set[Connection], **options: Any) -> None:
        super().__init__(handler, **options)
        self._opened = opened

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._opened.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._opened.discard(self)


async def cut(server: asyncio.AbstractServer | None, opened: set[Connection]) -> None:
    """Stop listening and end every connection; return when their sockets are closed."""
    assert server is not None
    server.close()
    await asyncio.sleep(0.05)  # one that has just been accepted gets its protocol
    while opened:
        for connection in opened:
            if isinstance(connection.transport, asyncio.WriteTransport):
                connection.transport.abort()
        await asyncio.sleep(0)  # a transport says that it is over in the loop's next turn
    await asyncio.sleep(0)  # and the one below TLS in the turn after that


class MailServer:
    """What the test says to the server, and what the server got."""

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self.received: list[Received] = []
        #: every content that came whole, answered or not
        self.given: list[Received] = []
        self._answers: dict[str, str] = {}
        #: set while a message that it hangs on is there
        self.holds = threading.Event()
        self._is_hanging = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def settings(self) -> dict[str, Any]:
        """Return the settings of an instance that sends through this server."""
        return {
            "mail_server": self.host,
            "mail_port": self.port,
            "mail_default_sender": "registro@instituto.example",
            "demo_mail": "send",
        }

    def start(self) -> None:
        """Listen; after `die` again, on the same port."""
        is_ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(is_ready)), daemon=True)
        self._thread.start()
        assert is_ready.wait(patience()), "the mail server does not start"

    def die(self) -> None:
        """Stop listening and cut every connection: new ones are refused."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._end.set)
            join([self._thread])
            self._loop = self._thread = None

    def refuse(self, answer: str = "550 5.1.1 No such person", address: str = "") -> None:
        """Answer RCPT with this from now on, for one address or for all. 4xx is for now, 5xx for good."""
        self._answers[address.lower()] = answer

    def accept(self) -> None:
        """Take everything again."""
        self._answers.clear()
        self._is_hanging = False

    def hang(self) -> None:
        """Take every message whole, and then never answer its final dot."""
        self._is_hanging = True

    def to(self, address: str) -> list[Received]:
        """Return what arrived for one address, in order."""
        return [mail for mail in self.received if address.lower() in [to.lower() for to in mail.recipients]]

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        answer = self._answers.get(address.lower()) or self._answers.get("")
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.given.append(Received(envelope.mail_from, tuple(envelope.rcpt_tos), bytes(envelope.original_content)))
        given = self.given[-1]
        while self._is_hanging:
            self.holds.set()
            await asyncio.sleep(0.02)
        self.holds.clear()
        self.received.append(given)
        return "250 OK"

    async def _serve(self, is_ready: threading.Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        opened: set[Connection] = set()

        def connect() -> Connection:
            return Connection(self, opened, hostname="mail.example", loop=self._loop)

        server = await self._loop.create_server(connect, self.host, self.port)
        self.port = server.sockets[0].getsockname()[1]
        is_ready.set()
        await self._end.wait()
        await cut(server, opened)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server that takes everything."""
    server = MailServer()
    server.start()
    yield server
    server.accept()
    server.die()
