"""A backup holds everything, and can be put back on either database. Case 60."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text, update

from eventreg.accounts.models import Account
from eventreg.app import create_app
from eventreg.bulk.emails import StillComing
from eventreg.bulk.models import Run, Schedule
from eventreg.bulk.rules import ScheduleState
from eventreg.bulk.services import schedules
from eventreg.config import Config
from eventreg.db import Base, db, transaction
from eventreg.db.engines import open_engine
from eventreg.events.models import Event, Material
from eventreg.exchange.rules.exports import ExportState
from eventreg.kernel.clock import now
from eventreg.kernel.keys import create_keys
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.migrations import runner
from eventreg.migrations.runner import SchemaUnfit
from eventreg.operations import OperationRefused
from eventreg.operations.backups import manifest
from eventreg.operations.backups.manifest import MANIFEST
from eventreg.operations.backups.rows import KINDS, kind_of
from eventreg.programme.services.materials import read_material_file
from eventreg.registration.models import Registration, Upload
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.services.answers import open_upload
from tests.builders import an_account, register_somebody
from tests.exchange.exporting import an_export
from tests.operations.conftest import DECIDED, InstanceMaker
from tests.operations.instances import (
    DIET,
    LETTER,
    PASSPHRASE,
    SLIDES,
    back_up,
    contents,
    count_rows,
    fill,
    manifest_of,
    put_back,
    rows_in,
    stamp,
    the_event,
)
from tests.support.databases import POSTGRESQL, SQLITE

#: whole backups and restores
pytestmark = pytest.mark.slow


@pytest.fixture
def filled(app: Flask) -> Flask:
    """The application with people in it."""
    stamp(app)
    fill(app)
    db.session.remove()
    return app


def _is_whole(config: Config) -> None:
    """See that everything can be read in a restored instance, and that it goes on."""
    app = create_app(config)
    with app.app_context():
        first, second = db.session.scalars(select(Registration).order_by(Registration.id)).all()
        assert load_answers(first)["diet"] == [DIET]
        assert second.family_name == "O'Neil «ß»"
        assert load_answers(second)["field"] == ["línea 1\nlínea 2"]
        letter = db.session.scalars(select(Upload)).one()
        opened = open_upload(letter.event_id, first.id, letter.public_id)
        assert (opened.name, opened.content) == ("carta de nominación.pdf", LETTER)
        material = db.session.scalars(select(Material)).one()
        assert read_material_file(material.file_id) == SLIDES
        assert app.test_client().get("/").status_code == 200
        an_account(email="next@instituto.example")
        register_somebody(the_event())
        assert db.session.query(Registration).count() == 3, "numbers go on after those restored"
        db.session.remove()
        db.engine.dispose()


@pytest.mark.both_databases
def test_backup_goes_from_one_database_to_the_other_and_back(
    filled: Flask, config: Config, database_kind: str, empty_instance: InstanceMaker, tmp_path: Path
) -> None:
    before = count_rows(db.engine)
    assert before["answers"] > 0
    assert before["mail_messages"] > 0
    first, second = tmp_path / "first.tar.gz", tmp_path / "second.tar.gz"
    back_up(config, first, PASSPHRASE)

    other = empty_instance(POSTGRESQL if database_kind == SQLITE else SQLITE)
    restored = put_back(other, first, ask=lambda: PASSPHRASE)
    assert restored.missing_keys == []
    back_up(other, second)
    assert rows_in(second) == rows_in(first)

    last = empty_instance(database_kind)
    assert put_back(last, second).missing_keys != [], "the second backup has no keys"
    shutil.copytree(other.instance / "keys", last.instance / "keys")
    engine = open_engine(last.database)
    assert count_rows(engine) == before
    engine.dispose()
    for config_ in (other, last):
        _is_whole(config_)


def test_every_column_has_a_kind_that_backups_carry() -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            assert kind_of(column) in KINDS


def test_backup_is_private_and_leaves_the_keys_out(filled: Flask, config: Config, tmp_path: Path) -> None:
    target = tmp_path / "plain.tar.gz"
    manifest = back_up(config, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "keys.sealed" not in contents(target)
    keys = config.keys.read_bytes()
    assert all(keys not in content for content in contents(target).values())
    assert manifest == manifest_of(target)
    assert DIET.encode() not in b"".join(contents(target).values()), "sealed answers stay sealed"


def test_keys_in_a_backup_open_by_their_passphrase_alone(
    filled: Flask, config: Config, empty_instance: InstanceMaker, tmp_path: Path
) -> None:
    target = tmp_path / "with-keys.tar.gz"
    back_up(config, target, PASSPHRASE)
    other = empty_instance(SQLITE)
    with pytest.raises(OperationRefused, match="passphrase does not open"):
        put_back(other, target, ask=lambda: "another passphrase")
    put_back(other, target, ask=lambda: PASSPHRASE)
    assert other.keys.read_bytes() == config.keys.read_bytes()
    assert stat.S_IMODE(other.keys.stat().st_mode) == 0o600
    assert stat.S_IMODE(other.keys.parent.stat().st_mode) == 0o700


def test_passphrase_costs_what_was_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    assert DECIDED == {"n": 2**17, "r": 8, "p": 1}
    monkeypatch.setattr(manifest, "_COST", DECIDED)
    sealed = manifest.seal_keys(b"the keys", PASSPHRASE)
    assert json.loads(sealed.partition(b"\n")[0])["n"] == 2**17
    assert manifest.open_keys(sealed, PASSPHRASE) == b"the keys"


def test_keys_that_do_not_fit_are_told_and_kept(
    filled: Flask, config: Config, empty_instance: InstanceMaker, tmp_path: Path
) -> None:
    target = tmp_path / "with-keys.tar.gz"
    back_up(config, target, PASSPHRASE)
    other = empty_instance(SQLITE)
    create_keys(other.keys)
    own = other.keys.read_bytes()
    assert "sealing k1" in put_back(other, target).missing_keys
    assert other.keys.read_bytes() == own

    assert put_back(other, target, ask=lambda: PASSPHRASE, replaces=True).missing_keys == []
    (kept,) = other.keys.parent.glob("keys.json.before-*")
    assert kept.read_bytes() == own


def test_instance_that_holds_data_is_only_replaced_when_told(filled: Flask, config: Config, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    back_up(config, target)
    before = count_rows(db.engine)
    event_id = db.session.scalars(select(Registration.event_id)).first()
    db.session.execute(text("DELETE FROM consents"))
    db.session.commit()
    (config.uploads / "later.sealed").write_bytes(b"later")
    (config.materials / "later.sealed").write_bytes(b"later")
    with pytest.raises(OperationRefused, match="--replace"):
        put_back(config, target)
    assert count_rows(db.engine) == before | {"consents": 0}, "nothing was changed"
    assert (config.uploads / "later.sealed").exists()
    assert (config.materials / "later.sealed").exists()

    (config.instance / ".restore-killed").mkdir()
    put_back(config, target, replaces=True)
    assert count_rows(db.engine) == before
    assert not (config.uploads / "later.sealed").exists()
    assert not (config.materials / "later.sealed").exists()
    assert event_id is not None
    assert [path.name for path in config.instance.iterdir() if path.name.startswith(".restore")] == []


def test_files_taken_out_of_lists_stay_out_and_their_rows_say_so(
    filled: Flask, config: Config, empty_instance: InstanceMaker, tmp_path: Path
) -> None:
    target, other = tmp_path / "backup.tar.gz", empty_instance(SQLITE)
    an_export(the_event(), an_account())
    an_export(the_event(), an_account(), state=ExportState.MAKING)
    back_up(config, target)
    with tarfile.open(target) as archive:
        assert not [name for name in archive.getnames() if name.startswith("exports")]
    put_back(other, target)
    engine = open_engine(other.database)
    with engine.connect() as connection:
        assert set(connection.execute(text("SELECT state FROM exports")).scalars()) == {"expired"}
    engine.dispose()


@pytest.mark.parametrize("damage", ["cut", "altered", "foreign", "leads out"])
def test_damaged_backup_changes_nothing(
    filled: Flask, config: Config, empty_instance: InstanceMaker, tmp_path: Path, damage: str
) -> None:
    target = tmp_path / "backup.tar.gz"
    back_up(config, target)
    _damage(target, damage)
    other = empty_instance(SQLITE)
    with pytest.raises(OperationRefused):
        put_back(other, target)
    assert not other.uploads.exists()
    assert not other.materials.exists()
    engine = open_engine(other.database)
    with engine.connect() as connection:
        assert runner.current_revision(connection) is None
    engine.dispose()


def _damage(target: Path, how: str) -> None:
    parts = contents(target)
    if how == "cut":
        target.write_bytes(target.read_bytes()[:-2000])
        return
    if how == "foreign":
        target.write_bytes(b"this is a letter, not a backup")
        return
    if how == "altered":
        parts["tables/registrations.jsonl"] = parts["tables/registrations.jsonl"].replace(b"Ana", b"Eva")
    if how == "leads out":
        parts["uploads/../../outside"] = b"x"
    _put_together(target, parts)


def _put_together(target: Path, parts: dict[str, bytes]) -> None:
    with tarfile.open(target, "w:gz") as archive:
        for name, content in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def test_backup_of_an_older_version_takes_the_place_of_an_older_instance(
    filled: Flask, config: Config, tmp_path: Path
) -> None:
    target, before = tmp_path / "backup.tar.gz", count_rows(db.engine)
    back_up(config, target)
    older = runner.revisions()[-2]
    runner.downgrade(db.engine, older)
    _put_together(target, _as_of(older, contents(target), rows_in(target)))
    put_back(config, target, replaces=True)
    runner.check_revision(db.engine)
    assert count_rows(db.engine) == before
    _is_whole(config)


def _as_of(revision: str, parts: dict[str, bytes], rows: dict[str, list[list[Any]]]) -> dict[str, bytes]:
    """Return the parts of a backup with those columns alone that the database has, which is at the revision."""
    there = inspect(db.engine)
    manifest = json.loads(parts[MANIFEST]) | {"revision": revision}
    manifest["tables"] = [table for table in manifest["tables"] if there.has_table(table["name"])]
    for name in rows.keys() - {table["name"] for table in manifest["tables"]}:
        del parts[f"tables/{name}.jsonl"], manifest["hashes"][f"tables/{name}.jsonl"]
    for table in manifest["tables"]:
        names, part = {column["name"] for column in there.get_columns(table["name"])}, f"tables/{table['name']}.jsonl"
        kept = [number for number, column in enumerate(table["columns"]) if column in names]
        lines = [json.dumps([row[number] for number in kept]) + "\n" for row in rows[table["name"]]]
        table["columns"] = {column: kind for column, kind in table["columns"].items() if column in names}
        parts[part] = "".join(lines).encode()
        manifest["hashes"][part] = hashlib.sha256(parts[part]).hexdigest()
    return parts | {MANIFEST: json.dumps(manifest).encode()}


def test_backup_of_a_newer_version_is_refused(
    filled: Flask, config: Config, empty_instance: InstanceMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "backup.tar.gz"
    with monkeypatch.context() as patched:
        patched.setattr("eventreg.operations.backups.writing.head", lambda: "9999")
        back_up(config, target)
    with pytest.raises(OperationRefused, match="newer eventreg"):
        put_back(empty_instance(SQLITE), target)


def test_database_that_is_not_at_the_head_is_not_backed_up(config: Config, tmp_path: Path) -> None:
    engine = open_engine(config.database)
    engine.dispose()
    with pytest.raises(SchemaUnfit):
        back_up(config, tmp_path / "backup.tar.gz")
    assert list(tmp_path.glob("*backup*")) == [], "nothing half written"


def test_file_that_is_there_is_not_written_over(filled: Flask, config: Config, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    target.write_text("precious")
    with pytest.raises(FileExistsError):
        back_up(config, target)
    assert target.read_text() == "precious"


@pytest.mark.both_databases
def test_backup_is_one_moment(filled: Flask, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody registers while the backup is being written, after the first table: nothing of it is in the file."""
    from eventreg.operations.backups import writing

    before = {name: len(rows) for name, rows in _rows_now(config, tmp_path / "before.tar.gz").items()}
    event = the_event()
    db.session.rollback()
    written: list[str] = []
    original = writing._write_table

    def write_and_register(*args):  # type: ignore[no-untyped-def]
        if len(written) == 1:
            register_somebody(event, diet="later")
        written.append("table")
        return original(*args)

    monkeypatch.setattr(writing, "_write_table", write_and_register)
    during = {name: len(rows) for name, rows in _rows_now(config, tmp_path / "during.tar.gz").items()}
    assert during == before
    assert count_rows(db.engine)["registrations"] == before["registrations"] + 1


def _rows_now(config: Config, target: Path) -> dict[str, list[list[object]]]:
    back_up(config, target)
    return rows_in(target)


def test_mail_that_waited_is_told_of_and_can_be_held(
    filled: Flask, config: Config, empty_instance: InstanceMaker, tmp_path: Path
) -> None:
    db.session.execute(text("UPDATE mail_messages SET state = 'queued'"))
    db.session.commit()
    with transaction() as session:
        account, event = session.scalars(select(Account)).first(), session.scalars(select(Event)).first()
        assert account is not None
        assert event is not None
        schedules.put(event, account.id, StillComing.usual, {"message": StillComing.key}, ScheduleState.ON)
        session.execute(update(Run).values(begun_at=now()))
    waiting = count_rows(db.engine)["mail_messages"]
    target = tmp_path / "backup.tar.gz"
    back_up(config, target)
    assert put_back(empty_instance(SQLITE), target, erasures=config.erased).waiting_mail == waiting

    held = empty_instance(SQLITE)
    assert put_back(held, target, holds_mail=True).waiting_mail == 0
    engine = open_engine(held.database)
    with engine.connect() as connection:
        states = set(connection.execute(select(MailMessage.state)).scalars())
        planned = connection.execute(select(Schedule.state)).scalars().all()
        goes_on = connection.execute(select(Run.id).where(Run.stopped_at.is_(None))).all()
    engine.dispose()
    assert states == {DeliveryState.HELD}
    # Else what is scheduled would go from here and from the instance that still runs.
    assert planned == [ScheduleState.OFF]
    assert goes_on == []
