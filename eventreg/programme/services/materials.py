"""Adding, changing, moving and removing materials: in every state of the event, since slides come after it too.

The files of materials on the disk, sealed. A file without a row is a leftover that the sweep removes.

Recording what sessions leave behind: in every state of the event, since it is written during it and after it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from eventreg.audit.services import Actor, Target, note
from eventreg.db import db, transaction
from eventreg.events.models import Event, Material, SessionOutcome
from eventreg.events.queries.events import lock_event_in_any_state
from eventreg.events.rules.programme import MaterialAudience, OutcomeKind
from eventreg.kernel import clock, files, ordering, tokens
from eventreg.kernel.errors import NotFound, Refused
from eventreg.kernel.text import LocalizedText, merged
from eventreg.media.store import CannotKeep, SealedFile, path_of, sealed_parts, sweep_folder, write_file
from eventreg.programme.queries import find_session, get_material, get_outcome
from eventreg.programme.rules.materials import MaterialReason, OutcomeReason, check_address, check_file, title_from
from eventreg.web.instance import config, keys


@dataclass(frozen=True)
class MaterialEntry:
    """What organizers say of a material. `released_at` is an aware instant; None: at once."""

    #: in the event's languages
    title: LocalizedText
    #: the public id of a session; empty: of the whole event
    session: str
    #: the language that it is in; empty: not said
    language: str
    audience: MaterialAudience
    released_at: datetime | None
    #: of a link; empty for a file
    url: str = ""


@dataclass(frozen=True)
class SentFile:
    """A file as it was sent, with the name it came under."""

    name: str
    content: bytes


@dataclass(frozen=True)
class _KeptFile:
    file_id: str
    name: str
    media_type: str
    size: int


def add_material(event_id: int, entry: MaterialEntry, file: SentFile | None, actor: Actor) -> str:
    """Add a file or a link at the end of its session and return its public id.

    A file without a title is called by its name. Raises NotFound (event, session) and Refused.
    """
    if bool(entry.url) is bool(file):
        raise Refused(MaterialReason.FILE_OR_LINK)
    kept = _keep(file)
    if entry.url:
        check_address(entry.url)
    with transaction() as session:
        event = lock_event_in_any_state(event_id)
        material = Material(event_id=event_id, public_id=tokens.new_public_id(), created_at=clock.now(), revision=1)
        _say(material, event, entry, kept)
        material.position = _last_position(event_id, material.session_id) + 1
        session.add(material)
        session.flush()
        note(material, "material_added", actor, **_told(material))
        return material.public_id


def change_material(
    event_id: int,
    public_id: str,
    entry: MaterialEntry,
    file: SentFile | None,
    seen_revision: int,
    actor: Actor,
) -> None:
    """Change what is said of a material, or replace its file; a file stays a file and a link a link, under its address.

    Raises NotFound and Refused: CHANGED_MEANWHILE when it is no longer what was seen.
    """
    kept = _keep(file)
    with transaction() as session:
        event = lock_event_in_any_state(event_id)
        material = get_material(event_id, public_id)
        if material.revision != seen_revision:
            raise Refused(MaterialReason.CHANGED_MEANWHILE)
        is_link = bool(material.url)
        if bool(entry.url) is not is_link or (kept is not None and is_link):
            raise Refused(MaterialReason.FILE_OR_LINK)
        if is_link:
            check_address(entry.url)
        before, session_before = _told(material), material.session_id
        _say(material, event, entry, kept)
        if material.session_id != session_before:
            material.position = _last_position(event_id, material.session_id, besides=material.id) + 1
        changed = {name: [before[name], value] for name, value in _told(material).items() if before[name] != value}
        if not changed:
            return
        material.revision += 1
        session.flush()
        note(material, "material_changed", actor, changed=changed)


def move_material(event_id: int, public_id: str, step: int, actor: Actor) -> None:
    """Let a material change places with the one before it (`step` -1) or after it (1) in its session. Raises NotFound."""
    with transaction() as session:
        lock_event_in_any_state(event_id)
        material = get_material(event_id, public_id)
        siblings = session.scalars(
            select(Material)
            .where(Material.event_id == event_id, Material.session_id == material.session_id)
            .order_by(Material.position, Material.id)
        ).all()
        if not ordering.move_in_order(siblings, siblings.index(material), step):
            return
        note(material, "material_moved", actor)


def remove_material(event_id: int, public_id: str, actor: Actor) -> None:
    """Remove a material; its file goes with the next sweep. Raises NotFound."""
    with transaction() as session:
        lock_event_in_any_state(event_id)
        material = get_material(event_id, public_id)
        session.delete(material)
        note(material, "material_removed", actor, **_told(material))


def _keep(file: SentFile | None) -> _KeptFile | None:
    """Check a file and write it to the disk: before the lock, since it waits for the disk."""
    if file is None:
        return None
    media_type = check_file(file.content)
    kept = _KeptFile(tokens.new_public_id(), files.safe_name(file.name, media_type), media_type, len(file.content))
    store_material_file(kept.file_id, file.content)
    return kept


def _say(material: Material, event: Event, entry: MaterialEntry, kept: _KeptFile | None) -> None:
    if kept is not None:
        material.file_id, material.file_name = kept.file_id, kept.name
        material.media_type, material.size = kept.media_type, kept.size
    material.url = entry.url
    title = merged(material.title or {}, entry.title, event.languages)
    if not title and not material.file_name:
        raise Refused(MaterialReason.TITLE_MISSING)
    material.title = title or {event.languages[0]: title_from(material.file_name)}
    material.language = entry.language
    material.audience = entry.audience
    material.released_at = entry.released_at
    material.session_id = _session_id(event.id, entry.session)


def _session_id(event_id: int, public_id: str) -> int | None:
    if not public_id:
        return None
    found = find_session(event_id, public_id)
    if found is None:
        raise NotFound
    return found.id


def _last_position(event_id: int, session_id: int | None, besides: int = 0) -> int:
    return (
        db.session.scalar(
            select(func.max(Material.position)).where(
                Material.event_id == event_id, Material.session_id == session_id, Material.id != besides
            )
        )
        or 0
    )


def _told(material: Material) -> dict[str, Any]:
    """Return what the audit trail keeps of a material."""
    return {
        "title": dict(material.title),
        "session": material.session_id,
        "language": material.language,
        "audience": material.audience.value,
        "released_at": material.released_at.isoformat() if material.released_at else None,
        "url": material.url,
        "file": material.file_name,
        "file_id": material.file_id,
    }


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
    """Remove files that no material names any more. Returns how many went."""
    return sweep_folder(config().materials, set(db.session.scalars(select(Material.file_id))), now)


def content_place(file_id: str) -> str:
    """Return the place that a file's parts are bound to."""
    return f"materials/{file_id}"


@dataclass(frozen=True)
class OutcomeEntry:
    """A remark or a recommendation as it was written, in the event's languages."""

    #: the public id of the session
    session: str
    kind: OutcomeKind
    text: LocalizedText
    addressee: LocalizedText
    is_public: bool


def add_outcome(event_id: int, entry: OutcomeEntry, actor: Actor) -> int:
    """Add an outcome at the end of its session and return its id. Raises NotFound (event, session)."""
    with transaction() as session:
        event = lock_event_in_any_state(event_id)
        outcome = SessionOutcome(recorded_at=clock.now(), revision=1, text={}, addressee={})
        _say_of_outcomes(outcome, event, entry)
        outcome.position = _last_position_of_outcomes(outcome.session_id) + 1
        session.add(outcome)
        session.flush()
        note(Target(SessionOutcome, outcome.id, event_id), "outcome_added", actor, **_told_of_outcomes(outcome))
        return outcome.id


def change_outcome(event_id: int, outcome_id: int, entry: OutcomeEntry, seen_revision: int, actor: Actor) -> None:
    """Change an outcome. Raises NotFound and Refused(CHANGED_MEANWHILE) when it is no longer what was seen."""
    with transaction() as session:
        event = lock_event_in_any_state(event_id)
        outcome = get_outcome(event_id, outcome_id)
        if outcome.revision != seen_revision:
            raise Refused(OutcomeReason.CHANGED_MEANWHILE)
        before, session_before = _told_of_outcomes(outcome), outcome.session_id
        _say_of_outcomes(outcome, event, entry)
        if outcome.session_id != session_before:
            outcome.position = _last_position_of_outcomes(outcome.session_id, besides=outcome.id) + 1
        changed = {
            name: [before[name], value] for name, value in _told_of_outcomes(outcome).items() if before[name] != value
        }
        if not changed:
            return
        outcome.revision += 1
        session.flush()
        note(Target(SessionOutcome, outcome.id, event_id), "outcome_changed", actor, changed=changed)


def move_outcome(event_id: int, outcome_id: int, step: int, actor: Actor) -> None:
    """Let an outcome change places with the one before it (`step` -1) or after it (1) in its session. Raises NotFound."""
    with transaction() as session:
        lock_event_in_any_state(event_id)
        outcome = get_outcome(event_id, outcome_id)
        siblings = session.scalars(
            select(SessionOutcome)
            .where(SessionOutcome.session_id == outcome.session_id)
            .order_by(SessionOutcome.position, SessionOutcome.id)
        ).all()
        if ordering.move_in_order(siblings, siblings.index(outcome), step):
            note(Target(SessionOutcome, outcome.id, event_id), "outcome_moved", actor)


def remove_outcome(event_id: int, outcome_id: int, actor: Actor) -> None:
    """Remove an outcome. Raises NotFound."""
    with transaction() as session:
        lock_event_in_any_state(event_id)
        outcome = get_outcome(event_id, outcome_id)
        session.delete(outcome)
        note(Target(SessionOutcome, outcome.id, event_id), "outcome_removed", actor, **_told_of_outcomes(outcome))


def _say_of_outcomes(outcome: SessionOutcome, event: Event, entry: OutcomeEntry) -> None:
    found = find_session(event.id, entry.session)
    if found is None:
        raise NotFound
    outcome.session_id = found.id
    outcome.kind = entry.kind
    outcome.text = merged(outcome.text, entry.text, event.languages)
    outcome.addressee = merged(outcome.addressee, entry.addressee, event.languages)
    outcome.is_public = entry.is_public


def _last_position_of_outcomes(session_id: int, besides: int = 0) -> int:
    return (
        db.session.scalar(
            select(func.max(SessionOutcome.position)).where(
                SessionOutcome.session_id == session_id, SessionOutcome.id != besides
            )
        )
        or 0
    )


def _told_of_outcomes(outcome: SessionOutcome) -> dict[str, Any]:
    """Return what the audit trail keeps of an outcome."""
    return {
        "session": outcome.session_id,
        "kind": outcome.kind.value,
        "text": dict(outcome.text),
        "addressee": dict(outcome.addressee),
        "is_public": outcome.is_public,
    }
