"""What a database says that its schema is: every column, constraint and index, in a form that two databases share."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection, text

#: table, index or column to what it is
Catalog = dict[str, list[str]]

_COLUMNS = """
    SELECT c.relname, a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
        || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""
_INDEXES = "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'"


def catalog_of(connection: Connection) -> Catalog:
    """Return every table but alembic's and the database's own, with its parts in order of the alphabet."""
    read = _of_sqlite if connection.dialect.name == "sqlite" else _of_postgresql
    found: Catalog = {}
    for table, part in read(connection):
        found.setdefault(table, []).append(part)
    for own in ("alembic_version", "sqlite_sequence"):
        found.pop(own, None)
    return {table: sorted(parts) for table, parts in sorted(found.items())}


def _of_postgresql(connection: Connection) -> Iterator[tuple[str, str]]:
    for query in (_COLUMNS, _CONSTRAINTS, _INDEXES):
        for row in connection.execute(text(query)).all():
            yield row[0], row[1]


def _of_sqlite(connection: Connection) -> Iterator[tuple[str, str]]:
    rows = connection.execute(text("SELECT type, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    for kind, table, sql in rows.all():
        if kind != "table":
            yield table, _one_line(sql)
            continue
        for clause in _clauses(sql[sql.index("(") + 1 : sql.rindex(")")]):
            yield table, clause


def _clauses(body: str) -> Iterator[str]:
    """Split the body of a CREATE TABLE at the commas that stand in no bracket."""
    depth, start = 0, 0
    for position, character in enumerate(body):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            yield _one_line(body[start:position])
            start = position + 1
    yield _one_line(body[start:])


def _one_line(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()
