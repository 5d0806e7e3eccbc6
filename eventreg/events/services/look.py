"""Saving the colours and the picture of an event."""

from __future__ import annotations

from datetime import datetime

from eventreg.audit.services import Actor, record
from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.rules.look import LookReason, LookRefused
from eventreg.kernel.text import LocalizedText, merged
from eventreg.media.encoding import EncodedPicture
from eventreg.media.services import keep_picture


def save_look(
    event_id: int,
    seen_revision: int,
    palette: str,
    picture_text: LocalizedText,
    account_id: int,
    at: datetime,
    *,
    picture: EncodedPicture | None = None,
    removes_picture: bool = False,
) -> None:
    """Give an event its colours (a key of web.palettes; empty: the instance's), its picture and what the picture shows.

    Without `picture` the present one stays, unless it is removed; one that nothing shows any more is swept away later.
    Raises LookRefused (CHANGED_MEANWHILE), NotFound, and LifecycleRefused for an archived event.
    """
    with transaction():
        event = lock_event(event_id)
        if event.settings_revision != seen_revision:
            raise LookRefused(LookReason.CHANGED_MEANWHILE)
        new_text = merged(event.picture_text, picture_text, event.languages)
        changed: dict[str, object] = {}
        if event.palette != palette:
            changed["palette"] = [event.palette, palette]
        if event.picture_text != new_text:
            changed["picture_text"] = [dict(event.picture_text), new_text]
        if picture is not None:
            event.picture_id = keep_picture(picture, at)
            changed["picture"] = "replaced"
        elif removes_picture and event.picture_id is not None:
            event.picture_id = None
            changed["picture"] = "removed"
        if not changed:
            return
        event.palette, event.picture_text = palette, new_text
        event.settings_revision += 1
        record(
            event_id=event.id,
            actor=Actor.account(account_id),
            action="look_changed",
            record_kind="event",
            record_id=event.id,
            at=at,
            detail={"changed": changed},
        )
