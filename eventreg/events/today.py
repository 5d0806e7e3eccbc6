"""What waits for somebody at an event: each kind of it is a class of the room that knows, and the assembly plugs them in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import Select, literal_column, union_all

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.rules.seats import Seats
from eventreg.events.rules.team import Grant, Permission
from eventreg.kernel.errors import N_, NN_
from eventreg.web.sockets import Socket

#: so many counts are one statement: a database takes no more than a few hundred parts
_TOGETHER = 100


@dataclass(frozen=True)
class Seen:
    """An event as one account looks at it."""

    event: Event
    grant: Grant
    account_id: int
    #: those in sight, in the event's order
    categories: Sequence[Category]
    seats: Seats


@dataclass(frozen=True)
class Matter:
    """One thing that may wait at one event, with the list that holds exactly what is counted."""

    seen: Seen
    item: TodayItem
    #: selects how many there are, and since when the oldest waits
    counted: Select[Any]
    #: the address of the list
    href: Callable[[], str]
    #: what it is called, where that is not the item's own title; and the line below
    title: str = ""
    about: str = ""


class TodayItem(ABC):
    """A kind of thing that waits for somebody. The order in which they are plugged in is that of the page."""

    #: in `components/icons.html`
    icon: ClassVar[str]
    right: ClassVar[Permission]
    #: now, rather than this week
    is_urgent: ClassVar[bool] = False
    #: what the team does most often
    is_main: ClassVar[bool] = False
    #: somebody takes harm of it already
    is_late: ClassVar[bool] = False
    #: only while anything is decided at the event
    is_of_decisions: ClassVar[bool] = False
    #: of one and of several
    title: ClassVar[tuple[str, str]]
    about: ClassVar[str] = ""
    #: what is pressed; on a phone the verb alone
    action: ClassVar[tuple[str, str]] = NN_("See it", "See all %(num)d")
    verb: ClassVar[str] = N_("See")

    def is_asked_at(self, seen: Seen) -> bool:
        """Say whether it is counted at this event for whoever looks."""
        takes_decisions = seen.event.publication.effects.takes_decisions
        return seen.grant.allows(self.right) and (takes_decisions or not self.is_of_decisions)

    @abstractmethod
    def matters(self, seen: Sequence[Seen]) -> Iterator[Matter]:
        """Yield what is to be counted at these events, at which it is asked."""


class Waiting(NamedTuple):
    """A matter with how many there are now."""

    matter: Matter
    number: int
    oldest: datetime | None


today_items: Socket[Sequence[TodayItem]] = Socket("today_items")
#: over the two parts of the page
NOW, THIS_WEEK = N_("Right now"), N_("This week")


def find_waiting(seen: Sequence[Seen]) -> list[Waiting]:
    """Return what waits at these events, the most urgent first: one statement for the counts of a hundred matters."""
    open_ = [each for each in seen if each.event.publication.effects.is_changeable]
    matters = [
        matter for item in today_items() for matter in item.matters([each for each in open_ if item.is_asked_at(each)])
    ]
    found = []
    numbered = [matter.counted.add_columns(literal_column(str(index))) for index, matter in enumerate(matters)]
    for start in range(0, len(numbered), _TOGETHER):
        counted = numbered[start : start + _TOGETHER]
        rows = db.session.execute(union_all(*counted))
        found += [(row[2], Waiting(matters[row[2]], row[0], row[1])) for row in rows if row[0]]
    return [each for _index, each in sorted(found, key=lambda pair: (not pair[1].matter.item.is_urgent, pair[0]))]
