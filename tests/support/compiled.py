"""What SQLAlchemy makes of a statement, kept from one database of a process to the next.

Every test has a database of its own, and an engine with it, for which each statement would be written out as SQL anew: a fifth
of what a test costs. It depends on the statement and on the kind of database alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_KEPT: LRUCache[Any, Any] = LRUCache(5_000)


def keep_statements() -> None:
    """Let the engines of this process share them: one dialect is as good as another of its kind."""
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign,assignment]
        kind.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign,assignment]
    Engine._compiled_cache = property(lambda _engine: _KEPT, lambda _engine, _own: None)  # type: ignore[assignment]
