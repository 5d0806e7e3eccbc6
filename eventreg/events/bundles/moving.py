"""Moving the dates of an event: a copy for next year, a template to its first day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from eventreg.events.bundles.faults import BundleInvalid


@dataclass(frozen=True)
class Move:
    """So many days later (or earlier), from one zone to another, the clock on the wall staying as it is."""

    days: int
    from_zone: str
    to_zone: str

    def day(self, day: date) -> date:
        """Return the day that stands for `day` after the move. Raises BundleInvalid beyond the calendar."""
        try:
            return day + timedelta(days=self.days)
        except OverflowError as error:
            raise BundleInvalid(f"{day}: cannot be moved by {self.days} days") from error

    def instant(self, instant: datetime) -> datetime:
        """Return the instant, in UTC, at which clocks in the new zone show what those in the old one showed.

        So "closes at midnight" stays midnight across a change of clocks. A time that a change of clocks leaves out
        becomes the one that clocks jump to.
        """
        try:
            local = instant.astimezone(ZoneInfo(self.from_zone)).replace(tzinfo=None)
            moved = (local + timedelta(days=self.days)).replace(tzinfo=ZoneInfo(self.to_zone))
            return moved.astimezone(UTC)
        except OverflowError as error:
            raise BundleInvalid(f"{instant}: cannot be moved by {self.days} days") from error
