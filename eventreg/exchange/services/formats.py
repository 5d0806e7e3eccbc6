"""What the list can be taken out as: one class for each format, whole in here but for how its bytes are written (`sheets`).

What is small or can be sent as it is made is written at once, what is not by a worker in parts, which are then put together.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l, ngettext
from flask_babel.speaklater import LazyString

from eventreg.attendees.queries.people import Person, SentFile, is_any_sent, list_sent_files, only_confirmed
from eventreg.db import db
from eventreg.events.models import Event, EventDay
from eventreg.events.queries.partners import load_partners
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.wording import institutions_line
from eventreg.exchange.rules.exports import MOST_PRINTED_COLUMNS, ExportFormat, ExportRequest, chosen_questions
from eventreg.exchange.services.files import PORTION, Source
from eventreg.exchange.sheets.formats import MOST_ROWS, ending_of, json_chunks, xlsx_chunks, zip_chunks
from eventreg.exchange.sheets.printed import DayToSign, Line, Paper, in_each, list_document, sheet_document, typeset
from eventreg.i18n import formats
from eventreg.i18n.languages import known_languages
from eventreg.kernel import text
from eventreg.kernel.errors import N_, NotFound, Refused
from eventreg.kernel.sealing import CannotUnseal
from eventreg.media.models import Picture
from eventreg.registration.queries.answers import DAYS_KIND
from eventreg.registration.services.answers import read_content

_INDEX = "index.csv"


class FileFormat:
    """A format, made at once."""

    title: LazyString
    #: what it is good for
    hint: LazyString

    def checked(self, event: Event, wish: ExportRequest, ids: Sequence[int]) -> Sequence[int]:
        """Return who is in the file, of those whom the list shows. Raises Refused."""
        return ids

    def chunks(self, source: Source, ids: Sequence[int]) -> Iterator[bytes]:
        """Yield the file, made as it is sent, or whole where the format wants it."""
        raise NotImplementedError

    def part(self, source: Source, ids: Sequence[int], count: int, done: int, step: int) -> Iterable[bytes]:
        """Return what comes of the next people, of `count`, in the steps of a worker."""
        raise NotImplementedError

    def whole(self, source: Source, parts: Iterable[Iterable[bytes]], count: int) -> Iterator[bytes]:
        """Yield the file that is put together of such parts."""
        raise NotImplementedError


class _Csv(FileFormat):
    title = _l("CSV")
    hint = _l(
        "For every spreadsheet program. It can be imported here again. An apostrophe stands before what a program would"
        " compute, like '+52 962 …; importing takes it off."
    )

    def chunks(self, source: Source, ids: Sequence[int]) -> Iterator[bytes]:
        return text.csv_chunks(source.head(), source.rows(ids))


class _Xlsx(FileFormat):
    title = _l("Excel workbook (XLSX)")
    hint = _l("For Excel and LibreOffice. It can be imported here again.")

    def checked(self, event: Event, wish: ExportRequest, ids: Sequence[int]) -> Sequence[int]:
        if len(ids) >= MOST_ROWS:
            raise Refused(
                N_("A workbook holds %(limit)s people at most: take CSV"), field="format", limit=MOST_ROWS - 1
            )
        return ids

    def chunks(self, source: Source, ids: Sequence[int]) -> Iterator[bytes]:
        return xlsx_chunks(source.head(), source.rows(ids), source.stamp(len(ids)))


class _Json(FileFormat):
    title = _l("JSON")
    hint = _l("For programs: values beside the words that people read.")

    def chunks(self, source: Source, ids: Sequence[int]) -> Iterator[bytes]:
        return json_chunks(source.sheet, source.people(ids), source.stamp(len(ids)))


class _Printed(FileFormat):
    """A document, of as many people as one takes; a worker makes several, which come in an archive."""

    def chunks(self, source: Source, ids: Sequence[int]) -> Iterator[bytes]:
        yield self._document(source, ids, len(ids), 1, (1, 1))

    def part(self, source: Source, ids: Sequence[int], count: int, done: int, step: int) -> Iterable[bytes]:
        return [self._document(source, ids, count, self._first(done), (done // step + 1, -(-count // step)))]

    def whole(self, source: Source, parts: Iterable[Iterable[bytes]], count: int) -> Iterator[bytes]:
        stem = source.plan.file_name.rpartition(".")[0]
        documents = ((f"{stem}-{number}.pdf", b"".join(part)) for number, part in enumerate(parts, 1))
        return zip_chunks(documents, source.stamp(count).local)

    def _first(self, done: int) -> int:
        """Return the number of the first person of a part."""
        return done + 1

    def _document(self, source: Source, ids: Sequence[int], count: int, first: int, part: tuple[int, int]) -> bytes:
        """Return these people of `count` as a PDF. Raises CannotPrint."""
        people = [person for portion in source.people(ids) for person in portion]
        stamp, is_grouped = source.stamp(count), bool(source.plan.grouped_by)
        languages = _languages(source)
        titles = [text.pick(source.event.title, language, source.event.languages).text for language in languages]
        logos, heading = _logos(source), in_each(languages, self._heading)
        paper = Paper(stamp, heading, titles, logos, _institutions(source), _whole(source), is_grouped, first, part)
        return typeset(self._laid_out(paper, source, people), source.at)

    def _heading(self) -> str:
        raise NotImplementedError

    def _laid_out(self, paper: Paper, source: Source, people: Sequence[Person]) -> Mapping[str, Any]:
        raise NotImplementedError


class _PdfList(_Printed):
    title = _l("Printed list (PDF)")
    hint = _l(
        "To print or to send on, by surname unless the list is ordered otherwise, with names and logos of the institutions in"
        " the head. The first %(limit)s columns fit.",
        limit=MOST_PRINTED_COLUMNS,
    )

    def _heading(self) -> str:
        return _("Registrations")

    def _laid_out(self, paper: Paper, source: Source, people: Sequence[Person]) -> Mapping[str, Any]:
        head, left = source.head(), source.chosen - len(source.sheet.columns)
        note = ngettext("%(num)d more column does not fit.", "%(num)d more columns do not fit.", left) if left else ""
        return list_document(paper, head, [_line(source, person) for person in people], note)


class _PdfSheet(_Printed):
    title = _l("Attendance sheet to sign (PDF)")
    hint = _l(
        "One for each day, with a line for each confirmed person of the list, by surname, in the event's languages."
    )

    def checked(self, event: Event, wish: ExportRequest, ids: Sequence[int]) -> Sequence[int]:
        if not (confirmed := only_confirmed(event.id, ids)):
            raise Refused(N_("Nobody in this list is confirmed"), field="format")
        return confirmed

    def _first(self, done: int) -> int:
        return 1

    def _heading(self) -> str:
        return _("Attendance sheet")

    def _laid_out(self, paper: Paper, source: Source, people: Sequence[Person]) -> Mapping[str, Any]:
        languages, columns = _languages(source), source.sheet.columns
        titles = [column.fixed.title for column in columns if column.fixed is not None]
        head = [in_each(languages, partial(str, title)) for title in titles]
        return sheet_document(paper, [*head, in_each(languages, lambda: _("Signature"))], _days(source, people))


class _Zip(FileFormat):
    """The files that people sent, named by reference and question, and a list that says whose each is.

    Each is opened when its turn comes, and nothing of it is kept anywhere.
    """

    title = _l("The files that people sent (ZIP)")
    hint = _l("Each named by reference and question, with a list of whose it is.")

    def checked(self, event: Event, wish: ExportRequest, ids: Sequence[int]) -> Sequence[int]:
        if not is_any_sent(event.id, chosen_questions(wish.columns)):
            raise Refused(N_("Nobody has sent a file to these questions"), field="format")
        return ids

    def chunks(self, source: Source, ids: Sequence[int]) -> Iterator[bytes]:
        return zip_chunks(_files(source, ids), source.stamp(len(ids)).local)


FORMATS = {
    ExportFormat.CSV: _Csv(),
    ExportFormat.XLSX: _Xlsx(),
    ExportFormat.JSON: _Json(),
    ExportFormat.PDF_LIST: _PdfList(),
    ExportFormat.PDF_SHEET: _PdfSheet(),
    ExportFormat.ZIP: _Zip(),
}


def _line(source: Source, person: Person) -> Line:
    return Line(source.sheet.row(person), source.group_of(person))


def _days(source: Source, people: Sequence[Person]) -> list[DayToSign]:
    """Return the days that there are, each with who comes on it: who was asked for none comes on all."""
    days = [day for day in source.event.days if _is_in_scope(source, day)]
    coming: dict[int, list[Line]] = {day.id: [] for day in days}
    for person in people:
        line, chosen = _line(source, person), _days_of(source, person)
        for day in days:
            if chosen is None or day.id in chosen:
                coming[day.id].append(line)
    return [
        DayToSign(
            title=" / ".join(formats.day(day.held_on, language) for language in _languages(source)),
            summary=ngettext("%(num)d person", "%(num)d people", len(coming[day.id])),
            lines=coming[day.id],
        )
        for day in days
    ]


def _days_of(source: Source, person: Person) -> set[int] | None:
    """Return the ids of the days that somebody comes on; None: they were not asked."""
    found: set[int] | None = None
    for question in source.questions.values():
        if question.kind != DAYS_KIND:
            continue
        asked = source.sheet.answers.asked(question, person)
        values = source.sheet.answers.values(asked, person) if asked is not None else ()
        if values:
            found = (found or set()) | {int(value) for value in values}
    return found


def _is_in_scope(source: Source, day: EventDay) -> bool:
    days = source.plan.scope.days
    return days is None or day.held_on in days


def _languages(source: Source) -> list[str]:
    """Return the languages of what is for everybody to read: the taker's first, then those of the event that are spoken."""
    spoken = set(known_languages())
    return [each for each in dict.fromkeys((source.plan.language, *source.event.languages)) if each in spoken]


def _whole(source: Source) -> list[int]:
    """Return the places of the columns that are never broken: what is read out, or typed."""
    return [place for place, column in enumerate(source.sheet.columns) if column.name == "reference"]


def _logos(source: Source) -> list[tuple[Picture, str]]:
    """Return the logos of the hosts with their names."""
    hosts = (each.organization for each in load_partners(source.event) if each.role is PartnerRole.HOST)
    language, others = source.plan.language, source.event.languages
    return [(host.logo, text.pick(host.name, language, others).text) for host in hosts if host.logo is not None]


def _institutions(source: Source) -> list[str]:
    """Return who stands behind the event, and the sentences that they oblige us to print."""
    partners = load_partners(source.event)
    phrases = [text.pick(each.phrase, source.plan.language, source.event.languages).text for each in partners]
    return [line for line in (institutions_line(source.event), *phrases) if line]


def _files(source: Source, ids: Sequence[int]) -> Iterator[tuple[str, bytes]]:
    index = [[_("File"), _("Reference"), _("Person"), _("Question"), _("Name of the file when it was sent")]]
    for start in range(0, len(ids), PORTION):
        files = list_sent_files(source.event.id, ids[start : start + PORTION], chosen_questions(source.plan.columns))
        db.session.rollback()
        for file, name in _named(files):
            try:
                yield name, read_content(file.public_id)
            except (NotFound, CannotUnseal):
                name = _("(not to be had)")  # what is lost is said in the list, and the others are not held up
            index.append([name, file.reference, file.person, _label(source, file), file.name])
    yield _INDEX, b"".join(text.csv_chunks(index[0], [index[1:]]))


def _named(files: Sequence[SentFile]) -> Iterator[tuple[SentFile, str]]:
    """Yield files with names of our own making: several to one question are numbered."""
    times = Counter((file.reference, file.question_key) for file in files)
    seen: Counter[tuple[str, str]] = Counter()
    for file in files:
        at = (file.reference, file.question_key)
        seen[at] += 1
        number = f"-{seen[at]}" if times[at] > 1 else ""
        yield file, f"{file.reference}-{file.question_key}{number}{ending_of(file.media_type)}"


def _label(source: Source, file: SentFile) -> str:
    question = source.questions.get(file.question_key)
    context, language = source.sheet.answers.context, source.sheet.answers.language
    return context.text(question.label, language) if question is not None else file.question_key
