"""One use case, one transaction: the only code that commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from eventreg.db.base import Base, db
from eventreg.db.engines import WRITE_OPTION, writer_turn
from eventreg.kernel.errors import Busy, NotFound

Row = TypeVar("Row", bound=Base)

_OPEN = "eventreg_transaction_open"
#: PostgreSQL: lock_not_available, deadlock_detected, serialization_failure
_BUSY_CODES = {"55P03", "40P01", "40001"}


@contextmanager
def transaction() -> Iterator[Session]:
    """Run a block as one write transaction, committed when the block is left and rolled back when it raises.

    On entry the request's read snapshot ends (objects loaded before stay readable but are no longer attached), and on
    SQLite the write lock is taken at once. On PostgreSQL the block locks the row that guards its decision with
    `lock_row`. A block inside another joins it. Raises Busy when a lock was not had in time.
    """
    session: Session = db.session()
    if session.info.get(_OPEN):
        yield session
        return
    session.expunge_all()
    session.rollback()
    with writer_turn(db.engine):
        session.info[_OPEN] = True
        try:
            session.connection(execution_options={WRITE_OPTION: True})
            yield session
            session.commit()
        except BaseException as error:
            session.rollback()
            if isinstance(error, OperationalError) and is_busy(error):
                raise Busy from error
            raise
        finally:
            session.info.pop(_OPEN, None)


@contextmanager
def revocable() -> Iterator[Callable[[], None]]:
    """Run a block inside a transaction so that it can be undone alone: call what is yielded, as the block's last act.

    What the transaction did before the block stands either way.
    """
    with transaction() as session, session.begin_nested() as savepoint:
        yield savepoint.rollback


def lock_row(statement: Select[Row]) -> Row:
    """Load the one row of `statement` afresh and hold it until the transaction ends. Raises NotFound.

    On SQLite the whole database is already held, and the lock clause is left out of the statement.
    """
    guarded = statement.column_descriptions[0]["entity"]
    fresh = statement.with_for_update(of=guarded).execution_options(populate_existing=True)
    row = db.session.execute(fresh).unique().scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def is_busy(error: OperationalError) -> bool:
    """Say whether somebody else held what was asked for: trying again may do."""
    code = getattr(error.orig, "sqlstate", None)
    return code in _BUSY_CODES or "database is locked" in str(error.orig)
