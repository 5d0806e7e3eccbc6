"""The files that people sent, many people at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import exists, select

from eventreg.db import db
from eventreg.kernel import sealing
from eventreg.registration.models import Registration, Upload
from eventreg.registration.services.uploads import name_place
from eventreg.web.instance import keys


class SentFile(NamedTuple):
    """A file of a registration, without its content."""

    reference: str
    person: str
    question_key: str
    public_id: str
    media_type: str
    #: as it was called when it was sent
    name: str


def list_sent_files(event_id: int, ids: Sequence[int], question_keys: Collection[str] | None) -> list[SentFile]:
    """Return the files of these registrations, in the order of `ids`, to these questions or all: one statement."""
    statement = (
        select(
            Registration.id,
            Registration.reference,
            Registration.given_name,
            Registration.family_name,
            Upload.question_key,
            Upload.public_id,
            Upload.media_type,
            Upload.sealed_name,
        )
        .join(Registration, Registration.id == Upload.registration_id)
        .where(Registration.event_id == event_id, Registration.id.in_(ids), Upload.held_until.is_(None))
        .order_by(Upload.question_key, Upload.id)
    )
    if question_keys is not None:
        statement = statement.where(Upload.question_key.in_(question_keys))
    place = {id_: number for number, id_ in enumerate(ids)}
    rows = sorted(db.session.execute(statement), key=lambda row: place[row.id])
    return [
        SentFile(
            row.reference,
            f"{row.given_name} {row.family_name}".strip(),
            row.question_key,
            row.public_id,
            row.media_type,
            sealing.unseal(keys(), row.sealed_name, name_place(row.public_id)).decode("utf-8"),
        )
        for row in rows
    ]


def is_any_sent(event_id: int, question_keys: Collection[str] | None) -> bool:
    """Say whether anybody of the event has sent a file, to these questions or any."""
    statement = select(Upload.id).where(
        Upload.event_id == event_id, Upload.registration_id.is_not(None), Upload.held_until.is_(None)
    )
    if question_keys is not None:
        statement = statement.where(Upload.question_key.in_(question_keys))
    return bool(db.session.scalar(select(exists(statement))))
