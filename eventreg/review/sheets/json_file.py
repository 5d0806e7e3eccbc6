"""The list as JSON, for programs: values as they are kept beside the words that people read. See docs/export-format.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.schema import Question
from eventreg.review.queries.people import Person
from eventreg.review.sheets.sheet import Sheet
from eventreg.review.sheets.stamp import Stamp

FORMAT, VERSION = "eventreg-registrations", 1


def json_chunks(sheet: Sheet, portions: Iterable[Sequence[Person]], stamp: Stamp) -> Iterator[bytes]:
    """Yield the file: what it is and its columns, then one piece for each portion of people."""
    before = json.dumps(_about(sheet, stamp), ensure_ascii=False, indent=1)
    yield f'{before[:-2]},\n "registrations": ['.encode()
    mark = "\n"
    for people in portions:
        lines = [json.dumps(_entry(sheet, person), ensure_ascii=False) for person in people]
        if lines:
            yield (mark + ",\n".join(lines)).encode()
            mark = ",\n"
    yield b"\n]}\n"


def _about(sheet: Sheet, stamp: Stamp) -> Mapping[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "event": {"slug": stamp.slug, "title": stamp.event_title, "time_zone": stamp.time_zone},
        "taken": {
            "at": stamp.local.isoformat(timespec="seconds"),
            "by": stamp.taken_by or None,
            "filter": stamp.words,
            "language": stamp.language,
            "with_contact_data": stamp.has_contact_data,
            "with_sensitive": stamp.has_sensitive,
        },
        "count": stamp.count,
        "columns": [
            {"name": column.name, "title": column.title, **({"kind": column.question.kind} if column.question else {})}
            for column in sheet.columns
        ],
    }


def _entry(sheet: Sheet, person: Person) -> Mapping[str, Any]:
    entry: dict[str, Any] = {"reference": person.reference}
    answers: dict[str, Any] = {}
    for column, cell in zip(sheet.columns, sheet.row(person), strict=True):
        if column.fixed is not None:
            entry[column.name] = _fixed(sheet, column.name, person, cell)
        elif column.question is not None and column.question.key not in answers:
            answer = _answer(sheet, column.question, person)
            if answer is not None:
                answers[column.question.key] = answer
    return {**entry, "answers": answers}


def _fixed(sheet: Sheet, name: str, person: Person, cell: str) -> Any:
    match name:
        case "status":
            return {"value": person.status.value, "label": cell}
        case "category":
            return {"value": sheet.answers.category_keys[person.category_id], "label": cell}
        case "country":
            return {"value": person.identity["country"], "label": cell}
        case "way":
            return {"value": person.came_by.value, "label": cell} if person.came_by is not None else None
        case "received":
            return _instant(person.submitted_at)
        case "changed":
            return _instant(person.changed_at)
        case "language":
            return person.language
        case "tags":
            return person.tags
        case "notes":
            return person.notes
    return cell


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _answer(sheet: Sheet, newest: Question, person: Person) -> Mapping[str, Any] | None:
    """Return the values of an answer and their words; that there is one, where it is kept back; None without any."""
    question = sheet.answers.asked(newest, person)
    if question is None:
        return None
    if sheet.answers.is_kept_back(question, person):
        return {"answered": True}
    values = sheet.answers.values(question, person)
    if not values and question.key not in person.consents:
        return None
    context, language = sheet.answers.context, sheet.answers.language
    kind = kinds.get(question.kind)
    return {"values": kind.data(question, values, context), "labels": kind.display(question, values, context, language)}
