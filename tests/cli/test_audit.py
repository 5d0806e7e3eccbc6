"""`eventreg audit check`: whole, altered, cut off at the end."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run, runner
from tests.support.once import once
from tests.support.warm import Commands


@pytest.fixture(scope="module")
def trail(commands: Commands, shared_folder: Path) -> Path:
    """An instance with a trail of five entries and more, to be copied."""

    def make(folder: Path) -> None:
        run = runner(commands, folder / "instance")
        assert run("migrate").returncode == 0
        for number in range(5):
            assert run("user", "add", "--name", "Ana Ejemplo", f"ana{number}@instituto.example").returncode == 0

    return once(shared_folder / "trail", make) / "instance"


@pytest.fixture
def database(trail: Path, tmp_path: Path) -> Path:
    """The database of an instance with such a trail."""
    return shutil.copytree(trail, tmp_path / "instance") / "eventreg.db"


def change(database: Path, statement: str) -> None:
    connection = sqlite3.connect(database)
    with connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.slow
def test_a_whole_trail_is_told_with_its_newest_entry(run: Run, database: Path) -> None:
    done = run("audit", "check")
    assert done.returncode == 0
    chain, label, position, digest, said = done.stdout.rstrip("\n").split("\t")
    assert (chain, label, said) == ("0", "the instance", "whole")
    assert int(position) >= 5
    assert len(digest) == 64


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = 'account_closed' WHERE position = 2",
        "UPDATE audit_entries SET at = '2020-01-01 00:00:00.000000' WHERE position = 2",
        "DELETE FROM audit_entries WHERE position = 2",
        "UPDATE audit_details SET detail = '{\"minutes\": 1}' WHERE entry_id = 2",
    ],
)
def test_what_was_altered_or_removed_shows(run: Run, database: Path, statement: str) -> None:
    change(database, statement)
    done = run("audit", "check")
    assert done.returncode == 1
    assert "broken at entry 2" in done.stdout
    assert "1 of the trails is not as recorded." in done.stderr


def test_details_that_were_erased_break_nothing(run: Run, database: Path) -> None:
    change(database, "DELETE FROM audit_details")
    assert run("audit", "check").returncode == 0


def test_what_was_cut_off_at_the_end_shows_against_an_earlier_check(run: Run, database: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(run("audit", "check").stdout, encoding="utf-8")
    assert run("user", "add", "--name", "Eva Ejemplo", "eva@instituto.example").returncode == 0
    assert run("audit", "check", "--against", str(kept)).returncode == 0
    change(database, "DELETE FROM audit_entries WHERE position > 4")
    assert run("audit", "check").returncode == 0
    done = run("audit", "check", "--against", str(kept))
    assert done.returncode == 1
    assert "which was there, was removed or replaced" in done.stderr


def test_another_file_is_refused_in_words(run: Run, database: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("hello\n", encoding="utf-8")
    done = run("audit", "check", "--against", str(other))
    assert done.returncode != 0
    assert "is not what eventreg audit check prints" in done.stderr


def test_an_event_that_is_not_there_is_told(run: Run, database: Path) -> None:
    done = run("audit", "check", "--event", "none")
    assert done.returncode != 0
    assert "There is no event with the address none." in done.stderr


def test_a_lost_second_factor_is_told_when_there_is_none(run: Run, database: Path) -> None:
    done = run("user", "second-factor", "off", "ana0@instituto.example")
    assert done.returncode == 1
    assert "There is no second factor to confirm or to turn off" in done.stderr
