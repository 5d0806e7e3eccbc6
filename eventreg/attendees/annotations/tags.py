"""The tags of an event: made, renamed, recoloured, removed; put on people and taken off; their column, filter and card."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select
from sqlalchemy.orm import aliased

from eventreg.attendees.annotations.base import Annotation, Form, annotating
from eventreg.attendees.fields import Cell, CountedApart, ListField
from eventreg.attendees.fields.asking import ByCondition, ColumnFilter, Ordering, filled
from eventreg.attendees.fields.offer import ListOf, Words
from eventreg.attendees.models import Tag, Tagging
from eventreg.attendees.queries.people import Person
from eventreg.attendees.rules import annotations as rules
from eventreg.attendees.rules.annotations import TagColour, TagReason, read_tag_name, tag_key
from eventreg.audit.services import Act, Actor, Target, change, note, note_all
from eventreg.db import Part, db, delete_rows, get_of_event
from eventreg.events.bundles import fields
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event
from eventreg.events.rules.team import Permission, Scope
from eventreg.kernel import clock, text, tokens
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.text import folded
from eventreg.questionnaires.rules.schema import Seeking
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import in_scope
from eventreg.web.forms import lazy_gettext as _l

#: of one registration, in an event's file
_MOST_ON_ONE = 1_000

#: aliases: the filter by tags looks at them too
_tag, _tagging = aliased(Tag), aliased(Tagging)


class ShownTag(NamedTuple):
    """A tag on a line."""

    name: str
    colour: TagColour


class Tags(ListField):
    """The tags that the team put on it."""

    name, column = "tag", "tags"
    title = _l("Tags")
    seeking = Seeking.CHOICE
    none_title = _l("Without a tag")
    is_self_evident = is_in_files = True
    is_drawn = True

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(self.offer.tags)

    @property
    def is_asked_here(self) -> bool:
        return bool(self.offer.tags)

    def held(self, of: ListOf) -> ColumnFilter:
        on = Tagging.registration_id == Registration.id

        def is_tagged(public_id: str) -> ColumnElement[bool]:
            found = exists().where(on, Tagging.tag_id == Tag.id, Tag.public_id == public_id)
            return found.correlate(Registration)

        return ByCondition(is_tagged, exists().where(on))

    def ordering(self, of: ListOf) -> Ordering:
        first = select(func.min(Tag.name_key)).join(Tagging, Tagging.tag_id == Tag.id)
        return filled(func.coalesce(first.where(Tagging.registration_id == Registration.id).scalar_subquery(), ""))

    def counted_apart(self, of: ListOf) -> CountedApart | None:
        def tagged(statement: Select[Any]) -> Select[Any]:
            of_people = statement.join(_tagging, _tagging.registration_id == Registration.id)
            return of_people.join(_tag, _tag.id == _tagging.tag_id).where(_tag.event_id == of.event_id)

        value = _tag.public_id.expression
        return CountedApart(value, tagged, [value])

    def marked(self, of: ListOf, ids: Any) -> Sequence[Select[Any]]:
        tags = self.mark_of(Tagging.registration_id, Tag.colour, Tag.name).join(Tag, Tag.id == Tagging.tag_id)
        return [tags.where(Tagging.registration_id.in_(ids))]

    def mark(self, person: Person, first: str, second: str) -> None:
        tags = person.marked.setdefault(self.column, [])
        tags.append(ShownTag(second, TagColour(first)))
        tags.sort(key=lambda tag: tag.name.casefold())

    def value_text(self, value: str, words: Words) -> str:
        return self.offer.tags.get(value, value)

    def writer(self, words: Words) -> Cell:
        return lambda person: "; ".join(self._by_alphabet(person))

    def data(self, person: Person, cell: str, words: Words) -> Any:
        return self._by_alphabet(person)

    def _by_alphabet(self, person: Person) -> list[str]:
        return sorted((tag.name for tag in person.marked.get(self.column, ())), key=folded)


def list_tags(event_id: int) -> Sequence[Tag]:
    """Return the tags of an event, by name."""
    return db.session.scalars(select(Tag).where(Tag.event_id == event_id).order_by(Tag.name_key, Tag.id)).all()


def get_tag(event_id: int, public_id: str) -> Tag:
    """Return a tag of this event. Raises NotFound."""
    return get_of_event(Tag, event_id, public_id=public_id)


def find_tag_by_key(event_id: int, key: str) -> Tag | None:
    """Return the tag of an event with this folded name."""
    return db.session.scalars(select(Tag).where(Tag.event_id == event_id, Tag.name_key == key)).one_or_none()


def list_tags_of(registration_id: int) -> Sequence[Tag]:
    """Return the tags on a registration, by name."""
    on_it = select(Tag).join(Tagging, Tagging.tag_id == Tag.id).where(Tagging.registration_id == registration_id)
    return db.session.scalars(on_it.order_by(Tag.name_key, Tag.id)).all()


def count_tagged(event_id: int, scope: Scope) -> Mapping[int, int]:
    """Return how many registrations in scope carry each tag of an event, by the tag's id."""
    statement = (
        select(Tagging.tag_id, func.count())
        .join(Registration, Registration.id == Tagging.registration_id)
        .where(Registration.event_id == event_id)
        .group_by(Tagging.tag_id)
    )
    return {row[0]: row[1] for row in db.session.execute(in_scope(statement, event_id, scope))}


def create_tag(event_id: int, name: str, colour: TagColour, actor: Actor) -> Tag:
    """Make a tag. Raises Refused (what `read_tag_name` refuses, NAME_IN_USE, TOO_MANY) and LifecycleRefused."""
    name = read_tag_name(name)
    with holding_event(event_id):
        return add_tag(event_id, name, colour, actor)


def add_tag(event_id: int, name: str, colour: TagColour, actor: Actor) -> Tag:
    """Make a tag with a name that was read, in the caller's transaction, which holds the event's row.

    Raises Refused (NAME_IN_USE, TOO_MANY).
    """
    _refuse_double(event_id, name)
    if (db.session.scalar(select(func.count()).where(Tag.event_id == event_id)) or 0) >= rules.MOST_OF_AN_EVENT:
        raise Refused(TagReason.TOO_MANY, limit=rules.MOST_OF_AN_EVENT)
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
    with holding_event(event_id):
        tag = get_tag(event_id, public_id)
        _refuse_double(event_id, name, tag)
        if change(tag, {"name": name, "colour": colour}, "tag_changed", actor):
            tag.name_key = tag_key(name)


def remove_tag(event_id: int, public_id: str, actor: Actor) -> int:
    """Remove a tag, from everybody who carries it as well; returns how many did. Raises NotFound and LifecycleRefused."""
    with holding_event(event_id):
        tag = get_tag(event_id, public_id)
        carried = db.session.scalars(
            select(Tagging.registration_id).where(Tagging.tag_id == tag.id).order_by(Tagging.id)
        )
        at = clock.now()
        # On each registration it is told, so that an open list sees that its row changed.
        acts = [Act(Target(Registration, id_, event_id), "tag_left", actor, at) for id_ in carried.all()]
        note_all(acts)
        note(tag, "tag_removed", actor, name=tag.name, count=len(acts))
        db.session.delete(tag)
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
    with annotating(event_id, reference, who) as (_event, registration):
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
    carried = {tag.id for tag in list_tags_of(registration.id)}
    added = [tag for tag in put_on if tag.id not in carried]
    removed = [tag for tag in taken_off if tag.id in carried]
    if not added and not removed:
        return False
    if removed:
        off = delete(Tagging).where(Tagging.registration_id == registration.id)
        db.session.execute(off.where(Tagging.tag_id.in_([tag.id for tag in removed])))
    if added:
        rows = [{"registration_id": registration.id, "tag_id": tag.id} for tag in added]
        db.session.execute(insert(Tagging), rows)
    names = {"put_on": [tag.name for tag in added], "taken_off": [tag.name for tag in removed]}
    note(registration, "tags_changed", actor, **{side: each for side, each in names.items() if each})
    return True


class TagAnnotation(Annotation):
    """Words of the team on a registration."""

    key, table, field = "tags", Tagging, Tags
    template, form_input = "attendees/_tags.html", "new_tag"
    endpoint, right = "save_tags", Permission.DECIDE
    acts: ClassVar = {"tags_changed": _l("Changed tags"), "tag_left": _l("A tag was removed from the event")}
    act_parts: ClassVar = {"put_on": _l("Added tag"), "taken_off": _l("Removed tag")}

    def read(self, event: Event, registration: Registration) -> Sequence[Part]:
        own = exists().where(Tagging.tag_id == Tag.id, Tagging.registration_id == registration.id)
        return [Part((Tag, own.correlate(Tag)), [(Tag, Tag.event_id == event.id)], [Tag.name_key, Tag.id])]

    def shown(
        self, event: Event, registration: Registration, rows: Sequence[list[Any]], form: Form | None, *, is_open: bool
    ) -> Mapping[str, Any]:
        tags, sent = [tag for tag, is_own in rows[0] if is_own], form or Form()
        return {
            "tags": tags,
            "event_tags": [tag for tag, _is_own in rows[0]],
            "ticked": [tag.public_id for tag in tags] if form is None else sent.getlist("tag"),
            "new_tag": text.showable(sent.get("new_tag", "")),
            "new_tag_colour": sent.get("new_tag_colour", ""),
            "tag_colours": [(colour.value, _(colour.title)) for colour in TagColour],
        }

    def save(self, event_id: int, reference: str, form: Form, who: Organizer) -> str:
        """Put on and take off what was changed since the page was shown."""
        chosen, seen = form.getlist("tag"), form.getlist("seen_tag")
        name, colour = form.get("new_tag", ""), rules.read_colour(form.get("new_tag_colour"))
        change_tags(event_id, reference, chosen, seen, name, colour, who)
        return self.key

    def taken(self, registration_id: int) -> Any:
        return sorted(tag.name for tag in list_tags_of(registration_id))

    def given(self, data: Any, registration_id: int, place: str, intake: Intake) -> None:
        read = fields.text(rules.LONGEST_NAME).read
        ids = {
            intake.find("tag", tag_key(read(name, where, intake.fitting)), where)
            for where, name in fields.listed(data, place, _MOST_ON_ONE)
        }
        db.session.add_all([Tagging(registration_id=registration_id, tag_id=id_) for id_ in sorted(ids)])

    def carry_over(self, goes: Registration, stays: Registration) -> None:
        there = select(Tagging.tag_id).where(Tagging.registration_id == stays.id)
        delete_rows(Tagging, Tagging.registration_id == goes.id, Tagging.tag_id.in_(there))
        super().carry_over(goes, stays)


_TAG = fields.Record(
    fields.Field("name", fields.text(rules.LONGEST_NAME)), fields.Field("colour", fields.choice(TagColour))
)


class TagsPart(Document):
    """The words of the team with their colours: copies have them too. Who carries them is in `remarks`."""

    key = "tags"
    title = N_("Tags")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`. Ordered here: each database has its own order of letters."""
        return {"tags": [_TAG.taken(row) for row in sorted(list_tags(event_id), key=lambda tag: tag.name_key)]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        for place, data in fields.listed(entry.get("tags", []), "tags", rules.MOST_OF_AN_EVENT):
            values = _TAG.given(data, place, intake.fitting)
            try:
                name = read_tag_name(values["name"])
            except Refused as refused:
                raise fields.BundleInvalid(f"{place}.name: is none") from refused
            key = tag_key(name)
            intake.claim("tag", key, place)
            row = Tag(
                public_id=tokens.new_public_id(),
                event_id=intake.event_id,
                name=name,
                name_key=key,
                colour=values["colour"],
                created_at=intake.at,
            )
            intake.add(row, "tag", key)
