"""Saving the words of messages that an event has of its own, so that two people who write at once lose nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import lock_event
from eventreg.kernel.clock import now
from eventreg.registration.models import MessageText
from eventreg.registration.queries.message_texts import NOTHING, StoredText, read_message
from eventreg.registration.rules.message_texts import OwnText, TextEdit


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
    with transaction():
        event = lock_event(event_id)
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
        select(MessageText).where(
            MessageText.event_id == event.id, MessageText.message == key, MessageText.language == language
        )
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
    has_words = db.session.scalar(
        select(MessageText.id)
        .where(
            MessageText.event_id == event.id,
            MessageText.message == key,
            (MessageText.subject != "") | (MessageText.body != ""),
        )
        .limit(1)
    )
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
