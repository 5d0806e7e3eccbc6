"""Whole events, out and in: everything that an event is made of, by the parts that the rooms register."""

import importlib.metadata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy import exists, select
from sqlalchemy.exc import DataError, IntegrityError

from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import db, found, transaction
from eventreg.events.bundles.basis import NewEvent, make_event, taken_event
from eventreg.events.bundles.fields import AS_IT_IS, EVENT, FORMAT, BundleInvalid, Fitting, written_instant
from eventreg.events.bundles.parts import Entry, Intake, Part, TakeOut, part_registry
from eventreg.events.bundles.reading import Bundle, BundleWriter
from eventreg.events.models import Event, TeamMember
from eventreg.events.rules.slugs import SlugReason, check_slug
from eventreg.events.rules.team import TeamRole
from eventreg.kernel.errors import Refused

#: called with a number of records as they are done
Progress = Callable[[int], None]


def _silent(_done: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Placing:
    """Where and how an event is put in."""

    slug: str
    at: datetime
    #: whose act it is
    actor: Actor = SYSTEM
    #: who owns it afterwards; None: those who own it in the data
    owner_id: int | None = None
    fitting: Fitting = AS_IT_IS
    #: a new event after the model of another: a draft with nothing behind it
    is_copy: bool = False
    #: its mail is held, whatever the data say
    holds_mail: bool = False
    #: what stands in the audit trail
    action: str = "event_imported"


def record_export(event_id: int, options: TakeOut, actor: Actor = SYSTEM) -> None:
    """Write down that an event is taken out, and what of it: before anything leaves. Raises NotFound."""
    with transaction():
        event = found(db.session.get(Event, event_id))
        hold_row(event_id)
        told = {"with_people": options.with_people, "sensitive": options.with_sensitive, "files": options.with_files}
        note(event, "event_exported", actor, **told)


def count_records(event_id: int, options: TakeOut) -> int:
    """Return how many records `write_event` takes out, for a progress bar."""
    return sum(part.count(event_id) for part in parts_taken(options))


def write_event(event_id: int, target: IO[bytes], options: TakeOut, at: datetime, progress: Progress = _silent) -> None:
    """Write an event as one file, as it is at this moment, with bounded memory. Raises NotFound.

    The file is the same whenever the event is, but for the instant in its manifest.
    """
    _begin_snapshot()
    event = found(db.session.get(Event, event_id))
    parts = parts_taken(options)
    writer = BundleWriter(target, options, _manifest(event, parts, options, at))
    writer.document(EVENT, taken_event(event))
    for part in parts:
        writer.part(part, _counted(part.take_out(event_id, writer), progress))
    writer.close()
    # What was read is not kept: the next use case begins with fresh rows.
    db.session.expunge_all()
    db.session.rollback()


def put_in_event(bundle: Bundle, placing: Placing, parts: Iterable[Part], progress: Progress = _silent) -> int:
    """Make the event of a bundle with some of its parts, all or nothing, and return its id.

    Raises Refused (SlugReason) and BundleInvalid.
    """
    check_slug(placing.slug)
    try:
        with transaction():
            return insert_event(bundle, placing, parts, progress)
    except (IntegrityError, DataError) as error:
        # Somebody took the name meanwhile; or the data contradict themselves in a way that only the database sees.
        if _is_taken(placing.slug):
            raise Refused(SlugReason.TAKEN, slug=placing.slug) from error
        raise BundleInvalid("two of its records contradict one another") from error


def import_event(bundle: Bundle, placing: Placing, progress: Progress = _silent) -> int:
    """Make the event of a file with everything that is in it, and return its id. See `put_in_event`.

    Raises BundleInvalid also for a part that this program does not know, or one without what it needs.
    """
    registry = part_registry()
    for key in sorted(bundle.keys):
        part = registry.find(key)
        if part is None:
            raise BundleInvalid(f"it holds {key!r}, which this eventreg does not know")
        missing = sorted(part.needs - bundle.keys)
        if missing:
            raise BundleInvalid(f"it holds {key!r} without {missing[0]!r}, which that needs")
    return put_in_event(bundle, placing, [part for part in registry if part.key in bundle.keys], progress)


def parts_taken(options: TakeOut) -> list[Part]:
    """Return the parts that are taken out, in their order."""
    registry = part_registry()
    wanted = {
        part.key
        for part in registry
        if (options.parts is None or part.key in options.parts) and (options.with_people or not part.is_about_people)
    }
    return registry.whole(wanted)


def hold_row(event_id: int) -> None:
    """Hold the event's row, which guards the positions of its audit trail, whatever state the event is in."""
    db.session.execute(select(Event.id).where(Event.id == event_id).with_for_update())


def insert_event(bundle: Bundle, placing: Placing, parts: Iterable[Part], progress: Progress = _silent) -> int:
    """Do as `put_in_event`, in the caller's transaction. Raises IntegrityError when somebody takes the name meanwhile."""
    if _is_taken(placing.slug):
        raise Refused(SlugReason.TAKEN, slug=placing.slug)
    new = NewEvent(placing.slug, placing.at, placing.fitting, placing.is_copy, placing.holds_mail)
    event = make_event(bundle.event, new)
    intake = Intake(
        event.id,
        placing.at,
        bundle.read_file,
        placing.fitting,
        actor=placing.actor,
        is_copy=placing.is_copy,
    )
    note(event, placing.action, placing.actor, placing.at, slug=placing.slug)
    for part in parts:
        part.put_in(_counted(bundle.records(part.key), progress), intake)
    if placing.owner_id is not None:
        _make_owner(event.id, placing.owner_id, placing)
    db.session.flush()
    return event.id


def _make_owner(event_id: int, account_id: int, placing: Placing) -> None:
    member = db.session.scalar(
        select(TeamMember).where(TeamMember.event_id == event_id, TeamMember.account_id == account_id)
    )
    if member is None:
        member = TeamMember(event_id=event_id, account_id=account_id, added_at=placing.at)
        db.session.add(member)
    member.role, member.only_categories, member.only_days, member.withheld = TeamRole.OWNER, [], [], []
    db.session.flush()
    told = {"account": account_id, "role": TeamRole.OWNER.value}
    note(member, "team_member_added", placing.actor, placing.at, **told)


def _manifest(event: Event, parts: Iterable[Part], options: TakeOut, at: datetime) -> dict[str, Any]:
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "eventreg": importlib.metadata.version("eventreg"),
        "made_at": written_instant(at),
        "slug": event.slug,
        "parts": {part.key: part.count(event.id) for part in parts},
        "holds": {
            "people": options.with_people,
            "sensitive": options.with_people and options.with_sensitive,
            "files": options.with_files,
        },
    }
    if options.with_people:
        manifest["attention"] = (
            "This file holds people's data, with their sensitive answers readable. Keep it encrypted."
            if options.with_sensitive
            else "This file holds people's data. Keep it like the instance."
        )
    return manifest


def _begin_snapshot() -> None:
    """Have everything that is read next seen as it is at one moment."""
    db.session.expunge_all()
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _is_taken(slug: str) -> bool:
    return bool(db.session.scalar(select(exists().where(Event.slug == slug))))


def _counted(records: Iterable[Entry], progress: Progress) -> Iterator[Entry]:
    for record in records:
        yield record
        progress(1)
