"""The fields of what is put on registrations beside what people wrote: by the team, by messages, by what was asked again."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from sqlalchemy import BindParameter, ColumnElement, Select, String, case, cast, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from eventreg.attendees.fields import Cell, CountedApart, ListField, text
from eventreg.attendees.fields.asking import ByCondition, Held, Ordering, Yes, filled
from eventreg.attendees.fields.offer import ListOf, Words
from eventreg.attendees.models import Note, Tag, Tagging
from eventreg.attendees.queries import duplicates, messages
from eventreg.attendees.queries.people import Person, ShownTag
from eventreg.attendees.rules.listing import DOUBT, MAIL, YES, Unanswered
from eventreg.attendees.rules.tags import TagColour
from eventreg.kernel.text import folded
from eventreg.mail.rules import DeliveryState, Standing
from eventreg.questionnaires.rules.schema import Seeking
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.queries.registrations import has_any_unanswered, has_unanswered, is_asked_still

#: aliases: the filter by tags looks at them too
_tag, _tagging = aliased(Tag), aliased(Tagging)


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
        return tuple(tag.public_id for tag in self.offer.tags)

    @property
    def is_asked_here(self) -> bool:
        return bool(self.offer.tags)

    def held(self, of: ListOf) -> Held:
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
            return of_people.join(_tag, _tag.id == _tagging.tag_id)

        value = _tag.public_id.expression
        return CountedApart(value, tagged, [value])

    def marked(self, of: ListOf, ids: BindParameter[Any]) -> Sequence[Select[Any]]:
        tags = self.mark_of(Tagging.registration_id, Tag.colour, Tag.name).join(Tag, Tag.id == Tagging.tag_id)
        return [tags.where(Tagging.registration_id.in_(ids))]

    def mark(self, person: Person, first: str, second: str) -> None:
        person.tags.append(ShownTag(second, TagColour(first)))
        person.tags.sort(key=lambda tag: tag.name.casefold())

    def value_text(self, value: str, words: Words) -> str:
        return next((tag.name for tag in self.offer.tags if tag.public_id == value), value)

    def writer(self, words: Words) -> Cell:
        return lambda person: "; ".join(_by_alphabet(person))

    def data(self, person: Person, cell: str, words: Words) -> Any:
        return _by_alphabet(person)


class Notes(ListField):
    """Whether the team noted something, and how often."""

    name, column = "note", "notes"
    title = _l("Notes")
    filter_title = _l("Marks")
    seeking = Seeking.CHOICE
    is_optional = False
    is_mark = is_self_evident = is_in_files = True
    choices = (YES,)

    def held(self, of: ListOf) -> Held:
        return Yes(_has_note())

    def ordering(self, of: ListOf) -> Ordering:
        number = select(func.count()).select_from(Note).where(Note.registration_id == Registration.id)
        return Ordering(number.correlate(Registration).scalar_subquery())

    def counted_apart(self, of: ListOf) -> CountedApart | None:
        return CountedApart(text(YES), lambda statement: statement.where(_has_note()))

    def marked(self, of: ListOf, ids: BindParameter[Any]) -> Sequence[Select[Any]]:
        notes = self.mark_of(Note.registration_id, func.count()).where(Note.registration_id.in_(ids))
        return [notes.group_by(Note.registration_id)]

    def mark(self, person: Person, first: str, second: str) -> None:
        person.notes = int(first)

    def value_text(self, value: str, words: Words) -> str:
        return _("With a note")

    def writer(self, words: Words) -> Cell:
        return lambda person: str(person.notes or "")

    def data(self, person: Person, cell: str, words: Words) -> Any:
        return person.notes


class Trouble(ListField):
    """Whether the newest message to the person failed, or may have."""

    name = "trouble"
    title = _l("Marks")
    seeking = Seeking.CHOICE
    is_optional = False
    is_mark = is_self_evident = True
    choices, uncounted = (MAIL, DOUBT), (DOUBT,)
    _states = ((MAIL, DeliveryState.FAILED, Standing.FAILED), (DOUBT, DeliveryState.DOUBTFUL, Standing.DOUBTFUL))

    def held(self, of: ListOf) -> Held:
        found = {value: messages.has_trouble(of.event_id, state) for value, state, _standing in self._states}
        return ByCondition(found.__getitem__, or_(*found.values()))

    def counted_apart(self, of: ListOf) -> CountedApart | None:
        return CountedApart(text(MAIL), lambda statement: statement.where(messages.has_trouble(of.event_id)))

    def marked(self, of: ListOf, ids: BindParameter[Any]) -> Sequence[Select[Any]]:
        here = Registration.id.in_(ids)
        return [
            self.mark_of(Registration.id, value).where(here, messages.has_trouble(of.event_id, state))
            for value, state, _standing in self._states
        ]

    def mark(self, person: Person, first: str, second: str) -> None:
        person.trouble = self._standing(first)

    def value_text(self, value: str, words: Words) -> str:
        return _(self._standing(value).trouble)

    def _standing(self, value: str) -> Standing:
        return Standing.DOUBTFUL if value == DOUBT else Standing.FAILED


class Duplicates(ListField):
    """Whether it looks like another registration of the same person."""

    name = "duplicates"
    title = _l("Marks")
    seeking = Seeking.CHOICE
    is_optional = False
    is_mark = is_self_evident = True
    choices = uncounted = (YES,)

    def held(self, of: ListOf) -> Held:
        return Yes(duplicates.is_likely_double(of.event_id, of.sight))

    def marked(self, of: ListOf, ids: BindParameter[Any]) -> Sequence[Select[Any]]:
        is_double = duplicates.is_likely_double(of.event_id, of.sight, of_few=True)
        return [self.mark_of(Registration.id).where(Registration.id.in_(ids), is_double)]

    def mark(self, person: Person, first: str, second: str) -> None:
        person.is_double = True

    def value_text(self, value: str, words: Words) -> str:
        return _("Likely duplicate")


class NotAnswered(ListField):
    """What people were asked beside the form and have not answered."""

    name = "unanswered"
    title = _l("Not answered yet")
    seeking = Seeking.CHOICE
    is_optional = False

    def reads(self, value: str) -> bool:
        return Unanswered.read(value) is not None

    def held(self, of: ListOf) -> Held:
        def is_unanswered(value: str) -> ColumnElement[bool]:
            asked = Unanswered.read(value)
            return has_unanswered(*asked) if asked is not None else false()

        return ByCondition(is_unanswered, has_any_unanswered())

    def counted_apart(self, of: ListOf) -> CountedApart | None:
        kind, section = AnswerRequest.kind, AnswerRequest.section_key
        value = case((section == "", cast(kind, String)), else_=cast(kind, String) + "." + section)
        waiting = (AnswerRequest.event_id == of.event_id, AnswerRequest.answered_at.is_(None), is_asked_still())
        return CountedApart(
            value,
            lambda statement: statement.join(AnswerRequest, AnswerRequest.registration_id == Registration.id).where(
                *waiting
            ),
            [kind.expression, section.expression],
        )


def _has_note() -> ColumnElement[bool]:
    # From the few notes to the people: asking each person costs a look for everybody of a large event.
    return Registration.id.in_(select(Note.registration_id))


def _by_alphabet(person: Person) -> list[str]:
    return sorted((tag.name for tag in person.tags), key=folded)
