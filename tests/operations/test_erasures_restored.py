"""Whoever was erased after a backup is erased again by whatever restores it, before anything is served. Case 50."""

from __future__ import annotations

import shutil
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update

from eventreg.app import create_app
from eventreg.audit.services import SYSTEM
from eventreg.cli import eventreg
from eventreg.config import Config
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.kernel.keys import fingerprint, load_keys
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.privacy import ledger
from eventreg.privacy.erasing import erase, erase_recorded
from eventreg.privacy.people import of_registration
from eventreg.registration.models import ErasedRegistration, Registration
from tests.builders import a_registration
from tests.operations.conftest import InstanceMaker
from tests.operations.instances import PASSPHRASE, back_up, fill, manifest_of, put_back, stamp, the_event
from tests.support.databases import SQLITE

#: whole backups and restores
pytestmark = pytest.mark.slow


def _erase_newest() -> int:
    """Erase who came last; return the id."""
    event = the_event()
    gone = db.session.scalars(select(Registration.id).order_by(Registration.id.desc()).limit(1)).one()
    erase(event.id, partial(of_registration, event.id, gone), SYSTEM, now())
    db.session.remove()
    return gone


@pytest.fixture
def backed_up(app: Flask, config: Config, tmp_path: Path) -> Path:
    """A backup of the application with people in it, of whom one is erased afterwards."""
    stamp(app)
    fill(app)
    event = the_event()
    with transaction() as session:
        session.execute(update(Event).values(capacity=3))
    a_registration(event, status="waitlisted", email="espera@instituto.example", at=now() - timedelta(days=1))
    a_registration(event, email="ultima@instituto.example")
    with transaction() as session:
        session.execute(update(MailMessage).values(state=DeliveryState.QUEUED))
    db.session.remove()
    target = tmp_path / "older.tar.gz"
    back_up(config, target, PASSPHRASE)
    return target


@pytest.mark.both_databases
def test_an_older_backup_brings_nobody_back(app: Flask, config: Config, backed_up: Path) -> None:
    gone = _erase_newest()
    restored = put_back(config, backed_up, replaces=True)
    assert not restored.has_unknown_erasures
    assert restored.waiting_mail > 0
    with app.app_context():
        assert db.session.query(Registration).count() == 4
        assert erase_recorded(now()) == 1, "as the start does before it serves"
        assert db.session.scalars(select(ErasedRegistration.id)).all() == [gone]
        event = the_event()
        assert a_registration(event).id > gone, "the next person gets another id"
        told = select(MailMessage.state).where(MailMessage.template == "registration/promoted")
        assert set(db.session.scalars(told)) == {DeliveryState.HELD}, "who moves up may have done so long ago"
        db.session.remove()


@pytest.mark.both_databases
def test_ids_of_the_erased_are_not_given_again_after_a_restore(
    app: Flask, config: Config, backed_up: Path, database_kind: str, empty_instance: InstanceMaker, tmp_path: Path
) -> None:
    gone = _erase_newest()
    back_up(config, tmp_path / "newer.tar.gz", PASSPHRASE)
    other = empty_instance(database_kind)
    put_back(other, tmp_path / "newer.tar.gz", lambda: PASSPHRASE)
    there = create_app(other)
    with there.app_context():
        assert erase_recorded(now()) == 0
        assert a_registration(the_event()).id > gone
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("how", ["without", "given"])
def test_on_an_empty_machine(
    app: Flask, config: Config, backed_up: Path, empty_instance: InstanceMaker, tmp_path: Path, how: str
) -> None:
    """Without the ledger it says so and holds mail; with it, it knows."""
    _erase_newest()
    shutil.copy(config.erased, tmp_path / "ledger")
    other = empty_instance(SQLITE)
    given = {"erasures": tmp_path / "ledger"} if how == "given" else {}
    restored = put_back(other, backed_up, lambda: PASSPHRASE, **given)
    assert restored.has_unknown_erasures is (how == "without")
    there = create_app(other)
    with there.app_context():
        waits = DeliveryState.QUEUED if how == "given" else DeliveryState.HELD
        assert set(db.session.scalars(select(MailMessage.state))) == {waits}
        assert erase_recorded(now()) == (how == "given")
        db.session.remove()
        db.engine.dispose()
    # What was not known stays unknown, and what was known is: also for the same backup once more.
    made_at = manifest_of(backed_up).made_at
    mark = fingerprint(load_keys(other.keys).links)
    assert bool(ledger.read(other.erased).known_since(mark, made_at)) is (how == "given")


def test_the_command_erases_before_it_ends(
    app: Flask, config: Config, backed_up: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _erase_newest()
    db.engine.dispose()
    shutil.copytree(config.uploads, tmp_path / "new" / "uploads")
    monkeypatch.setenv("EVENTREG_INSTANCE", str(tmp_path / "new"))
    monkeypatch.setenv("EVENTREG_BACKUP_PASSPHRASE", PASSPHRASE)
    monkeypatch.delenv("EVENTREG_DATABASE_URL", raising=False)
    said = CliRunner().invoke(eventreg, ["restore", "--replace", str(backed_up)], standalone_mode=False)
    assert said.exception is None, said.output
    assert "is not known" not in said.output
    there = create_app()
    with there.app_context():
        assert db.session.query(Registration).count() == 3
        db.session.remove()
        db.engine.dispose()
