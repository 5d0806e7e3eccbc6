"""What messages put into calendars before there was one entry a person is read from them by the migration."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from eventreg.migrations import runner
from tests.migrations.conftest import EngineMaker, climb

_SCRIPTS = list(ScriptDirectory(str(runner.FOLDER)).walk_revisions())
_BEFORE, _REVISION = next(
    (str(script.down_revision), script.revision) for script in _SCRIPTS if script.doc.startswith("One entry a person")
)
_CHOSEN = {
    "publication": "published",
    "attendance": "onsite",
    "status": "confirmed",
    "approval": "at_once",
    "state": "sent",
}
_FIRST, _SECOND = "11111111-1111-5111-8111-111111111111", "22222222-2222-5222-8222-222222222222"


def _row(connection: Connection, tables: MetaData, name: str, **values: Any) -> None:
    """Insert a row with something in every column that needs it."""
    filled: dict[str, Any] = {}
    for column in tables.tables[name].columns:
        if column.nullable or column.name in values:
            continue
        kind = column.type
        if isinstance(kind, sa.String):
            filled[column.name] = _CHOSEN.get(column.name, f"{values['id']}{column.name}"[: kind.length])
        else:
            filled[column.name] = _value(kind)
    connection.execute(tables.tables[name].insert().values(filled | values))


def _value(kind: Any) -> Any:
    for able, value in (
        (sa.Boolean, False), (sa.Integer, 0), (sa.DateTime, datetime(2027, 1, 1, tzinfo=UTC)), (sa.Date, date(2027, 1, 1)),
        (sa.JSON, {}), (sa.LargeBinary, b""),
    ):  # fmt: skip
        if isinstance(kind, able):
            return value
    raise AssertionError(kind)


def _object(method: str, *uids: str) -> dict[str, str]:
    return {
        "calendar_method": method,
        "calendar": "".join(f"BEGIN:VEVENT\r\nUID:{uid}\r\nEND:VEVENT\r\n" for uid in uids),
    }


@pytest.mark.slow
@pytest.mark.both_databases
def test_identifiers_that_people_hold_are_kept_and_those_taken_back_are_not(empty_engine: EngineMaker) -> None:
    engine = empty_engine()
    climb(engine, _BEFORE)
    tables = MetaData()
    tables.reflect(engine)
    sent = (
        # One with both days; one who dropped the second; one who withdrew; one whose invitation never went.
        (1, "sent", _object("REQUEST", _FIRST, _SECOND)),
        (2, "sent", _object("REQUEST", _FIRST, _SECOND)),
        (2, "sent", _object("CANCEL", _SECOND)),
        (3, "sent", _object("REQUEST", _FIRST)),
        (3, "queued", _object("CANCEL", _FIRST)),
        (4, "dropped", _object("REQUEST", _FIRST)),
        (5, "sent", {"calendar_method": "", "calendar": ""}),
    )
    with engine.begin() as connection:
        opens, closes = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
        _row(connection, tables, "events", id=1, registration_opens_at=opens, registration_closes_at=closes)
        _row(connection, tables, "categories", id=1, event_id=1)
        _row(connection, tables, "questionnaire_versions", id=1, event_id=1)
        for number in range(1, 6):
            _row(connection, tables, "registrations", id=number, event_id=1, category_id=1, questionnaire_id=1)
        for number, (person, state, calendar) in enumerate(sent, start=1):
            told = {"record_kind": "registration", "record_id": person, "state": state, "event_id": 1}
            _row(connection, tables, "mail_messages", id=number, **told, **calendar)
    for revision in (_REVISION, "head"):
        with runner.alone(engine) as connection:
            runner.upgrade_on(connection, revision)
        rows = sa.table(
            "registrations", sa.column("id"), sa.column("calendar_uids", sa.JSON()), sa.column("calendar_revision")
        )
        with engine.connect() as connection:
            held = {row.id: row.calendar_uids for row in connection.execute(sa.select(rows))}
            assert connection.scalar(sa.text("SELECT calendar_revision FROM events")) == 1
        assert held == {1: [_FIRST, _SECOND], 2: [_FIRST], 3: [], 4: [], 5: []}
        if revision == _REVISION:  # once more, and on to the head
            runner.downgrade(engine, _BEFORE)
