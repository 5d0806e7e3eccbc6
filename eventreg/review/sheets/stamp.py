"""Whose file it is: what each one says of itself, whichever way its format lets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventreg.i18n import formats


@dataclass(frozen=True)
class Stamp:
    """What was taken out of which event, when, by whom. Texts are in the language of the file."""

    slug: str
    event_title: str
    taken_at: datetime
    time_zone: str
    #: the name of an account; empty: by a command on the machine
    taken_by: str
    #: the list's filters in words; empty: everybody
    words: str
    count: int
    language: str
    has_contact_data: bool
    has_sensitive: bool

    @property
    def local(self) -> datetime:
        """When it was taken, in the event's zone."""
        return self.taken_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def who(self) -> str:
        """Who took it, in words."""
        return self.taken_by or _("the administrator, by command")

    @property
    def when(self) -> str:
        """When it was taken, in words, with the zone."""
        written = formats.short_instant(self.taken_at, self.time_zone, self.language)
        return f"{written} ({formats.zone_offset(self.taken_at, self.time_zone)})"

    def lines(self) -> list[tuple[str, str]]:
        """Return what there is to say as titles and values."""
        yes, no = _("Yes"), _("No")
        return [
            (_("Event"), self.event_title),
            (_("Exported on"), self.when),
            (_("Exported by"), self.who),
            (_("Filter"), self.words or _("Everybody")),
            (_("Registrations"), str(self.count)),
            (_("With contact data"), yes if self.has_contact_data else no),
            (_("With sensitive answers"), yes if self.has_sensitive else no),
        ]
