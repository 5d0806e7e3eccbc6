"""Messages that wait for somebody are released, tried again or left; and an event's own words of messages are saved, so that
two people who write at once lose nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from eventreg.attendees.queries.messages import get_message_in_scope, goes_again
from eventreg.audit.services import Actor, Target, note
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event, holding_event_in_any_state
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.mail import services as mail
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import MailRefusal
from eventreg.registration.models import MessageText
from eventreg.registration.queries.registrations import NOTHING, StoredText, read_message
from eventreg.registration.rules.messages import OwnText, TextEdit


def release_message(event_id: int, message_id: int, who: Organizer) -> None:
    """Let a held message go now. Raises NotFound, or Refused with a `MailRefusal`."""
    _act("message_released", lambda _message: mail.release(message_id, event_id, now()), event_id, message_id, who)


def send_message_again(event_id: int, message_id: int, who: Organizer) -> None:
    """Try a message again that did not arrive or stayed in doubt, and have its address be right.

    Raises NotFound, or Refused with a `MailRefusal`.
    """
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
    with holding_event_in_any_state(event_id):
        message = get_message_in_scope(event_id, message_id, who.scope)
        about = Target(message.record_kind, message.record_id, event_id)
        if act(message) is True:
            action = "address_trusted"
        note(about, action, who, message=message.template, audience=message.audience)


@dataclass(frozen=True)
class SavedMessage:
    """What became of the texts of a message, by language."""

    saved: tuple[str, ...]
    #: what somebody else saved meanwhile: nothing of theirs was touched
    conflicts: Mapping[str, StoredText]


def save_message_texts(event_id: int, key: str, edits: Mapping[str, TextEdit], actor: Actor) -> SavedMessage:
    """Save the words of a message, each language only when what stands there is what its writer saw.

    An empty text gives the message its usual words back. Texts come checked by the form. One entry of the audit trail tells
    old and new. Raises NotFound, and LifecycleRefused for an archived event.
    """
    with holding_event(event_id) as event:
        stored = read_message(event_id, key)
        conflicts: dict[str, StoredText] = {}
        changes: dict[str, tuple[OwnText, OwnText]] = {}
        for language in event.languages:
            edit, current = edits.get(language), stored.get(language, NOTHING)
            if edit is None or edit.text == current.text:
                # Two who write the same are in nobody's way.
                continue
            if edit.seen != current.revision:
                conflicts[language] = current
                continue
            _put(event, key, language, edit.text, actor)
            changes[language] = (current.text, edit.text)
        _note(event, key, changes, actor)
        return SavedMessage(tuple(changes), conflicts)


def _put(event: Event, key: str, language: str, text: OwnText, actor: Actor) -> None:
    # A row without words stays, so that its revision goes on: whoever still sees the earlier words is told.
    row = db.session.scalars(
        select(MessageText).filter_by(event_id=event.id, message=key, language=language)
    ).one_or_none()
    if row is None:
        row = MessageText(event_id=event.id, message=key, language=language, revision=0)
        db.session.add(row)
    row.subject, row.body = text.subject, text.body
    row.revision += 1
    row.changed_by_id, row.changed_at = actor.id, now()
    db.session.flush()
    mark_worded(event, key)


def mark_worded(event: Event, key: str) -> None:
    """Keep in mind that a message has words of the event's own, or has none any more. In the caller's transaction."""
    of_message = select(MessageText.id).filter_by(event_id=event.id, message=key)
    has_words = db.session.scalar(of_message.where((MessageText.subject != "") | (MessageText.body != "")).limit(1))
    others = [other for other in event.worded_messages if other != key]
    event.worded_messages = [*others, key] if has_words is not None else others


def _note(event: Event, key: str, changes: Mapping[str, tuple[OwnText, OwnText]], actor: Actor) -> None:
    """Keep old and new in the audit trail, by part and language."""
    changed: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    for language, (old, new) in changes.items():
        for part, before, after in (("subject", old.subject, new.subject), ("body", old.body, new.body)):
            if before != after:
                olds, news = changed.setdefault(part, ({}, {}))
                olds[language], news[language] = before, after
    if changed:
        told = {part: list(both) for part, both in changed.items()}
        note(event, "message_text_changed", actor, message_text=key, changed=told)
