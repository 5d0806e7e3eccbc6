"""What was taken out of an event's list."""

from collections.abc import Sequence

from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.db import db
from eventreg.exchange.models import Export

#: shown at once; the history has all
MOST_SHOWN = 200


def list_exports(event_id: int, account_id: int | None = None) -> Sequence[tuple[Export, str | None]]:
    """Return the exports of an event, the newest first, each with the name of who took it; None: a command on the machine.

    With `account_id` that account's alone.
    """
    statement = (
        select(Export, Account.name)
        .outerjoin(Account, Account.id == Export.account_id)
        .where(Export.event_id == event_id)
        .order_by(Export.created_at.desc(), Export.id.desc())
        .limit(MOST_SHOWN)
    )
    if account_id is not None:
        statement = statement.where(Export.account_id == account_id)
    return [(export, name) for export, name in db.session.execute(statement)]


def find_export_by_id(public_id: str) -> Export | None:
    """Return an export as it is now, for whoever makes it."""
    return db.session.scalars(select(Export).where(Export.public_id == public_id)).one_or_none()
