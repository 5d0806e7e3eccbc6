"""How migrations run: once, whole or not at all, and refused where they would harm."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from eventreg.db.engines import open_engine
from eventreg.migrations import runner
from tests.migrations.conftest import EngineMaker, climb_on

ORGANIZATION = (
    "INSERT INTO organizations (id, key, name, short_name, country, website, acronym, kind, search_text, revision)"
    " VALUES (1, 'iom', '{}', '{}', '', '', '', 'other', '', 1)"
)
#: there is no event 7
PARTNER = text(
    "INSERT INTO event_partners (event_id, organization_id, role, position, credit, phrase, is_logo_first) "
    "VALUES (7, 1, 'host', 1, '{}', '{}', 0)"
)


@pytest.mark.both_databases
def test_upgrade_tells_where_the_database_was_and_is_idle_at_the_head(empty_engine: EngineMaker) -> None:
    engine = empty_engine()
    assert runner.upgrade(engine) is None
    assert runner.upgrade(engine) == runner.head()
    runner.check_revision(engine)


@pytest.mark.both_databases
def test_several_processes_migrating_at_once_do_it_once(empty_engine: EngineMaker) -> None:
    engine = empty_engine()
    with ThreadPoolExecutor(4) as pool:
        before = list(pool.map(lambda _: runner.upgrade(engine), range(4)))
    assert before.count(None) == 1
    assert before.count(runner.head()) == 3


@pytest.mark.both_databases
def test_database_without_tables_is_refused_with_the_command_that_mends_it(empty_engine: EngineMaker) -> None:
    with pytest.raises(runner.SchemaUnfit, match="Run: eventreg migrate"):
        runner.check_revision(empty_engine())


@pytest.mark.both_databases
def test_database_of_a_newer_program_is_refused(empty_engine: EngineMaker) -> None:
    engine = empty_engine()
    runner.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (runner.check_revision, runner.upgrade):
        with pytest.raises(runner.SchemaUnfit, match="9999"):
            act(engine)


@pytest.mark.both_databases
def test_failed_migration_leaves_nothing_behind(empty_engine: EngineMaker) -> None:
    engine = empty_engine()

    def migrate_and_fail() -> None:
        with runner.alone(engine) as connection:
            climb_on(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        migrate_and_fail()
    assert inspect(engine).get_table_names() == []


def test_rebuilding_a_table_on_sqlite_keeps_the_rows_that_point_to_it(empty_engine: EngineMaker) -> None:
    engine = empty_engine()
    runner.upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql(
            "CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents ON DELETE CASCADE)"
        )
        connection.exec_driver_sql("INSERT INTO parents VALUES (1)")
        connection.exec_driver_sql("INSERT INTO children VALUES (1, 1)")
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    with runner.alone(engine) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("parents", recreate="always") as batch:
            batch.alter_column("id", new_column_name="number")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM children")).scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1, "enforced again afterwards"


def test_migration_that_breaks_a_reference_on_sqlite_is_taken_back(empty_engine: EngineMaker) -> None:
    engine = empty_engine()
    runner.upgrade(engine)

    def break_reference() -> None:
        with runner.alone(engine) as connection:
            connection.exec_driver_sql(ORGANIZATION)
            connection.execute(PARTNER)

    with pytest.raises(runner.SchemaUnfit, match="event_partners"):
        break_reference()
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM organizations")).scalar_one() == 0
        connection.exec_driver_sql(ORGANIZATION)
        with pytest.raises(IntegrityError):
            connection.execute(PARTNER)


def test_looking_at_the_head_does_not_load_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'here.db'}"
    engine = open_engine(url)
    runner.upgrade(engine)
    engine.dispose()
    program = (
        "import sys; from eventreg.db.engines import open_engine; from eventreg.migrations import runner;"
        f"runner.upgrade(open_engine({url!r})); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
