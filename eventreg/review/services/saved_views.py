"""Saving a state of the list under a name, and changing or deleting what was saved."""

from __future__ import annotations

from typing import Any

from eventreg.audit.services import Actor, record
from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound
from eventreg.kernel.text import folded
from eventreg.kernel.tokens import new_public_id
from eventreg.kernel.typed import is_blank
from eventreg.review.models import SavedView
from eventreg.review.queries.saved_views import get_view, list_views_of_owner
from eventreg.review.rules.saved_views import LONGEST_NAME, LONGEST_QUERY, MOST_OF_ONE, ViewReason, ViewRefused


def save_view(event_id: int, account_id: int, name: str, query: str, *, is_shared: bool) -> str:
    """Save a state of the list under a new name and return the view's public id. ViewRefused says what stands in the way."""
    with transaction() as session:
        lock_event_in_any_state(event_id)
        own = list_views_of_owner(event_id, account_id)
        if len(own) >= MOST_OF_ONE:
            raise ViewRefused(ViewReason.TOO_MANY, most=MOST_OF_ONE)
        view = SavedView(
            public_id=new_public_id(),
            event_id=event_id,
            account_id=account_id,
            name=_checked_name(name, event_id, account_id),
            query=_checked_query(query),
            is_shared=is_shared,
            created_at=now(),
        )
        session.add(view)
        session.flush()
        _record(view, "view_saved", account_id)
        return view.public_id


def change_view(
    event_id: int, public_id: str, account_id: int, name: str, *, is_shared: bool, may_change_shared: bool
) -> None:
    """Rename a view and share it or not. NotFound for one that the account may not change."""
    with transaction():
        lock_event_in_any_state(event_id)
        view = _get_changeable(event_id, public_id, account_id, may_change_shared)
        checked = _checked_name(name, event_id, view.account_id, but=view.public_id)
        if (checked, is_shared) != (view.name, view.is_shared):
            view.name, view.is_shared = checked, is_shared
            _record(view, "view_changed", account_id)


def replace_view(event_id: int, public_id: str, account_id: int, query: str, *, may_change_shared: bool) -> str:
    """Let a view show another state of the list, and return its name. NotFound for one that the account may not change."""
    with transaction():
        lock_event_in_any_state(event_id)
        view = _get_changeable(event_id, public_id, account_id, may_change_shared)
        if view.query != (checked := _checked_query(query)):
            view.query = checked
            _record(view, "view_replaced", account_id)
        return view.name


def delete_view(event_id: int, public_id: str, account_id: int, *, may_change_shared: bool) -> str:
    """Delete a view and return its name. NotFound for one that the account may not change."""
    with transaction() as session:
        lock_event_in_any_state(event_id)
        view = _get_changeable(event_id, public_id, account_id, may_change_shared)
        name = view.name
        _record(view, "view_deleted", account_id)
        session.delete(view)
        return name


def _get_changeable(event_id: int, public_id: str, account_id: int, may_change_shared: bool) -> SavedView:
    view = get_view(event_id, public_id, account_id)
    if view.account_id != account_id and not may_change_shared:
        raise NotFound
    return view


def _checked_name(name: str, event_id: int, owner_id: int, but: str = "") -> str:
    checked = " ".join(name.split())
    if is_blank(checked):
        raise ViewRefused(ViewReason.NAME_MISSING)
    if len(checked) > LONGEST_NAME:
        raise ViewRefused(ViewReason.NAME_TOO_LONG, most=LONGEST_NAME)
    taken = {folded(view.name) for view in list_views_of_owner(event_id, owner_id) if view.public_id != but}
    if folded(checked) in taken:
        raise ViewRefused(ViewReason.NAME_TAKEN, name=checked)
    return checked


def _checked_query(query: str) -> str:
    if len(query) > LONGEST_QUERY:
        raise ViewRefused(ViewReason.STATE_TOO_LONG)
    return query


def _record(view: SavedView, action: str, account_id: int) -> None:
    """Keep who did it. What the view looks for stays out: it can be somebody's name."""
    detail: dict[str, Any] = {"name": view.name, "is_shared": view.is_shared}
    record(
        event_id=view.event_id,
        actor=Actor.account(account_id),
        action=action,
        record_kind="saved_view",
        record_id=view.id,
        at=now(),
        detail=detail,
    )
