"""What institutions are at an event, what they oblige it to, and in which order they are named."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from eventreg.kernel.errors import N_, NN_, Reason, Titled
from eventreg.kernel.text import LocalizedText

LONGEST_CREDIT = 120
LONGEST_PHRASE = 600
MOST_PARTNERS = 60


class PartnerRole(Titled):
    """What an institution is at an event, in the order in which pages name them. `above` are the words above their names."""

    HOST = "host", N_("Host"), NN_("Host institution", "Host institutions")
    CO_ORGANIZER = (
        "co_organizer",
        N_("Co-organizer"),
        NN_("In close coordination with", "In close coordination with"),
    )
    FUNDER = "funder", N_("Funder"), NN_("With funding from", "With funding from")
    PARTNER = "partner", N_("Partner"), NN_("In partnership with", "In partnership with")

    def __init__(self, key: str, title: str = "", above: tuple[str, str] = ("", "")) -> None:
        super().__init__(key, title)
        self.above = above


class PartnerReason(Reason):
    """Why the institutions of an event were not changed."""

    ALREADY_THERE = "already_there", N_("This institution has this role at the event already"), "role"
    CANNOT_MOVE = "cannot_move", N_("It stands at the end of its role already")
    TOO_MANY = "too_many", N_("An event can have at most %(limit)s institutions"), "role"


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
