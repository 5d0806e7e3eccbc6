"""What was written before it could be searched is found once the database is migrated."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import MetaData

from eventreg.migrations import runner
from tests.migrations.conftest import EngineMaker, climb
from tests.migrations.test_calendar_entries import _row


@pytest.mark.both_databases
def test_words_of_messages_are_folded_for_the_search(empty_engine: EngineMaker) -> None:
    engine = empty_engine()
    climb(engine, "0008")
    tables = MetaData()
    tables.reflect(engine)
    words = {"subject": {"es": "Autobús"}, "body": {"es": "Sale  a las 8", "fr": "Départ"}}
    with engine.begin() as connection:
        opens, closes = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
        _row(connection, tables, "events", id=1, registration_opens_at=opens, registration_closes_at=closes)
        _row(connection, tables, "accounts", id=1)
        for number, (act, details) in enumerate((("write", words), ("write", {}), ("decline", words)), start=1):
            _row(connection, tables, "runs", id=number, event_id=1, account_id=1, act=act, details=details)
    runner.upgrade(engine)
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT search_text, saved_at FROM runs ORDER BY id")).all()
    assert [tuple(row) for row in found] == [("autobus sale a las 8 depart", None), ("", None), ("", None)]
