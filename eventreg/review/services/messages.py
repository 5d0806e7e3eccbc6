"""Messages that wait for somebody: released or tried again, with an entry in the audit trail."""

from __future__ import annotations

from eventreg.audit.services import Actor, record
from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.events.rules.team import Scope
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.mail import services as mail
from eventreg.mail.queries import get_message
from eventreg.mail.rules import MailRefusal
from eventreg.review.queries.messages import get_message_in_scope, goes_again


def release_message(event_id: int, message_id: int, account_id: int, scope: Scope) -> None:
    """Let a held message go now. Raises NotFound, or Refused with a `MailRefusal`."""
    with transaction():
        lock_event_in_any_state(event_id)
        get_message_in_scope(event_id, message_id, scope)
        mail.release(message_id, event_id, now())
        _record(event_id, message_id, "message_released", account_id)


def send_message_again(event_id: int, message_id: int, account_id: int, scope: Scope) -> None:
    """Try a message again that failed or stayed in doubt. Raises NotFound, or Refused with a `MailRefusal`."""
    with transaction():
        lock_event_in_any_state(event_id)
        get_message_in_scope(event_id, message_id, scope)
        mail.send_again(message_id, event_id, now())
        _record(event_id, message_id, "message_sent_again", account_id)


def leave_message(event_id: int, message_id: int, account_id: int, scope: Scope) -> None:
    """Take a message in doubt as delivered. Raises NotFound, or Refused with a `MailRefusal`."""
    with transaction():
        lock_event_in_any_state(event_id)
        get_message_in_scope(event_id, message_id, scope)
        mail.leave(message_id, event_id)
        _record(event_id, message_id, "message_left", account_id)


def repeat_message(event_id: int, message_id: int, account_id: int, scope: Scope) -> None:
    """Send a message that was sent once more, as a new one, while it still tells what is.

    Raises NotFound, or Refused with a `MailRefusal` (NOT_SENT, NO_LONGER_TRUE).
    """
    with transaction():
        lock_event_in_any_state(event_id)
        message = get_message_in_scope(event_id, message_id, scope)
        if not goes_again(message):
            raise Refused(MailRefusal.NO_LONGER_TRUE)
        mail.repeat(message_id, event_id, now())
        _record(event_id, message_id, "message_repeated", account_id)


def _record(event_id: int, message_id: int, action: str, account_id: int) -> None:
    message = get_message(event_id, message_id)
    record(
        event_id=event_id,
        actor=Actor.account(account_id),
        action=action,
        record_kind=message.record_kind,
        record_id=message.record_id,
        at=now(),
        detail={"message": message.template, "audience": message.audience},
    )
