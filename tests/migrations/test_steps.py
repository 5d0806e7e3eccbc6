"""Each migration goes down and up again by itself, with people's data in the tables. Case 59."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Engine

from eventreg.db import db
from eventreg.migrations import runner
from tests.migrations.catalogs import Catalog, catalog_of
from tests.migrations.conftest import EngineMaker, climb
from tests.operations.instances import stamp
from tests.world import build_world

#: rows that no migration may lose; what a later revision added goes with its tables
KEPT = ("events", "categories", "registrations", "answers", "decisions", "mail_messages", "accounts", "audit_entries")


def _catalog(engine: Engine) -> Catalog:
    with engine.connect() as connection:
        return catalog_of(connection)


def _counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608
            for table in KEPT
        }


@pytest.mark.slow
@pytest.mark.both_databases
def test_each_step_goes_down_and_up_again_with_data_in(app: Flask, empty_engine: EngineMaker) -> None:
    stamp(app)
    build_world(app)
    db.session.remove()
    engine, fresh = db.engine, empty_engine()
    before, head = _counts(engine), _catalog(engine)
    assert all(before.values()), before
    for number in range(len(runner.revisions()) - 1, 0, -1):
        lower, upper = runner.revisions()[number - 1 : number + 1]
        there = _catalog(engine)
        runner.downgrade(engine, lower)
        with runner.alone(engine) as connection:
            # What the way down forgot stands in the way of the way up.
            runner.upgrade_on(connection, upper)
        assert _catalog(engine) == there, f"{upper} down to {lower}, and up again"
        assert _counts(engine) == before, f"{upper} down to {lower}, and up again"
        runner.downgrade(engine, lower)
    climb(fresh, runner.revisions()[0])
    assert _catalog(engine) == _catalog(fresh)
    runner.upgrade(engine)
    assert _catalog(engine) == head
    assert _counts(engine) == before
