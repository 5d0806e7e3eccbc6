"""One field of the list, whole: how it is narrowed by, counted, ordered by, called, and what stands in its cells.

A field is a class: `fixed` has those of every event, `answers` that of a question. All that reads the list (the screen, files,
acts on many) asks the field, and knows none of them by name.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, Select, String, cast, literal, select

from eventreg.attendees.fields.asking import (
    ColumnFilter,
    InColumn,
    Ordering,
    grouped_column,
    held_column,
    ordered_column,
)
from eventreg.attendees.fields.offer import ListOf, Offer, Words
from eventreg.attendees.queries.people import Person
from eventreg.attendees.rules.listing import Term, Test, between
from eventreg.i18n import formats
from eventreg.kernel.text import compared
from eventreg.questionnaires.rules.schema import Question, Seeking
from eventreg.registration.models import Registration

#: writes what stands in a cell
Cell = Callable[[Person], str]
#: a text of ours, said in the language of whoever reads it
Title = str | LazyString
#: what to group by, what to show of it, and the row that must be joined for that
Grouped = tuple[ColumnElement[Any], ColumnElement[Any], tuple[Any, ColumnElement[bool]] | None]

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,80}")


class CountedApart(NamedTuple):
    """How the values of a field that few people have are counted: from the few, not from everybody."""

    value: ColumnElement[Any]
    #: a statement about registrations, narrowed to those who have it
    narrowed: Callable[[Select[Any]], Select[Any]]
    groups: Sequence[ColumnElement[Any]] = ()


class ListField:
    """One field of the list. A subclass says what differs; each is made for what one list offers."""

    #: what addresses call its filter; empty: the list is not narrowed by it
    name = ""
    #: what addresses call its column; empty: it has none
    column = ""
    #: the column of the registration that its cell shows; empty: it is made of others
    held_in = ""
    #: over its column and beside its filter
    title: Title
    #: beside its filter, where that is called otherwise
    filter_title: Title = ""
    #: what can be asked of it
    seeking = Seeking.NOT
    #: of a choice: what can be chosen, in order, where it is the same for every event; None: any plain value
    choices: tuple[str, ...] | None = None
    #: whether it can be empty, and what that is called, where it is not "not answered"
    is_optional = True
    none_title: Title = ""
    #: a chip says it by its value alone
    is_self_evident = False
    #: for those only who may see contact data
    is_contact_data = False
    #: the column of the registration that it orders by as it stands
    orders_by = ""
    #: ordering by it begins with the newest
    is_newest_first = False
    #: what is printed can be divided by its values
    is_heading = False
    #: its cell is more than its text: the template draws it, by the column's name, or as a moment
    is_drawn = False
    #: of an answer: the question, in its newest wording
    question: Question | None = None
    #: its filter is unfolded from the beginning
    is_open = False
    #: its filter stands among the small marks
    is_mark = False
    #: where there are few values, it names them all, whether or not somebody has them
    names_all = True
    #: values whose numbers are not counted with the page
    uncounted: Collection[str] = ()
    #: the column of the registration by whose values everybody is counted at once; empty: it is counted another way
    counted = ""
    #: its values are few, and each is counted by a condition
    is_counted_by_value = True
    #: what `marked` reads stands in files as well
    is_in_files = False

    def __init__(self, offer: Offer) -> None:
        self.offer = offer

    # What can be asked of it.

    @property
    def values(self) -> tuple[str, ...] | None:
        """Of a choice: what can be chosen here, in order; None: any plain value."""
        return self.choices

    @property
    def is_asked_here(self) -> bool:
        """Whether there is anything to choose for this event."""
        return True

    def reads(self, value: str) -> bool:
        """Say whether a plain value is one of its own."""
        return True

    def accept(self, term: Term) -> Term | None:
        """Return a term as this field compares it; None where it makes no sense of it."""
        if term.test is Test.EMPTY:
            return term if self.is_optional else None
        if self.seeking in (Seeking.PRESENCE, Seeking.NOT):
            return None
        if term.test is Test.RANGE:
            return self._accept_range(term)
        if term.test is Test.CONTAINS:
            text = compared(term.value)
            return replace(term, value=text) if text and self.seeking is Seeking.TEXT else None
        value = self._value(term.value)
        return None if value is None else replace(term, value=value)

    def _accept_range(self, term: Term) -> Term | None:
        ends = [self._value(end) if end else "" for end in term.ends]
        if None in ends or not any(ends) or not self.seeking.has_ranges:
            return None
        return replace(term, value=between(ends[0] or "", ends[1] or "").value)

    def _value(self, text: str) -> str | None:
        if self.seeking is Seeking.CHOICE:
            return text if self._is_choice(text) else None
        return _VALUE[self.seeking](text) or None

    def _is_choice(self, text: str) -> bool:
        if self.values is not None:
            return text in self.values
        return _PLAIN.fullmatch(text) is not None and self.reads(text)

    # In the database.

    def held(self, of: ListOf) -> ColumnFilter:
        """Return where it stands, and how it is asked for a value."""
        raise NotImplementedError

    def ordering(self, of: ListOf) -> Ordering:
        """Return what its column orders by."""
        return Ordering(getattr(Registration, self.orders_by).expression)

    def grouped(self) -> Grouped:
        """Return what its values are counted by."""
        raise NotImplementedError

    def counted_as(self, value: Any, about: ListOf | Words) -> str:
        """Return what addresses call a value of the column that is counted; "" for none."""
        return str(getattr(value, "value", value) or "")

    #: whether whoever changes what is counted apart writes an entry of the event's history with it
    is_recorded = True
    #: as many whom a list narrowed by it leaves are named with the numbers: the page then need not look for them again
    most_named = 250
    #: values that come and go without one: with the clock, or with who reads the list
    passing: Collection[str] = ()

    def follows_history(self, term: Term) -> bool:
        """Say whether a term is fulfilled by the same people as long as the event's history stands where it does."""
        return self.is_recorded and term.value not in self.passing

    def counted_apart(self, of: ListOf) -> CountedApart | None:
        """Return how it is counted among the few who have it; None: it is not."""
        return None

    def marked(self, of: ListOf, ids: Any) -> Sequence[Select[Any]]:
        """Return what is read for the lines of these registrations beside them, each row by `mark_of`.

        It is built for many events and any ids, before they are known: it asks nothing of the database, nor of the offer.
        """
        return ()

    def mark(self, person: Person, first: str, second: str) -> None:
        """Put what one row of `marked` says on its line."""
        person.marked[self.column] = first

    def mark_of(self, id_: Any, first: Any = "", second: Any = "") -> Select[Any]:
        """Return the selection of one thing on lines: the registration's id and two texts."""
        texts = [literal(each) if isinstance(each, str) else cast(each, String) for each in (first, second)]
        return select(text(self.column or self.name), id_, *texts)

    @property
    def is_counted_with_page(self) -> bool:
        """Whether its numbers come with every page, in the one statement that counts."""
        return bool(self.counted) or type(self).counted_apart is not ListField.counted_apart

    # In words and cells.

    def titled(self, words: Words) -> str:
        """Return what it is called."""
        return str(self.title)

    def value_text(self, value: str, words: Words) -> str:
        """Return a value in words."""
        return value

    def none_text(self) -> str:
        """Return what it is called to have none."""
        return str(self.none_title) or _("Not answered")

    def writer(self, words: Words) -> Cell:
        """Return what writes its cell on the screen and in files."""
        raise NotImplementedError

    def moment(self, person: Person) -> datetime | None:
        """Return the instant that its cell shows; None: it shows none."""
        return None

    def data(self, person: Person, cell: str, words: Words) -> Any:
        """Return what stands in JSON for a program, given the cell that people read."""
        return cell


class ColumnField(ListField):
    """A text that stands in a column of the registration as the person wrote it."""

    seeking = Seeking.TEXT

    def held(self, of: ListOf) -> ColumnFilter:
        return held_column(self.held_in)

    def ordering(self, of: ListOf) -> Ordering:
        return ordered_column(self.held_in, of.language)

    def grouped(self) -> Grouped:
        return (*grouped_column(self.held_in), None)

    def writer(self, words: Words) -> Cell:
        key, withheld = self.held_in, words.withheld if self.is_contact_data else ""
        if not withheld:
            return lambda person: str(person.columns[key] or "")
        return lambda person: withheld if person.columns[key] else ""


class ChoiceField(ListField):
    """One of a few values, in the column of the registration by which everybody is counted."""

    seeking = Seeking.CHOICE
    #: makes a value of the column of one of the address
    made: Callable[[str], Any] = str

    def held(self, of: ListOf) -> ColumnFilter:
        return InColumn(getattr(Registration, self.counted), type(self).made)

    def writer(self, words: Words) -> Cell:
        said = {"": ""}

        def cell(person: Person) -> str:
            value = self.counted_as(person.columns[self.counted], words)
            if value not in said:
                said[value] = self.value_text(value, words)
            return said[value]

        return cell

    def data(self, person: Person, cell: str, words: Words) -> Any:
        return {"value": self.counted_as(person.columns[self.counted], words), "label": cell}


class MomentField(ListField):
    """An instant that stands in a column of the registration, which it orders by."""

    is_newest_first = True
    is_drawn = True

    def writer(self, words: Words) -> Cell:
        def cell(person: Person) -> str:
            at = self.moment(person)
            return at.astimezone(words.zone).strftime("%Y-%m-%d %H:%M") if at is not None else ""

        return cell

    def moment(self, person: Person) -> datetime | None:
        found: datetime | None = person.columns[self.held_in]
        return found

    def data(self, person: Person, cell: str, words: Words) -> Any:
        at = self.moment(person)
        return at.astimezone(UTC).isoformat(timespec="seconds") if at is not None else None


def text(value: str) -> ColumnElement[str]:
    """Return a text as a value in a statement."""
    return cast(literal(value), String)


def short(title: str, longest: int) -> str:
    """Return a title cut to what there is room for."""
    return title if len(title) <= longest else f"{title[: longest - 1].rstrip()}…"


def term_text(field: ListField, term: Term, words: Words) -> str:
    """Return what a term asks of a field, without the field's title."""
    if term.test is Test.EMPTY:
        if field.none_title:
            return field.none_text() if not term.is_negated else _("any")
        return _("answered") if term.is_negated else _("not answered")
    if term.test is Test.CONTAINS:
        said = _("contains “%(text)s”", text=term.value)
    elif term.test is Test.RANGE:
        said = _range(*(_end(end, words.language) if end else "" for end in term.ends))
    else:
        said = field.value_text(term.value, words)
    return _("not %(value)s", value=said) if term.is_negated else said


def _range(first: str, last: str) -> str:
    if not last:
        return _("from %(least)s", least=first)
    if not first:
        return _("up to %(most)s", most=last)
    return first if first == last else _("%(least)s to %(most)s", least=first, most=last)


def _end(end: str, language: str) -> str:
    try:
        return formats.plain_day(date.fromisoformat(end), language)
    except ValueError:
        return end


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text.replace(",", ".").strip()):
        return ""
    return f"{Decimal(text.replace(',', '.').strip()).normalize() + 0:f}"


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if len(text) == len("2027-03-11") else ""
    except ValueError:
        return ""


def _time(text: str) -> str:
    return text if _TIME.fullmatch(text) else ""


_VALUE: dict[Seeking, Callable[[str], str]] = {
    Seeking.TEXT: compared,
    Seeking.NUMBER: _number,
    Seeking.DATE: _date,
    Seeking.TIME: _time,
}
