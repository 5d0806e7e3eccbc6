"""The fields that the list of every event has, whatever it asks: one class for each column and filter.

`COLUMNS`, `FILTERS` and `PANEL` at the end say in which order they stand where.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _, lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, case, func, or_

from eventreg.attendees.annotations import ANNOTATIONS
from eventreg.attendees.annotations.notes import Notes
from eventreg.attendees.annotations.tags import Tags
from eventreg.attendees.fields import Cell, ChoiceField, ColumnField, ListField, MomentField, asking
from eventreg.attendees.fields.offer import ListOf, Words
from eventreg.attendees.listing.marks import Duplicates, NotAnswered, Trouble
from eventreg.attendees.queries.people import Person
from eventreg.attendees.rules.listing import PERSON, RECEIVED, STATUS
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.i18n import formats, languages
from eventreg.questionnaires.rules.schema import Seeking
from eventreg.registration.models import AccessCode, Registration
from eventreg.registration.queries.scoping import comes_on
from eventreg.registration.rules.states import STATUS_ORDER, Status as RegistrationStatus
from eventreg.registration.rules.ways_in import WayKind


class PersonName(ListField):
    """The person, whose line it is."""

    column = PERSON
    title = _l("Person")
    orders_by = "sort_name"
    is_drawn = True

    def writer(self, words: Words) -> Cell:
        return lambda person: person.full_name


class Reference(ColumnField):
    """The short code of the registration."""

    column = held_in = "reference"
    title = _l("Reference")
    orders_by = "reference"
    is_drawn = True


class Institution(ColumnField):
    """The institution, as the person wrote it."""

    name = column = held_in = "institution"
    title = _l("Institution")
    is_heading = True

    def ordering(self, of: ListOf) -> asking.Ordering:
        return asking.filled(Registration.sort_institution.expression)


class Position(ColumnField):
    """The position."""

    column = held_in = "position"
    title = _l("Position")


class BadgeName(ColumnField):
    """What stands on the badge."""

    column = held_in = "badge_name"
    title = _l("Name on the badge")


class Email(ColumnField):
    """The mail address."""

    column = held_in = "email"
    title = _l("Email address")
    is_contact_data = True


class Phone(ColumnField):
    """The telephone number."""

    column = held_in = "phone"
    title = _l("Phone")
    is_contact_data = True


class Country(ChoiceField):
    """The country, by its code."""

    name = column = "country"
    title = _l("Country")
    counted = "country"
    is_heading = is_open = is_self_evident = True

    def ordering(self, of: ListOf) -> asking.Ordering:
        return asking.ordered_column("country", of.language)

    def reads(self, value: str) -> bool:
        return len(value) == 2 and value.isalpha() and value.isupper()

    def value_text(self, value: str, words: Words) -> str:
        return formats.country(value, words.language)


class Category(ChoiceField):
    """The category, by its key."""

    name = column = "category"
    title = _l("Category")
    is_optional = False
    counted = "category_id"
    is_heading = is_open = is_self_evident = True
    is_drawn = True

    @property
    def values(self) -> tuple[str, ...]:
        return self.offer.categories

    def held(self, of: ListOf) -> asking.ColumnFilter:
        return asking.InCategories({key: id_ for id_, key in of.category_keys.items()})

    def ordering(self, of: ListOf) -> asking.Ordering:
        ranks = [(Registration.category_id == category.id, place) for place, category in enumerate(of.categories)]
        return asking.Ordering(case(*ranks, else_=len(ranks)) if ranks else Registration.category_id.expression)

    def counted_as(self, value: Any, about: ListOf | Words) -> str:
        return about.category_keys.get(value, "")

    def value_text(self, value: str, words: Words) -> str:
        return words.category_names.get(value) or value


class Status(ChoiceField):
    """Where the registration stands."""

    name = column = STATUS
    title = _l("Status")
    is_optional = False
    counted = "status"
    choices = tuple(each.value for each in STATUS_ORDER)
    made = RegistrationStatus
    is_heading = is_self_evident = True
    is_drawn = True

    def ordering(self, of: ListOf) -> asking.Ordering:
        return asking.Ordering(
            case(*((Registration.status == status, place) for place, status in enumerate(STATUS_ORDER)))
        )

    def value_text(self, value: str, words: Words) -> str:
        return _(RegistrationStatus(value).title)


class Received(MomentField):
    """When the registration came, by days in the event's zone, both ends among them. Addresses say `from` and `to`."""

    name = column = RECEIVED
    title = _l("Received")
    held_in = orders_by = "submitted_at"
    seeking = Seeking.DATE
    is_optional = False

    def held(self, of: ListOf) -> asking.ColumnFilter:
        return _BetweenDays(of.event_id)


class Changed(MomentField):
    """When the status changed last."""

    column = "changed"
    title = _l("Status changed")
    held_in = orders_by = "status_changed_at"


class Language(ChoiceField):
    """The language of the messages to the person."""

    name = column = "language"
    title = _l("Language")
    is_optional = False
    counted = orders_by = "language"

    def value_text(self, value: str, words: Words) -> str:
        return languages.own_name(value)

    def data(self, person: Person, cell: str, words: Words) -> Any:
        return person.language


class Way(ChoiceField):
    """How the person came, and on the screen by which code."""

    name = column = "way"
    title = _l("Source")
    none_title = _l("By the public form")
    counted = "came_by"
    choices = tuple(way.value for way in WayKind)
    names_all = False

    def held(self, of: ListOf) -> asking.ColumnFilter:
        return asking.InColumn(Registration.came_by, WayKind, empty=None)

    def ordering(self, of: ListOf) -> asking.Ordering:
        ways = [(Registration.came_by == way, place) for place, way in enumerate(WayKind)]
        is_empty = case((Registration.came_by.is_(None), 1), else_=0)
        return asking.Ordering(func.coalesce(case(*ways, else_=len(ways)), 0), is_empty)

    def marked(self, of: ListOf, ids: Any) -> Sequence[Select[Any]]:
        codes = self.mark_of(Registration.id, AccessCode.code, AccessCode.label)
        codes = codes.join(AccessCode, AccessCode.id == Registration.access_code_id)
        return [codes.where(Registration.id.in_(ids))]

    def mark(self, person: Person, first: str, second: str) -> None:
        person.code = f"{first} ({second})" if second else first

    def value_text(self, value: str, words: Words) -> str:
        return _(WayKind(value).title)

    def writer(self, words: Words) -> Cell:
        plain = super().writer(words)
        return lambda person: _("by the code %(name)s", name=person.code) if person.code else plain(person)

    def data(self, person: Person, cell: str, words: Words) -> Any:
        return super().data(person, cell, words) if person.came_by is not None else None


class Day(ListField):
    """The days that the person comes on."""

    name = "day"
    title = _l("Day")
    seeking = Seeking.CHOICE

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(held_on.isoformat() for _id, held_on in self.offer.days)

    @property
    def is_asked_here(self) -> bool:
        return len(self.offer.days) > 1

    def held(self, of: ListOf) -> asking.ColumnFilter:
        keys = self.offer.day_keys

        def comes(value: str) -> ColumnElement[bool]:
            return comes_on([id_ for id_, held_on in self.offer.days if held_on.isoformat() == value], keys)

        return asking.ByCondition(comes, asking.exists_answer(keys))

    def value_text(self, value: str, words: Words) -> str:
        return formats.plain_day(date.fromisoformat(value), words.language, year=False)


class _BetweenDays(asking.ColumnFilter):
    def __init__(self, event_id: int) -> None:
        event = db.session.get_one(Event, event_id)
        self._zone = ZoneInfo(event.time_zone)

    def one_of(self, values: Collection[str]) -> ColumnElement[bool]:
        return or_(*(self.between(value, value) for value in values))

    def between(self, least: str, most: str) -> ColumnElement[bool]:
        conditions = []
        if least:
            conditions.append(Registration.submitted_at >= self._begin(date.fromisoformat(least)))
        if most and (last := date.fromisoformat(most)) < date.max:
            conditions.append(Registration.submitted_at < self._begin(last + timedelta(days=1)))
        return and_(*conditions) if conditions else Registration.id.is_not(None)

    def _begin(self, day: date) -> datetime:
        # The first and last days that there are have no other side in UTC.
        try:
            return datetime.combine(day, time(), self._zone).astimezone(UTC)
        except OverflowError:
            return datetime.combine(day, time(), UTC)


#: of annotations that have no place of their own: behind the tags
_FURTHER = tuple(each.field for each in ANNOTATIONS if each.field not in (Tags, Notes))
#: in their usual order
COLUMNS: tuple[type[ListField], ...] = (
    PersonName, Reference, Institution, Position, Country, Category, Status, Received, Changed, Language, BadgeName,
    Email, Phone, Way, Tags, Notes, *_FURTHER,
)  # fmt: skip
#: in the order in which addresses name them
FILTERS: tuple[type[ListField], ...] = (
    Status, Category, Country, Institution, Day, Language, Tags, *_FURTHER, Trouble, Duplicates, Notes, Way, NotAnswered,
    Received,
)  # fmt: skip
#: beside the list: before the questions, and after them. Status is a tab above it
PANEL_FIRST: tuple[type[ListField], ...] = (Category, Country)
PANEL: tuple[type[ListField], ...] = (
    Institution, Day, Tags, *_FURTHER, Trouble, Notes, Duplicates, NotAnswered, Received, Way, Language,
)  # fmt: skip
#: of every export that does not choose its columns, before the questions
IN_EXPORTS: tuple[type[ListField], ...] = (Reference, Status, Category, Received, Language)
