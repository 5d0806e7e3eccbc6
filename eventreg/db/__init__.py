"""The database: the declarative base, column types, engines on SQLite and PostgreSQL, and `transaction()`.

Owns no table. `transaction()` is the only code of the product that commits.
"""

from eventreg.db.base import (
    KEEPS_IDS,
    NOT_PERSONAL,
    PERSONAL,
    Base,
    Localized,
    Part,
    Unnumbered,
    UtcDateTime,
    choice_column,
    db,
    folded_column,
    found,
    get_of_event,
    insert_rows,
    move_in_order,
    partial_index,
    read_together,
)
from eventreg.db.due import SKEW, pull_back
from eventreg.db.transactions import (
    PLANNED_ANEW,
    after_commit,
    before_commit,
    lock_row,
    locking,
    revocable,
    transaction,
)

__all__ = [
    "KEEPS_IDS",
    "NOT_PERSONAL",
    "PERSONAL",
    "PLANNED_ANEW",
    "SKEW",
    "Base",
    "Localized",
    "Part",
    "Unnumbered",
    "UtcDateTime",
    "after_commit",
    "before_commit",
    "choice_column",
    "db",
    "folded_column",
    "found",
    "get_of_event",
    "insert_rows",
    "lock_row",
    "locking",
    "move_in_order",
    "partial_index",
    "pull_back",
    "read_together",
    "revocable",
    "transaction",
]
