"""Exports of the list: recorded first, then written a few hundred people at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from eventreg.audit.services import Actor, record
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import get_event_whole, lock_event_in_any_state
from eventreg.events.rules.team import Sight
from eventreg.kernel.clock import now
from eventreg.questionnaires.kinds import Context
from eventreg.review.queries.listing import RegistrationList
from eventreg.review.queries.people import list_definitions, list_people
from eventreg.review.rules.listing import ListState
from eventreg.review.rules.spreadsheets import inert
from eventreg.review.sheets import Sheet

_BATCH = 500
#: tells Excel that the file is UTF-8, so that accents open right
_BOM = "\ufeff"


@dataclass(frozen=True)
class Export:
    """An export that is recorded: who is in it is settled, the rows are read while it is written."""

    event_id: int
    ids: Sequence[int]
    #: whether it holds mail addresses and telephone numbers
    has_contact_data: bool


def begin_export(event_id: int, state: ListState, account_id: int, sight: Sight) -> Export:
    """Settle whom the list shows to `sight`, in its order, and record that their data was taken. Raises NotFound."""
    with transaction():
        event = lock_event_in_any_state(event_id)
        ids = RegistrationList(event_id, event.categories, state.with_(), sight).ids()
        record(
            event_id=event_id,
            actor=Actor.account(account_id),
            action="exported",
            record_kind="event",
            record_id=event_id,
            at=now(),
            detail={"format": "csv", "count": len(ids), "list": urlencode(state.with_().query())},
        )
    return Export(event_id, ids, sight.has_contact_data)


def csv_chunks(export: Export, language: str) -> Iterator[bytes]:
    """Yield the file: RFC 4180, UTF-8 with a byte order mark, cells inert (`rules.spreadsheets`).

    Three statements for each 500 people; nothing of the database is held between two portions, however slow the reader.
    """
    event = get_event_whole(export.event_id)
    sheet = Sheet(
        list_definitions(event.id),
        event.categories,
        Context.of(event),
        language,
        event.time_zone,
        has_contact_data=export.has_contact_data,
    )
    yield _lines([sheet.head()], _BOM)
    for start in range(0, len(export.ids), _BATCH):
        people = list_people(export.event_id, export.ids[start : start + _BATCH])
        _let_go()
        yield _lines(sheet.row(person) for person in people)


def _lines(rows: Iterable[Sequence[str]], before: str = "") -> bytes:
    buffer = io.StringIO()
    buffer.write(before)
    csv.writer(buffer).writerows([inert(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8")


def _let_go() -> None:
    """End the read snapshot, so that a slow download does not keep the database from tidying up."""
    db.session.expunge_all()
    db.session.rollback()
