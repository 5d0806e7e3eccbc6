"""Queuing messages with the fact they tell of, and what organizers do with those that wait.

Nothing here sends: the worker does (`mail.delivery`). Organizers' acts are audited by the room that offers them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from eventreg.db import change_rows, db, insert_rows, transaction
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.mail import admission
from eventreg.mail.models import MailMessage
from eventreg.mail.queries import get_message
from eventreg.mail.rules import (
    GIVE_UP_AFTER,
    MAX_SENDER_NAME,
    MAX_SUBJECT,
    NOT_ARRIVED,
    DeliveryState,
    MailRefusal,
    check_address,
    first_state,
    must_stay,
    one_line,
    own_domain,
)
from eventreg.web import instance
from eventreg.web.access import check_sends
from eventreg.web.sockets import FunctionSocket

#: keeps what a message that came in answers of a calendar; False: it is no such answer. Of a room above, for what reads mail
take_reply: FunctionSocket[[bytes], bool] = FunctionSocket("replies")
#: has the contact persons told, in the open transaction, that a message to a participant did not arrive
tell_failure: FunctionSocket[[MailMessage, datetime], object] = FunctionSocket("tell_failure")
_LONGEST_KEY = 120
#: what a message that goes once more has in common with the first
_REPEATED = (
    "event_id", "account_id", "record_kind", "record_id", "template", "audience", "language", "recipient", "reply_to",
    "sender_name", "subject", "text", "html", "calendar", "calendar_method", "marker", "is_held_back", "list_unsubscribe",
    "enclosed",
)  # fmt: skip
_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD)
_OVER = (DeliveryState.SENT, DeliveryState.DOUBTFUL, *NOT_ARRIVED, DeliveryState.DROPPED)


@dataclass(frozen=True, kw_only=True)
class OutgoingMessage:
    """A message to be queued. The fields are those of `MailMessage`; the bodies hold markers made with `marker`.

    Of `event_id` and `account_id` one is given. `due_at`: not sent before, so that a decision can be undone.
    """

    key: str
    record_kind: str
    record_id: int | None
    template: str
    audience: str
    language: str
    recipient: str
    subject: str
    text: str
    html: str
    marker: str
    due_at: datetime
    event_id: int | None = None
    account_id: int | None = None
    reply_to: str = ""
    sender_name: str = ""
    calendar: str = ""
    calendar_method: str = ""
    list_unsubscribe: str | None = None
    enclosed: str = ""
    is_held_back: bool = False
    #: see `MailMessage.news`
    news: dict[str, Any] | None = None
    #: messages that are queued with this one
    beside: tuple[OutgoingMessage, ...] = ()


def enqueue(message: OutgoingMessage) -> None:
    """Write one message into the outbox, in the caller's transaction. See `enqueue_all`."""
    enqueue_all([message])


def enqueue_all(messages: Sequence[OutgoingMessage], *, is_held: bool = False) -> None:
    """Write messages into the outbox by one statement, in the caller's transaction: they go if and only if it commits.

    `is_held`: what they are made of was held, so they are held as well.

    Subject and sender's name become one line each: titles and names are data, and a line end in one must neither make a
    header nor lose a registration. Raises ValueError for an address that is not one plain address, and IntegrityError
    for a key that was queued before: both are faults of the caller, and its transaction fails.
    """
    if messages:
        check_sends()
        rows = [_row(each, is_held) for message in messages for each in (message, *message.beside)]
        insert_rows(MailMessage, rows)
        instance.call_worker(min(row["due_at"] for row in rows))


def stays_held(row: MailMessage) -> bool:
    """Say whether what is made of a row is held like it, whoever reads it: as after a restore beside the original."""
    return row.state is DeliveryState.HELD and not row.is_held_back


def put_in_place(row: MailMessage, message: OutgoingMessage) -> None:
    """Have a row that waits be this message, in the caller's transaction: it goes like one that is queued now, or stays held."""
    for name, value in _row(message, stays_held(row)).items():
        setattr(row, name, value)


def release(message_id: int, event_id: int, at: datetime) -> None:
    """Send a held message of the event now. Raises NotFound, or Refused: NO_SERVER, HELD_BACK, NOT_HELD."""
    with transaction():
        _put_back(message_id, event_id, at, (DeliveryState.HELD,), MailRefusal.NOT_HELD)


def send_again(message_id: int, event_id: int, at: datetime) -> bool:
    """Try a message of the event again that did not arrive or stayed in doubt, under the same Message-ID.

    Whoever does says that the address is right: returns whether it got no mail until now. Raises NotFound, or Refused:
    NO_SERVER, HELD_BACK, NOT_FAILED.
    """
    with transaction():
        _put_back(message_id, event_id, at, (*NOT_ARRIVED, DeliveryState.DOUBTFUL), MailRefusal.NOT_FAILED)
        return admission.lift([get_message(event_id, message_id).recipient])


def leave(message_id: int, event_id: int) -> None:
    """Take a message of the event that stayed in doubt as sent. Raises NotFound, or Refused: NOT_DOUBTFUL."""
    with transaction():
        get_message(event_id, message_id)
        _change(message_id, (DeliveryState.DOUBTFUL,), {"state": DeliveryState.SENT}, MailRefusal.NOT_DOUBTFUL)


def repeat(message_id: int, event_id: int, at: datetime) -> None:
    """Queue a message that was sent once more, as a new one. Its links are those of then. Raises NotFound, Refused: NOT_SENT."""
    with transaction():
        message = get_message(event_id, message_id)
        if message.state is not DeliveryState.SENT:
            raise Refused(MailRefusal.NOT_SENT)
        kept = {name: getattr(message, name) for name in _REPEATED}
        suffix = f"/again-{secrets.token_hex(6)}"
        enqueue(OutgoingMessage(key=message.key[: _LONGEST_KEY - len(suffix)] + suffix, due_at=at, **kept))


def drop(keys: Iterable[str], at: datetime) -> set[str]:
    """Take back those messages of `keys` that still wait or are held; returns the keys of those that will never go.

    One that a worker has in hand, or that was sent, stays. Between this and a worker the database decides: a message is
    either returned here or sent, never both. One in doubt is not tried again; as it may have arrived, it is not returned.
    """
    return _drop(MailMessage.key.in_(list(keys)), at)


def drop_of_event(event_id: int, at: datetime, *, templates: Iterable[str] = ()) -> int:
    """Take back all messages of an event that still wait or are held, or those of these templates; returns how many.

    What tells the team of its own matters stays: only what goes to participants, with copies, and to the contact person is
    dropped.
    """
    which = (MailMessage.event_id == event_id) & MailMessage.audience.in_(("participant", "copy", "contact"))
    if names := list(templates):
        which &= MailMessage.template.in_(names)
    return len(_drop(which, at))


def drop_of_record(
    event_id: int, record_kind: str, record_id: int, at: datetime, *, audience: str = "", refused: bool = False
) -> int:
    """Take back all messages about one record of an event that still wait or are held, or those to some, or those alone that
    the person can refuse; returns how many."""
    about = (MailMessage.record_kind == record_kind) & (MailMessage.record_id == record_id)
    if audience:
        about &= MailMessage.audience == audience
    if refused:
        about &= MailMessage.list_unsubscribe.is_not(None)
    return len(_drop((MailMessage.event_id == event_id) & about, at))


def forget_messages(ids: Sequence[int], at: datetime) -> None:
    """Delete who was written to, and what, of these messages; that there was a message stays.

    What still waits will never go. One that a worker has in hand keeps its words, and is forgotten the next time.
    """
    about = MailMessage.id.in_(ids)
    with transaction():
        _drop(about, at)
        # That an address is bad is known from these alone.
        admission.lift(
            db.session.scalars(select(MailMessage.recipient).where(about, MailMessage.state.in_(NOT_ARRIVED)))
        )
        change_rows(
            MailMessage,
            about,
            MailMessage.state.in_(_OVER),
            MailMessage.recipient != "",
            **dict.fromkeys(("recipient", "reply_to", "subject", "text", "html", "calendar", "enclosed"), ""),
            news=None,
        )


def _row(message: OutgoingMessage, is_held: bool) -> dict[str, Any]:
    config = instance.config()
    check_address("recipient", message.recipient)
    if message.reply_to:
        check_address("reply_to", message.reply_to)
    state = first_state(
        message.recipient,
        has_server=config.sends_mail and not is_held,
        is_held_back=message.is_held_back,
        sends_held_back=config.demo_mail == "send",
    )
    return {name: value for name, value in vars(message).items() if name != "beside"} | {
        "subject": one_line(message.subject, MAX_SUBJECT),
        "sender_name": one_line(message.sender_name, MAX_SENDER_NAME),
        # RFC 5322, 3.6.4. Random: it tells nothing of the record or the machine.
        "message_id": f"<{secrets.token_hex(16)}@{own_domain(config.base_url)}>",
        "state": state,
        "give_up_at": message.due_at + GIVE_UP_AFTER,
        "created_at": clock.now(),
    }


def _put_back(
    message_id: int, event_id: int, at: datetime, states: Sequence[DeliveryState], otherwise: MailRefusal
) -> None:
    check_sends()
    config = instance.config()
    message = get_message(event_id, message_id)
    if not config.sends_mail:
        raise Refused(MailRefusal.NO_SERVER)
    sends_held_back = config.demo_mail == "send"
    if must_stay(message.recipient, is_held_back=message.is_held_back, sends_held_back=sends_held_back):
        raise Refused(MailRefusal.HELD_BACK)
    anew = {
        "state": DeliveryState.QUEUED,
        "due_at": at,
        "due_set_at": at,
        "give_up_at": at + GIVE_UP_AFTER,
        "attempts": 0,
        "doubts": 0,
        "outcome": None,
        "bounce": None,
        "last_error": "",
        "sent_at": None,
    }
    _change(message_id, states, anew, otherwise)
    instance.call_worker(at)


def _change(message_id: int, states: Sequence[DeliveryState], values: dict[str, Any], otherwise: MailRefusal) -> None:
    changed = db.session.execute(
        update(MailMessage)
        .where(MailMessage.id == message_id, MailMessage.state.in_(states))
        .values(values)
        .returning(MailMessage.id)
    ).all()
    if not changed:
        raise Refused(otherwise)


def _drop(which: ColumnElement[bool], at: datetime) -> set[str]:
    with transaction():
        doubtful = which, MailMessage.state == DeliveryState.QUEUED, MailMessage.doubts > 0
        change_rows(MailMessage, *doubtful, state=DeliveryState.DOUBTFUL, due_at=None)
        # Due at once for the worker, which removes the file of a held message.
        dropped = db.session.execute(
            update(MailMessage)
            .where(which, MailMessage.state.in_(_WAITING))
            .values(state=DeliveryState.DROPPED, due_at=at, due_set_at=at)
            .returning(MailMessage.key, MailMessage.doubts)
            .execution_options(synchronize_session=False)
        )
        instance.call_worker(at)
        return {key for key, doubts in dropped if not doubts}
