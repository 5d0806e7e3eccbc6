"""Columns as JSON and back: one declaration says how a value is written and how it is checked when it comes in.

    DAY = Record(Field("held_on", MOVED_DAY), Field("starts_at", CLOCK), Field("title", LOCALIZED, default={}))
    DAY.taken(row)                        # {"held_on": "2027-03-11", "starts_at": "09:00", "title": {…}}
    DAY.given(data, "days[0]", fitting)   # {"held_on": date(…), …}, or BundleInvalid, which names the place

    DAY = record_of(EventDay, ("held_on", "starts_at", "title"))    # where the columns tell it all

Keys that a record does not know are passed over, so that a newer writer can add some; what it needs must be there.

Moving the dates of an event: a copy for next year, a template to its first day.

Why a file is no event.

The names inside an event's file, and how large things may be.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Date, Enum as ChoiceType, Integer, String, Time
from sqlalchemy.types import TypeEngine

from eventreg.db import Base, Localized, UtcDateTime
from eventreg.events.rules.settings import LONGEST_KEPT
from eventreg.kernel.text import fault_of, is_blank, pick

#: characters of one text in one language
LONGEST_TEXT = 200_000
#: what a column for whole numbers holds on PostgreSQL
LARGEST_NUMBER = 2_147_483_647
#: before and after them no time zone, no page and no calendar can be trusted with a date
_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_MOST_LANGUAGES = 100
_REQUIRED: Final = object()


@dataclass(frozen=True)
class Fitting:
    """What is done to data on its way in. Nothing, when a file is put in as it is."""

    #: the languages that texts are kept in; empty: those that they are in
    languages: tuple[str, ...] = ()
    move: DateShift | None = None

    def complete(self, text: Mapping[str, str]) -> dict[str, str]:
        """Return a text that must lack in no language: where there is none, that of another language stands in."""
        if not self.languages or not text:
            return dict(text)
        return {language: pick(text, language, (*self.languages, "en")).text for language in self.languages}

    def kept(self, text: Mapping[str, str]) -> dict[str, str]:
        """Return a text in those languages that are kept and that it is in."""
        if not self.languages:
            return dict(text)
        return {language: text[language] for language in self.languages if language in text}


AS_IT_IS = Fitting()
Reader = Callable[[Any, str, Fitting], Any]
Day = TypeVar("Day", bound=date)


@dataclass(frozen=True)
class Kind:
    """How values of a column stand in JSON."""

    written: Callable[[Any], Any]
    read: Reader


@dataclass(frozen=True)
class Field:
    """One column. Without a default it must be in the data."""

    name: str
    kind: Kind
    default: Any = _REQUIRED


class Record:
    """The columns of a row that stand in the data."""

    def __init__(self, *fields: Field) -> None:
        self._fields = fields

    def taken(self, row: Any) -> dict[str, Any]:
        """Return a row's columns as JSON."""
        return {field.name: field.kind.written(getattr(row, field.name)) for field in self._fields}

    def given(self, data: Any, place: str, fitting: Fitting = AS_IT_IS) -> dict[str, Any]:
        """Return the values of the columns. Raises BundleInvalid."""
        entries = mapping(data, place)
        values = {}
        for field in self._fields:
            if field.name in entries:
                values[field.name] = field.kind.read(entries[field.name], f"{place}.{field.name}", fitting)
            elif field.default is _REQUIRED:
                raise BundleInvalid(f"{place}: there is no {field.name!r}")
            else:
                values[field.name] = copy.deepcopy(field.default)
        return values


def mapping(data: Any, place: str) -> dict[str, Any]:
    """Return an object of JSON. Raises BundleInvalid for anything else."""
    if not isinstance(data, dict):
        raise BundleInvalid(f"{place}: is no object")
    return data


def listed(data: Any, place: str, most: int = 10_000) -> list[tuple[str, Any]]:
    """Return the entries of a list, each with its place. Raises BundleInvalid for anything else and for too many."""
    if not isinstance(data, list) or len(data) > most:
        raise BundleInvalid(f"{place}: is no list of at most {most}")
    return [(f"{place}[{index}]", entry) for index, entry in enumerate(data)]


def text(most: int = LONGEST_TEXT) -> Kind:
    """Text of at most so many characters."""

    def read(value: Any, place: str, _fitting: Fitting = AS_IT_IS) -> str:
        return _text(value, place, most)

    return Kind(str, read)


def number(least: int = 0, most: int = LARGEST_NUMBER) -> Kind:
    """A whole number."""

    def read(value: Any, place: str, _fitting: Fitting = AS_IT_IS) -> int:
        if type(value) is not int or not least <= value <= most:
            raise BundleInvalid(f"{place}: is no whole number from {least} to {most}")
        return value

    return Kind(int, read)


def choice(kind: type[Enum]) -> Kind:
    """One of the values of an enum."""

    def read(value: Any, place: str, _fitting: Fitting = AS_IT_IS) -> Enum:
        try:
            return kind(value)
        except ValueError as error:
            raise BundleInvalid(f"{place}: is none of {', '.join(str(each.value) for each in kind)}") from error

    return Kind(lambda value: value.value, read)


def optional(kind: Kind) -> Kind:
    """A value of `kind`, or null."""
    return Kind(
        lambda value: None if value is None else kind.written(value),
        lambda value, place, fitting: None if value is None else kind.read(value, place, fitting),
    )


def texts(most_each: int = 200, most: int = 1000) -> Kind:
    """A list of short texts."""

    def read(value: Any, place: str, _fitting: Fitting = AS_IT_IS) -> list[str]:
        return [_text(entry, where, most_each) for where, entry in listed(value, place, most)]

    return Kind(list, read)


def checked_json(value: Any, place: str) -> Any:
    """Return any JSON whose texts can all be kept. Raises BundleInvalid."""
    if isinstance(value, str):
        return _text(value, place, LONGEST_TEXT)
    if isinstance(value, list):
        return [checked_json(entry, f"{place}[{index}]") for index, entry in enumerate(value)]
    if isinstance(value, dict):
        return {_text(key, place, 200): checked_json(entry, f"{place}.{key[:80]}") for key, entry in value.items()}
    return value


def _text(value: Any, place: str, most: int) -> str:
    if not isinstance(value, str):
        raise BundleInvalid(f"{place}: is no text")
    fault = fault_of(value, most, is_line=False)
    if fault is not None:
        raise BundleInvalid(f"{place}: cannot be kept as text ({fault.value}; at most {most} characters)")
    return "" if is_blank(value) else value


def _read_flag(value: Any, place: str, _fitting: Fitting) -> bool:
    if not isinstance(value, bool):
        raise BundleInvalid(f"{place}: is neither true nor false")
    return value


def _read_periods(value: Any, place: str, fitting: Fitting) -> dict[str, int]:
    return {key: _DAYS.read(days, f"{place}.{key}", fitting) for key, days in mapping(value, place).items()}


def _read_localized(value: Any, place: str, fitting: Fitting) -> dict[str, str]:
    return fitting.kept(_by_language(value, place))


def _read_complete(value: Any, place: str, fitting: Fitting) -> dict[str, str]:
    found = fitting.complete(_by_language(value, place))
    if not any(found.values()):
        raise BundleInvalid(f"{place}: there is no text in any language")
    return found


def _by_language(value: Any, place: str) -> dict[str, str]:
    entries = mapping(value, place)
    if len(entries) > _MOST_LANGUAGES:
        raise BundleInvalid(f"{place}: has more than {_MOST_LANGUAGES} languages")
    return {
        _text(language, f"{place}.(language)", 12): _text(said, f"{place}.{language}", LONGEST_TEXT)
        for language, said in entries.items()
    }


def written_instant(value: datetime) -> str:
    """Return an instant as it stands in JSON: UTC, "2027-03-11T15:00:00Z"."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_instant(value: Any, place: str, _fitting: Fitting) -> datetime:
    try:
        found = datetime.fromisoformat(_text(value, place, 40))
        if found.tzinfo is None:
            raise ValueError("without a zone")
        return _of_our_time(found.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise BundleInvalid(f"{place}: is no instant like 2027-03-11T15:00:00Z") from error


def _read_day(value: Any, place: str, _fitting: Fitting) -> date:
    try:
        return _of_our_time(date.fromisoformat(_text(value, place, 10)))
    except ValueError as error:
        raise BundleInvalid(f"{place}: is no date like 2027-03-11") from error


def _of_our_time(found: Day) -> Day:
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError("too far away")
    return found


def _read_clock(value: Any, place: str, _fitting: Fitting) -> time:
    try:
        found = time.fromisoformat(_text(value, place, 15))
        if found.tzinfo is not None:
            raise ValueError("with a zone")
        return found
    except ValueError as error:
        raise BundleInvalid(f"{place}: is no time like 09:30") from error


def _moved_instant(value: Any, place: str, fitting: Fitting) -> datetime:
    found = _read_instant(value, place, fitting)
    return fitting.move.instant(found) if fitting.move else found


def _moved_day(value: Any, place: str, fitting: Fitting) -> date:
    found = _read_day(value, place, fitting)
    return fitting.move.day(found) if fitting.move else found


FLAG = Kind(bool, _read_flag)
_DAYS = number(1, LONGEST_KEPT)
#: days by the key of a holding
PERIODS = Kind(dict, _read_periods)
#: text by language that may lack in some
LOCALIZED = Kind(dict, _read_localized)
#: text by language that stands in each of the event's
COMPLETE = Kind(dict, _read_complete)
#: what was, and stays when dates move
INSTANT = Kind(written_instant, _read_instant)
#: what belongs to the event's dates, and moves with them
MOVED_INSTANT = Kind(written_instant, _moved_instant)
MOVED_DAY = Kind(lambda day: day.isoformat(), _moved_day)
#: wall-clock time in the event's zone
CLOCK = Kind(lambda clock: clock.isoformat("minutes") if not clock.second else clock.isoformat(), _read_clock)


def record_of(model: type[Base], names: Iterable[str], **kinds: Kind | Field) -> Record:
    """Return the record of columns of a table: kind and default are read from them.

    `kinds` says what the type of a column does not: a text that must be complete, a list of short texts.
    """
    columns = model.__table__.c
    return Record(*(_field_of(columns[name], kinds.get(name)) for name in names))


def _field_of(column: Any, kind: Kind | Field | None) -> Field:
    if isinstance(kind, Field):
        return kind
    kind = kind or _kind_of(column.type)
    if column.nullable:
        return Field(column.name, optional(kind), None)
    default = column.default
    if default is None:
        return Field(column.name, kind)
    return Field(column.name, kind, default.arg(None) if default.is_callable else default.arg)


def _kind_of(type_: TypeEngine[Any]) -> Kind:
    """Return how values of a column's type stand in JSON; instants and days as what moves with the event's dates."""
    if isinstance(type_, ChoiceType) and type_.enum_class is not None:
        return choice(type_.enum_class)
    if isinstance(type_, String):
        return text(type_.length or LONGEST_TEXT)
    return _KINDS[type(type_)]


_KINDS: Final[Mapping[type[TypeEngine[Any]], Kind]] = {
    Localized: LOCALIZED,
    UtcDateTime: MOVED_INSTANT,
    Date: MOVED_DAY,
    Time: CLOCK,
    Boolean: FLAG,
    Integer: number(),
}


@dataclass(frozen=True)
class DateShift:
    """So many days later (or earlier), from one zone to another, the clock on the wall staying as it is."""

    days: int
    from_zone: str
    to_zone: str

    def day(self, day: date) -> date:
        """Return the day that stands for `day` after the move. Raises BundleInvalid beyond the calendar."""
        try:
            return day + timedelta(days=self.days)
        except OverflowError as error:
            raise BundleInvalid(f"{day}: cannot be moved by {self.days} days") from error

    def instant(self, instant: datetime) -> datetime:
        """Return the instant, in UTC, at which clocks in the new zone show what those in the old one showed.

        So "closes at midnight" stays midnight across a change of clocks. A time that a change of clocks leaves out
        becomes the one that clocks jump to.
        """
        try:
            local = instant.astimezone(ZoneInfo(self.from_zone)).replace(tzinfo=None)
            moved = (local + timedelta(days=self.days)).replace(tzinfo=ZoneInfo(self.to_zone))
            return moved.astimezone(UTC)
        except OverflowError as error:
            raise BundleInvalid(f"{instant}: cannot be moved by {self.days} days") from error


class BundleInvalid(ValueError):
    """The data is no event, or not one that can be put in here; the message names the place and what is wrong there."""


#: raised when a reader of the old one would misunderstand; see docs/event-format.md
FORMAT: Final = "eventreg-event/1"
MANIFEST: Final = "manifest.json"
EVENT: Final = "event.json"
PARTS: Final = "parts/"
FILES: Final = "files/"

#: every name that such a file has; nothing that leads out of it
NAME = re.compile(
    rf"{re.escape(MANIFEST)}|{re.escape(EVENT)}|{PARTS}(?P<part>[a-z_]{{1,40}})\.jsonl?|{FILES}(?P<digest>[0-9a-f]{{64}})"
)
PART_KEY = re.compile(r"[a-z_]{1,40}")

#: bytes of one document, of one line of a long part, of one file beside them, of everything unpacked
LARGEST_DOCUMENT = 32 * 1024 * 1024
LARGEST_LINE = 4 * 1024 * 1024
LARGEST_FILE = 64 * 1024 * 1024
LARGEST_WHOLE = 8 * 1024 * 1024 * 1024
MOST_NAMES = 100_000
