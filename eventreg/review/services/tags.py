"""The tags of an event: made, renamed, recoloured, removed. Putting them on people: `tagging`."""

from __future__ import annotations

from sqlalchemy import func, select

from eventreg.audit.services import Act, Actor, Target, note_all, record
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.kernel.tokens import new_public_id
from eventreg.registration.models import Registration
from eventreg.review.models import Tag, Tagging
from eventreg.review.queries.tags import find_tag_by_key, get_tag
from eventreg.review.rules.tags import MOST_OF_AN_EVENT, TagColour, TagReason, read_tag_name, tag_key


def create_tag(event_id: int, name: str, colour: TagColour, account_id: int) -> Tag:
    """Make a tag. Raises Refused (what `read_tag_name` refuses, NAME_IN_USE, TOO_MANY) and LifecycleRefused."""
    name = read_tag_name(name)
    with transaction():
        lock_event(event_id)
        return add_tag(event_id, name, colour, account_id)


def add_tag(event_id: int, name: str, colour: TagColour, account_id: int) -> Tag:
    """Make a tag with a name that was read, in the caller's transaction, which holds the event's row.

    Raises Refused (NAME_IN_USE, TOO_MANY).
    """
    _refuse_double(event_id, name)
    if (db.session.scalar(select(func.count()).where(Tag.event_id == event_id)) or 0) >= MOST_OF_AN_EVENT:
        raise Refused(TagReason.TOO_MANY, limit=MOST_OF_AN_EVENT)
    tag = Tag(
        public_id=new_public_id(),
        event_id=event_id,
        name=name,
        name_key=tag_key(name),
        colour=colour,
        created_by_id=account_id,
        created_at=now(),
    )
    db.session.add(tag)
    db.session.flush()
    _record(tag, "tag_added", account_id, {"name": name})
    return tag


def change_tag(event_id: int, public_id: str, name: str, colour: TagColour, account_id: int) -> None:
    """Give a tag another name or colour, on everybody who carries it.

    Raises NotFound, Refused (what `read_tag_name` refuses, NAME_IN_USE) and LifecycleRefused.
    """
    name = read_tag_name(name)
    with transaction():
        lock_event(event_id)
        tag = get_tag(event_id, public_id)
        if (tag.name, tag.colour) == (name, colour):
            return
        _refuse_double(event_id, name, tag)
        changed = {"name": [tag.name, name]} if tag.name != name else {}
        if tag.colour is not colour:
            changed["colour"] = [tag.colour.value, colour.value]
        tag.name, tag.name_key, tag.colour = name, tag_key(name), colour
        _record(tag, "tag_changed", account_id, {"changed": changed})


def remove_tag(event_id: int, public_id: str, account_id: int) -> int:
    """Remove a tag, from everybody who carries it as well; returns how many did. Raises NotFound and LifecycleRefused."""
    with transaction() as session:
        lock_event(event_id)
        tag = get_tag(event_id, public_id)
        carried = session.scalars(select(Tagging.registration_id).where(Tagging.tag_id == tag.id).order_by(Tagging.id))
        actor, at = Actor.account(account_id), now()
        # On each registration it is told, so that an open list sees that its row changed.
        acts = [Act(Target(Registration, id_, event_id), "tag_left", actor, at) for id_ in carried.all()]
        note_all(acts)
        _record(tag, "tag_removed", account_id, {"name": tag.name, "count": len(acts)})
        session.delete(tag)
        return len(acts)


def _refuse_double(event_id: int, name: str, tag: Tag | None = None) -> None:
    other = find_tag_by_key(event_id, tag_key(name))
    if other is not None and other is not tag:
        raise Refused(TagReason.NAME_IN_USE, name=other.name)


def _record(tag: Tag, action: str, account_id: int, detail: dict[str, object]) -> None:
    record(
        event_id=tag.event_id,
        actor=Actor.account(account_id),
        action=action,
        record_kind="tag",
        record_id=tag.id,
        at=now(),
        detail=detail,
    )
