"""A new event after the model of another: what is taken along is chosen, the dates move, nobody is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from eventreg.audit.services import Actor
from eventreg.db import db, found
from eventreg.events.bundles.fields import Fitting
from eventreg.events.bundles.moving import Move
from eventreg.events.bundles.parts import Entry, TakeOut, part_registry
from eventreg.events.bundles.reading import Bundle, open_bundle
from eventreg.events.models import Event, EventDay
from eventreg.events.rules.attendance import AttendanceMode
from eventreg.events.services.founding import basic_categories, basic_questionnaire
from eventreg.events.services.wholes import Placing, put_in_event, write_event
from eventreg.kernel.text import LocalizedText

#: left to the event that they were reached at, or about people: never part of a copy
NEVER_COPIED = frozenset({"registrations", "access_codes", "invitations"})
#: what is ticked unless somebody says otherwise; conclusions and materials are of the one that was
USUAL = frozenset(
    {
        "texts", "institutions", "days", "programme", "categories", "notice", "look", "team", "questionnaire", "message_texts",
    }
)  # fmt: skip
_HOURS = ("09:00", "17:00")


@dataclass(frozen=True)
class Copying:
    """What is asked of whoever copies an event."""

    slug: str
    title: LocalizedText
    first_day: date
    #: keys of parts; those that lack what they need stay behind
    parts: frozenset[str]


def list_copyable() -> list[tuple[str, str, frozenset[str]]]:
    """Return what can be taken along: key, name in the reader's language, and the keys that it needs and are offered."""
    registry = part_registry()
    offered = [part for part in registry if part.is_offered and part.key not in NEVER_COPIED]
    keys = {part.key for part in offered}
    return [(part.key, part.label(), part.needs & keys) for part in offered]


def copy_event(event_id: int, copying: Copying, actor: Actor, at: datetime) -> int:
    """Make a draft with the chosen parts of an event, owned by its maker, and return its id.

    Dates move by whole days, and clocks show what they showed. What lacks without its part is made anew: one day, one
    category, the basic form. A hold on the mail is inherited. Raises NotFound, Refused (SlugReason) and BundleInvalid.
    """
    source = found(db.session.get(Event, event_id))
    first = first_day_of(event_id)
    begins = first or source.registration_closes_at.date()
    move = Move((copying.first_day - begins).days, source.time_zone, source.time_zone)
    wanted = copying.parts - NEVER_COPIED
    taken = frozenset(part.key for part in part_registry().whole(wanted))
    is_on_site = source.attendance is not AttendanceMode.ONLINE
    placing = Placing(
        slug=copying.slug,
        at=at,
        actor=actor,
        owner_id=actor.id,
        fitting=Fitting(tuple(source.languages), move),
        is_copy=True,
        action="event_copied",
    )
    # By a file like any other: large materials are never in the memory together.
    with tempfile.TemporaryFile() as file:
        write_event(event_id, file, TakeOut(with_people=True, parts=taken), at)
        file.seek(0)
        with open_bundle(file) as bundle:
            bundle.event = {**bundle.event, "title": dict(copying.title)}
            whole = _Completed(bundle, _standing_in(bundle, begins, is_on_site=is_on_site))
            return put_in_event(whole, placing, [part for part in part_registry() if part.key in whole.keys])


def first_day_of(event_id: int) -> date | None:
    """Return the first day of an event."""
    return db.session.scalar(
        select(EventDay.held_on).where(EventDay.event_id == event_id).order_by(EventDay.held_on).limit(1)
    )


def _standing_in(bundle: Bundle, first_day: date, *, is_on_site: bool) -> dict[str, Entry]:
    """Return what stands in for parts that are left out and that no event can be without."""
    starts_at, ends_at = _HOURS
    has_several_days = "days" in bundle.keys and len(next(bundle.records("days"))["days"]) > 1
    return {
        "days": {"days": [{"held_on": first_day.isoformat(), "starts_at": starts_at, "ends_at": ends_at}]},
        "categories": basic_categories(),
        "questionnaire": basic_questionnaire(has_several_days=has_several_days, is_on_site=is_on_site),
    }


class _Completed:
    """A bundle with documents that stand in for what it lacks."""

    def __init__(self, bundle: Bundle, standing_in: Mapping[str, Entry]) -> None:
        self._bundle = bundle
        self._standing_in = {key: entry for key, entry in standing_in.items() if not _is_there(bundle, key)}
        self.event = bundle.event
        self.keys = bundle.keys | self._standing_in.keys()

    def records(self, key: str) -> Iterator[Entry]:
        """See `Bundle.records`."""
        if key in self._standing_in:
            yield self._standing_in[key]
        else:
            yield from self._bundle.records(key)

    def read_file(self, name: Any, place: str) -> bytes:
        """See `Bundle.read_file`."""
        return self._bundle.read_file(name, place)


def _is_there(bundle: Bundle, key: str) -> bool:
    """Say whether a part is in a bundle with something in it: an event that never asked anything has an empty one."""
    return key in bundle.keys and any(any(record.values()) for record in bundle.records(key))
