"""The doctor sees what is wrong, says how to mend it, and changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from eventreg.config import Config
from eventreg.db import db
from eventreg.kernel import disk
from eventreg.kernel.clock import now
from eventreg.kernel.keys import create_keys
from eventreg.operations.doctor import Finding, Level
from eventreg.operations.doctor.examination import examine
from tests.builders import an_account
from tests.exchange.exporting import an_export
from tests.operations.conftest import InstanceMaker
from tests.operations.instances import fill, stamp, the_event
from tests.support.databases import SQLITE
from tests.support.mailserver import MailServer
from tests.support.passage import Passage

Examine = Callable[..., list[Finding]]


@pytest.fixture
def examined(app: Flask, config: Config) -> Examine:
    """Examine the instance of the test, with settings changed: `examined(limits=True)`."""
    stamp(app)
    fill(app)
    db.session.remove()
    config.instance.chmod(0o700)

    def look(**settings: Any) -> list[Finding]:
        return list(examine(replace(config, **{"limits": True, **settings})))

    return look


def _bad(findings: list[Finding]) -> list[tuple[Level, str]]:
    """Return what is not in order, without what the tests' own PostgreSQL is set to for their speed."""
    bad = [finding for finding in findings if finding.level is not Level.OK]
    return [(finding.level, finding.what) for finding in bad if "fsync off" not in finding.what]


def _change(statement: str) -> None:
    db.session.execute(text(statement))
    db.session.commit()


def _the_one(findings: list[Finding], what: str) -> Finding:
    (found,) = [finding for finding in findings if what in finding.what]
    return found


@pytest.mark.both_databases
def test_healthy_instance_is_called_healthy(examined: Examine) -> None:
    findings = examined()
    assert _bad(findings) == []
    assert "The keys open what is sealed in the database." in [finding.what for finding in findings]


def test_every_bad_finding_says_how_to_mend_it(examined: Examine, config: Config) -> None:
    config.instance.chmod(0o755)
    findings = examined(base_url="http://events.institute.example", limits=False, languages=("es", "xx"))
    bad = [finding for finding in findings if finding.level is not Level.OK]
    assert len(bad) == 4
    assert all(finding.mend for finding in bad)


@pytest.mark.parametrize(
    ("settings", "level", "what"),
    [
        ({"base_url": "http://events.institute.example"}, Level.FAIL, "readable by others"),
        ({"base_url": "https://events.institute.example"}, Level.WARN, "no proxy is believed"),
        ({"limits": False}, Level.WARN, "EVENTREG_LIMITS is off"),
        ({"languages": ("es", "xx")}, Level.FAIL, "no translation"),
        (
            {
                "demo_mail": "send",
                "mail_server": "mail.institute.example",
                "mail_default_sender": "desk@institute.example",
            },
            Level.FAIL,
            "EVENTREG_DEMO_MAIL is send",
        ),
    ],
)
def test_doubtful_settings(
    examined: Examine, settings: dict[str, Any], level: Level, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventreg.operations.doctor.examination.check_mail_server", lambda *_: Finding(Level.OK, ""))
    assert _the_one(examined(**settings), what).level is level


def test_mail_server_that_does_not_answer(examined: Examine) -> None:
    findings = examined(mail_server="127.0.0.1", mail_port=1, mail_default_sender="desk@institute.example")
    assert _the_one(findings, "127.0.0.1:1 cannot be used").level is Level.FAIL


def test_foreign_keys_file(examined: Examine, config: Config) -> None:
    config.keys.unlink()
    assert "There is no keys file" in _the_one(examined(), "keys file").what
    assert not config.keys.exists(), "the doctor makes nothing"
    create_keys(config.keys)
    assert _the_one(examined(), "The keys do not open").level is Level.FAIL


def test_files_that_others_can_read(examined: Examine, config: Config) -> None:
    config.keys.chmod(0o644)
    config.instance.chmod(0o750)
    assert {what for _level, what in _bad(examined())} == {
        f"The instance folder {config.instance} is open to other users (750).",
        f"The keys file {config.keys} is open to other users (644).",
    }


def test_uploads_that_are_lost(examined: Examine, config: Config) -> None:
    shutil.rmtree(config.uploads)
    assert _the_one(examined(), "1 uploaded file is not in").level is Level.FAIL


def test_materials_that_are_lost(examined: Examine, config: Config) -> None:
    shutil.rmtree(config.materials)
    assert _the_one(examined(), "1 material file is not in").level is Level.FAIL


def test_files_taken_out_of_lists_that_are_lost(examined: Examine, config: Config) -> None:
    an_export(the_event(), an_account())
    db.session.remove()
    assert _the_one(examined(), "taken out of lists").level is Level.OK
    shutil.rmtree(config.exports)
    assert _the_one(examined(), "1 files that were taken out of lists are not in").level is Level.WARN


@pytest.mark.both_databases
def test_mail_and_work_that_is_stuck_or_given_up(examined: Examine) -> None:
    long_ago = f"{now() - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    _change(f"UPDATE mail_messages SET state = 'queued', due_at = '{long_ago}' WHERE id = 1")  # noqa: S608
    _change("UPDATE mail_messages SET state = 'failed', due_at = NULL WHERE id = 2")
    _change("UPDATE mail_messages SET state = 'doubtful', due_at = NULL WHERE id = 3")
    _change(
        "INSERT INTO jobs (kind, key, payload, state, due_at, attempts, last_error) "  # noqa: S608
        f"VALUES ('x', 'x', '{{}}', 'waiting', '{long_ago}', 0, ''), ('y', 'y', '{{}}', 'failed', NULL, 10, '')"
    )
    assert _bad(examined()) == [
        (Level.FAIL, "1 messages are due for over 10 minutes and did not go."),
        (Level.WARN, "1 messages were given to the mail server, which never answered."),
        (Level.WARN, "1 messages were refused or given up."),
        (Level.FAIL, "1 jobs are due for over 10 minutes and were not done."),
        (Level.WARN, "1 jobs were given up after many tries."),
    ]


@pytest.mark.both_databases
def test_mail_that_is_put_off_for_days(examined: Examine) -> None:
    # case 61
    later = f"{now() + timedelta(hours=3):%Y-%m-%d %H:%M:%S}"
    _change(
        f"UPDATE mail_messages SET state = 'queued', due_at = '{later}', attempts = 9, outcome = 'deferred' "  # noqa: S608
        "WHERE id <= 2"
    )
    assert _bad(examined()) == [(Level.WARN, "2 messages were put off lately.")]
    _change("UPDATE mail_messages SET created_at = '2026-01-02 03:04:00' WHERE id = 2")
    assert _bad(examined()) == [
        (
            Level.FAIL,
            "1 messages wait for over 30 minutes, the oldest since 2026-01-02 03:04 UTC; 2 were tried and put off.",
        )
    ]


def test_mail_is_not_said_to_go_where_it_cannot(examined: Examine, mail_server: MailServer) -> None:
    assert "Mail goes." in [finding.what for finding in examined(**mail_server.settings())]
    mail_server.die()
    said = [finding.what for finding in examined(**mail_server.settings())]
    assert any("cannot be used" in what for what in said)
    assert "Mail goes." not in said
    assert "Mail goes." not in [finding.what for finding in examined()], "nor where it is held"


def test_disk_that_is_almost_full(examined: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "LEFT_BY_FILES", 1 << 60)
    assert "are refused" in _the_one(examined(), "MB are free").mend
    monkeypatch.setattr(disk, "NEEDED", 1 << 60)
    assert _the_one(examined(), "MB are free").mend == "Make room: registering stops."


@pytest.mark.on_postgresql
def test_database_that_hangs(examined: Examine, config: Config) -> None:
    # case 65
    with Passage(config.database) as passage:
        passage.hang()
        finding = _the_one(examined(database_url=passage.url), "cannot be used")
    assert finding.level is Level.FAIL


def test_old_and_new_databases(examined: Examine) -> None:
    for revision, mend in (("0000", "newer version"), ("9999", "newer version")):
        _change(f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608
        assert mend in _the_one(examined(), revision).mend
    _change("DROP TABLE alembic_version")
    assert "eventreg migrate" in _the_one(examined(), "The database is empty").mend


def test_clock_that_went_back(examined: Examine) -> None:
    _change("UPDATE registrations SET submitted_at = '2999-01-01 00:00:00'")
    assert _the_one(examined(), "in the future").level is Level.WARN


def test_instance_that_is_not_there(empty_instance: InstanceMaker) -> None:
    config = empty_instance(SQLITE)
    findings = list(examine(replace(config, limits=True)))
    assert findings[-1].level is Level.FAIL
    assert not config.instance.exists()
    config.instance.mkdir(mode=0o700)
    assert "no database yet" in " ".join(what for _level, what in _bad(list(examine(config))))
    assert not Path(config.instance / "eventreg.db").exists()


def test_database_that_cannot_be_reached(config: Config) -> None:
    away = replace(config, database_url="postgresql+psycopg://somebody:secret@127.0.0.1:1/x")
    finding = _the_one(list(examine(away)), "cannot be used")
    assert finding.level is Level.FAIL
    assert "secret" not in finding.what
