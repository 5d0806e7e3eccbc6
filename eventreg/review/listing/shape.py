"""What one event's list offers to one person, read from questionnaires, days and tags, and what it calls it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import String, cast, null, select, union_all

from eventreg.db import db
from eventreg.events.models import Category, EventDay
from eventreg.events.rules.team import Sight
from eventreg.i18n import formats
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context, DayChoice
from eventreg.questionnaires.rules.schema import Definition, Question
from eventreg.questionnaires.rules.seeking import Seeking
from eventreg.review.listing.answers import AnswerField
from eventreg.review.listing.fields import ListField, short, term_text
from eventreg.review.listing.fixed import COLUMNS, FILTERS
from eventreg.review.listing.offer import Offer, OfferedQuestion, OfferedTag, Words
from eventreg.review.models import Tag
from eventreg.review.queries.people import list_definitions
from eventreg.review.rules.columns import ANSWER
from eventreg.review.rules.contact import is_contact_data
from eventreg.review.rules.listing import Term, Test
from eventreg.review.rules.tags import TagColour

#: names are searched for; as a filter they only say whether there is one
_NAMES = frozenset({"given_name", "family_name", "badge_name"})


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
    """Return what the list of an event offers to whoever has this sight: two statements.

    `categories` are those in sight, in the event's order. Contact data is offered to those only who may see it.
    """
    held_on, tags = _days_and_tags(event_id)
    keys = tuple(category.key for category in categories)
    context = Context(languages=(), days=tuple(DayChoice(*day) for day in held_on))
    return ListShape(
        categories=keys,
        days=held_on,
        tags=tags,
        questions=dict(_offered(list_definitions(event_id), keys, context, sight.has_contact_data)),
        has_contact_data=sight.has_contact_data,
    )


def _days_and_tags(event_id: int) -> tuple[tuple[tuple[int, date], ...], tuple[OfferedTag, ...]]:
    """Return the event's days and tags in their order: one statement."""
    day = select(EventDay.id, EventDay.held_on, cast(null(), String), null(), null(), null())
    tag = select(Tag.id, null(), Tag.public_id, Tag.name, Tag.name_key, cast(Tag.colour, String))
    rows: Sequence[Any] = db.session.execute(
        union_all(day.where(EventDay.event_id == event_id), tag.where(Tag.event_id == event_id))
    ).all()
    days = sorted(((row[0], row[1]) for row in rows if row[1] is not None), key=lambda each: each[1])
    tags = sorted((row for row in rows if row[1] is None), key=lambda row: row[4])
    return tuple(days), tuple(OfferedTag(row[0], row[2], row[3], TagColour(row[5])) for row in tags)


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
        if is_seen and (has_contact_data or not any(map(is_contact_data, every))):
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
        return {"from": _("Received"), "to": _("Received"), "order": _("Order by")}.get(name, name.removeprefix(ANSWER))

    def short_title(self, name: str) -> str:
        """Return what it is called as the head of a column, where there is little room."""
        return short(self.title(name), _LONGEST_TITLE)

    def value(self, name: str, value: str) -> str:
        """Return one value of a field in words."""
        field = self.shape.fields.get(name)
        return field.value_text(value, self) if field is not None else value

    def term(self, name: str, term: Term) -> str:
        """Return what is asked of a field, as a chip says it."""
        field = self.shape.fields[name]
        said = term_text(field, term, self)
        if field.is_self_evident and term.test is Test.IS:
            return said
        return f"{self.short_title(name)}{formats.colon(self.language)} {said}"

    def _named(self, name: str) -> ListField | None:
        found = self.shape.by_column.get(name) or self.shape.fields.get(name)
        return found or next((each for each in self.shape.every_fixed if each.column == name), None)
