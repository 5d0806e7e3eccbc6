"""A backup or restore that is killed leaves nobody's data in plain, and what was left is deleted and named. Case 64."""

from __future__ import annotations

import gzip
import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from eventreg.config import Config
from eventreg.db import db
from eventreg.kernel.disk import appearing_whole
from eventreg.operations.backups.manifest import kept_files
from eventreg.operations.backups.placing import Laid, finish_restores
from eventreg.operations.doctor import Finding, Level
from eventreg.operations.doctor.examination import examine
from tests.operations.conftest import InstanceMaker
from tests.operations.instances import back_up, fill, put_back, stamp
from tests.operations.steps import in_a_process
from tests.support.databases import SQLITE

#: stands in a row of the registrations, in plain
#: whole backups and restores
pytestmark = pytest.mark.slow
NAME = "O'Neil «ß»".encode()


@pytest.fixture
def filled(app: Flask) -> Flask:
    """The application with people in it."""
    stamp(app)
    fill(app)
    db.session.remove()
    return app


def _plain(*folders: Path) -> list[str]:
    """Return files, whatever their names, in which a row can be read."""
    found = []
    for path in [path for folder in folders for path in folder.rglob("*") if path.is_file()]:
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.GzipFile(path).read1(1 << 24)
        if NAME in content and not path.name.startswith("eventreg.db"):
            found.append(str(path))
    return found


def _killed_at_the_row(number: int, work: Callable[[Callable[[int], None]], None]) -> None:
    """Do something in a process that is killed when so many rows are done."""
    done = 0

    def count(rows: int) -> None:
        nonlocal done
        done += rows
        if done >= number:
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_process(lambda: work(count)) == -signal.SIGKILL


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, of this test alone."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


@pytest.mark.parametrize("number", [1, 15, 30])
def test_killed_backup_leaves_nothing(
    filled: Flask, config: Config, tmp_path: Path, temporary: Path, number: int
) -> None:
    from eventreg.db.engines import open_engine
    from eventreg.operations.backups.writing import write_backup

    target = tmp_path / "safe" / "backup.tar.gz"
    target.parent.mkdir()
    _killed_at_the_row(
        number, lambda count: write_backup(config, open_engine(config.database), target, None, count) and None
    )
    assert _plain(temporary, target.parent, config.instance) == []
    assert list(target.parent.iterdir()) == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("number", [1, 15, 30])
def test_killed_restore_leaves_no_row_in_plain(
    filled: Flask, config: Config, empty_instance: InstanceMaker, tmp_path: Path, temporary: Path, number: int
) -> None:
    from eventreg.db.engines import open_engine
    from eventreg.operations.backups.reading import opened
    from eventreg.operations.backups.restoring import RestoreOptions, restore

    backup, other = tmp_path / "backup.tar.gz", empty_instance(SQLITE)
    back_up(config, backup)
    other.instance.mkdir()

    def put(count: Callable[[int], None]) -> None:
        with opened(backup) as content:
            restore(other, open_engine(other.database), content, RestoreOptions(), count)

    _killed_at_the_row(number, put)
    assert _plain(temporary, other.instance) == []
    assert {path.name.partition("-")[0] for path in other.instance.iterdir()} <= {"eventreg.db"}


def test_backup_appears_whole_and_over_nothing(tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    with appearing_whole(target) as file:
        file.write(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    other = tmp_path / "other.tar.gz"
    with pytest.raises(FileExistsError, match="other"), appearing_whole(other):
        other.write_bytes(b"somebody was quicker")
    assert other.read_bytes() == b"somebody was quicker"
    assert len(list(tmp_path.iterdir())) == 2


def _unfinished(config: Config) -> list[Finding]:
    return [finding for finding in examine(config) if "restore" in finding.what.lower()]


def test_what_earlier_versions_left_is_named_and_deleted(filled: Flask, config: Config) -> None:
    left = config.instance / ".restore-x7k2"
    (left / "tables").mkdir(parents=True)
    (left / "tables" / "registrations.jsonl").write_bytes(NAME)
    (finding,) = _unfinished(config)
    assert (finding.level, str(left) in finding.what) == (Level.FAIL, True)
    finish_restores(config)
    assert not left.exists()
    assert [finding.level for finding in _unfinished(config)] == [Level.OK]


def test_what_is_unfinished_is_named_and_stays_while_it_runs(filled: Flask, config: Config, tmp_path: Path) -> None:
    running = Laid(config.uploads, "20270301120000-0a0a0a0a")
    running.lay([("x.sealed", [b"new"])], [])
    (finding,) = _unfinished(config)
    assert finding.level is Level.FAIL
    assert str(running.beside) in finding.what
    assert running.beside.exists(), "the doctor changes nothing"
    back_up(config, tmp_path / "backup.tar.gz")
    running.close()
    put_back(config, tmp_path / "backup.tar.gz", replaces=True)
    assert [finding.level for finding in _unfinished(config)] == [Level.OK]


def test_connection_lost_at_the_commit_leaves_what_the_rows_say(
    filled: Flask, config: Config, empty_instance: InstanceMaker, tmp_path: Path
) -> None:
    backup, other = tmp_path / "backup.tar.gz", empty_instance(SQLITE)
    back_up(config, backup)

    def lose(connection: object) -> None:
        raise ConnectionError("lost before the commit")

    event.listen(Engine, "commit", lose)
    try:
        with pytest.raises(ConnectionError):
            put_back(other, backup)
    finally:
        event.remove(Engine, "commit", lose)
    assert list(kept_files(other.uploads)) == [], "the ledger stays: what it names of nobody does no harm"
    put_back(other, backup)
    assert len(list(kept_files(other.uploads))) == 1
