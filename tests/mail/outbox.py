"""Messages for tests of the outbox, and a clock that is set by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from eventreg.db import db, transaction
from eventreg.mail.content import link_marker, new_marker
from eventreg.mail.models import MailMessage
from eventreg.mail.services import OutgoingMessage, enqueue_all
from tests.builders import an_event

START = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)
PUBLIC_ID = "AAAAAAAAAAAA"

_numbers = count(1)


class HandClock:
    """Gives the instant it was set to."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def shift(self, **duration: float) -> datetime:
        """Move on, by the arguments of `timedelta`."""
        self.at += timedelta(**duration)
        return self.at


def a_message(event_id: int | None, **changes: Any) -> OutgoingMessage:
    """Return a message to a participant of an event, due at START, with a personal link in its bodies."""
    number, marker = next(_numbers), new_marker()
    link = link_marker(marker, "my", PUBLIC_ID, 1)
    values: dict[str, Any] = {
        "key": f"registration/{number}/confirmed/participant",
        "event_id": event_id,
        "record_kind": "registration",
        "record_id": number,
        "template": "registration/confirmed",
        "audience": "participant",
        "language": "es",
        "recipient": f"ana.demo{number}@instituto.example",
        "reply_to": "clara.contacto@oficina.example",
        "sender_name": "Oficina de Prueba, registro",
        "subject": f"Su lugar está confirmado ({number})",
        "text": f"Buen día, Ana Demo:\n\n{link}\n",
        "html": f'<p>Buen día, Ana Demo:</p><p><a href="{link}">Ver mi registro</a></p>',
        "marker": marker,
        "due_at": START,
    }
    return OutgoingMessage(**{**values, **changes})


def queue(*messages: OutgoingMessage) -> list[str]:
    """Queue messages and commit; returns their keys."""
    with transaction():
        enqueue_all(messages)
    return [message.key for message in messages]


def queue_some(number: int, **changes: Any) -> list[str]:
    """Queue so many messages of one new event; returns their keys."""
    event = an_event()
    return queue(*(a_message(event.id, **changes) for _ in range(number)))


def stored(key: str) -> MailMessage:
    """Return a message as it stands in the database now."""
    db.session.rollback()
    statement = select(MailMessage).where(MailMessage.key == key).execution_options(populate_existing=True)
    message = db.session.scalars(statement).one()
    db.session.expunge(message)
    return message
