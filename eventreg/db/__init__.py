"""The database: the declarative base, column types, engines on SQLite and PostgreSQL, and `transaction()`.

Owns no table. `transaction()` is the only code of the product that commits.
"""

from eventreg.db.base import (
    KEEPS_IDS as KEEPS_IDS,
    NOT_PERSONAL as NOT_PERSONAL,
    PERSONAL as PERSONAL,
    Base as Base,
    Localized as Localized,
    OfEvent as OfEvent,
    Part as Part,
    Unnumbered as Unnumbered,
    UtcDateTime as UtcDateTime,
    change_rows as change_rows,
    choice_column as choice_column,
    db as db,
    delete_rows as delete_rows,
    folded_column as folded_column,
    found as found,
    get_of_event as get_of_event,
    insert_rows as insert_rows,
    move_in_order as move_in_order,
    partial_index as partial_index,
    read_together as read_together,
)
from eventreg.db.due import SKEW as SKEW, pull_back as pull_back
from eventreg.db.transactions import (
    PLANNED_ANEW as PLANNED_ANEW,
    after_commit as after_commit,
    before_commit as before_commit,
    lock_row as lock_row,
    locking as locking,
    revocable as revocable,
    transaction as transaction,
)
