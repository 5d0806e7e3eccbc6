"""Materials of an event and its sessions, and what the sessions leave behind: added, changed, moved and removed.

In every state of the event: slides come after it, remarks are written during it and after it. Both kinds stand in an order
inside their session, and are told of in one way. The files of materials lie on the disk, sealed; one without a row is a
leftover that the sweep removes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from eventreg.audit.services import Actor, Target, note, plain
from eventreg.db import db, found, move_in_order, transaction
from eventreg.events.models import Event, EventDay, Material, ProgrammeSession, SessionOutcome
from eventreg.events.queries.events import holding_event_in_any_state, lock_event_in_any_state
from eventreg.kernel import clock, files, tokens
from eventreg.kernel.errors import NotFound, Refused
from eventreg.kernel.text import merged
from eventreg.media.store import CannotKeep, SealedFile, path_of, sealed_parts, sweep_folder, write_file
from eventreg.programme.queries import get_material, get_outcome
from eventreg.programme.rules.materials import MaterialReason, OutcomeReason, check_address, check_file, title_from
from eventreg.web.instance import config, keys
from eventreg.web.sockets import FunctionSocket

Row = Material | SessionOutcome

#: the columns that the audit trail tells of, under its names
_TOLD: Final[Mapping[type[Row], Mapping[str, str]]] = {
    Material: {
        "title": "title",
        "session": "session_id",
        "language": "language",
        "audience": "audience",
        "released_at": "released_at",
        "url": "url",
        "file": "file_name",
        "file_id": "file_id",
    },
    SessionOutcome: {
        "session": "session_id",
        "kind": "kind",
        "text": "text",
        "addressee": "addressee",
        "is_public": "is_public",
    },
}


@dataclass(frozen=True)
class SentFile:
    """A file as it was sent, with the name it came under."""

    name: str
    content: bytes


def add_material(event_id: int, values: Mapping[str, Any], file: SentFile | None, actor: Actor) -> None:
    """Add a file or a link at the end of its session.

    `values` are columns, with the `session`'s public id ("": of the whole event). A file without a title is called by its
    name. Raises NotFound (event, session) and Refused.
    """
    if bool(values["url"]) is bool(file):
        raise Refused(MaterialReason.FILE_OR_LINK)
    kept = _keep(file)
    if values["url"]:
        check_address(values["url"])
    with holding_event_in_any_state(event_id) as event:
        material = Material(event_id=event_id, public_id=tokens.new_public_id(), created_at=clock.now(), title={})
        _add(event, material, _titled(event, material, {**values, **kept}), actor)


def change_material(
    event_id: int,
    public_id: str,
    values: Mapping[str, Any],
    file: SentFile | None,
    seen_revision: int,
    actor: Actor,
) -> None:
    """Change what is said of a material, or replace its file; a file stays a file and a link a link, under its address.

    Raises NotFound and Refused: CHANGED_MEANWHILE when it is no longer what was seen.
    """
    kept = _keep(file)
    with holding_event_in_any_state(event_id) as event:
        material = get_material(event_id, public_id)
        if material.revision != seen_revision:
            raise Refused(MaterialReason.CHANGED_MEANWHILE)
        is_link = bool(material.url)
        if bool(values["url"]) is not is_link or (kept and is_link):
            raise Refused(MaterialReason.FILE_OR_LINK)
        if is_link:
            check_address(values["url"])
        _change(event, material, _titled(event, material, {**values, **kept}), actor)


def move_material(event_id: int, public_id: str, step: int, actor: Actor) -> None:
    """Let a material change places with the one before it (`step` -1) or after it (1) in its session. Raises NotFound."""
    with transaction():
        _move(lock_event_in_any_state(event_id), get_material(event_id, public_id), step, actor)


def remove_material(event_id: int, public_id: str, actor: Actor) -> None:
    """Remove a material; its file goes with the next sweep. Raises NotFound."""
    with transaction():
        _remove(lock_event_in_any_state(event_id), get_material(event_id, public_id), actor)


def add_outcome(event_id: int, values: Mapping[str, Any], actor: Actor) -> None:
    """Add an outcome at the end of its session. `values`: as `add_material`. Raises NotFound (event, session)."""
    with transaction():
        outcome = SessionOutcome(recorded_at=clock.now(), text={}, addressee={})
        _add(lock_event_in_any_state(event_id), outcome, values, actor)


def change_outcome(event_id: int, outcome_id: int, values: Mapping[str, Any], seen_revision: int, actor: Actor) -> None:
    """Change an outcome. Raises NotFound and Refused(CHANGED_MEANWHILE) when it is no longer what was seen."""
    with holding_event_in_any_state(event_id) as event:
        outcome = get_outcome(event_id, outcome_id)
        if outcome.revision != seen_revision:
            raise Refused(OutcomeReason.CHANGED_MEANWHILE)
        _change(event, outcome, values, actor)


def move_outcome(event_id: int, outcome_id: int, step: int, actor: Actor) -> None:
    """Let an outcome change places with the one before it (`step` -1) or after it (1) in its session. Raises NotFound."""
    with transaction():
        _move(lock_event_in_any_state(event_id), get_outcome(event_id, outcome_id), step, actor)


def remove_outcome(event_id: int, outcome_id: int, actor: Actor) -> None:
    """Remove an outcome. Raises NotFound."""
    with transaction():
        _remove(lock_event_in_any_state(event_id), get_outcome(event_id, outcome_id), actor)


def _add(event: Event, row: Row, values: Mapping[str, Any], actor: Actor) -> None:
    row.revision = 1
    _put(event, row, values)
    row.position = _last_position(row) + 1
    db.session.add(row)
    db.session.flush()
    note(_target(event, row), f"{row.audited_as}_added", actor, **_told(row))


def _change(event: Event, row: Row, values: Mapping[str, Any], actor: Actor) -> None:
    before, session_before = _told(row), row.session_id
    _put(event, row, values)
    if row.session_id != session_before:
        row.position = _last_position(row) + 1
    changed = {name: [before[name], value] for name, value in _told(row).items() if before[name] != value}
    if changed:
        row.revision += 1
        db.session.flush()
        note(_target(event, row), f"{row.audited_as}_changed", actor, changed=changed)


def _move(event: Event, row: Row, step: int, actor: Actor) -> None:
    siblings = _siblings(row)
    if move_in_order(siblings, siblings.index(row), step):
        note(_target(event, row), f"{row.audited_as}_moved", actor)


def _remove(event: Event, row: Row, actor: Actor) -> None:
    db.session.delete(row)
    note(_target(event, row), f"{row.audited_as}_removed", actor, **_told(row))


def _put(event: Event, row: Row, values: Mapping[str, Any]) -> None:
    """Set columns of a row; of texts the languages that are not the event's stay."""
    for name, value in values.items():
        if name == "session":
            row.session_id = _session_id(event, value) if value else None
        else:
            is_text = isinstance(value, Mapping)
            setattr(row, name, merged(getattr(row, name), value, event.languages) if is_text else value)


def _session_id(event: Event, public_id: str) -> int:
    of_event = select(ProgrammeSession.id).join(EventDay, EventDay.id == ProgrammeSession.day_id)
    here = of_event.where(EventDay.event_id == event.id, ProgrammeSession.public_id == public_id)
    return found(db.session.scalar(here))


def _siblings(row: Row) -> Sequence[Any]:
    """Return the rows of its kind in its session, in their order."""
    kind = type(row)
    of_event = {"event_id": row.event_id} if isinstance(row, Material) else {}
    statement = select(kind).filter_by(session_id=row.session_id, **of_event).order_by(kind.position, kind.id)
    return db.session.scalars(statement).all()


def _last_position(row: Row) -> int:
    return max((each.position for each in _siblings(row) if each is not row), default=0)


def _target(event: Event, row: Row) -> Target:
    return Target(type(row), row.id, event.id)


def _told(row: Row) -> dict[str, Any]:
    """Return what the audit trail keeps of a row."""
    return {name: plain(getattr(row, column)) for name, column in _TOLD[type(row)].items()}


def _keep(file: SentFile | None) -> dict[str, Any]:
    """Check a file, write it to the disk and return its columns: before the lock, since it waits for the disk."""
    if file is None:
        return {}
    media_type, file_id = check_file(file.content), tokens.new_public_id()
    store_material_file(file_id, file.content)
    name = files.safe_name(file.name, media_type)
    return {"file_id": file_id, "file_name": name, "media_type": media_type, "size": len(file.content)}


def _titled(event: Event, material: Material, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with a title: a link needs one, a file has its name."""
    if not merged(material.title, values["title"], event.languages):
        name = values.get("file_name") or material.file_name
        if not name:
            raise Refused(MaterialReason.TITLE_MISSING)
        values["title"] = {event.languages[0]: title_from(name)}
    return values


def store_material_file(file_id: str, data: bytes) -> None:
    """Keep a file under a new id, which goes into `Material.file_id`: on the disk for good when this returns.

    Called before the row is committed. Raises Refused(CANNOT_BE_KEPT) when the disk takes no more.
    """
    try:
        write_file(config().materials, file_id, sealed_parts(keys(), data, content_place(file_id)))
    except CannotKeep as error:
        raise Refused(MaterialReason.CANNOT_BE_KEPT) from error


def read_material_file(file_id: str) -> bytes:
    """Return the whole content of a file. Raises NotFound, and CannotUnseal for one that was altered."""
    return b"".join(open_material_file(file_id))


def open_material_file(file_id: str) -> SealedFile:
    """Return a file to be read part by part, whoever may see it having been asked before. Raises NotFound."""
    return SealedFile(keys(), path_of(config().materials, file_id), content_place(file_id))


def sweep_materials(now: datetime) -> int:
    """Remove files that no material names any more, and nothing else that keeps its files here. Returns how many went."""
    return sweep_folder(config().materials, {*db.session.scalars(select(Material.file_id)), *other_files()}, now)


def find_material_file(file_id: str) -> bytes | None:
    """Return the whole content of a file, None where it is gone."""
    try:
        return read_material_file(file_id)
    except NotFound:
        return None


#: the ids of files that a room above keeps among those of materials
other_files: FunctionSocket[[], Collection[str]] = FunctionSocket("other_files")


def content_place(file_id: str) -> str:
    """Return the place that a file's parts are bound to."""
    return f"materials/{file_id}"
