"""Printed lists and sheets to sign, of as many people as one document takes."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from eventreg.events.crediting import institutions_line
from eventreg.events.models import EventDay
from eventreg.events.queries.partners import load_partners
from eventreg.i18n import formats
from eventreg.kernel.text import pick
from eventreg.registration.queries.answers import DAYS_KIND
from eventreg.review.queries.people import Person
from eventreg.review.rules.exports import ExportFormat
from eventreg.review.services.exporting_rows import Source
from eventreg.review.sheets.printed import DayToSign, Line, Paper, list_document, sheet_document, typeset


def printed(source: Source, ids: Sequence[int], count: int, *, first: int = 1, part: tuple[int, int] = (1, 1)) -> bytes:
    """Return these people of `count` as a PDF. Raises CannotPrint."""
    is_sheet = source.plan.format is ExportFormat.PDF_SHEET
    paper = Paper(
        stamp=source.stamp(count),
        heading=_("Attendance sheet") if is_sheet else _("Registrations"),
        institutions=_institutions(source),
        is_grouped=bool(source.plan.grouped_by),
        first=first,
        part=part,
    )
    people = [person for portion in source.people(ids) for person in portion]
    if is_sheet:
        document = sheet_document(paper, source.sheet.head(), _days(source, people))
    else:
        document = list_document(paper, source.head(), [_line(source, person) for person in people])
    return typeset(document, source.at)


def _line(source: Source, person: Person) -> Line:
    return Line(source.sheet.row(person), source.group_of(person))


def _days(source: Source, people: Sequence[Person]) -> list[DayToSign]:
    """Return the days that there are, each with who comes on it: who was asked for none comes on all."""
    days = [day for day in source.event.days if _is_in_scope(source, day)]
    coming: dict[int, list[Line]] = {day.id: [] for day in days}
    for person in people:
        line, chosen = _line(source, person), days_of(source, person)
        for day in days:
            if chosen is None or day.id in chosen:
                coming[day.id].append(line)
    return [
        DayToSign(
            title=formats.day(day.held_on, source.plan.language),
            summary=ngettext("%(num)d person", "%(num)d people", len(coming[day.id])),
            lines=coming[day.id],
        )
        for day in days
    ]


def days_of(source: Source, person: Person) -> set[int] | None:
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


def _institutions(source: Source) -> list[str]:
    """Return who stands behind the event, and the sentences that they oblige us to print."""
    partners = load_partners(source.event)
    phrases = [pick(each.phrase, source.plan.language, source.event.languages).text for each in partners]
    return [line for line in (institutions_line(source.event), *phrases) if line]
