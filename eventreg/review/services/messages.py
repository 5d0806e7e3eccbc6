"""Messages that wait for somebody: released or tried again, with an entry in the audit trail."""

from __future__ import annotations

from collections.abc import Callable

from eventreg.audit.services import Target, note
from eventreg.db import transaction
from eventreg.events.organizers import Organizer
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.mail import services as mail
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import MailRefusal
from eventreg.review.queries.messages import get_message_in_scope, goes_again


def release_message(event_id: int, message_id: int, who: Organizer) -> None:
    """Let a held message go now. Raises NotFound, or Refused with a `MailRefusal`."""
    _act("message_released", lambda _message: mail.release(message_id, event_id, now()), event_id, message_id, who)


def send_message_again(event_id: int, message_id: int, who: Organizer) -> None:
    """Try a message again that failed or stayed in doubt. Raises NotFound, or Refused with a `MailRefusal`."""
    _act("message_sent_again", lambda _message: mail.send_again(message_id, event_id, now()), event_id, message_id, who)


def leave_message(event_id: int, message_id: int, who: Organizer) -> None:
    """Take a message in doubt as delivered. Raises NotFound, or Refused with a `MailRefusal`."""
    _act("message_left", lambda _message: mail.leave(message_id, event_id), event_id, message_id, who)


def repeat_message(event_id: int, message_id: int, who: Organizer) -> None:
    """Send a message that was sent once more, as a new one, while it still tells what is.

    Raises NotFound, or Refused with a `MailRefusal` (NOT_SENT, NO_LONGER_TRUE).
    """

    def repeat(message: MailMessage) -> None:
        if not goes_again(message):
            raise Refused(MailRefusal.NO_LONGER_TRUE)
        mail.repeat(message_id, event_id, now())

    _act("message_repeated", repeat, event_id, message_id, who)


def _act(action: str, act: Callable[[MailMessage], object], event_id: int, message_id: int, who: Organizer) -> None:
    with transaction():
        lock_event_in_any_state(event_id)
        message = get_message_in_scope(event_id, message_id, who.scope)
        act(message)
        about = Target(message.record_kind, message.record_id, event_id)
        note(about, action, who, message=message.template, audience=message.audience)
