"""Saving the kinds of participants of an event."""

from collections.abc import Mapping, Sequence
from typing import Any

from eventreg.audit.services import Actor, note, plain
from eventreg.db import db, found
from eventreg.events.announcing import Announcing
from eventreg.events.checks import occupancy
from eventreg.events.models import Category, Event
from eventreg.events.queries.events import holding_event
from eventreg.events.rules import seats, settings
from eventreg.events.rules.categories import (
    CategoriesRefused,
    CategoryEntry,
    CategoryReason,
    check_categories,
    check_window,
    new_key,
)
from eventreg.events.rules.dates import Window
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound, Refused

#: what the trail keeps of a category
_TOLD = (
    "key", "name", "description", "places", "approval", "pending_counts", "counts_toward_event", "opens_at", "closes_at",
    "is_private",
)  # fmt: skip
#: what of a category makes places
_PLACES = ("places", "counts_toward_event", "pending_counts")


def save_categories(
    event_id: int,
    seen_revision: int | None,
    entries: Sequence[CategoryEntry],
    actor: Actor,
    announcing: Announcing | None = None,
) -> None:
    """Make the categories of an event those of `entries`, in their order, when nobody saved settings since `seen_revision`.

    One that is not named is removed, unless somebody has registered in it or is invited. Places below what is taken are taken
    as they are: nobody is dropped; more places have the waiting list looked at, with `announcing` at once, else by the worker.
    Whether those who wait for an answer count is carried into the ledger at once. The approval rule counts for whoever comes
    next. Raises Unannounced, CategoriesRefused, Refused (CHANGED_MEANWHILE), NotFound, and LifecycleRefused for an archived
    event.
    """
    check_categories(entries)
    with holding_event(event_id) as event:
        settings.check_seen(event.settings_revision, seen_revision)
        stored = {category.id: category for category in event.categories}
        if any(entry.id is not None and entry.id not in stored for entry in entries):
            raise NotFound
        for entry in entries:
            check_window(entry, Window(event.registration_opens_at, event.registration_closes_at))
        at, before = now(), told(event)
        kept = {entry.id for entry in entries}
        _remove(event, [category for category in stored.values() if category.id not in kept])
        more = [_put(event, entry, position) for position, entry in enumerate(entries, 1)]
        db.session.flush()
        db.session.refresh(event, ["categories"])
        after = told(event)
        if before == after:
            return
        event.settings_revision += 1
        if any(more):
            occupancy().places_added(event_id, at, announcing)
        note(event, "categories_changed", actor, at, changed={"categories": [before, after]})


def replace_link(event_id: int, category_id: int, actor: Actor) -> None:
    """Give a category a new link: the one before leads in no more. Raises NotFound, LifecycleRefused."""
    with holding_event(event_id) as event:
        category = found(next((row for row in event.categories if row.id == category_id), None))
        category.link_generation += 1
        note(event, "categories_changed", actor, changed={"link_of": [category.key]})


def _remove(event: Event, categories: Sequence[Category]) -> None:
    counts = occupancy().count_in_categories(event.id) if categories else {}
    invited = occupancy().count_invited(event.id) if categories else {}
    for category in categories:
        if count := counts.get(category.id, 0):
            raise CategoriesRefused(CategoryReason.HAS_REGISTRATIONS, category.id, num=count)
        if count := invited.get(category.id, 0):
            # The links that people hold, and the messages that still wait, would lead to nothing.
            raise CategoriesRefused(CategoryReason.HAS_INVITATIONS, category.id, num=count)
        db.session.delete(category)
    db.session.flush()


def _put(event: Event, entry: CategoryEntry, position: int) -> bool:
    """Write one category; returns whether there may be places for the waiting list now."""
    new = entry.values
    category = next((row for row in event.categories if row.id == entry.id), None)
    if category is None:
        taken = {row.key for row in event.categories}
        category = Category(event_id=event.id, key=new_key(new["name"], event.languages, taken))
        event.categories.append(category)
        has_more = counts_anew = False
    else:
        has_more = seats.gives_more(category.places, new["places"])
        has_more = has_more or (category.counts_toward_event and not new["counts_toward_event"])
        counts_anew = category.pending_counts != new["pending_counts"]
    category.position = position
    for name, value in new.items():
        setattr(category, name, value)
    if counts_anew:
        occupancy().count_pending_anew(event.id, category.id, new["pending_counts"], now())
    return has_more or (counts_anew and not new["pending_counts"])


def told(event: Event) -> list[dict[str, Any]]:
    """Return what the trail keeps of the categories of an event, in their order."""
    in_order = sorted(event.categories, key=lambda category: (category.position, category.id))
    return [{name: plain(getattr(category, name)) for name in _TOLD} for category in in_order]


def put_back(event: Event, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> None:
    """Set what makes places to what it was, of each category that was there, in the caller's transaction.

    Raises Refused: CHANGED_MEANWHILE, where it is not as it was left.
    """
    by_key, left = {category.key: category for category in event.categories}, {each["key"]: each for each in after}
    for old in before:
        new, category = left.get(old["key"]), by_key.get(old["key"])
        if new is None or [old[name] for name in _PLACES] == [new[name] for name in _PLACES]:
            continue
        if category is None or [getattr(category, name) for name in _PLACES] != [new[name] for name in _PLACES]:
            raise Refused(settings.SettingsReason.CHANGED_MEANWHILE)
        for name in _PLACES:
            setattr(category, name, old[name])
        if old["pending_counts"] != new["pending_counts"]:
            occupancy().count_pending_anew(event.id, category.id, old["pending_counts"], now())
