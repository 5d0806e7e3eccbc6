"""Saving a state of the list under a name, and changing or deleting what was saved."""

from __future__ import annotations

from typing import Any

from eventreg.audit.services import note
from eventreg.db import transaction
from eventreg.events.organizers import Organizer
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, NotFound, Reason, Refused
from eventreg.kernel.text import folded
from eventreg.kernel.tokens import new_public_id
from eventreg.kernel.typed import is_blank
from eventreg.review.models import SavedView
from eventreg.review.queries.saved_views import get_view, list_views_of_owner

LONGEST_NAME = 80
#: of one account on one event
MOST_OF_ONE = 50
#: no browser carries longer addresses over every proxy
LONGEST_QUERY = 4000


class ViewReason(Reason):
    """Why a view is not saved."""

    NAME_MISSING = "name_missing", N_("Write a name for the view"), "name"
    NAME_TOO_LONG = "name_too_long", N_("Use at most %(limit)s characters"), "name"
    NAME_TAKEN = "name_taken", N_("There is a view of this name: choose another, or put this in its place"), "name"
    TOO_MANY = "too_many", N_("You have %(most)s views here: delete one first"), "name"
    STATE_TOO_LONG = "state_too_long", N_("The list has too many filters to be kept as a view"), "name"


def save_view(event_id: int, who: Organizer, name: str, query: str, *, is_shared: bool) -> str:
    """Save a state of the list under a new name and return the view's public id. Refused says what stands in the way."""
    with transaction() as session:
        lock_event_in_any_state(event_id)
        own = list_views_of_owner(event_id, who.account_id)
        if len(own) >= MOST_OF_ONE:
            raise Refused(ViewReason.TOO_MANY, most=MOST_OF_ONE)
        view = SavedView(
            public_id=new_public_id(),
            event_id=event_id,
            account_id=who.account_id,
            name=_checked_name(name, event_id, who.account_id),
            query=_checked_query(query),
            is_shared=is_shared,
            created_at=now(),
        )
        session.add(view)
        session.flush()
        note(view, "view_saved", who, **_detail(view))
        return view.public_id


def change_view(
    event_id: int, public_id: str, who: Organizer, name: str, *, is_shared: bool, may_change_shared: bool
) -> None:
    """Rename a view and share it or not. NotFound for one that the account may not change."""
    with transaction():
        lock_event_in_any_state(event_id)
        view = _get_changeable(event_id, public_id, who, may_change_shared)
        checked = _checked_name(name, event_id, view.account_id, but=view.public_id)
        if (checked, is_shared) != (view.name, view.is_shared):
            view.name, view.is_shared = checked, is_shared
            note(view, "view_changed", who, **_detail(view))


def replace_view(event_id: int, public_id: str, who: Organizer, query: str, *, may_change_shared: bool) -> str:
    """Let a view show another state of the list, and return its name. NotFound for one that the account may not change."""
    with transaction():
        lock_event_in_any_state(event_id)
        view = _get_changeable(event_id, public_id, who, may_change_shared)
        if view.query != (checked := _checked_query(query)):
            view.query = checked
            note(view, "view_replaced", who, **_detail(view))
        return view.name


def delete_view(event_id: int, public_id: str, who: Organizer, *, may_change_shared: bool) -> str:
    """Delete a view and return its name. NotFound for one that the account may not change."""
    with transaction() as session:
        lock_event_in_any_state(event_id)
        view = _get_changeable(event_id, public_id, who, may_change_shared)
        name = view.name
        note(view, "view_deleted", who, **_detail(view))
        session.delete(view)
        return name


def _get_changeable(event_id: int, public_id: str, who: Organizer, may_change_shared: bool) -> SavedView:
    view = get_view(event_id, public_id, who.account_id)
    if view.account_id != who.id and not may_change_shared:
        raise NotFound
    return view


def _checked_name(name: str, event_id: int, owner_id: int, but: str = "") -> str:
    checked = " ".join(name.split())
    if is_blank(checked):
        raise Refused(ViewReason.NAME_MISSING)
    if len(checked) > LONGEST_NAME:
        raise Refused(ViewReason.NAME_TOO_LONG, limit=LONGEST_NAME)
    taken = {folded(view.name) for view in list_views_of_owner(event_id, owner_id) if view.public_id != but}
    if folded(checked) in taken:
        raise Refused(ViewReason.NAME_TAKEN)
    return checked


def _checked_query(query: str) -> str:
    if len(query) > LONGEST_QUERY:
        raise Refused(ViewReason.STATE_TOO_LONG)
    return query


def _detail(view: SavedView) -> dict[str, Any]:
    """Return what the trail keeps of a view. What it looks for stays out: it can be somebody's name."""
    return {"name": view.name, "is_shared": view.is_shared}
