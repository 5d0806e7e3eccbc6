"""Files: sealed on disk, held for a form that was not accepted yet, then part of a registration.

The sealed file is on disk before its row is committed; a file without a row is a leftover that the sweep removes.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from eventreg.db import db, get_of_event, transaction
from eventreg.kernel import clock, sealing, tokens
from eventreg.kernel.errors import NotFound, Refused
from eventreg.media.store import CannotKeep, path_of, sweep_folder, write_file
from eventreg.registration.models import Upload
from eventreg.registration.rules.availability import FILE_HELD_FOR
from eventreg.registration.rules.states import RegisteringReason
from eventreg.web.instance import config, keys

#: all files held for forms together; beyond it a form has to be sent with its file again
MOST_HELD_BYTES = 500_000_000
MOST_HELD_FILES = 500


@dataclass(frozen=True)
class NewFile:
    """A file as it was sent, after its content was checked. `name` is safe to show and save under."""

    question_key: str
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class HeldFile:
    """A file that is kept, without its content."""

    public_id: str
    question_key: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class OpenedFile:
    """A file with its content, for whoever is entitled to it."""

    name: str
    media_type: str
    content: bytes


def submission_hash(event_id: int, submission_key: str) -> str:
    """Return what of a form's random key is kept: a keyed hash, so that nothing in the database repeats a form.

    A key counts within its event: one that was used at another event names another form.
    """
    return tokens.lookup_hash(keys(), "submission", f"{event_id}/{submission_key}")


def hold_file(event_id: int, submission_key: str, file: NewFile, *, is_one_more: bool = False) -> HeldFile:
    """Keep a file for the next try of the same form, for 24 hours; earlier ones of the same question go.

    Unless it `is_one_more`, of a question that takes several. Raises Refused(TOO_MANY_FILES) when the instance
    holds too much already, or the disk takes no more.
    """
    now = clock.now()
    row = _sealed_row(event_id, submission_hash(event_id, submission_key), file, now)
    row.held_until = now + FILE_HELD_FOR
    with transaction() as session:
        count, size = session.execute(
            select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(Upload.held_until.is_not(None))
        ).one()
        if count >= MOST_HELD_FILES or size + row.size > MOST_HELD_BYTES:
            raise Refused(RegisteringReason.TOO_MANY_FILES)
        if not is_one_more:
            session.execute(
                delete(Upload).where(
                    Upload.submission_hash == row.submission_hash,
                    Upload.question_key == row.question_key,
                    Upload.held_until.is_not(None),
                )
            )
        _write(row.public_id, file.content)
        session.add(row)
    return HeldFile(row.public_id, file.question_key, file.name, file.media_type, row.size)


def list_held(event_id: int, submission_key: str) -> dict[str, list[HeldFile]]:
    """Return the files held for a form, by question, the oldest first."""
    rows = db.session.scalars(
        select(Upload)
        .where(
            Upload.event_id == event_id,
            Upload.submission_hash == submission_hash(event_id, submission_key),
            Upload.held_until > clock.now(),
        )
        .order_by(Upload.id)
    )
    return _by_question(rows)


def drop_held(event_id: int, submission_key: str, public_ids: Collection[str]) -> None:
    """Forget files held for a form: their holder ticked "remove". The files themselves go with the next sweep."""
    with transaction() as session:
        session.execute(
            delete(Upload).where(
                Upload.event_id == event_id,
                Upload.submission_hash == submission_hash(event_id, submission_key),
                Upload.public_id.in_(public_ids),
                Upload.held_until.is_not(None),
            )
        )


def move_held(event_id: int, submission_key: str, new_key: str) -> None:
    """Give the files held for a form to the new key that it goes on under. Writes nothing where none is held."""
    if not list_held(event_id, submission_key):
        return
    with transaction() as session:
        session.execute(
            update(Upload)
            .where(
                Upload.event_id == event_id,
                Upload.submission_hash == submission_hash(event_id, submission_key),
                Upload.held_until.is_not(None),
            )
            .values(submission_hash=submission_hash(event_id, new_key))
            .execution_options(synchronize_session=False)
        )


def attach_held(
    event_id: int, submission: str, registration_id: int, keys_asked: Sequence[str]
) -> dict[str, list[str]]:
    """Give the files held under a submission hash to a registration; returns public ids by question. One statement."""
    rows = db.session.execute(
        update(Upload)
        .where(
            Upload.event_id == event_id,
            Upload.submission_hash == submission,
            Upload.question_key.in_(keys_asked),
            Upload.held_until > clock.now(),
        )
        .values(registration_id=registration_id, held_until=None)
        .returning(Upload.id, Upload.question_key, Upload.public_id)
        .execution_options(synchronize_session=False)
    )
    found: dict[str, list[str]] = {}
    for row in sorted(rows):
        found.setdefault(row.question_key, []).append(row.public_id)
    return found


def seal_files(event_id: int, submission: str, files: Sequence[NewFile], now: datetime) -> list[Upload]:
    """Seal files that came with a form and write them to the disk: before the lock, since it waits for the disk.

    The rows are given to `attach_new`. What no row refers to in the end, the sweep removes. Raises
    Refused(TOO_MANY_FILES) when the disk takes no more.
    """
    rows = [_sealed_row(event_id, submission, file, now) for file in files]
    for row, file in zip(rows, files, strict=True):
        _write(row.public_id, file.content)
    return rows


def attach_new(registration_id: int, rows: Sequence[Upload]) -> dict[str, list[str]]:
    """Give sealed files to a registration, in the caller's transaction; returns public ids by question."""
    found: dict[str, list[str]] = {}
    for row in rows:
        row.registration_id = registration_id
        found.setdefault(row.question_key, []).append(row.public_id)
    db.session.add_all(rows)
    return found


def detach(registration_id: int, public_ids: Collection[str]) -> None:
    """Forget files of a registration that were replaced or removed. The files themselves go with the next sweep."""
    if public_ids:
        db.session.execute(
            delete(Upload).where(Upload.registration_id == registration_id, Upload.public_id.in_(public_ids))
        )


def list_of_registration(registration_id: int) -> dict[str, list[HeldFile]]:
    """Return the files of a registration by question, the oldest first, without their content."""
    rows = db.session.scalars(select(Upload).where(Upload.registration_id == registration_id).order_by(Upload.id))
    return _by_question(rows)


def open_upload(event_id: int, registration_id: int, public_id: str) -> OpenedFile:
    """Return a file of this registration of this event with its content. Raises NotFound for any other."""
    row = get_of_event(Upload, event_id, registration_id=registration_id, public_id=public_id)
    return OpenedFile(_described(row).name, row.media_type, read_content(public_id))


def read_content(public_id: str) -> bytes:
    """Return what a file holds; whoever asks has looked whose it is. Raises NotFound where it is not on the disk."""
    try:
        sealed = path_of(config().uploads, public_id).read_bytes()
    except FileNotFoundError:
        raise NotFound from None
    return sealing.unseal(keys(), sealed, content_place(public_id))


def sweep_uploads(now: datetime) -> int:
    """Remove held files whose time is over and files on disk that no row knows. Returns how many files went."""
    with transaction() as session:
        session.execute(delete(Upload).where(Upload.held_until <= now))
    return sweep_folder(config().uploads, set(db.session.scalars(select(Upload.public_id))), now)


def content_place(public_id: str) -> str:
    """Return the place that a file's content is bound to."""
    return f"uploads/{public_id}"


def name_place(public_id: str) -> str:
    """Return the place that a file's name is bound to."""
    return f"uploads/{public_id}/name"


def _sealed_row(event_id: int, submission: str, file: NewFile, now: datetime) -> Upload:
    public_id = tokens.new_public_id()
    return Upload(
        public_id=public_id,
        event_id=event_id,
        question_key=file.question_key,
        submission_hash=submission,
        sealed_name=sealing.seal(keys(), file.name.encode("utf-8"), name_place(public_id)),
        media_type=file.media_type,
        size=len(file.content),
        created_at=now,
    )


def _by_question(rows: Iterable[Upload]) -> dict[str, list[HeldFile]]:
    found: dict[str, list[HeldFile]] = {}
    for row in rows:
        found.setdefault(row.question_key, []).append(_described(row))
    return found


def _described(row: Upload) -> HeldFile:
    name = sealing.unseal(keys(), row.sealed_name, name_place(row.public_id)).decode("utf-8")
    return HeldFile(row.public_id, row.question_key, name, row.media_type, row.size)


def _write(public_id: str, content: bytes) -> None:
    sealed = sealing.seal(keys(), content, content_place(public_id))
    try:
        write_file(config().uploads, public_id, [sealed])
    except CannotKeep as error:
        raise Refused(RegisteringReason.TOO_MANY_FILES) from error
