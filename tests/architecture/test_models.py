"""What every table must hold to."""

from __future__ import annotations

import pytest
from sqlalchemy import JSON, CheckConstraint, Column, DateTime, Enum, LargeBinary, String, Table, UniqueConstraint
from sqlalchemy.types import TypeDecorator

from eventreg.app import import_models
from eventreg.db import Base, UtcDateTime

import_models()
TABLES = [pytest.param(table, id=name) for name, table in sorted(Base.metadata.tables.items())]
#: PostgreSQL cuts longer names without a word
_LONGEST_NAME = 63


def _is_text(column: Column[object]) -> bool:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    return isinstance(kind, String | LargeBinary | JSON | Enum)


@pytest.mark.parametrize("table", TABLES)
def test_columns_say_whether_they_hold_personal_data(table: Table) -> None:
    silent = [column.name for column in table.columns if _is_text(column) and "personal" not in column.info]
    assert silent == [], f"say so in the column's info: PERSONAL or NOT_PERSONAL (models of {table.name})"


@pytest.mark.parametrize("table", TABLES)
def test_constraints_have_names_that_fit(table: Table) -> None:
    names = [str(constraint.name) for constraint in table.constraints] + [str(index.name) for index in table.indexes]
    assert "None" not in names, "give each constraint a name: the migrations need it"
    long = [name for name in names if len(name) > _LONGEST_NAME]
    assert long == [], (
        f"a name has at most {_LONGEST_NAME} characters, PostgreSQL cuts the rest: name it in __table_args__"
    )


@pytest.mark.parametrize("table", TABLES)
def test_instants_are_aware(table: Table) -> None:
    naive = [column.name for column in table.columns if isinstance(column.type, DateTime)]
    assert naive == [], "an instant is Mapped[datetime] with UtcDateTime, never DateTime"
    misnamed = [
        column.name
        for column in table.columns
        if isinstance(column.type, UtcDateTime) and not f"_{column.name}".endswith(("_at", "_until", "_at_before"))
    ]
    assert misnamed == [], "the name of an instant ends in _at or _until"


@pytest.mark.parametrize("table", TABLES)
def test_foreign_keys_are_indexed(table: Table) -> None:
    """PostgreSQL makes no index for a foreign key, and deleting what it points to would read the whole table."""
    first = {index.expressions[0].name for index in table.indexes if hasattr(index.expressions[0], "name")}
    first |= {next(iter(c.columns)).name for c in table.constraints if isinstance(c, UniqueConstraint) and c.columns}
    first |= {column.name for column in table.primary_key.columns}
    rare = {"questionnaire_id", "privacy_notice_id", "organization_id", "account_id", "category_id", "event_id"}
    # Small tables, and what these point to is hardly ever deleted.
    rare |= {"picture_id", "logo_id", "invited_by_id", "created_by_id", "changed_by_id", "requested_by_id"}
    rare |= {"author_id", "placed_by_id", "lifted_by_id"}
    bare = [key.parent.name for key in table.foreign_keys if key.parent.name not in first | rare]
    assert bare == [], "give the foreign key an index, or add it to `rare` with the reason"


@pytest.mark.parametrize("table", TABLES)
def test_choices_are_checked_by_the_database(table: Table) -> None:
    choices = [column.name for column in table.columns if isinstance(column.type, Enum)]
    checks = [str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)]
    unchecked = [name for name in choices if not any(name in check for check in checks)]
    assert unchecked == [], "add a CHECK that names the column, in the model and in a migration"
