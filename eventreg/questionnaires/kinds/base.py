"""What every kind of question answers, and what it is told of the event.

Reading the cell of a spreadsheet back: what was chosen is named by its value or by its words in any language.
"""

from __future__ import annotations

import enum
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from flask_babel import force_locale, get_locale

from eventreg.events.queries.events import list_institution_names, list_sign_up_sessions
from eventreg.i18n import formats
from eventreg.kernel.errors import N_, Titled
from eventreg.kernel.text import LocalizedText, folded, is_blank, pick
from eventreg.questionnaires.rules.answers import Invalid, Reason
from eventreg.questionnaires.rules.schema import FIRST_YEAR, LAST_YEAR, DefinitionInvalid, Question, Seeking

if TYPE_CHECKING:
    from wtforms.fields.core import UnboundField

    from eventreg.events.models import Event, EventDay


@dataclass(frozen=True)
class DayChoice:
    """A day of the event that can be chosen."""

    id: int
    held_on: date


@dataclass(frozen=True)
class SessionChoice:
    """A session of the programme that people sign up for. `places_left`: None where there is no limit, or nobody counted."""

    public_id: str
    title: LocalizedText
    held_on: date
    starts_at: time
    ends_at: time
    places_left: int | None = None
    #: nobody else can choose it
    is_full: bool = False

    def when(self, language: str) -> str:
        """Return its day and hours in words."""
        hours = formats.span(self.starts_at, self.ends_at, language)
        return f"{formats.day(self.held_on, language, year=False)}, {hours}"


def _none() -> Sequence[Any]:
    return ()


def _nobody_counted() -> Mapping[tuple[str, str], int]:
    return {}


@dataclass(frozen=True)
class Context:
    """What questions need to know of their event."""

    #: of the content, in the order in which they stand in for one another
    languages: tuple[str, ...]
    days: tuple[DayChoice, ...] = ()
    #: country codes that come first
    region: tuple[str, ...] = ()
    #: of the reader, as far as it is known: of the answers, else the event's; ISO 3166-1 alpha-2
    country: str = ""
    #: names of the event's institutions, read when a question asks for them
    institutions: Callable[[], Sequence[LocalizedText]] = _none
    #: sessions that people sign up for, read when a question asks for them
    sessions: Callable[[], Sequence[SessionChoice]] = _none
    #: how many can still choose an option, by question key and option value; read when an option with places is shown
    places_left: Callable[[], Mapping[tuple[str, str], int]] = _nobody_counted

    @classmethod
    def of(cls, event: Event, days: Sequence[EventDay | DayChoice] | None = None) -> Context:
        """Return the context of an event whose days are loaded, or given."""
        event_id = event.id
        return cls(
            languages=tuple(event.languages),
            days=tuple(DayChoice(day.id, day.held_on) for day in (event.days if days is None else days)),
            region=tuple(event.region),
            country=event.country,
            institutions=cache(lambda: list_institution_names(event_id)),
            sessions=cache(lambda: [SessionChoice(*row) for row in list_sign_up_sessions(event_id)]),
        )

    def text(self, text: LocalizedText, language: str) -> str:
        """Return content in the reader's language, or in the first that has it."""
        return pick(text, language, self.languages).text


class KindGroup(Titled):
    """Where a kind stands in the list that organizers choose from."""

    TEXT = "text", N_("Text")
    CHOICE = "choice", N_("Choice")
    NUMBER_AND_TIME = "number_and_time", N_("Numbers and dates")
    PERSON = "person", N_("About the person")
    EVENT = "event", N_("About the event")
    FILE = "file", N_("Files")
    #: nothing is asked: a heading, a text
    READING = "reading", N_("Information")


class Shape(enum.Enum):
    """What a setting of a question holds, and so which field the builder shows for it."""

    #: a whole number from `least` to `most`
    NUMBER = "number"
    FLAG = "flag"
    #: one of `choices`
    CHOICE = "choice"
    #: some of `choices`
    CHOICES = "choices"
    #: text by language
    LOCALIZED = "localized"
    #: a date, ISO 8601
    DATE = "date"


@dataclass(frozen=True)
class Setting:
    """One of the settings of a kind, as the builder offers it. Texts are made when asked for, in the reader's language."""

    name: str
    shape: Shape
    label: Callable[[], str]
    help: Callable[[], str] | None = None
    #: (value, words) of CHOICE and CHOICES; the first is what an absent setting means
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    least: int = 1
    most: int | None = None
    #: of NUMBER: what is kept for each one that is written, as in bytes for megabytes
    unit: int = 1


class Kind(ABC):
    """One kind of question. Values are always a list of strings, each one row of `answers`; [] means not answered."""

    name: ClassVar[str]
    #: what organizers call it: "One of several"
    title: ClassVar[str]
    #: a line that helps to choose it
    hint: ClassVar[str] = ""
    group: ClassVar[KindGroup]
    #: False: something to read, which nobody answers
    is_answerable: ClassVar[bool] = True
    #: what a required question of this kind lacks when it is not answered
    missing: ClassVar[Reason]
    #: the settings it knows
    settings: ClassVar[frozenset[str]] = frozenset()
    #: the identity columns of a registration that it can fill
    columns: ClassVar[frozenset[str]] = frozenset()
    #: the value is the public id of an upload, whose bytes the registration keeps
    is_file: ClassVar[bool] = False
    #: what a list of people is narrowed by
    seeking: ClassVar[Seeking] = Seeking.TEXT
    #: several values can be given
    is_many: ClassVar[bool] = False
    #: the answers offered stand in the question
    has_options: ClassVar[bool] = False
    #: the values of its options where no others can be: organizers give them words, or leave the usual ones
    fixed_values: ClassVar[tuple[str, ...]] = ()

    def check(self, question: Question) -> None:
        """Check what only this kind knows of a question. Raises DefinitionInvalid."""
        place = f"question {question.key}"
        for name in question.settings:
            if name not in self.settings:
                raise DefinitionInvalid(f"{place}: {self.name} knows no setting {name!r}")
        if question.options and not self.has_options:
            raise DefinitionInvalid(f"{place}: {self.name} offers no options")
        if question.column is not None and question.column not in self.columns:
            raise DefinitionInvalid(f"{place}: {self.name} cannot fill the column {question.column}")

    def clean(self, question: Question, raw: Sequence[str], context: Context) -> list[str]:
        """Return the values to keep of what was sent. Raises Invalid. Whether there must be any is not asked here."""
        given = [text for text in raw if not is_blank(text)]
        return self._clean(question, given, context) if given else []

    def details(self, context: Context) -> Mapping[str, Any]:
        """Return what the sentence of `missing` says beside the label."""
        return {}

    def offered_settings(self) -> Sequence[Setting]:
        """Return the settings that the builder offers: all of `settings`, but what only data sets."""
        return ()

    def settings_for(self, column: str) -> Mapping[str, Any]:
        """Return what follows from filling an identity column, which nobody has to set."""
        return {}

    @abstractmethod
    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        """Clean values of which none is blank and at least one is there."""

    @abstractmethod
    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        """Return the form field, labelled in the reader's language, to be bound under the question's key."""

    def take(self, question: Question, content: bytes) -> tuple[str, bytes]:
        """Return the media type and the bytes to keep of a file that was sent. Raises Invalid. Of kinds of files only."""
        raise NotImplementedError(self.name)

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return the answer as lines for a page or mail in `language`; [] when it was not answered."""
        return list(values)

    def choices(self, question: Question, context: Context) -> Sequence[str] | None:
        """Return the values that can be chosen, in their order; None where they do not stand in the question."""
        return tuple(option.value for option in question.options) or None

    def ranked(self, question: Question, context: Context, language: str) -> Sequence[str] | None:
        """Return values in the order that a list ordered by the answer puts them in; None: as their text goes."""
        return self.choices(question, context)

    def value_text(self, question: Question, value: str, context: Context, language: str) -> str:
        """Return one value of an answer in words: beside a filter."""
        return "; ".join(self.display(question, [value], context, language)) or value

    def cell(self, question: Question, values: Sequence[str], context: Context, language: str) -> str:
        """Return the answer as the text of one cell of a spreadsheet in `language`; what can be reckoned with as it is kept."""
        is_bare = self.seeking.has_ranges
        return "; ".join(values if is_bare else self.display(question, values, context, language))

    def read(self, question: Question, values: Sequence[str], context: Context, language: str) -> str:
        """Return the answer in one line, for somebody who reads it on a page or on paper."""
        return "; ".join(self.display(question, values, context, language))

    def from_cell(self, question: Question, text: str, context: Context, languages: Sequence[str]) -> list[str]:
        """Return what `clean` takes of a cell's text, written in any of `languages` (of the instance, at least one).

        What `cell` wrote comes back, and whatever else a person would write there. Raises Invalid.
        """
        return [text]

    def data(self, question: Question, values: Sequence[str], context: Context) -> list[str]:
        """Return the answer for programs: what is kept, free of whatever only this database understands."""
        return list(values)


def only(given: Sequence[str]) -> str:
    """Return the one value of a question that takes one. Raises Invalid when several were sent."""
    if len(given) > 1:
        raise Invalid(Reason.SEVERAL_ANSWERS)
    return given[0]


def among(offered: Iterable[str], given: Sequence[str]) -> list[str]:
    """Return what was chosen in the order of what is offered. Raises Invalid for anything that is not."""
    offered = list(offered)
    if not set(given) <= set(offered):
        raise Invalid(Reason.NOT_OFFERED)
    return [value for value in offered if value in given]


def positive_setting(question: Question, name: str, default: int, most: int) -> int:
    """Return a whole number of the question's settings. Raises DefinitionInvalid outside 1 … `most`."""
    value = question.settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise DefinitionInvalid(f"question {question.key}, settings.{name}: a number from 1 to {most} is expected")
    return value


def whole_setting(question: Question, name: str, least: int, most: int) -> int | None:
    """Return a whole number of the question's settings, None where it is not set. Raises DefinitionInvalid."""
    value = question.settings.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise DefinitionInvalid(
            f"question {question.key}, settings.{name}: a number from {least} to {most} is expected"
        )
    return value


def date_setting(question: Question, name: str) -> date | None:
    """Return a date of the question's settings, None where it is not set. Raises DefinitionInvalid."""
    value = question.settings.get(name)
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        day = None
    # The day after it is reckoned with, and the date moves with the event.
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise DefinitionInvalid(f"question {question.key}, settings.{name}: a date like 2027-03-11 is expected")
    return day


def one_of_setting(question: Question, name: str, allowed: Sequence[str]) -> str:
    """Return a setting that is one of `allowed`, of which the first is the default. Raises DefinitionInvalid."""
    value = question.settings.get(name, allowed[0])
    if value not in allowed:
        raise DefinitionInvalid(f"question {question.key}, settings.{name}: {', '.join(allowed)} are known")
    return str(value)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Make gettext answer in `language`; it mostly does already, and outside an application it never does."""
    locale = get_locale()
    if locale is None or locale.language == language:
        yield
        return
    with force_locale(language):
        yield


#: more parts than these are no answer to a question of ours
_MOST_PARTS = 80
_NUMBERED = re.compile(r"\s*\d{1,3}\s*[.)]\s+")


def named(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return which value each folded name stands for; a name that two values share stands for none, a value for itself."""
    found: dict[str, set[str]] = {}
    values: dict[str, str] = {}
    for value, name in pairs:
        values[folded(value)] = value
        found.setdefault(folded(name), set()).add(value)
    return {name: next(iter(known)) for name, known in found.items() if len(known) == 1 and name} | values


def one_of(text: str, names: Mapping[str, str]) -> str:
    """Return the value that a cell names. Raises Invalid (NOT_OFFERED)."""
    try:
        return names[folded(text)]
    except KeyError:
        raise Invalid(Reason.NOT_OFFERED) from None


def some_of(text: str, names: Mapping[str, str]) -> list[str]:
    """Return the values that a cell names, between semicolons or on lines, or else between commas.

    A name that holds a separator itself is found whole. Raises Invalid (NOT_OFFERED).
    """
    for separator in (";", ","):
        found = _parted(text.replace("\n", separator), separator, names)
        if found is not None:
            return found
    raise Invalid(Reason.NOT_OFFERED)


def without_number(text: str) -> str:
    """Return the words of "1. Human rights"."""
    return _NUMBERED.sub("", text, count=1)


def _parted(text: str, separator: str, names: Mapping[str, str]) -> list[str] | None:
    parts = [part for part in text.split(separator) if part.strip()]
    if len(parts) > _MOST_PARTS:
        return None
    found: list[str] = []
    place = 0
    while place < len(parts):
        for end in range(len(parts), place, -1):
            value = names.get(folded(separator.join(parts[place:end])))
            if value is not None:
                found.append(value)
                place = end
                break
        else:
            return None
    return found
