"""What a team keeps ready: reasons, which whoever decides can change, and saved states of the list.

What was decided with a reason keeps its words.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from eventreg.attendees.models import ReadyReason, SavedView
from eventreg.attendees.queries.reasons import get_reason, get_view, list_reasons, list_views_of_owner
from eventreg.attendees.rules.acts import MOST_OF_AN_EVENT, RunAct
from eventreg.audit.services import Actor, change, note
from eventreg.db import db, move_in_order
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event, holding_event_in_any_state
from eventreg.events.rules.starting import starting_document
from eventreg.kernel import clock, tokens
from eventreg.kernel.errors import N_, NotFound, Reason, Refused
from eventreg.kernel.text import LocalizedText, folded, is_blank, merged


def add_reason(event_id: int, act: RunAct, title: str, text: LocalizedText, actor: Actor) -> ReadyReason:
    """Keep a reason after those that there are. Raises Refused where there are too many."""
    with holding_event(event_id):
        return _add(event_id, act, title, text, actor)


def add_starting_reasons(event_id: int, actor: Actor) -> int:
    """Add the reasons that a team can begin with, in the languages of the event; returns how many were new.

    One whose title is there already for the same act is left out.
    """
    added = 0
    with holding_event(event_id) as event:
        known = {(row.act, row.title) for row in list_reasons(event_id)}
        for entry in starting_document("reasons")["reasons"]:
            act, title = RunAct(entry["act"]), _in_first(entry["title"], event.languages)
            if (act, title) not in known:
                text = {code: entry["text"][code] for code in event.languages if code in entry["text"]}
                _add(event_id, act, title, text or dict(entry["text"]), actor)
                added += 1
    return added


def change_reason(event_id: int, public_id: str, act: RunAct, title: str, text: LocalizedText, actor: Actor) -> None:
    """Give a reason other words, or make it one for another act. Languages that the event does not have keep theirs."""
    with holding_event(event_id) as event:
        row = get_reason(event_id, public_id)
        values = {"act": act, "title": title, "text": merged(row.text, text, event.languages)}
        if change(row, values, "ready_reason_changed", actor, title=title):
            row.changed_at = clock.now()


def move_reason(event_id: int, public_id: str, *, is_up: bool) -> None:
    """Let a reason change places with the one before or after it of the same act; at an end nothing changes."""
    with holding_event(event_id):
        row = get_reason(event_id, public_id)
        rows = list_reasons(event_id, row.act)
        move_in_order(rows, rows.index(row), -1 if is_up else 1)


def remove_reason(event_id: int, public_id: str, actor: Actor) -> None:
    """Remove a reason; decisions made with it keep what the person was told."""
    with holding_event(event_id):
        row = get_reason(event_id, public_id)
        note(row, "ready_reason_removed", actor, title=row.title)
        db.session.delete(row)


def _add(event_id: int, act: RunAct, title: str, text: LocalizedText, actor: Actor) -> ReadyReason:
    there = select(func.count(), func.max(ReadyReason.position)).where(ReadyReason.event_id == event_id)
    number, last = db.session.execute(there).one()
    if number >= MOST_OF_AN_EVENT:
        raise Refused(N_("An event has at most %(limit)s reasons"), field="title", limit=MOST_OF_AN_EVENT)
    row = ReadyReason(
        public_id=tokens.new_public_id(),
        event_id=event_id,
        act=act,
        title=title,
        text=dict(text),
        position=(-1 if last is None else last) + 1,
        changed_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    note(row, "ready_reason_added", actor, title=title, act=act.value)
    return row


def _in_first(texts: Mapping[str, str], languages: Sequence[str]) -> str:
    return next((texts[code] for code in languages if code in texts), next(iter(texts.values())))


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
    with holding_event_in_any_state(event_id):
        own = list_views_of_owner(event_id, who.account_id)
        if len(own) >= MOST_OF_ONE:
            raise Refused(ViewReason.TOO_MANY, most=MOST_OF_ONE)
        view = SavedView(
            public_id=tokens.new_public_id(),
            event_id=event_id,
            account_id=who.account_id,
            name=_checked_name(name, event_id, who.account_id),
            query=_checked_query(query),
            is_shared=is_shared,
            created_at=clock.now(),
        )
        db.session.add(view)
        db.session.flush()
        note(view, "view_saved", who, **_detail(view))
        return view.public_id


def change_view(
    event_id: int, public_id: str, who: Organizer, name: str, *, is_shared: bool, may_change_shared: bool
) -> None:
    """Rename a view and share it or not. NotFound for one that the account may not change."""
    with holding_event_in_any_state(event_id):
        view = _get_changeable(event_id, public_id, who, may_change_shared)
        checked = _checked_name(name, event_id, view.account_id, but=view.public_id)
        if (checked, is_shared) != (view.name, view.is_shared):
            view.name, view.is_shared = checked, is_shared
            note(view, "view_changed", who, **_detail(view))


def replace_view(event_id: int, public_id: str, who: Organizer, query: str, *, may_change_shared: bool) -> str:
    """Let a view show another state of the list, and return its name. NotFound for one that the account may not change."""
    with holding_event_in_any_state(event_id):
        view = _get_changeable(event_id, public_id, who, may_change_shared)
        if view.query != (checked := _checked_query(query)):
            view.query = checked
            note(view, "view_replaced", who, **_detail(view))
        return view.name


def delete_view(event_id: int, public_id: str, who: Organizer, *, may_change_shared: bool) -> str:
    """Delete a view and return its name. NotFound for one that the account may not change."""
    with holding_event_in_any_state(event_id):
        view = _get_changeable(event_id, public_id, who, may_change_shared)
        name = view.name
        note(view, "view_deleted", who, **_detail(view))
        db.session.delete(view)
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
