"""How the bytes of a list are written: as JSON for programs (docs/export-format.md), as a workbook, and several files as a ZIP.

Each says whose file it is in whichever way its format lets it. Every cell of a workbook says that it is text, so nothing is
computed and no sign stands before what might be (docs/decisions/0015). Each is written as it is sent: people never stand in
the memory together, nor on the disk.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import IO, Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventreg.attendees.queries.people import Person
from eventreg.exchange.sheets.columns import Sheet
from eventreg.i18n import formats
from eventreg.kernel.files import EXTENSIONS
from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.schema import Question

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


#: a pattern of permissions in the upper half, as Unix programs read it: the owner's alone
_OWN = 0o600 << 16


class _Sink:
    """Takes what the archive writes, until it is given on."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, content: bytes, /) -> int:
        """Take a piece."""
        self._held.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def taken(self) -> bytes:
        """Return what came since the last time."""
        held, self._held = b"".join(self._held), []
        return held


def zip_chunks(files: Iterable[tuple[str, bytes]], at: datetime) -> Iterator[bytes]:
    """Yield an archive of (name, content), one piece a file. What people send is compressed already: it is stored as it is."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]  # it only writes
        for name, content in files:
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.external_attr = _OWN
            archive.writestr(entry, content)
            yield sink.taken()
    yield sink.taken()


def ending_of(media_type: str) -> str:
    """Return how the name of a file of this type ends, by what was found in it, never by what it was called."""
    return EXTENSIONS.get(media_type, (".bin",))[0]


@dataclass(frozen=True)
class Stamp:
    """What was taken out of which event, when, by whom. Texts are in the language of the file."""

    slug: str
    event_title: str
    taken_at: datetime
    time_zone: str
    #: the name of an account; empty: by a command on the machine
    taken_by: str
    #: the list's filters in words; empty: everybody
    words: str
    count: int
    language: str
    has_contact_data: bool
    has_sensitive: bool

    @property
    def local(self) -> datetime:
        """When it was taken, in the event's zone."""
        return self.taken_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def who(self) -> str:
        """Who took it, in words."""
        return self.taken_by or _("the administrator, by command")

    @property
    def when(self) -> str:
        """When it was taken, in words, with the zone."""
        written = formats.short_instant(self.taken_at, self.time_zone, self.language)
        return f"{written} ({formats.zone_offset(self.taken_at, self.time_zone)})"

    def lines(self) -> list[tuple[str, str]]:
        """Return what there is to say as titles and values."""
        yes, no = _("Yes"), _("No")
        return [
            (_("Event"), self.event_title),
            (_("Exported on"), self.when),
            (_("Exported by"), self.who),
            (_("Filter"), self.words or _("Everybody")),
            (_("Registrations"), str(self.count)),
            (_("With contact data"), yes if self.has_contact_data else no),
            (_("With sensitive answers"), yes if self.has_sensitive else no),
        ]


#: what no name of a sheet may hold, and how long one may be
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31
_NARROWEST, _WIDEST = 12, 44
#: what a cell of Excel holds, in units of UTF-16, and what a sheet
LONGEST_CELL, MOST_ROWS = 32_767, 1_048_576
_PEOPLE = "xl/worksheets/sheet1.xml"
#: what cannot stand in a cell's XML as it is, or would lose blanks at its ends
_NEEDS_CARE = re.compile("[&<>\x00-\x1f\ufffe\uffff]|_x|^ | $")
#: Excel reads _x0041_ as the sign of that number: signs that XML cannot hold are written so, and what was typed like it is kept
_LIKE_ESCAPED, _UNSPEAKABLE = re.compile("_(x[0-9a-fA-F]{4}_)"), re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def xlsx_chunks(head: Sequence[str], portions: Iterable[Iterable[Sequence[str]]], stamp: Stamp) -> Iterator[bytes]:
    """Yield the workbook of `stamp.count` rows, one piece for each portion of them: it is whole nowhere.

    The library makes the workbook without its people, whose rows are put into their sheet while it is packed.
    """
    sink = _Sink()
    with (
        zipfile.ZipFile(_frame(head, stamp)) as frame,
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive,  # type: ignore[call-overload]  # it only writes
    ):
        for name in frame.namelist():
            if name != _PEOPLE:
                archive.writestr(name, frame.read(name))
        before, end, after = frame.read(_PEOPLE).decode().partition("</sheetData>")
        with archive.open(_PEOPLE, "w") as sheet:
            sheet.write(
                re.sub('<dimension ref="[^"]*"', f'<dimension ref="{_range(stamp.count, len(head))}"', before).encode()
            )
            places, numbers = [_column(place) for place in range(len(head))], count(2)
            for rows in portions:
                sheet.write("".join(_row(next(numbers), places, row) for row in rows).encode())
                yield sink.taken()
            sheet.write((end + after).encode())
    yield sink.taken()


def _row(number: int, places: Sequence[str], cells: Sequence[str]) -> str:
    """Return a row. Cells are text, empty ones are none: most of them need no care, which is soon seen."""
    written = [
        f'<c r="{place}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        if len(cell) <= LONGEST_CELL // 2 and not _NEEDS_CARE.search(cell)
        else f'<c r="{place}{number}" t="inlineStr"><is><t xml:space="preserve">{_with_care(cell)}</t></is></c>'
        for place, cell in zip(places, cells, strict=True)
        if cell
    ]
    return f'<row r="{number}">{"".join(written)}</row>'


def _with_care(cell: str) -> str:
    """Return as much as a cell of Excel holds, and say so where that is not all, such that XML holds it."""
    units = cell.encode("utf-16-le")
    if len(units) > 2 * LONGEST_CELL:
        said = _("… (cut here: CSV and JSON have all of it)")
        cell = units[: 2 * (LONGEST_CELL - len(said))].decode("utf-16-le", "ignore") + said
    cell = _UNSPEAKABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", _LIKE_ESCAPED.sub(r"_x005F_\1", cell))
    return escape(cell)


def _frame(head: Sequence[str], stamp: Stamp) -> IO[bytes]:
    """Return the workbook with the heads of its columns and what it says of itself, but nobody in it."""
    from xlsxwriter import Workbook

    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        workbook.set_properties(
            {
                "title": stamp.event_title,
                "author": stamp.who,
                "comments": "\n".join(
                    f"{title}{formats.colon(stamp.language)} {value}" for title, value in stamp.lines()
                ),
                "created": stamp.local.replace(tzinfo=None),
            }
        )
        sheet = _sheet(workbook, _("Registrations"), stamp)
        for place, title in enumerate(head):
            sheet.set_column(place, place, min(max(len(title) + 2, _NARROWEST), _WIDEST))
            sheet.write_string(0, place, title, bold)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, stamp.count, len(head) - 1)
        # Numbers stay as they were typed: Excel need not point each of them out.
        sheet.ignore_errors({"number_stored_as_text": _range(stamp.count, len(head))})
        about = _sheet(workbook, _("About this file"), stamp)
        about.set_column(0, 0, 28)
        about.set_column(1, 1, 80)
        for number, (title, value) in enumerate(stamp.lines()):
            about.write_string(number, 0, title, bold)
            about.write_string(number, 1, value)
    return target


def _sheet(workbook: Any, name: str, stamp: Stamp) -> Any:
    sheet = workbook.add_worksheet(_FORBIDDEN.sub(" ", name)[:_LONGEST_NAME].strip())
    if formats.direction(stamp.language) == "rtl":
        sheet.right_to_left()
    return sheet


def _column(place: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(place))


def _range(count: int, columns: int) -> str:
    return f"A1:{_column(columns - 1)}{count + 1}"
