"""What tests of files that come in share: a file from rows, and taking, trying and putting it in at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from eventreg.attendees.rules.listing import ListState
from eventreg.audit.services import Actor
from eventreg.events.models import Event
from eventreg.events.rules.team import EVERYTHING
from eventreg.exchange.models import Import
from eventreg.exchange.rules.exports import ExportFormat, ExportRequest
from eventreg.exchange.rules.importing import Line, Outcome, Terms
from eventreg.exchange.services.exporting import ExportedBy, begin_export, file_chunks
from eventreg.exchange.services.importing import (
    Importer,
    Tried,
    confirm_import,
    matching_of,
    take_file,
    terms_of,
    try_file,
)
from eventreg.exchange.services.people import Put
from eventreg.i18n.languages import speaking
from tests.builders import a_team_member

HEAD = ("Given name", "Family name", "Institution", "Country", "Email address", "Category")


def a_file(*rows: Sequence[str], head: Sequence[str] = HEAD, separator: str = ",", encoding: str = "utf-8") -> bytes:
    """A CSV file with a head."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator).writerows([head, *rows])
    return buffer.getvalue().encode(encoding)


def a_row(given: str = "Ana", family: str = "Demo", email: str = "ana@instituto.example", category: str = "Academia",
          country: str = "Guatemala", institution: str = "Instituto de Prueba") -> Sequence[str]:  # fmt: skip
    """A row under `HEAD`."""
    return (given, family, institution, country, email, category)


def an_importer(event: Event, *, sees_sensitive: bool = True, language: str = "en") -> Importer:
    """Somebody of the team."""
    return Importer(Actor.account(a_team_member(event, "manager").id), language, sees_sensitive)


def tried(event: Event, content: bytes, importer: Importer | None = None, **terms: object) -> tuple[Import, Tried]:
    """Take a file and try it as its columns are matched by themselves."""
    importer = importer or an_importer(event)
    row = take_file(event.id, "personas.csv", content, importer)
    wanted: Terms = replace(terms_of(row), **terms)  # type: ignore[arg-type]
    return row, try_file(event.id, row.public_id, matching_of(row), wanted, importer)


def put_in(event: Event, content: bytes, importer: Importer | None = None, **terms: object) -> Put:
    """Take a file, try it, and put it in."""
    importer = importer or an_importer(event)
    row, _ = tried(event, content, importer, **terms)
    return confirm_import(event.id, row.public_id, importer)


def outcomes(tried: Tried) -> list[Outcome]:
    """What comes of each row."""
    return [line.outcome for line in tried.lines]


def problems(line: Line) -> dict[str, str]:
    """Why a row is refused, by column."""
    return {each.column: each.new for each in line.differences if each.old is None}


def changes(line: Line) -> dict[str, tuple[str | None, str]]:
    """What a row changes, by column."""
    return {each.column: (each.old, each.new) for each in line.differences}


def exported(event: Event, format_: ExportFormat = ExportFormat.CSV, language: str = "en", **wish: object) -> bytes:
    """The whole list as a file."""
    taker = ExportedBy(Actor.account(a_team_member(event).id), "Olga", EVERYTHING, True, language)
    with speaking(language):
        begun = begin_export(event.id, ListState(), ExportRequest(format_, **wish), taker)  # type: ignore[arg-type]
        return b"".join(file_chunks(begun))
