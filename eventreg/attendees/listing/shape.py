"""What one event's list offers to one person, read from questionnaires, days and tags, what it calls it, and how an address
says it: what is not understood there is left out, and that is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from eventreg.attendees.fields import ListField, short, term_text
from eventreg.attendees.fields.offer import Offer, OfferedQuestion, Words
from eventreg.attendees.listing.answers import AnswerField
from eventreg.attendees.listing.fixed import COLUMNS, FILTERS
from eventreg.attendees.models import Tag
from eventreg.attendees.rules import listing
from eventreg.db import Part, read_together
from eventreg.events.models import Category, EventDay
from eventreg.events.rules.team import Sight
from eventreg.i18n import formats
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context, DayChoice
from eventreg.questionnaires.queries import definition_of, versions_of
from eventreg.questionnaires.rules.schema import Definition, Question, Seeking
from eventreg.registration.rules.states import Status

#: names are searched for; as a filter they only say whether there is one
_NAMES = frozenset({"given_name", "family_name", "badge_name"})
_NO_TAGS: Mapping[str, str] = {}


@dataclass(frozen=True)
class ListShape(Offer):
    """The fields and columns of one event's list, as far as they are for one person."""

    @cached_property
    def fields(self) -> Mapping[str, ListField]:
        """What the list can be narrowed by, by name, in the order in which addresses name them."""
        return {each.name: each for each in (*(self._fixed[kind] for kind in FILTERS), *self._asked)}

    @cached_property
    def by_column(self) -> Mapping[str, ListField]:
        """What has a column, by the column's name, in the usual order."""
        fixed = (self._fixed[kind] for kind in COLUMNS if self.has_contact_data or not kind.is_contact_data)
        return {each.column: each for each in (*fixed, *self._asked)}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that can be chosen, in their usual order."""
        return tuple(self.by_column)

    def of_kind(self, kind: type[ListField]) -> ListField:
        """Return a field that every list has."""
        return self._fixed[kind]

    @property
    def every_fixed(self) -> Iterator[ListField]:
        """The fields that every list has, whether or not they are for this person."""
        return iter(self._fixed.values())

    @cached_property
    def _fixed(self) -> Mapping[type[ListField], ListField]:
        return {kind: kind(self) for kind in dict.fromkeys((*COLUMNS, *FILTERS))}

    @cached_property
    def _asked(self) -> Sequence[ListField]:
        return [AnswerField(self, offered) for offered in self.questions.values()]


def get_shape(event_id: int, categories: Sequence[Category], sight: Sight) -> ListShape:
    """Return what the list of an event offers to whoever has this sight: one statement.

    `categories` are those in sight, in the event's order. Contact data is offered to those only who may see it.
    """
    held_on, tags, versions = read_together(
        Part((EventDay.id, EventDay.held_on), [(EventDay, EventDay.event_id == event_id)], [EventDay.held_on]),
        Part((Tag.public_id, Tag.name, Tag.name_key), [(Tag, Tag.event_id == event_id)]),
        versions_of(event_id),
    )
    named = {public_id: name for public_id, name, _key in sorted(tags, key=lambda tag: tag[2])}
    definitions = {version.id: definition_of(version) for version in versions}
    return shape_of(definitions, categories, sight, tuple(held_on), named)


def shape_of(
    definitions: Mapping[int, Definition],
    categories: Sequence[Category],
    sight: Sight,
    held_on: tuple[tuple[int, date], ...] = (),
    tags: Mapping[str, str] = _NO_TAGS,
) -> ListShape:
    """Return what a list offers of these versions, the newest first, by their ids: no statement."""
    keys = tuple(category.key for category in categories)
    context = Context(languages=(), days=tuple(DayChoice(*day) for day in held_on))
    return ListShape(
        categories=keys,
        days=held_on,
        tags=tags,
        questions=dict(_offered(definitions, keys, context, sight.has_contact_data)),
        has_contact_data=sight.has_contact_data,
    )


def _offered(
    definitions: Mapping[int, Definition], category_keys: Sequence[str], context: Context, has_contact_data: bool
) -> Iterator[tuple[str, OfferedQuestion]]:
    """Yield what any version asks of somebody in sight, in the order of the newest; what is asked no more follows."""
    wordings: dict[str, dict[int, Question]] = {}
    for version_id, definition in definitions.items():
        for question in definition.questions():
            if kinds.get(question.kind).is_answerable:
                wordings.setdefault(question.key, {})[version_id] = question
    newest_id = next(iter(definitions), 0)
    for key, by_version in wordings.items():
        every = list(by_version.values())
        is_seen = any(not asked.categories or asked.categories.intersection(category_keys) for asked in every)
        if is_seen and (has_contact_data or not any(map(listing.is_contact_data, every))):
            is_sensitive = any(asked.is_sensitive for asked in every)
            yield key, _offer(by_version, context, is_sensitive=is_sensitive, is_retired=newest_id not in by_version)


def _offer(
    wordings: Mapping[int, Question], context: Context, *, is_sensitive: bool, is_retired: bool
) -> OfferedQuestion:
    question = next(iter(wordings.values()))
    kind = kinds.get(question.kind)
    seeking = Seeking.PRESENCE if is_sensitive or question.column in _NAMES else kind.seeking
    choices = [kinds.get(asked.kind).choices(asked, context) for asked in wordings.values()]
    values = tuple(dict.fromkeys(value for some in choices for value in some or ()))
    return OfferedQuestion(question, seeking, values or None, wordings, is_retired)


#: what stands in their place where nobody sees it in full
_LONGEST_TITLE = 60


class ListWords(Words):
    """Says them, by the names that addresses have for them."""

    def __init__(self, shape: ListShape, *about: Any) -> None:
        super().__init__(*about)
        self.shape = shape

    def title(self, name: str) -> str:
        """Return what a field or a column is called, whether or not the list offers it."""
        field = self._named(name)
        if field is not None:
            is_filter_alone = name == field.name != field.column and field.filter_title
            return str(field.filter_title) if is_filter_alone else field.titled(self)
        return {"from": _("Received"), "to": _("Received"), "order": _("Order by")}.get(
            name, name.removeprefix(listing.ANSWER)
        )

    def short_title(self, name: str) -> str:
        """Return what it is called as the head of a column, where there is little room."""
        return short(self.title(name), _LONGEST_TITLE)

    def value(self, name: str, value: str) -> str:
        """Return one value of a field in words."""
        field = self.shape.fields.get(name)
        return field.value_text(value, self) if field is not None else value

    def term(self, name: str, term: listing.Term) -> str:
        """Return what is asked of a field, as a chip says it."""
        field = self.shape.fields[name]
        said = term_text(field, term, self)
        if field.is_self_evident and term.test is listing.Test.IS:
            return said
        return f"{self.short_title(name)}{formats.colon(self.language)} {said}"

    def _named(self, name: str) -> ListField | None:
        found = self.shape.by_column.get(name) or self.shape.fields.get(name)
        return found or next((each for each in self.shape.every_fixed if each.column == name), None)


_LONGEST_SEARCH = 200
#: codes are short; anything longer is no reference of ours
_LONGEST_REFERENCE = 16
#: of one field, and of all together: each is looked for in every registration
_MOST_TERMS, _MOST_TOGETHER = 60, 150
_MOST_COLUMNS = 80
#: what columns were called in addresses before
_RENAMED = {"name": listing.PERSON}


def read_state(arguments: Mapping[str, Sequence[str]], shape: ListShape) -> listing.ListState:
    """Return the state that a query string holds, as far as the list offers it."""
    reader = _Reader(arguments)
    search = " ".join(reader.first("q").split())
    if len(search) > _LONGEST_SEARCH:
        search, reader.has_unknown = search[:_LONGEST_SEARCH], True
    order, is_descending = _order(reader, shape)
    filters = _filters(reader, shape)
    columns, cursor = _columns(reader, shape), _cursor(reader)
    return listing.ListState(search, filters, columns, order, is_descending, cursor, reader.has_unknown)


class _Reader:
    """A query string being read, with whether all of it was understood."""

    def __init__(self, arguments: Mapping[str, Sequence[str]]) -> None:
        self._arguments = arguments
        self.has_unknown = False

    def names(self) -> list[str]:
        return [name for name in self._arguments if self.all(name)]

    def all(self, name: str) -> Sequence[str]:
        return [value for value in self._arguments.get(name, ()) if value]

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")


def _filters(reader: _Reader, shape: ListShape) -> tuple[listing.Filter, ...]:
    """Return the filters in the order of the list's fields."""
    found, left = [], _MOST_TOGETHER
    for field in shape.fields.values():
        asked = _received(reader, field) if field.name == listing.RECEIVED else _terms(reader, field)
        terms, left = asked[:left], max(0, left - len(asked))
        reader.has_unknown |= len(terms) < len(asked)
        if terms:
            found.append(listing.Filter(field.name, terms))
    known = shape.fields.keys()
    reader.has_unknown |= any(name.startswith(listing.ANSWER) and name not in known for name in reader.names())
    return tuple(found)


def _terms(reader: _Reader, field: ListField) -> tuple[listing.Term, ...]:
    """Return what is asked of a field, each once, values of a short list in its order."""
    found: dict[listing.Term, None] = {}
    for text in reader.all(field.name):
        term = listing.read_term(text, has_ranges=field.seeking.has_ranges)
        accepted = field.accept(term) if term is not None else None
        if accepted is None or len(found) == _MOST_TERMS:
            reader.has_unknown = True
        else:
            found[accepted] = None
    return tuple(sorted(found, key=lambda term: _place(field, term)))


def _place(field: ListField, term: listing.Term) -> tuple[bool, bool, int]:
    is_listed = field.values is not None and term.test is listing.Test.IS
    return (
        term.is_negated,
        term.test is not listing.Test.IS,
        field.values.index(term.value) if field.values and is_listed else 0,
    )


def _received(reader: _Reader, field: ListField) -> tuple[listing.Term, ...]:
    """Return the dates received that `from` and `to` name, the days themselves among them."""
    ends = []
    for name in ("from", "to"):
        text = reader.first(name)
        fits = not text or field.accept(listing.between(text, "")) is not None
        reader.has_unknown |= not fits
        ends.append(text if fits else "")
    return (listing.between(*ends),) if any(ends) else ()


def _columns(reader: _Reader, shape: ListShape) -> tuple[str, ...]:
    named = [name for text in reader.all("columns") for name in text.split(",") if name]
    known = [name for name in dict.fromkeys(named) if name in shape.columns][:_MOST_COLUMNS]
    reader.has_unknown |= any(name not in known for name in named)
    return tuple(known)


def _order(reader: _Reader, shape: ListShape) -> tuple[str, bool]:
    asked = reader.first("order")
    name = asked.removeprefix("-")
    name = _RENAMED.get(name, name)
    if name in shape.columns:
        return name, asked.startswith("-")
    reader.has_unknown |= bool(asked)
    return listing.RECEIVED, True


def _cursor(reader: _Reader) -> listing.Cursor | None:
    for name in ("after", "before"):
        if not (position := reader.first(name)):
            continue
        reference, _, status_text = position.partition(".")
        status = next((status for status in Status if status.value == status_text), None)
        is_plain = (
            bool(reference) and reference.isascii() and reference.isprintable() and len(reference) <= _LONGEST_REFERENCE
        )
        if is_plain and bool(status_text) == (status is not None):
            return listing.Cursor(reference, is_backward=name == "before", status=status)
        reader.has_unknown = True
    return None
