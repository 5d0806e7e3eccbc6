"""What state an event is in, and what that means for its pages, for registering and for its messages."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eventreg.kernel.errors import N_, NN_, Reason, Refused


class Publication(enum.Enum):
    """Where an event is between being prepared and being kept."""

    #: only the team sees it, and whoever has the preview link
    DRAFT = "draft"
    #: public; registration opens and closes by its dates
    PUBLISHED = "published"
    #: public; nobody can register, whatever the dates say
    REGISTRATION_CLOSED = "registration_closed"
    #: public, and says that it does not take place; everybody registered was told
    CANCELLED = "cancelled"
    #: over: public with its materials and conclusions, and nothing of it changes any more
    ARCHIVED = "archived"


@dataclass(frozen=True)
class Effects:
    """What a state does. The desk says it before a button is pressed, and the product keeps to it."""

    #: everybody can open the event's pages
    is_public: bool
    #: people can register, between the dates that are set
    takes_registrations: bool
    #: decisions are made, answers are changed, the waiting list moves
    takes_decisions: bool
    #: the team can change the event and what belongs to it
    is_changeable: bool
    #: participants can withdraw
    takes_withdrawals: bool


EFFECTS: Mapping[Publication, Effects] = {
    Publication.DRAFT: Effects(
        is_public=False, takes_registrations=False, takes_decisions=True, is_changeable=True, takes_withdrawals=True
    ),
    Publication.PUBLISHED: Effects(
        is_public=True, takes_registrations=True, takes_decisions=True, is_changeable=True, takes_withdrawals=True
    ),
    Publication.REGISTRATION_CLOSED: Effects(
        is_public=True, takes_registrations=False, takes_decisions=True, is_changeable=True, takes_withdrawals=True
    ),
    Publication.CANCELLED: Effects(
        is_public=True, takes_registrations=False, takes_decisions=False, is_changeable=True, takes_withdrawals=True
    ),
    Publication.ARCHIVED: Effects(
        is_public=True, takes_registrations=False, takes_decisions=False, is_changeable=False, takes_withdrawals=False
    ),
}

#: the states in which the public sees an event
PUBLIC = frozenset(state for state, effects in EFFECTS.items() if effects.is_public)
#: the states in which an event is on: its waiting list moves, decisions and changes are made
ALIVE = frozenset(state for state, effects in EFFECTS.items() if effects.is_public and effects.takes_decisions)


class LifecycleReason(Reason):
    """Why an event did not change its state, or was not changed because of its state."""

    #: nothing of an archived event changes
    ARCHIVED = "archived", N_("The event is archived: nothing of it changes any more.")
    #: the step does not lead anywhere from the present state; details: `publication`
    NOT_POSSIBLE_NOW = (
        "not_possible_now",
        N_("This is not possible from the present state: %(state)s. Somebody else may have changed it."),
    )
    #: the account may not take this step
    OWNERS_ONLY = "owners_only", N_("Only an owner of the event can do this.")
    #: what a public page needs is missing
    NOT_READY = (
        "not_ready",
        NN_(
            "%(num)d thing is missing before the event can be published.",
            "%(num)d things are missing before the event can be published.",
        ),
    )
    #: people are registered
    HAS_REGISTRATIONS = (
        "has_registrations",
        NN_(
            "%(num)d person has registered, so the event stays. Cancel it if it does not take place.",
            "%(num)d people have registered, so the event stays. Cancel it if it does not take place.",
        ),
    )
    #: the last day is not over
    NOT_OVER = "not_over", N_("The event is not over yet. Archive it when its last day is over, or cancel it.")
    #: details: `languages`
    NOTE_MISSING = "note_missing", N_("Write the reason in %(languages)s")
    #: details: `languages`, `limit`
    NOTE_TOO_LONG = "note_too_long", N_("Write the reason in %(languages)s")


class LifecycleRefused(Refused):
    """The state of an event forbids it. Nothing was written."""

    has_own_page = True

    def __init__(self, reason: LifecycleReason, **details: Any) -> None:
        super().__init__(reason, status_code=403 if reason is LifecycleReason.OWNERS_ONLY else 409, **details)


def check_changeable(publication: Publication) -> None:
    """Refuse to change an event that is archived, or what belongs to it. Raises LifecycleRefused (ARCHIVED)."""
    if not EFFECTS[publication].is_changeable:
        raise LifecycleRefused(LifecycleReason.ARCHIVED)
