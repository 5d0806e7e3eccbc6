"""Keeping what was answered: identity on the registration, the rest as rows, sensitive values and files sealed; and consents.

A file is held for a form that was not accepted yet, then part of a registration. It is on disk before its row is committed;
one without a row is a leftover that the sweep removes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import delete, func, select, update

from eventreg.db import change_rows, db, get_of_event, insert_rows, transaction
from eventreg.kernel import clock, sealing, text, tokens
from eventreg.kernel.errors import NotFound, Refused
from eventreg.kernel.text import phone_key, search_text, sort_institution, sort_name, sort_position
from eventreg.media.store import CannotKeep, path_of, sweep_folder, write_file
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.models import Answer, Consent, Registration, Upload
from eventreg.registration.queries.answers import sealed_place
from eventreg.registration.queries.registrations import submission_hash
from eventreg.registration.rules.availability import FILE_HELD_FOR
from eventreg.registration.rules.states import RegisteringReason
from eventreg.web.instance import config, keys

#: the kind of question that records an agreement
CONSENT_KIND = "consent"
FILE_KIND = "file"
#: every kind whose answer is the public id of an upload
FILE_KINDS = frozenset({FILE_KIND, "picture"})

Answers = Mapping[str, Sequence[str]]


def fill_identity(registration: Registration, questions: Sequence[Question], answers: Answers) -> None:
    """Put the answers that identify a person into the registration's columns, and what follows from them."""
    for question in questions:
        if question.column != "email":
            values = [*answers.get(question.key, ())]
            for column, value in zip_longest(question.columns, values[: len(question.columns)], fillvalue=""):
                setattr(registration, column, value)
    refresh_search(registration)


def refresh_search(registration: Registration) -> None:
    """Bring what a registration is found and ordered by up to date."""
    registration.sort_name = sort_name(registration.family_name or "", registration.given_name)
    registration.sort_institution = sort_institution(registration.institution or "")
    registration.sort_position = sort_position(registration.position or "")
    registration.phone_key = phone_key(registration.phone or "")
    registration.search_text = search_text(
        given_name=registration.given_name,
        family_name=registration.family_name or "",
        badge_name=registration.badge_name or "",
        institution=registration.institution or "",
        email=registration.email,
        reference=registration.reference,
        phone=registration.phone or "",
    )


def insert_answers(
    registration: Registration,
    questions: Sequence[Question],
    answers: Answers,
    versions: Mapping[str, int] | None = None,
) -> None:
    """Write the rows of every answer that is no identity column and no consent: one statement.

    `versions` names by question the version that it was answered under, where that is not the registration's.
    """
    rows = [
        answer_row(registration, question, position, value, (versions or {}).get(question.key))
        for question in questions
        if question.column is None and question.kind != CONSENT_KIND
        for position, value in enumerate(answers.get(question.key, ()))
    ]
    if rows:
        insert_rows(Answer, rows)


def replace_answers(
    registration: Registration,
    questions: Sequence[Question],
    answers: Answers,
    versions: Mapping[str, int] | None = None,
) -> None:
    """Write new values for these questions in place of the old ones; `versions` as of `insert_answers`."""
    kept = [question for question in questions if question.column is None and question.kind != CONSENT_KIND]
    db.session.execute(
        delete(Answer).where(
            Answer.registration_id == registration.id, Answer.question_key.in_([question.key for question in kept])
        )
    )
    insert_answers(registration, kept, answers, versions)


def record_consents(
    registration: Registration,
    questions: Sequence[Question],
    answers: Answers,
    *,
    language: str,
    fallbacks: Sequence[str],
    now: datetime,
    version_id: int | None = None,
) -> None:
    """Append what was agreed to and what was not, with the words shown and their version: one statement.

    `version_id`: the version that showed them, where it is not the registration's.
    """
    rows = [
        {
            "registration_id": registration.id,
            "purpose": question.key,
            "is_given": bool(answers.get(question.key)),
            "text": text.pick(question.label, language, fallbacks).text,
            "language": text.pick(question.label, language, fallbacks).language,
            "questionnaire_id": version_id or registration.questionnaire_id,
            "at": now,
        }
        for question in questions
        if question.kind == CONSENT_KIND
    ]
    if rows:
        insert_rows(Consent, rows)


def answer_row(
    registration: Registration, question: Question, position: int, value: str, version_id: int | None
) -> dict[str, Any]:
    """Return the row of one value of an answer, sealed where the question is sensitive."""
    sealed = None
    # A file's answer is the public id of its upload, which opens nothing; name and content are sealed with the upload.
    if question.is_sensitive and question.kind not in FILE_KINDS:
        place = sealed_place(registration.public_id, question.key, position)
        sealed = sealing.seal(keys(), value.encode("utf-8"), place)
    return {
        "registration_id": registration.id,
        "question_key": question.key,
        "position": position,
        "questionnaire_id": None if version_id == registration.questionnaire_id else version_id,
        "value": None if sealed is not None else value,
        "sealed": sealed,
    }


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
    with transaction():
        change_rows(
            Upload,
            Upload.event_id == event_id,
            Upload.submission_hash == submission_hash(event_id, submission_key),
            Upload.held_until.is_not(None),
            submission_hash=submission_hash(event_id, new_key),
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
