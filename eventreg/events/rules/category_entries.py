"""Kinds of participants as organizers write them down, and what cannot be."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventreg.events.rules.categories import ApprovalRule, Window
from eventreg.kernel.errors import Refused
from eventreg.kernel.naming import key_from
from eventreg.kernel.text import LocalizedText

MOST_CATEGORIES = 30


@dataclass(frozen=True)
class CategoryEntry:
    """A category as it is wanted. `id` None: a new one. `places` None: only the event's capacity limits it."""

    id: int | None
    name: LocalizedText
    description: LocalizedText
    places: int | None
    approval: ApprovalRule
    pending_counts: bool
    #: whether its people count towards the capacity of the event
    counts_toward_event: bool = True
    #: its own dates inside those of the event; None: the event's
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    #: not offered in public
    is_private: bool = False


class CategoryReason(enum.Enum):
    """Why categories were not saved."""

    #: somebody else saved categories or settings meanwhile
    CHANGED_MEANWHILE = "changed_meanwhile"
    #: details: `count`
    HAS_REGISTRATIONS = "has_registrations"
    #: somebody can still come by an invitation. Details: `count`
    HAS_INVITATIONS = "has_invitations"
    NO_CATEGORY = "no_category"
    CLOSES_BEFORE_OPENS = "closes_before_opens"
    #: its dates and those of the event have no moment in common
    NEVER_OPEN = "never_open"
    #: details: `most`
    TOO_MANY = "too_many"


class CategoriesRefused(Refused):
    """Categories that cannot be saved. `category_id` names one, where it is about one. Nothing was written."""

    def __init__(self, reason: CategoryReason, category_id: int | None = None, **details: Any) -> None:
        super().__init__(reason, **details)
        self.category_id = category_id


def check_categories(entries: Sequence[CategoryEntry]) -> None:
    """Refuse none and too many. Raises CategoriesRefused."""
    if not entries:
        raise CategoriesRefused(CategoryReason.NO_CATEGORY)
    if len(entries) > MOST_CATEGORIES:
        raise CategoriesRefused(CategoryReason.TOO_MANY, most=MOST_CATEGORIES)


def check_window(entry: CategoryEntry, of_event: Window) -> None:
    """Refuse dates of a category by which nobody could ever register. Dates that reach beyond the event's are cut to it.

    Raises CategoriesRefused.
    """
    if entry.opens_at is not None and entry.closes_at is not None and entry.opens_at >= entry.closes_at:
        raise CategoriesRefused(CategoryReason.CLOSES_BEFORE_OPENS, entry.id)
    if of_event.cut_to(entry.opens_at, entry.closes_at).is_empty and not of_event.is_empty:
        raise CategoriesRefused(CategoryReason.NEVER_OPEN, entry.id)


def new_key(name: LocalizedText, languages: Sequence[str], taken: Collection[str]) -> str:
    """Return the key of a new category, made from its name; none of `taken`."""
    return key_from(name, languages, taken, "category")


def moved_entries(entries: Sequence[CategoryEntry], order: Mapping[int, str]) -> list[CategoryEntry]:
    """Return the entries with one of them a place further "up" or "down": `order` maps its id to where."""
    found = list(entries)
    for category_id, direction in order.items():
        index = next((number for number, entry in enumerate(found) if entry.id == category_id), None)
        if index is None:
            continue
        other = index - 1 if direction == "up" else index + 1
        if 0 <= other < len(found) and found[other].id is not None:
            found[index], found[other] = found[other], found[index]
    return found
