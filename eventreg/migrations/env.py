"""What alembic runs for every command. The connection, its locks and its transaction come from `migrations.runner`."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from eventreg.db import Base, Localized, UtcDateTime
from eventreg.db.base import add_conditions


def render_plain_type(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as the plain ones they are stored as: a revision outlives the code it was made from."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Localized):
        return "sa.JSON()"
    return False


add_conditions("sqlite", "postgresql")
connection: sa.Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=render_plain_type,
    # SQLite changes a table by building it anew; the first revision only makes tables and needs none of that.
    render_as_batch=context.config.attributes.get("render_as_batch", True),
)
with context.begin_transaction():
    context.run_migrations()
