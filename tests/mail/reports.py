"""What comes back to a return path, as servers write it; and a mailbox over IMAP that it lies in."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

from eventreg.mail.bounces import return_path
from eventreg.mail.models import MailMessage
from tests.support.waiting import join

BOUNCES = "bounces@desk.example"


def a_report(
    message: MailMessage, status: str, diagnostic: str = "", *, action: str = "failed", address: str = "", to: str = ""
) -> bytes:
    """Return a report (RFC 3464) of a message of ours, sent to its return path or to another."""
    said = f"Diagnostic-Code: smtp; {diagnostic}\r\n" if diagnostic else ""
    return (
        "Return-Path: <>\r\n"
        f"To: {to or return_path(message, BOUNCES)}\r\n"
        "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address or message.recipient}\r\nAction: {action}\r\nStatus: {status}\r\n{said}\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {message.message_id}\r\n\r\nHola\r\n--b--\r\n"
    ).encode()


class Mailbox:
    """An IMAP server over TLS with one mailbox, as much of it as one client asks for. Passwords: "right"."""

    def __init__(self, certificate: Path) -> None:
        #: by uid: what lies there, and its flags
        self.mails: dict[int, bytes] = {}
        self.flags: dict[int, set[str]] = {}
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def put(self, *mails: bytes) -> None:
        """Have these lie there, unread."""
        for mail in mails:
            number = max(self.mails, default=0) + 1
            self.mails[number], self.flags[number] = mail, set()

    def settings(self) -> dict[str, Any]:
        """Return the settings of an instance that reads it."""
        return {
            "mail_bounce_address": BOUNCES, "mail_bounce_server": "localhost", "mail_bounce_port": self.port,
            "mail_bounce_username": "bounces", "mail_bounce_password": "right",
        }  # fmt: skip

    def __enter__(self) -> Mailbox:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        join([self._thread])

    def _serve(self) -> None:
        while True:
            try:
                plain, _address = self._listening.accept()
            except OSError:
                return
            try:
                with self._context.wrap_socket(plain, server_side=True) as secured, secured.makefile("rwb") as lines:
                    lines.write(b"* OK\r\n")
                    lines.flush()
                    for line in lines:
                        tag, _space, command = line.decode().strip().partition(" ")
                        lines.write(self._answer(command) + f"{tag} {self._verdict(command)} done\r\n".encode())
                        lines.flush()
            except OSError:
                pass
            finally:
                plain.close()

    def _verdict(self, command: str) -> str:
        return "NO" if command.startswith("LOGIN") and '"right"' not in command else "OK"

    def _answer(self, command: str) -> bytes:
        if command == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if command.startswith("SELECT"):
            return f"* {len(self.mails)} EXISTS\r\n".encode()
        if command.startswith("UID SEARCH"):
            # Each in a line of its own, as some servers have it.
            unread = [uid for uid in self.mails if r"\Seen" not in self.flags[uid]]
            return "".join(f"* SEARCH {uid}\r\n" for uid in unread).encode()
        if found := re.match(r"UID FETCH (\d+) \(BODY.PEEK\[\]<0.(\d+)>\)", command):
            content = self.mails[int(found[1])][: int(found[2])]
            return f"* 1 FETCH (UID {found[1]} BODY[]<0> {{{len(content)}}}\r\n".encode() + content + b")\r\n"
        if found := re.match(r"UID STORE (\d+) \+FLAGS.SILENT \((.*)\)", command):
            self.flags[int(found[1])].update(found[2].split())
        if command == "EXPUNGE":
            for uid in [uid for uid in self.mails if r"\Deleted" in self.flags[uid]]:
                del self.mails[uid]
        return b"* BYE\r\n" if command == "LOGOUT" else b""
