"""The migrations give exactly the tables of the models, on both databases, and go down again. Case 59."""

from __future__ import annotations

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Engine, LargeBinary, String, inspect

from eventreg.app import import_models
from eventreg.db import Base
from eventreg.migrations import runner
from tests.migrations.catalogs import Catalog, catalog_of
from tests.migrations.conftest import EngineMaker, climb, descend

import_models()


def _catalog(engine: Engine) -> Catalog:
    with engine.connect() as connection:
        return catalog_of(connection)


def _made_from_models(engine: Engine) -> Catalog:
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    return _catalog(engine)


@pytest.mark.slow
@pytest.mark.both_databases
def test_tables_of_the_models_are_what_every_migration_leads_to_and_what_is_made_at_once(
    empty_engine: EngineMaker,
) -> None:
    """One migration after the other, down, and up again; and from nothing at once."""
    at_once, engine = empty_engine(), empty_engine()
    models = _made_from_models(at_once)
    Base.metadata.drop_all(at_once)
    runner.upgrade(at_once)
    assert _catalog(at_once) == models
    runner.check_revision(at_once)
    climb(engine)
    assert _catalog(engine) == models
    assert _columns(at_once, "alembic_version") == _columns(engine, "alembic_version")
    assert _filled(at_once) == _filled(engine) == ["alembic_version"]
    descend(engine)
    runner.downgrade(at_once, "base")
    assert inspect(engine).get_table_names() == inspect(at_once).get_table_names() == ["alembic_version"]
    climb(engine)
    assert _catalog(engine) == models
    climb(at_once, runner.revisions()[0])


def _filled(engine: Engine) -> list[str]:
    """Return the tables that hold rows: what a migration puts into an empty database would not be there at once."""
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return [name for name in names if connection.exec_driver_sql(f'SELECT 1 FROM "{name}" LIMIT 1').first()]  # noqa: S608


def _columns(engine: Engine, table: str) -> list[str]:
    with engine.connect() as connection:
        return [str(column) for column in inspect(connection).get_columns(table)] + [
            str(inspect(connection).get_pk_constraint(table))
        ]


@pytest.mark.both_databases
def test_comparison_sees_a_check_a_partial_index_and_a_column(empty_engine: EngineMaker) -> None:
    engine = empty_engine()
    whole = _made_from_models(engine)
    for change in (
        "DROP INDEX uq_registrations_live_address",
        "CREATE UNIQUE INDEX uq_registrations_live_address ON registrations (event_id, email_key)",
        "ALTER TABLE jobs ADD COLUMN forgotten INTEGER CHECK (forgotten > 0)",
    ):
        with engine.begin() as connection:
            connection.exec_driver_sql(change)
        changed = _catalog(engine)
        assert changed != whole
        whole = changed
    parts = "\n".join(part for parts in whole.values() for part in parts)
    assert "ck_answers_value_or_sealed" in parts
    assert "ck_mail_messages_state" in parts


def test_there_is_one_head_and_it_is_the_largest_number() -> None:
    script = ScriptDirectory(str(runner.FOLDER))
    assert script.get_heads() == [runner.head()]
    assert [found.revision for found in reversed(list(script.walk_revisions()))] == list(runner.revisions())


def test_every_column_that_can_hold_personal_data_says_whether_it_does() -> None:
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    able = [column for column in columns if isinstance(_stored(column.type), String | JSON | LargeBinary)]
    assert len(able) > 50
    silent = [str(column) for column in able if "personal" not in column.info]
    assert silent == [], "give the column info=PERSONAL or info=NOT_PERSONAL (eventreg.db)"
    assert any(column.info["personal"] for column in able)


def _stored(kind: object) -> object:
    """Return what a type of our own stands on."""
    return getattr(kind, "impl", kind)
