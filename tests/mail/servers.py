"""Mail servers with habits that the common one does not have: TLS, a short breath, refusing what was written."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.mailserver import Connection, cut
from tests.support.waiting import patience


class Habits:
    """How a server behaves, and what it saw."""

    def __init__(self) -> None:
        self.contents: list[bytes] = []
        self.recipients: list[str] = []
        self.greetings: list[str] = []
        self.passwords: list[bytes] = []
        #: the answer to the content of each message, in turn; then "250 OK"
        self.answers: list[str] = []
        #: after so many messages a connection is closed
        self.messages_a_connection = 0
        #: after which contents, counted from 1, the line is cut instead of an answer
        self.cuts: set[int] = set()
        #: said again and again in place of an answer
        self.drips = b""

    async def handle_EHLO(self, server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]) -> Any:  # noqa: N802 - aiosmtpd's name
        self.greetings.append(hostname)
        session.host_name = hostname
        session.taken = 0
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.messages_a_connection and session.taken >= self.messages_a_connection:
            server.transport.close()
            return "421 4.4.2 Enough for now"
        while self.drips and not server.transport.is_closing():
            server.transport.write(self.drips)
            await asyncio.sleep(0.05)
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        session.taken += 1
        self.contents.append(envelope.original_content)
        if len(self.contents) in self.cuts:
            server.transport.abort()
            return "250 OK"
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.recipients.extend(envelope.rcpt_tos)
        return answer

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        """Note the password and let nobody in without the right one."""
        from aiosmtpd.smtp import AuthResult

        self.passwords.append(data.password)
        return AuthResult(success=data.password == b"right", handled=False)


class _Controller(Controller):
    """A controller that knows the connections it made."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.opened: set[Connection] = set()
        super().__init__(*arguments, **options)

    def factory(self) -> Any:
        """Return the protocol of a new connection."""
        return Connection(self.handler, self.opened, **self.SMTP_kwargs)


class HabitServer:
    """A server with habits, on loopback."""

    def __init__(self, certificate: Path | None = None, *, tls_at_once: bool = False, **options: Any) -> None:
        self.habits = Habits()
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        how = {"ssl_context": context} if tls_at_once else {"tls_context": context}
        self._controller = _Controller(
            self.habits, hostname="127.0.0.1", port=0, server_hostname="mail.example",
            authenticator=self.habits.authenticate, ready_timeout=patience(), **how, **options,
        )  # fmt: skip

    def __enter__(self) -> HabitServer:
        # The controller looks whether it answers at the port it was given, which is 0: any.
        self._controller._trigger_server = lambda: socket.create_connection(("127.0.0.1", self.port)).close()
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        # The controller stops its loop under the connections that are still open, and their sockets would stay.
        ended = cut(self._controller.server, self._controller.opened)
        asyncio.run_coroutine_threadsafe(ended, self._controller.loop).result(patience())
        self._controller.stop()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._controller.server.sockets[0].getsockname()[1])

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Return the settings of an instance that sends through this server."""
        return {
            "mail_server": "localhost", "mail_port": self.port, "mail_default_sender": "registro@desk.example", **changes
        }  # fmt: skip


def write_certificate(path: Path, name: str) -> Path:
    """Write a key and a certificate for `name`, signed by itself, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([_alternative(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
