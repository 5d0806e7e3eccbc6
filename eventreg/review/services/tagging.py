"""Tags put on people and taken off."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert

from eventreg.audit.services import Actor, record
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.rules.team import Scope
from eventreg.kernel.clock import now
from eventreg.kernel.typed import is_blank
from eventreg.registration.models import Registration
from eventreg.review.models import Tag, Tagging
from eventreg.review.queries.scoping import get_in_scope
from eventreg.review.queries.tags import find_tag_by_key, list_tags, list_tags_of
from eventreg.review.rules.tags import TagColour, read_tag_name, tag_key
from eventreg.review.services.tags import add_tag


def change_tags(
    event_id: int,
    reference: str,
    chosen: Collection[str],
    seen: Collection[str],
    new_name: str,
    new_colour: TagColour,
    account_id: int,
    scope: Scope,
) -> None:
    """Put on what was ticked and take off what was unticked since the page was shown, by the tags' public ids.

    `seen` were on the person then: what a colleague put on or took off meanwhile stays. `new_name` is one more tag, made
    if the event has none of this name; "" is none. Raises NotFound, Refused and LifecycleRefused.
    """
    name = read_tag_name(new_name) if not is_blank(new_name) else ""
    with transaction():
        lock_event(event_id)
        registration = get_in_scope(event_id, reference, scope)
        tags = {tag.public_id: tag for tag in list_tags(event_id)}
        put_on = [tag for id_, tag in tags.items() if id_ in chosen and id_ not in seen]
        if name:
            found = find_tag_by_key(event_id, tag_key(name))
            put_on.append(found or add_tag(event_id, name, new_colour, account_id))
        taken_off = [tag for id_, tag in tags.items() if id_ in seen and id_ not in chosen and tag not in put_on]
        change_tags_of(registration, put_on, taken_off, account_id, now())


def change_tags_of(
    registration: Registration,
    put_on: Collection[Tag],
    taken_off: Collection[Tag],
    account_id: int,
    at: datetime,
) -> bool:
    """Put tags on a registration and take others off, in the caller's transaction, which holds the event's row.

    False when nothing changed: it carried them already, or did not. The registration's revision stays, so that nobody's
    decision is held up by a tag.
    """
    carried = {tag.id for tag in list_tags_of([registration.id]).get(registration.id, ())}
    added = [tag for tag in put_on if tag.id not in carried]
    removed = [tag for tag in taken_off if tag.id in carried]
    if not added and not removed:
        return False
    if removed:
        db.session.execute(
            delete(Tagging).where(
                Tagging.registration_id == registration.id, Tagging.tag_id.in_([tag.id for tag in removed])
            )
        )
    if added:
        rows = [{"registration_id": registration.id, "tag_id": tag.id} for tag in added]
        db.session.execute(insert(Tagging), rows)
    record(
        event_id=registration.event_id,
        actor=Actor.account(account_id),
        action="tags_changed",
        record_kind="registration",
        record_id=registration.id,
        at=at,
        detail={side: [tag.name for tag in tags] for side, tags in (("put_on", added), ("taken_off", removed)) if tags},
    )
    return True
