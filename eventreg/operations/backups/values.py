"""Values of columns as JSON, and back: by the kind of column, which the manifest names."""

from __future__ import annotations

import base64
import enum
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Enum, Integer, LargeBinary, String, Time
from sqlalchemy.types import TypeEngine

from eventreg.db import Localized, UtcDateTime


class Kind(NamedTuple):
    """How one kind of column is written and read. `stored_as` is the plain type by which it is inserted again."""

    stored_as: TypeEngine[Any]
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _as_it_is(value: Any) -> Any:
    return value


def _choice(value: Any) -> Any:
    return value.value if isinstance(value, enum.Enum) else value


KINDS: Mapping[str, Kind] = {
    "integer": Kind(Integer(), _as_it_is, _as_it_is),
    "flag": Kind(Boolean(), _as_it_is, _as_it_is),
    "text": Kind(String(), _choice, _as_it_is),
    "json": Kind(JSON(none_as_null=True), _as_it_is, _as_it_is),
    "instant": Kind(UtcDateTime(), lambda value: value.isoformat(), datetime.fromisoformat),
    "day": Kind(Date(), lambda value: value.isoformat(), date.fromisoformat),
    "time": Kind(Time(), lambda value: value.isoformat(), time.fromisoformat),
    "bytes": Kind(LargeBinary(), lambda value: base64.b64encode(value).decode("ascii"), base64.b64decode),
}

#: the first that fits counts: an Enum is a String too
_TYPES: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (UtcDateTime, "instant"),
    (Localized, "json"),
    (JSON, "json"),
    (Enum, "text"),
    (String, "text"),
    (Boolean, "flag"),
    (Integer, "integer"),
    (DateTime, "instant"),
    (Date, "day"),
    (Time, "time"),
    (LargeBinary, "bytes"),
)


def kind_of(column: Column[Any]) -> str:
    """Return the kind of a model's column. Raises LookupError for a type that no backup knows yet."""
    for known, kind in _TYPES:
        if isinstance(column.type, known):
            return kind
    raise LookupError(f"{column} has a type that backups cannot carry: {column.type!r}")


def written(kind: str, value: Any) -> Any:
    """Return a value as JSON has it."""
    return None if value is None else KINDS[kind].write(value)


def read(kind: str, value: Any) -> Any:
    """Return a value as the database takes it."""
    return None if value is None else KINDS[kind].read(value)
