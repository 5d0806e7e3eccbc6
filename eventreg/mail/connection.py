"""The connection to the mail server: Flask-Mail's, with a time-out, a checked certificate and our own name.

Nothing here knows the outbox. What the server does is told as an `Attempt`, never raised.

How the room is plugged into an application: Flask-Mail's settings, and who makes personal links.
"""

import io
import smtplib
import ssl
import time
from contextlib import suppress
from email.utils import parseaddr
from types import TracebackType
from typing import Any, NamedTuple, Self

from flask import Flask, current_app
from flask_mail import Connection, Mail

from eventreg.mail.content import PersonalLinks
from eventreg.mail.rules import Outcome, ascii_address, own_domain, sanitized_answer
from eventreg.web import instance
from eventreg.web.sockets import Socket

#: how long the server may take for one answer
ANSWER_SECONDS = 20.0
#: and for the one after the whole message: servers look through it meanwhile. RFC 5321 would give ten minutes, in which one
#: silent server would keep all other mail waiting; what comes later than this is in doubt
VERDICT_SECONDS = 40.0
#: how long handing over one message may take in all, connecting included. A lease lasts longer (`delivery.LEASE`)
MESSAGE_SECONDS = 45.0
_FAREWELL_SECONDS = 2.0
_FINAL_DOT = b"\r\n.\r\n"
_FOR_NOW, _FOR_GOOD = 400, 500


class Attempt(NamedTuple):
    """What one try came to. `answer` is the server's, without addresses and links."""

    outcome: Outcome
    answer: str = ""


class _Heard(io.RawIOBase):
    """What the server says, in time, however slowly it says it and however long it goes on."""

    def __init__(self, host: Any) -> None:
        self._host = host

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._host.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server took too long")
        self._host.sock.settimeout(min(left, VERDICT_SECONDS if self._host.was_given else ANSWER_SECONDS))
        return int(self._host.sock.recv_into(buffer))


class _Timed:
    """Makes every step of a conversation end before a deadline. Mixed into the two classes of `smtplib`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.deadline = time.monotonic() + MESSAGE_SECONDS
        #: whether the message was given whole, its final dot too, so that the server may have taken it
        self.was_given = False
        super().__init__(*args, **kwargs)

    def getreply(self) -> tuple[int, bytes]:
        """Read one answer, in time."""
        self._hurry()
        self.file = getattr(self, "file", None) or io.BufferedReader(_Heard(self))
        return super().getreply()  # type: ignore[misc,no-any-return]

    def send(self, s: Any) -> None:
        """Write, in time."""
        self._hurry()
        super().send(s)  # type: ignore[misc]
        # Commands are text; the message alone is bytes, all of it at once.
        self.was_given = self.was_given or (isinstance(s, bytes) and s.endswith(_FINAL_DOT))

    def _hurry(self) -> None:
        left = self.deadline - time.monotonic()
        sock = getattr(self, "sock", None)
        if left <= 0:
            self.close()  # type: ignore[attr-defined]
            raise smtplib.SMTPServerDisconnected("the server took too long")
        if sock is not None:
            sock.settimeout(min(left, VERDICT_SECONDS if self.was_given else ANSWER_SECONDS))


class TimedSMTP(_Timed, smtplib.SMTP):
    """SMTP with a deadline."""


class TimedSMTPOverTLS(_Timed, smtplib.SMTP_SSL):
    """SMTP over TLS with a deadline."""


class OutboxConnection(Connection):
    """Flask-Mail's connection, opened with a time-out and, where TLS is asked for, only to a server that proves its name."""

    def configure_host(self) -> TimedSMTP | TimedSMTPOverTLS:
        """Connect, encrypt and sign in as configured. Raises OSError or SMTPException."""
        name = own_domain(instance.config().base_url)
        server, port = self.mail.server, self.mail.port or 0
        host: TimedSMTP | TimedSMTPOverTLS
        if self.mail.use_ssl:
            context = ssl.create_default_context()
            host = TimedSMTPOverTLS(server, port, name, timeout=ANSWER_SECONDS, context=context)
        else:
            host = TimedSMTP(server, port, name, timeout=ANSWER_SECONDS)
        try:
            host.ehlo_or_helo_if_needed()
            if self.mail.use_tls:
                host.starttls(context=ssl.create_default_context())
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except BaseException:
            host.close()
            raise
        return host


class Carrier:
    """Hands messages over one by one, on one connection, opened with the first and closed at the end of the block."""

    def __init__(self) -> None:
        self._connection: OutboxConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            host = self._host_of(self._connection)
            host.deadline = time.monotonic() + _FAREWELL_SECONDS
            with suppress(OSError, smtplib.SMTPException):
                host.quit()

    def hand_over(self, content: bytes, sender: str, recipient: str) -> Attempt:
        """Try to hand one message to the server. The addresses are plain ASCII ones."""
        deadline = time.monotonic() + MESSAGE_SECONDS
        was_open = self._connection is not None
        attempt, was_cut_off_before = self._try(content, sender, recipient, deadline)
        if was_open and was_cut_off_before:
            # Servers end a connection after a while or a number of messages: that says nothing about this message.
            attempt, _ = self._try(content, sender, recipient, deadline)
        return attempt

    def _try(self, content: bytes, sender: str, recipient: str, deadline: float) -> tuple[Attempt, bool]:
        """Return the attempt, and whether the connection ended before the message was given away."""
        try:
            connection = self._connection or self._opened()
        except (OSError, smtplib.SMTPException) as error:
            return Attempt(Outcome.UNREACHABLE, _words(error)), False
        host = self._host_of(connection)
        host.deadline, host.was_given = deadline, False
        try:
            # Not by Flask-Mail's own sending, which asks the name service for this machine's name for each message.
            host.sendmail(sender, [recipient], content)
        except (OSError, smtplib.SMTPException) as error:
            is_cut_off = host.sock is None
            if is_cut_off:
                self._connection = None
            return Attempt(_outcome_of(error, host.was_given), _words(error)), is_cut_off and not host.was_given
        return Attempt(Outcome.ACCEPTED), False

    def _opened(self) -> OutboxConnection:
        connection = OutboxConnection(current_app.extensions["mail"])
        connection.__enter__()
        self._connection = connection
        return connection

    @staticmethod
    def _host_of(connection: OutboxConnection) -> TimedSMTP | TimedSMTPOverTLS:
        host = connection.host
        assert isinstance(host, TimedSMTP | TimedSMTPOverTLS)  # noqa: S101 - tells mypy what configure_host made
        return host


def _outcome_of(error: OSError | smtplib.SMTPException, was_given: bool) -> Outcome:
    """Return what a failed hand-over means for a message that was given whole, or was not."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, _ = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= _FOR_NOW:
        code = error.smtp_code
    elif was_given:
        return Outcome.IN_DOUBT
    else:
        # Also a refused sender: that is about our settings, which somebody mends, and not about this message.
        return Outcome.DEFERRED
    return Outcome.REFUSED if code >= _FOR_GOOD else Outcome.DEFERRED


def _words(error: OSError | smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, answer = error.smtp_code, error.smtp_error  # type: ignore[assignment]  # text as well, says smtplib
    else:
        return sanitized_answer(str(error) or type(error).__name__)
    return f"{code} {sanitized_answer(answer)}"


def init_mail(app: Flask, links: PersonalLinks) -> None:
    """Set up sending for `app`, whose instance is known already. Opens no connection.

    Flask-Mail's own defaults are not used where they would print messages (debug) or keep them back (testing).
    """
    with app.app_context():
        config = instance.config()
    app.config.update(
        MAIL_SERVER=config.mail_server,
        MAIL_PORT=config.mail_port,
        MAIL_USERNAME=config.mail_username or None,
        MAIL_PASSWORD=config.mail_password or None,
        MAIL_USE_TLS=config.mail_use_tls,
        MAIL_USE_SSL=config.mail_use_ssl,
        MAIL_DEFAULT_SENDER=config.mail_default_sender or None,
        MAIL_DEBUG=False,
        MAIL_SUPPRESS_SEND=False,
    )
    Mail(app)
    personal_links.plug(app, links)


#: what makes the personal links of messages
personal_links: Socket[PersonalLinks] = Socket("personal_links")


def sender_address() -> str:
    """Return the address that messages come from. Without a server it is one for the files of held messages only."""
    config = instance.config()
    address = parseaddr(config.mail_default_sender)[1] or f"noreply@{own_domain(config.base_url)}"
    # One that is wrong is the server's to refuse: then nothing is wrong with the messages.
    return address if address.isascii() else ascii_address(address)
