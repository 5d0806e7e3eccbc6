"""Saving the colours and the picture of an event."""

from __future__ import annotations

from eventreg.audit.services import Actor, note
from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.rules.settings import check_seen
from eventreg.events.services.settings import set_columns
from eventreg.kernel.clock import now
from eventreg.kernel.text import LocalizedText, merged
from eventreg.media.encoding import EncodedPicture
from eventreg.media.services import keep_picture


def save_look(
    event_id: int,
    seen_revision: int | None,
    palette: str,
    picture_text: LocalizedText,
    actor: Actor,
    *,
    picture: EncodedPicture | None = None,
    removes_picture: bool = False,
) -> None:
    """Give an event its colours (a key of web.palettes; empty: the instance's), its picture and what the picture shows.

    Without `picture` the present one stays, unless it is removed; one that nothing shows any more is swept away later.
    Raises Refused (CHANGED_MEANWHILE), NotFound, and LifecycleRefused for an archived event.
    """
    with transaction():
        event = lock_event(event_id)
        check_seen(event.settings_revision, seen_revision)
        text = merged(event.picture_text, picture_text, event.languages)
        changed = set_columns(event, {"palette": palette, "picture_text": text})
        if picture is not None:
            event.picture_id = keep_picture(picture, now())
            changed["picture"] = "replaced"
        elif removes_picture and event.picture_id is not None:
            event.picture_id = None
            changed["picture"] = "removed"
        if changed:
            event.settings_revision += 1
            note(event, "look_changed", actor, changed=changed)
