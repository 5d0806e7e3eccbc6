"""Messages that come back: from which of ours, for whom, and why.

Each message goes out with a return path of its own, `bounces+<id>.<mac>@…`, which nobody else can make; whatever comes there
is looked at for it and believed only with it. Reports are read as RFC 3464 has them, by the enhanced status codes of
RFC 3463, and by what servers write where they say less. What comes in is anybody's: it is read up to a bound, and whatever
cannot be understood says nothing.

A mailbox is read over IMAP, by a duty; a mail server can hand over one message at a time instead (`eventreg bounce`).
"""

import base64
import enum
import hashlib
import hmac
import logging
import re
import ssl
import time
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import select

from eventreg.db import db, transaction
from eventreg.kernel.errors import described
from eventreg.kernel.text import email_key
from eventreg.mail import admission, rules
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import BounceKind, DeliveryState
from eventreg.mail.services import take_reply, tell_failure
from eventreg.web import instance

log = logging.getLogger(__name__)

#: nothing that a server says of a message comes after so much
LARGEST = 256 * 1024
_MAC_BYTES = 10
_RETURN_PATH = re.compile(rb"\+(\d{1,9})\.([a-z2-7]{16})@", re.IGNORECASE)
#: tokens that are tried: a message full of them costs no more than that
_MOST_TOKENS = 20
#: parts of a message, and recipients of a report, that are looked at
_MOST_PARTS = 50


def return_path(message: MailMessage, address: str) -> str:
    """Return the address of its own that a message comes back to, below the one for all of them."""
    local, _at, domain = address.rpartition("@")
    return f"{local}+{message.id}.{_mac(message)}@{domain}"


def _mac(message: MailMessage) -> str:
    # Of its Message-ID too: a database that was restored gives an id once more.
    signed = f"return path\0{message.id}\0{message.message_id}".encode()
    digest = hmac.new(instance.keys().links, signed, hashlib.sha256).digest()
    return base64.b32encode(digest[:_MAC_BYTES]).decode("ascii").lower()


def whose(content: bytes) -> MailMessage | None:
    """Return our message that came back, if one did: its return path stands in what came, and is ours."""
    tokens = {int(found[1]): found[2].lower() for found in islice(_RETURN_PATH.finditer(content), _MOST_TOKENS)}
    for message in db.session.scalars(select(MailMessage).where(MailMessage.id.in_(tokens))) if tokens else ():
        if hmac.compare_digest(_mac(message).encode("ascii"), tokens[message.id]):
            return message
    return None


class Bounce(NamedTuple):
    """What a report says: why, in the server's words, and of which address (empty: it names none)."""

    kind: BounceKind
    answer: str = ""
    address: str = ""


def read_report(content: bytes) -> Bounce | None:
    """Return what a message that came to a return path says. None: nothing, or nothing bad. Never raises."""
    try:
        message = BytesParser().parsebytes(content[:LARGEST])
        return _read(message)
    except Exception as error:  # the parser meets whatever anybody writes: too deep, in no encoding there is
        log.info("A message to a return path cannot be read: %s", described(error))
        return None


def _read(message: Message) -> Bounce | None:
    parts = [part for part, _number in zip(message.walk(), range(_MOST_PARTS), strict=False)]
    if message.get_content_type() == "multipart/report":
        if str(message.get_param("report-type", "")).lower() != "delivery-status":
            return None
        words = next((_text_of(part) for part in parts if part.get_content_type() == "text/plain"), "")
        reports = (part.get_payload() for part in parts if part.get_content_type() == "message/delivery-status")
        blocks = [block for report in reports if isinstance(report, list) for block in report[:_MOST_PARTS]]
        said = (_of_recipient(block, words) for block in blocks if isinstance(block, Message))
        return next((bounce for bounce in said if bounce is not None), None)
    if _is_absence_note(message):
        return Bounce(BounceKind.AWAY)
    if not re.search(r"mailer-daemon|postmaster", str(message.get("From", "")), re.IGNORECASE):
        return None
    words = next((_text_of(part) for part in parts if part.get_content_type() == "text/plain"), "")
    return Bounce(kind_of("", words), rules.sanitized_answer(words[:400]))


def _of_recipient(block: Message, words: str) -> Bounce | None:
    action = str(block.get("Action", "")).strip().lower()
    status, diagnostic = str(block.get("Status", "")), str(block.get("Diagnostic-Code", ""))
    address = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "").rpartition(";")[2].strip(" <>")
    answer = rules.sanitized_answer(diagnostic.partition(";")[2] or status)
    if action == "delayed":
        return Bounce(BounceKind.DELAYED, answer, address)
    return Bounce(kind_of(status, diagnostic or words), answer, address) if action == "failed" else None


def _is_absence_note(message: Message) -> bool:
    submitted = str(message.get("Auto-Submitted", "no")).strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return submitted.startswith("auto-replied") or precedence == "auto_reply" or "X-Autoreply" in message


def _text_of(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content[:10_000].decode("utf-8", "replace") if isinstance(content, bytes) else ""


#: no part of an IP address, which servers like to name
_CODE = re.compile(r"(?<![\w.])[45]\.(\d{1,3})\.(\d{1,3})(?!\w|\.\d)")
#: by subject and detail of an enhanced status code (RFC 3463); a subject alone stands for the rest of it
_BY_CODE = {
    (1, 1): BounceKind.UNKNOWN, (1, 2): BounceKind.UNKNOWN, (1, 3): BounceKind.UNKNOWN, (1, 6): BounceKind.UNKNOWN,
    (1, 10): BounceKind.UNKNOWN, (2, 1): BounceKind.UNKNOWN, (2, 2): BounceKind.FULL,
    7: BounceKind.BLOCKED,
}  # fmt: skip
_BY_WORDS = {
    BounceKind.FULL: r"quota|(mail)?box (is |has )?(full|exceeded)|insufficient (disk )?(space|storage)|too much mail",
    BounceKind.UNKNOWN: (
        r"(user|recipient|mailbox|address)( is| was)? (unknown|not found|unavailable|invalid)"
        r"|(unknown|no such|invalid) (user|person|recipient|address|mailbox|domain)"
        r"|unrout(e)?able|does(n't| not) exist|(host|domain)( name)? not found"
    ),
    BounceKind.BLOCKED: r"spam|block|blacklist|polic|reputation|unsolicited|dnsbl|not allowed|denied|dmarc|\bspf\b",
}


def kind_of(status: str, words: str = "") -> BounceKind:
    """Return why a message came back, by a status code or, where that says nothing, by the words beside it."""
    for code in _CODE.finditer(f"{status} {words}"):
        subject, detail = int(code[1]), int(code[2])
        if kind := _BY_CODE.get((subject, detail)) or _BY_CODE.get(subject):
            return kind
        if subject:
            # A code that says something else; x.0.0 says nothing.
            return BounceKind.OTHER
    said = (kind for kind, pattern in _BY_WORDS.items() if re.search(pattern, words, re.IGNORECASE))
    return next(said, BounceKind.OTHER)


class Taken(enum.Enum):
    """What became of something that came in."""

    NOTED = "noted"
    #: not ours, forged, or nothing that says anything of a message
    IGNORED = "ignored"
    #: of a message that a worker has in hand: to be brought again
    TOO_EARLY = "too_early"


_WAS_SENT = (DeliveryState.SENT, DeliveryState.DOUBTFUL)


def take_in(content: bytes, now: datetime) -> Taken:
    """Note what something that came to a return path says of the message it belongs to, or what a calendar answers.

    Done again, it changes nothing.
    """
    content = content[:LARGEST]
    ours = whose(content)
    if ours is None and take_reply(content):
        return Taken.NOTED
    bounce = read_report(content) if ours is not None else None
    if ours is None or bounce is None or bounce.kind is BounceKind.AWAY:
        return Taken.IGNORED
    with transaction() as session:
        message = session.get(MailMessage, ours.id, with_for_update=True)
        if message is None or not message.recipient:
            return Taken.IGNORED
        if message.state is DeliveryState.SENDING:
            return Taken.TOO_EARLY
        was_sent = message.state in _WAS_SENT or (message.state is DeliveryState.QUEUED and message.doubts > 0)
        if not was_sent:
            return Taken.IGNORED
        _note(message, bounce, now)
        log.info("Message %d came back: %s", message.id, bounce.kind.value)
        return Taken.NOTED


def _note(message: MailMessage, bounce: Bounce, now: datetime) -> None:
    message.bounce, message.last_error = bounce.kind, bounce.answer
    if bounce.kind is BounceKind.DELAYED:
        return
    again_at = now + rules.FULL_DELAY
    if bounce.kind is BounceKind.FULL and again_at <= message.give_up_at:
        message.state, message.due_at, message.due_set_at = DeliveryState.QUEUED, again_at, now
        instance.call_worker(again_at)
        return
    message.state, message.due_at = DeliveryState.BOUNCED, None
    if message.audience == "participant":
        tell_failure(message, now)
    # Who had it forwarded is told of an address that is not ours to judge.
    is_theirs = not bounce.address or email_key(bounce.address) in (
        email_key(message.recipient), email_key(rules.ascii_address(message.recipient)),
    )  # fmt: skip
    if bounce.kind is BounceKind.UNKNOWN and message.event_id is not None and is_theirs:
        admission.suppress(message.recipient, now)


#: one look at the mailbox: other work of the worker waits meanwhile
_LOOK_SECONDS, _ANSWER_SECONDS, _AT_ONCE = 20.0, 10.0, 200


def read_mailbox(now: datetime) -> None:
    """Take in what came to the mailbox of bounces, where there is one. A duty of the worker.

    What was taken in is deleted there. All else stays, marked as read; and what came too early is looked at again.
    """
    with transaction():
        admission.forget_lanes(now)
    config = instance.config()
    if not config.mail_bounce_server:
        return
    import imaplib

    try:
        with open_mailbox(config) as mailbox:
            _look(mailbox, now)
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("The mailbox of bounces cannot be read: %s", described(error))


def open_mailbox(config: Any) -> Any:
    """Return the mailbox that the settings name, opened. Raises OSError or `IMAP4.error`."""
    import imaplib  # few instances have one

    context, port = ssl.create_default_context(), config.mail_bounce_port
    mailbox = imaplib.IMAP4_SSL(config.mail_bounce_server, port, ssl_context=context, timeout=_ANSWER_SECONDS)
    try:
        mailbox.login(config.mail_bounce_username, config.mail_bounce_password)
        mailbox.select("INBOX")
    except BaseException:
        mailbox.shutdown()
        raise
    return mailbox


def _look(mailbox: Any, now: datetime) -> None:
    until = time.monotonic() + _LOOK_SECONDS
    _answer, found = mailbox.uid("SEARCH", None, "UNSEEN")
    for uid in b" ".join(each for each in found if each).split()[:_AT_ONCE]:
        if time.monotonic() > until:
            break
        _answer, came = mailbox.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
        content = next((part[1] for part in came if isinstance(part, tuple)), b"")
        taken = take_in(content, now)
        if taken is not Taken.TOO_EARLY:
            mailbox.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen \Deleted)" if taken is Taken.NOTED else r"(\Seen)")
    mailbox.expunge()
