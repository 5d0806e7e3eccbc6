"""The list as JSON, for programs: values as they are kept beside the words that people read. See docs/export-format.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.schema import Question
from eventreg.review.queries.people import Person
from eventreg.review.sheets.sheet import Sheet
from eventreg.review.sheets.stamp import Stamp

FORMAT, VERSION = "eventreg-registrations", 1
#: what is kept of answers: free text differs from person to person and only fills the memory
_MOST_KEPT = 10_000


def json_chunks(sheet: Sheet, portions: Iterable[Sequence[Person]], stamp: Stamp) -> Iterator[bytes]:
    """Yield the file: what it is and its columns, then one piece for each portion of people."""
    before = json.dumps(_about(sheet, stamp), ensure_ascii=False, indent=1)
    yield f'{before[:-2]},\n "registrations": ['.encode()
    mark, entries = "\n", _Entries(sheet)
    for people in portions:
        lines = [entries.line(person) for person in people]
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


class _Entries:
    """Writes people as JSON. What was written of an answer is kept and written again, as cells are (`answers`)."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._fixed = [
            (column.fixed, cell)
            for column, cell in zip(sheet.columns, sheet.cells, strict=True)
            if column.fixed is not None
        ]
        self._questions = list({each.question.key: each.question for each in sheet.columns if each.question}.values())
        self._written: dict[tuple[int, tuple[str, ...]], str] = {}

    def line(self, person: Person) -> str:
        """Return a person as one line."""
        words = self._sheet.words
        fixed = {field.column: field.data(person, cell(person), words) for field, cell in self._fixed}
        before = json.dumps({"reference": person.reference, **fixed}, ensure_ascii=False)
        answers = ", ".join(filter(None, (self._answer(question, person) for question in self._questions)))
        return f'{before[:-1]}, "answers": {{{answers}}}}}'

    def _answer(self, newest: Question, person: Person) -> str:
        """Return the values of an answer and their words; that there is one, where it is kept back; "" without any."""
        answers = self._sheet.answers
        question = answers.asked(newest, person)
        if question is None:
            return ""
        if answers.is_kept_back(question, person):
            return f'"{question.key}": {{"answered": true}}'
        values = answers.values(question, person)
        if not values and question.key not in person.consents:
            return ""
        at = (id(question), tuple(values))
        found = self._written.get(at)
        if found is None:
            kind = kinds.get(question.kind)
            data = {
                "values": kind.data(question, values, answers.context),
                "labels": kind.display(question, values, answers.context, answers.language),
            }
            found = f'"{question.key}": {json.dumps(data, ensure_ascii=False)}'
            if len(self._written) < _MOST_KEPT:
                self._written[at] = found
        return found
