"""The tags of an event: made, renamed, recoloured, removed; put on people and taken off."""

from collections.abc import Collection

from sqlalchemy import delete, func, insert, select

from eventreg.attendees.models import Tag, Tagging
from eventreg.attendees.queries.reasons import find_tag_by_key, get_tag, list_tags, list_tags_of
from eventreg.attendees.rules.tags import MOST_OF_AN_EVENT, TagColour, TagReason, read_tag_name, tag_key
from eventreg.audit.services import Act, Actor, Target, change, note, note_all
from eventreg.db import db, transaction
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import lock_event
from eventreg.kernel import clock, text, tokens
from eventreg.kernel.errors import Refused
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import get_in_scope


def create_tag(event_id: int, name: str, colour: TagColour, actor: Actor) -> Tag:
    """Make a tag. Raises Refused (what `read_tag_name` refuses, NAME_IN_USE, TOO_MANY) and LifecycleRefused."""
    name = read_tag_name(name)
    with transaction():
        lock_event(event_id)
        return add_tag(event_id, name, colour, actor)


def add_tag(event_id: int, name: str, colour: TagColour, actor: Actor) -> Tag:
    """Make a tag with a name that was read, in the caller's transaction, which holds the event's row.

    Raises Refused (NAME_IN_USE, TOO_MANY).
    """
    _refuse_double(event_id, name)
    if (db.session.scalar(select(func.count()).where(Tag.event_id == event_id)) or 0) >= MOST_OF_AN_EVENT:
        raise Refused(TagReason.TOO_MANY, limit=MOST_OF_AN_EVENT)
    tag = Tag(
        public_id=tokens.new_public_id(),
        event_id=event_id,
        name=name,
        name_key=tag_key(name),
        colour=colour,
        created_by_id=actor.id,
        created_at=clock.now(),
    )
    db.session.add(tag)
    db.session.flush()
    note(tag, "tag_added", actor, name=name)
    return tag


def change_tag(event_id: int, public_id: str, name: str, colour: TagColour, actor: Actor) -> None:
    """Give a tag another name or colour, on everybody who carries it.

    Raises NotFound, Refused (what `read_tag_name` refuses, NAME_IN_USE) and LifecycleRefused.
    """
    name = read_tag_name(name)
    with transaction():
        lock_event(event_id)
        tag = get_tag(event_id, public_id)
        _refuse_double(event_id, name, tag)
        if change(tag, {"name": name, "colour": colour}, "tag_changed", actor):
            tag.name_key = tag_key(name)


def remove_tag(event_id: int, public_id: str, actor: Actor) -> int:
    """Remove a tag, from everybody who carries it as well; returns how many did. Raises NotFound and LifecycleRefused."""
    with transaction() as session:
        lock_event(event_id)
        tag = get_tag(event_id, public_id)
        carried = session.scalars(select(Tagging.registration_id).where(Tagging.tag_id == tag.id).order_by(Tagging.id))
        at = clock.now()
        # On each registration it is told, so that an open list sees that its row changed.
        acts = [Act(Target(Registration, id_, event_id), "tag_left", actor, at) for id_ in carried.all()]
        note_all(acts)
        note(tag, "tag_removed", actor, name=tag.name, count=len(acts))
        session.delete(tag)
        return len(acts)


def _refuse_double(event_id: int, name: str, tag: Tag | None = None) -> None:
    other = find_tag_by_key(event_id, tag_key(name))
    if other is not None and other is not tag:
        raise Refused(TagReason.NAME_IN_USE, name=other.name)


def change_tags(
    event_id: int,
    reference: str,
    chosen: Collection[str],
    seen: Collection[str],
    new_name: str,
    new_colour: TagColour,
    who: Organizer,
) -> None:
    """Put on what was ticked and take off what was unticked since the page was shown, by the tags' public ids.

    `seen` were on the person then: what a colleague put on or took off meanwhile stays. `new_name` is one more tag, made
    if the event has none of this name; "" is none. Raises NotFound, Refused and LifecycleRefused.
    """
    name = read_tag_name(new_name) if not text.is_blank(new_name) else ""
    with transaction():
        lock_event(event_id)
        registration = get_in_scope(event_id, reference, who.scope)
        of_event = {tag.public_id: tag for tag in list_tags(event_id)}
        put_on = [tag for id_, tag in of_event.items() if id_ in chosen and id_ not in seen]
        if name:
            found = find_tag_by_key(event_id, tag_key(name))
            put_on.append(found or add_tag(event_id, name, new_colour, who))
        taken_off = [tag for id_, tag in of_event.items() if id_ in seen and id_ not in chosen and tag not in put_on]
        change_tags_of(registration, put_on, taken_off, who)


def change_tags_of(
    registration: Registration,
    put_on: Collection[Tag],
    taken_off: Collection[Tag],
    actor: Actor,
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
    sides = {"put_on": added, "taken_off": removed}
    note(
        registration,
        "tags_changed",
        actor,
        **{side: [tag.name for tag in tags] for side, tags in sides.items() if tags},
    )
    return True
