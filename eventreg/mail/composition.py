"""A stored message as the bytes that a mail server takes over (RFC 5322, MIME, RFC 6047 for the calendar).

Written out, with an encoder of our own for headers: the standard library's newer classes (`EmailMessage`) garble long names
with accents on Python 3.11, its older ones take five times as long, and Flask-Mail's own send lines longer than servers must
take. Everything is 7-bit ASCII, so that no server has a reason to change it on the way.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
import textwrap
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from eventreg.mail.content import PersonalLinks, fill, fill_html, with_pictures
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import ascii_address, check_address, check_header
from eventreg.web.sockets import FunctionSocket

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

#: what the signature holds together; one that is not there must not be added either
_HEADERS = (
    "from", "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "content-language",
    "auto-submitted", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip


class CannotSign(Exception):
    """The key cannot be used; the message says why, and how to mend it."""


class Record(NamedTuple):
    """What the DNS has to say: a TXT record."""

    name: str
    value: str


def signed(content: bytes, sender: str, key_file: Path, selector: str) -> bytes:
    """Return a message as its sender's domain signs it. Raises CannotSign."""
    import dkim

    domain, how = sender.rpartition("@")[2], (b"relaxed", b"relaxed")
    key = _pem(_key(key_file))
    header: bytes = dkim.sign(
        content, selector.encode("ascii"), domain.encode("ascii"), key, canonicalize=how, include_headers=_HEADERS
    )
    return header + content


def record(domain: str, key_file: Path, selector: str) -> Record:
    """Return the record by which receivers check what is signed. Raises CannotSign."""
    from cryptography.hazmat.primitives import (
        serialization,  # loaded with the first message that is signed, like the library
    )

    public = _key(key_file).public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    value = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode('ascii')}"
    return Record(f"{selector}._domainkey.{domain}", value)


def _key(key_file: Path) -> RSAPrivateKey:
    try:
        return _read(key_file.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise CannotSign(
            f"EVENTREG_MAIL_DKIM_KEY {key_file} cannot be used ({error}). Make one: openssl genrsa -out dkim.pem 2048"
        ) from error


@lru_cache(1)
def _read(content: bytes) -> RSAPrivateKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    key = serialization.load_pem_private_key(content, None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("it is no RSA key")
    return key


@lru_cache(1)
def _pem(key: RSAPrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    # The older of the two forms: the library reads no other.
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


_LINE_END = re.compile(r"\r\n|\r|\n")
#: RFC 2047 allows 75 characters a word; 39 bytes make one of 64, which still fits beside "Subject: "
_BYTES_A_WORD = 39
_LONGEST_PLAIN = 65
_NO_LIMIT = 1000
_LINE = 76
#: so much of a file's name on a line
_PIECE = 10
#: brings the content of a file that goes with messages; None for one that is gone
enclosed_file: FunctionSocket[[str], bytes | None] = FunctionSocket("enclosed_file")


def compose(message: MailMessage, sender: str, links: PersonalLinks, at: datetime) -> bytes:
    """Return `message` as sent at `at` from the address `sender`, with its personal links filled in.

    Raises ValueError for a header that could break out of its line, LookupError for a link nobody can make.
    """
    text = fill(message.text, message.marker, links)
    html = fill_html(message.html, message.marker, links)
    parts = [_text_part("plain", text), _with_pictures(html, message.marker)]
    whole = _multipart("alternative", parts)
    files = [part for each in json.loads(message.enclosed or "[]") if (part := _enclosed(*each))]
    if message.calendar:
        # As an alternative it is an invitation to answer; as a file it serves programs that know only those. Base64 keeps
        # its line ends and folded lines as they are.
        calendar = base64.encodebytes(message.calendar.encode("utf-8")).decode("ascii").replace("\n", "\r\n")
        method = check_header("method", message.calendar_method, _NO_LIMIT)
        kind = f'text/calendar; charset="utf-8";\r\n method="{method}"'
        file = 'Content-Disposition: attachment; filename="invite.ics"\r\n'
        whole = _multipart("alternative", [*parts, _part(kind, "base64", calendar)])
        files.append(_part('application/ics; name="invite.ics"', "base64", calendar, file))
    if files:
        whole = _multipart("mixed", [whole, *files])
    headers = _headers(message, sender, at)
    if message.list_unsubscribe:
        # RFC 8058: the mail program itself refuses, by one POST to an address that only this person was given.
        address = fill(message.list_unsubscribe, message.marker, links)
        headers["List-Unsubscribe"] = f"\r\n <{check_header('List-Unsubscribe', address, _NO_LIMIT)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        # Of the whole site, as a quiet event has no name outside; a filter expects one beside the other.
        headers["List-Id"] = f"<written.{sender.rpartition('@')[2]}>"
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (head + whole).encode("ascii")


def _headers(message: MailMessage, sender: str, at: datetime) -> dict[str, str]:
    headers = {
        "From": _mailbox(message.sender_name, sender),
        # In angle brackets: a filter finds a bare address beside a picture odd.
        "To": f"<{_address('To', message.recipient)}>",
        "Subject": _encoded(check_header("Subject", message.subject, _NO_LIMIT)),
        "Date": format_datetime(at),
        "Message-ID": check_header("Message-ID", message.message_id, _NO_LIMIT),
        "Content-Language": check_header("Content-Language", message.language, _NO_LIMIT),
        # RFC 3834, and the same for Exchange: nobody's absence note answers a machine.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if message.reply_to:
        headers["Reply-To"] = _address("Reply-To", message.reply_to)
    return headers


def _address(name: str, address: str) -> str:
    return ascii_address(check_address(name, address))


def _mailbox(name: str, address: str) -> str:
    shown = check_header("From", name, _NO_LIMIT)
    if not shown:
        return address
    if shown == _encoded(shown):
        quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"\r\n <{address}>'
    return f"{_encoded(shown)}\r\n <{address}>"


def _encoded(text: str) -> str:
    """Return the value of a header as it is if it is short ASCII, else in encoded words (RFC 2047), one a line."""
    if text.isascii() and len(text) <= _LONGEST_PLAIN and "=?" not in text:
        return text
    words, word = [], b""
    for char in text:
        encoded = char.encode("utf-8")
        if len(word) + len(encoded) > _BYTES_A_WORD:
            words.append(word)
            word = b""
        word += encoded
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words)


def _multipart(subtype: str, parts: Sequence[str], more: str = "") -> str:
    """Return parts as one, with its headers. No part can hold the boundary: it is random."""
    boundary = f"={secrets.token_hex(16)}="
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    kind = f'multipart/{subtype};\r\n boundary="{boundary}"{more}'
    return f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n\r\n{body}--{boundary}--\r\n"


def _with_pictures(html: str, marker: str) -> str:
    """Return the HTML part, together with the pictures that it shows."""
    pictures: list[str] = []

    def beside(name: str, kind: str, content: str) -> str:
        lines = "\r\n".join(textwrap.wrap(content, _LINE))
        file = f"Content-ID: <{name}>\r\nContent-Disposition: inline\r\n"
        pictures.append(_part(kind, "base64", f"{lines}\r\n", file))
        return f"cid:{name}"

    html = with_pictures(html, marker, beside)
    part = _text_part("html", html)
    return _multipart("related", [part, *pictures], ';\r\n type="text/html"') if pictures else part


def _enclosed(file_id: str, name: str, media_type: str) -> str:
    """Return a file as a part, with its name (RFC 2231); nothing for one that is gone."""
    if (content := _file_content(file_id)) is None:
        return ""
    pieces = [quote(name[start : start + _PIECE]) for start in range(0, len(name), _PIECE)]
    pieces[0] = f"utf-8''{pieces[0]}"
    named = "".join(f";\r\n filename*{number}*={piece}" for number, piece in enumerate(pieces))
    kind = check_header("media type", media_type, _NO_LIMIT)
    return _part(kind, "base64", content, f"Content-Disposition: attachment{named}\r\n")


# Thousands of messages bring the same ones.
@lru_cache(maxsize=5)
def _file_content(file_id: str) -> str | None:
    content = enclosed_file(file_id)
    return base64.encodebytes(content).decode("ascii").replace("\n", "\r\n") if content is not None else None


def _text_part(subtype: str, content: str) -> str:
    plain = _LINE_END.sub("\n", content)
    encoded = binascii.b2a_qp(plain.encode("utf-8"), istext=True).decode("ascii")
    return _part(f'text/{subtype}; charset="utf-8"', "quoted-printable", encoded.replace("\n", "\r\n"))


def _part(kind: str, encoding: str, body: str, more: str = "") -> str:
    head = f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n{more}Content-Transfer-Encoding: {encoding}\r\n"
    return f"{head}\r\n{body}"
