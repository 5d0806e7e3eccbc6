"""A stored message as the bytes that a mail server takes over (RFC 5322, MIME, RFC 6047 for the calendar).

Written with the standard library's older classes and an encoder of our own for headers: the newer ones (`EmailMessage`)
garble long names with accents on Python 3.11, and Flask-Mail's own send lines longer than servers must take. Everything
is 7-bit ASCII, so that no server has a reason to change it on the way.
"""

import base64
import secrets
from datetime import datetime
from email import policy
from email.charset import BASE64, QP, Charset
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime

from eventreg.mail.content import PersonalLinks, fill, fill_html
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import ascii_address, check_address, check_header

_POLICY = policy.compat32.clone(linesep="\r\n")
#: RFC 2047 allows 75 characters a word; 39 bytes make one of 64, which still fits beside "Subject: "
_BYTES_A_WORD = 39
_LONGEST_PLAIN = 65
_NO_LIMIT = 1000


def compose(message: MailMessage, sender: str, links: PersonalLinks, at: datetime) -> bytes:
    """Return `message` as sent at `at` from the address `sender`, with its personal links filled in.

    Raises ValueError for a header that could break out of its line, LookupError for a link nobody can make.
    """
    text = fill(message.text, message.marker, links)
    html = fill_html(message.html, message.marker, links)
    alternatives = _multipart("alternative")
    alternatives.attach(_part("plain", text))
    alternatives.attach(_part("html", html))
    whole = alternatives
    if message.calendar:
        # As an alternative it is an invitation to answer; as a file it serves programs that know only those.
        alternatives.attach(_part("calendar", message.calendar, method=message.calendar_method))
        whole = _multipart("mixed")
        whole.attach(alternatives)
        whole.attach(_calendar_file(message.calendar))
    for name, value in _headers(message, sender, at).items():
        whole[name] = value
    return whole.as_bytes()


def _headers(message: MailMessage, sender: str, at: datetime) -> dict[str, str]:
    headers = {
        "From": _mailbox(message.sender_name, sender),
        "To": _address("To", message.recipient),
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
        return f'"{quoted}" <{address}>'
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


def _multipart(subtype: str) -> MIMEMultipart:
    # The library's own boundary costs a search of the whole text for it.
    return MIMEMultipart(subtype, boundary=f"={secrets.token_hex(16)}=", policy=_POLICY)


def _part(subtype: str, content: str, **parameters: str) -> MIMENonMultipart:
    charset = Charset("utf-8")
    # Base64 keeps a calendar's line ends and folded lines as they are.
    charset.body_encoding = BASE64 if subtype == "calendar" else QP
    part = MIMENonMultipart("text", subtype, policy=_POLICY, charset="utf-8", **parameters)
    part.set_payload(content, charset)
    return part


def _calendar_file(calendar: str) -> MIMENonMultipart:
    part = MIMENonMultipart("application", "ics", policy=_POLICY, name="invite.ics")
    part["Content-Disposition"] = 'attachment; filename="invite.ics"'
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(calendar.encode("utf-8")).decode("ascii"))
    return part
