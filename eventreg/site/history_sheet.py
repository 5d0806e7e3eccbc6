"""The history as a file: RFC 4180, UTF-8 with a byte order mark, cells inert."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventreg.audit.history import read_portion
from eventreg.audit.queries import Trace, TrailFilter
from eventreg.audit.telling import Line, Telling
from eventreg.db import db
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.review.rules.spreadsheets import inert

_PORTION = 500
#: tells Excel that the file is UTF-8, so that accents open right
_BOM = "\ufeff"


def history_chunks(chain: int, wanted: TrailFilter, before: int, zone: str, slug: str) -> Iterator[bytes]:
    """Yield the file, newest first: everything that the filter shows before a position, 500 entries in six statements at most."""
    head = [_("Number"), _("Time"), _("Who"), _("Action"), _("Record"), _("Details")]
    yield _written([head], _BOM)
    position = before
    while True:
        portion = read_portion(chain, wanted, position, _PORTION)
        telling = Telling(portion.names, slug)
        rows = [_row(telling, trace, ZoneInfo(zone)) for trace in portion.traces]
        if rows:
            position = portion.traces[-1].entry.position
        is_last = len(rows) < _PORTION
        # A slow download holds no snapshot of the database.
        db.session.expunge_all()
        db.session.rollback()
        yield _written(rows)
        if is_last:
            return


def _row(telling: Telling, trace: Trace, zone: ZoneInfo) -> list[str]:
    return [
        str(trace.entry.position),
        trace.entry.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        telling.actor(trace),
        telling.action(trace),
        telling.record(trace),
        "; ".join(_plain(line) for line in telling.lines(trace)),
    ]


def _plain(line: Line) -> str:
    said = line.new if line.old is None else f"{line.old} → {line.new}"
    return f"{line.part}{formats.colon(current_language())} {said}" if line.part else said


def _written(rows: Sequence[Sequence[str]], before: str = "") -> bytes:
    buffer = io.StringIO()
    buffer.write(before)
    csv.writer(buffer).writerows([inert(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8")
