"""Tags, ready-made reasons and saved views of an event: one's own views, and those that the team shares."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from eventreg.accounts.models import Account
from eventreg.attendees.models import ReadyReason, SavedView
from eventreg.attendees.rules.acts import REASONED, RunAct
from eventreg.audit.models import AuditEntry
from eventreg.db import Part, db, found, get_of_event
from eventreg.kernel.text import folded


def list_reasons(event_id: int, act: RunAct | None = None) -> Sequence[ReadyReason]:
    """Return the reasons of an event, those of one act or all, by act and in their order."""
    statement = select(ReadyReason).where(ReadyReason.event_id == event_id)
    if act is not None:
        statement = statement.where(ReadyReason.act == act)
    return in_order(db.session.scalars(statement.order_by(ReadyReason.position, ReadyReason.id)).all())


def reasons_of(event_id: int) -> Part:
    """Return the reasons of an event, to be read with other things and put `in_order`."""
    of_event = ReadyReason.event_id == event_id
    return Part((ReadyReason,), [(ReadyReason, of_event)], [ReadyReason.position, ReadyReason.id])


def in_order(rows: Sequence[ReadyReason]) -> Sequence[ReadyReason]:
    """Return reasons by act."""
    return sorted(rows, key=lambda row: REASONED.index(row.act) if row.act in REASONED else len(REASONED))


def get_reason(event_id: int, public_id: str) -> ReadyReason:
    """Return a reason of this event. Raises NotFound."""
    return get_of_event(ReadyReason, event_id, public_id=public_id)


class ShownView(NamedTuple):
    """A view as a member meets it."""

    public_id: str
    name: str
    #: of the list, as an address holds it
    query: str
    is_shared: bool
    is_own: bool
    owner: str


class Around(NamedTuple):
    """What stands around the list."""

    #: the position of the newest entry in the event's history
    revision: int
    #: its hash, which no other history has: what is known under it is known of this event at this point
    newest: str
    views: Sequence[ShownView]


def get_around(event_id: int, account_id: int) -> Around:
    """Return where an event's history stands with the views that an account has: one statement."""
    found = db.session.execute(_around(), {"event_id": event_id, "account_id": account_id}).all()
    shown = [_shown(view, owner, account_id) for _position, _hash, view, owner in found if view is not None]
    return Around(found[0][0] or 0, found[0][1] or "", sorted(shown, key=_by_name))


@cache
def _around() -> Select[Any]:
    """Return the statement of `get_around`, built once: each look at the list asks it."""
    event_id: Any = bindparam("event_id")
    account_id: Any = bindparam("account_id")
    newest = select(func.max(AuditEntry.position).label("position")).where(AuditEntry.chain == event_id).subquery()
    its_hash = select(AuditEntry.hash).where(AuditEntry.chain == event_id, AuditEntry.position == newest.c.position)
    return (
        select(newest.c.position, its_hash.scalar_subquery(), SavedView, Account.name)
        .select_from(newest)
        .outerjoin(SavedView, _is_seen_by(event_id, account_id))
        .outerjoin(Account, Account.id == SavedView.account_id)
    )


def list_views(event_id: int, account_id: int) -> Sequence[ShownView]:
    """Return an account's own views of an event and those that are shared with the team, by name: one statement."""
    rows = db.session.execute(_seen_by(event_id, account_id)).all()
    return sorted((_shown(view, owner, account_id) for view, owner in rows), key=_by_name)


def get_view(event_id: int, public_id: str, account_id: int) -> SavedView:
    """Return a view of this event that the account has. Another's own view is NotFound, like none at all."""
    view: SavedView | None = db.session.scalar(_seen_by(event_id, account_id).where(SavedView.public_id == public_id))
    return found(view)


def list_views_of_owner(event_id: int, account_id: int) -> Sequence[SavedView]:
    """Return what one account has saved on an event."""
    mine = select(SavedView).where(SavedView.event_id == event_id, SavedView.account_id == account_id)
    return db.session.scalars(mine.order_by(SavedView.id)).all()


def _shown(view: SavedView, owner: str, account_id: int) -> ShownView:
    return ShownView(view.public_id, view.name, view.query, view.is_shared, view.account_id == account_id, owner)


def _by_name(view: ShownView) -> tuple[str, str]:
    return folded(view.name), view.public_id


def _seen_by(event_id: int, account_id: int) -> Select[SavedView, str]:
    return (
        select(SavedView, Account.name)
        .join(Account, Account.id == SavedView.account_id)
        .where(_is_seen_by(event_id, account_id))
    )


def _is_seen_by(event_id: Any, account_id: Any) -> ColumnElement[bool]:
    is_for = or_(SavedView.account_id == account_id, SavedView.is_shared)
    return and_(SavedView.event_id == event_id, is_for)
