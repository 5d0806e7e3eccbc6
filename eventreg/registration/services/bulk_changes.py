"""Answers of many people changed at once: what an answer fills is one statement for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, update

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.registration.models import Answer, Registration
from eventreg.registration.queries.option_places import limited_options
from eventreg.registration.rules.bulk import AnswerPut, BulkOvertaken, ChangedPerson
from eventreg.registration.rules.refusals import OptionsFull
from eventreg.registration.services.answers import FILE_KINDS, answer_row, fill_identity
from eventreg.registration.services.option_places import hold_exactly

#: columns that an answer can fill, with what follows from them
_WRITTEN = (
    "given_name", "family_name", "badge_name", "institution", "position", "country", "phone",
    "sort_name", "sort_institution", "phone_key", "search_text", "language", "revision",
)  # fmt: skip


def change_people(
    event: Event, people: Sequence[ChangedPerson], rows: Mapping[int, Registration], now: datetime
) -> None:
    """Write the answers of these people in place of the ones before, in the caller's transaction, who holds the event's row.

    `rows` are their registrations, by id. Raises BulkOvertaken when an option that somebody changes to is full.
    """
    gone: list[dict[str, Any]] = []
    written: list[dict[str, Any]] = []
    columns: list[dict[str, Any]] = []
    limited = {key for key, _ in limited_options(definition_of(get_current_version(event.id)))}
    for person in people:
        row = rows[person.registration_id]
        new = {put.question.key: list(put.new) for put in person.puts}
        counted = [put.question for put in person.puts if put.question.key in limited]
        if counted:
            try:
                hold_exactly(row, counted, new, now)
            except OptionsFull as full:
                raise BulkOvertaken([person.row]) from full
        for put in person.puts:
            if put.question.column is None:
                gone.append({"of": row.id, "asked": put.question.key})
                written += _answer_rows(row, put)
        columns.append(_columns_of(row, person, new))
    if gone:
        statement = delete(Answer).where(
            Answer.registration_id == bindparam("of"), Answer.question_key == bindparam("asked")
        )
        db.session.connection().execute(statement, gone)
    if written:
        db.session.execute(insert(Answer).execution_options(render_nulls=True), written)
    if columns:
        db.session.execute(update(Registration), columns)


def _answer_rows(row: Registration, put: AnswerPut) -> Iterator[dict[str, Any]]:
    for position, value in enumerate(put.new):
        yield answer_row(row, put.question, position, value, put.version_id)


def _columns_of(row: Registration, person: ChangedPerson, new: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what becomes of the registration's own columns, worked out on a copy: all are written by one statement."""
    copy = Registration(**{name: getattr(row, name) for name in (*_WRITTEN, "email", "reference")})
    fill_identity(copy, [put.question for put in person.puts], new)
    copy.revision = row.revision + 1
    copy.language = person.language or row.language
    return {"id": row.id, **{name: getattr(copy, name) for name in _WRITTEN}}


def told_of(person: ChangedPerson, numbers: Mapping[int, int]) -> dict[str, Any]:
    """Return what the history keeps of changes: of a sensitive answer only that it changed."""
    told: dict[str, Any] = {"language": {"new": person.language}} if person.language is not None else {}
    for put in person.puts:
        is_secret = put.old is None or put.question.is_sensitive or put.question.kind in FILE_KINDS
        told[put.question.key] = (
            "changed"
            if is_secret
            else {"old": list(put.old or ()), "new": list(put.new), "under": [numbers.get(put.version_id)] * 2}
        )
    return told
