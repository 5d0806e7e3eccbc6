"""When a scheduled message is due, and what becomes of one whose moment has come.

Its moment is said by a day and an hour on the clocks of the event's place, so it moves with the event's days, deadlines and zone,
and a change of clocks does not shift it. It is kept nowhere: whoever asks works it out from what the event says now.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventreg.events.rules.publication import ALIVE, Publication
from eventreg.kernel.errors import N_, NN_, Conflict, Keyed, Titled

#: so late a message is not written any more: whoever reads it would be told what is over
LAPSES_AFTER = timedelta(hours=12)
MOST_DAYS = 365


class Anchor(Titled):
    """What the day of a schedule hangs on: as the field beside a number of days says it, and with the number."""

    DAY = "day", N_("A date"), NN_("%(day)s, %(hour)s", "%(day)s, %(hour)s")
    FIRST_DAY = (
        "first_day",
        N_("days before the first day"),
        NN_("%(num)d day before the first day, %(hour)s", "%(num)d days before the first day, %(hour)s"),
    )
    LAST_DAY = (
        "last_day",
        N_("days after the last day"),
        NN_("%(num)d day after the last day, %(hour)s", "%(num)d days after the last day, %(hour)s"),
    )
    CLOSES = (
        "closes",
        N_("days before registration closes"),
        NN_("%(num)d day before registration closes, %(hour)s", "%(num)d days before registration closes, %(hour)s"),
    )
    CHANGES = (
        "changes",
        N_("days before the last changes"),
        NN_("%(num)d day before the last changes, %(hour)s", "%(num)d days before the last changes, %(hour)s"),
    )

    def __init__(self, key: str, title: str = "", said: tuple[str, str] = ("", "")) -> None:
        super().__init__(key, title)
        self.said = said


class ScheduleState(Keyed):
    """Where a schedule stands."""

    #: waits for its moment
    ON = "on"
    #: set up and not switched on, or stopped: nothing goes
    OFF = "off"
    #: its messages were written, or are being written
    GONE = "gone"
    #: its moment passed without it; somebody is to look at it
    LAPSED = "lapsed"


class Lapse(Titled):
    """Why the moment of a schedule passed without it."""

    LATE = "late", N_("Nothing was sent at that time: the server was not running.")
    HELD = "held", N_("The emails of this event were held then.")
    NOT_PUBLISHED = "not_published", N_("The event was not published then.")
    CALLED_OFF = "called_off", N_("The event was cancelled or archived then.")
    NO_RIGHT = "no_right", N_("Whoever switched it on may not write to people any more.")
    LIST_GONE = "list_gone", N_("Its list asks for something that is not there any more.")

    @property
    def is_final(self) -> bool:
        """Whether waiting does not help."""
        return self in (Lapse.CALLED_OFF, Lapse.LIST_GONE)


class ScheduleReason(Conflict):
    """Why a message is not scheduled."""

    PAST = "past", N_("That moment has passed. Choose a later one."), "hour"
    NO_DAY = "no_day", N_("The event has no such day yet."), "anchor"
    ON = "on", N_("It is scheduled. Stop it before you change its words.")
    NOT_ALIVE = "not_alive", N_("The event has to be published before anything is sent.")


@dataclass(frozen=True)
class Dates:
    """What moments hang on: the zone, first and last day, and the deadlines of an event."""

    zone: str
    first: date | None
    last: date | None
    closes_at: datetime
    changes_until: datetime

    def anchor_day(self, anchor: Anchor) -> date | None:
        """Return the day, in the event's zone, that an anchor stands for; None where the event has none."""
        zone = ZoneInfo(self.zone)
        return {
            Anchor.FIRST_DAY: self.first,
            Anchor.LAST_DAY: self.last,
            Anchor.CLOSES: self.closes_at.astimezone(zone).date(),
            Anchor.CHANGES: self.changes_until.astimezone(zone).date(),
        }.get(anchor)


@dataclass(frozen=True)
class Moment:
    """When something is due: `days` from an anchor, or on a `day` of its own, at an hour on the clocks of the place."""

    anchor: Anchor
    days: int
    hour: time
    day: date | None = None

    def due_at(self, dates: Dates) -> datetime | None:
        """Return the instant; None where the event has no such day. An hour that the clocks skip is the one after it, an hour
        that comes twice the first of both."""
        day = self.day if self.anchor is Anchor.DAY else dates.anchor_day(self.anchor)
        if day is None:
            return None
        away = {Anchor.DAY: 0, Anchor.LAST_DAY: self.days}.get(self.anchor, -self.days)
        local = datetime.combine(day + timedelta(days=away), self.hour, ZoneInfo(dates.zone))
        return local.astimezone(UTC)


def hindrance(publication: Publication, *, is_held: bool, has_right: bool) -> Lapse | None:
    """Return what keeps a schedule from going now."""
    if publication is Publication.DRAFT:
        return Lapse.NOT_PUBLISHED
    if publication not in ALIVE:
        return Lapse.CALLED_OFF
    if is_held:
        return Lapse.HELD
    return None if has_right else Lapse.NO_RIGHT


def is_over(due_at: datetime, now: datetime) -> bool:
    """Say whether it is too late for what was due then."""
    return now - due_at > LAPSES_AFTER
