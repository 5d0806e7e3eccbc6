"""What institutions are at an event, what they oblige it to, and in which order they are named."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field

from eventreg.kernel.errors import Refused
from eventreg.kernel.text import LocalizedText

LONGEST_CREDIT = 120
LONGEST_PHRASE = 600
MOST_PARTNERS = 60


class PartnerRole(enum.Enum):
    """What an institution is at an event, in the order in which pages name them."""

    HOST = "host"
    CO_ORGANIZER = "co_organizer"
    FUNDER = "funder"
    PARTNER = "partner"


class PartnerReason(enum.Enum):
    """Why the institutions of an event were not changed. `events.wording` has the sentences."""

    #: the institution has this role at the event already
    ALREADY_THERE = "already_there"
    #: it is the first or the last of its role
    CANNOT_MOVE = "cannot_move"
    #: details: limit
    TOO_MANY = "too_many"


class PartnerRefused(Refused):
    """The institutions of the event stay as they are; `reason` is a PartnerReason."""


@dataclass(frozen=True)
class PartnerEntry:
    """What an institution is at an event, as a form gives it."""

    role: PartnerRole
    #: the words above its name, instead of those of the role
    credit: LocalizedText = field(default_factory=dict)
    #: a sentence that it obliges the organizers to use
    phrase: LocalizedText = field(default_factory=dict)
    #: whether its logo must stand before all others
    is_logo_first: bool = False


def likely_role(present: Sequence[PartnerRole]) -> PartnerRole:
    """Return what the next institution probably is: the host first, then co-organizers."""
    return PartnerRole.CO_ORGANIZER if PartnerRole.HOST in present else PartnerRole.HOST


def moved(order: Sequence[tuple[int, PartnerRole]], partner_id: int, *, earlier: bool) -> list[int] | None:
    """Return the ids in their new order after one changed places with its neighbour of the same role, roles in their order.

    `order`: (id, role) as they stand. None when there is no such neighbour.
    """
    roles = list(PartnerRole)
    ids = [each for each, _role in sorted(order, key=lambda pair: roles.index(pair[1]))]
    role_of = dict(order)
    at = ids.index(partner_id)
    other = at - 1 if earlier else at + 1
    if not 0 <= other < len(ids) or role_of[ids[other]] is not role_of[partner_id]:
        return None
    ids[at], ids[other] = ids[other], ids[at]
    return ids
