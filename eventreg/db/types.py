"""Column types that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy import Enum as EnumType
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. A naive datetime is refused (ValueError) rather than guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime has no place in the database: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Localized(TypeDecorator[dict[str, str]]):
    """Text by language, as JSON: `{"es": "…", "en": "…"}`. Replace the whole mapping to change it."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else {str(key): str(text) for key, text in value.items()}


def choice_column(choices: type[Enum], name: str) -> EnumType:
    """A text column that holds the values of an enum, with a named CHECK constraint on both databases."""
    return EnumType(
        choices,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda kind: [member.value for member in kind],
    )


def folded_column(length: int) -> String:
    """Return the type of a text that was folded: compared sign by sign, on both databases alike."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")
