"""Kinds of participants: how their registrations are confirmed, when they take any, as organizers write them down."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eventreg.events.rules.dates import Window
from eventreg.kernel.errors import N_, NN_, Reason, Refused, Titled
from eventreg.kernel.text import LocalizedText, key_from


class ApprovalRule(Titled):
    """Who confirms a registration of the category."""

    AT_ONCE = "at_once", N_("At once, while there are places")
    BY_ORGANIZER = "by_organizer", N_("By an organizer")


class ShownTo(Titled):
    """Who finds the confirmed people of the category on the list of participants."""

    NOBODY = "nobody", N_("Nobody")
    CONFIRMED = "confirmed", N_("Other confirmed participants")
    PUBLIC = "public", N_("Everybody: the list is public")


class ListedColumn(Titled):
    """What the list of participants can say of somebody."""

    NAME = "name", N_("Name, as on the badge")
    INSTITUTION = "institution", N_("Institution")
    COUNTRY = "country", N_("Country")


#: the key of the permission that the ready-made questions ask for
LIST_CONSENT = "participant_list"
MOST_CATEGORIES = 30


@dataclass(frozen=True)
class CategoryEntry:
    """A category as it is wanted: columns to their values. `id` None: a new one."""

    id: int | None
    values: Mapping[str, Any]


class CategoryReason(Reason):
    """Why categories were not saved."""

    HAS_REGISTRATIONS = (
        "has_registrations",
        NN_(
            "%(num)d registration is in this category. It cannot be removed.",
            "%(num)d registrations are in this category. It cannot be removed.",
        ),
        "is_removed",
    )
    #: somebody can still come by an invitation
    HAS_INVITATIONS = (
        "has_invitations",
        NN_(
            "%(num)d person is invited in this category. Take the invitation back before you remove it.",
            "%(num)d people are invited in this category. Take the invitations back before you remove it.",
        ),
        "is_removed",
    )
    NO_CATEGORY = "no_category", N_("Keep at least one category"), "name"
    CLOSES_BEFORE_OPENS = "closes_before_opens", N_("Registration closes before it opens"), "closes_at"
    #: its dates and those of the event have no moment in common
    NEVER_OPEN = (
        "never_open",
        N_("These dates lie outside those of the event, so nobody could register. Write some inside them."),
        "closes_at",
    )
    TOO_MANY = "too_many", N_("An event has at most %(most)s categories"), "name"


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
    opens_at, closes_at = entry.values["opens_at"], entry.values["closes_at"]
    if opens_at is not None and closes_at is not None and opens_at >= closes_at:
        raise CategoriesRefused(CategoryReason.CLOSES_BEFORE_OPENS, entry.id)
    if of_event.cut_to(opens_at, closes_at).is_empty and not of_event.is_empty:
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
