"""A restore that is killed or fails at any step leaves the whole old state or the whole new one. Case 64."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text

from eventreg.config import Config
from eventreg.db import db
from eventreg.db.engines import open_engine
from eventreg.kernel.keys import create_keys
from eventreg.operations.backups.manifest import kept_files
from eventreg.operations.backups.placing import finish_restores, left_beside
from eventreg.operations.backups.rows import mark_restore, restore_marked
from tests.operations.conftest import InstanceMaker
from tests.operations.instances import PASSPHRASE, back_up, fill, put_back, stamp
from tests.operations.steps import before_each_change, in_a_process
from tests.support.apps import build_app, copy_keys, make_config
from tests.support.databases import SQLITE, SqliteTemplate

pytestmark = pytest.mark.slow

#: what stops a restore: a step, a part of the name it changes, and whether the new state is what comes of it
STEPS = [
    ("os.mkdir", "uploads/.restoring-", False),
    ("open", "uploads/.restoring-{}/going.json", False),
    ("open", "uploads/.restoring-{}/new/", False),
    ("open", "keys/.restoring-{}/new/keys.json", False),
    ("os.rename", "uploads/.restoring-", True),
    ("os.remove", "uploads/later.sealed", True),
    ("os.rename", "keys/.restoring-", True),
    ("os.rmdir", "keys/.restoring-", True),
]


@dataclass(frozen=True)
class State:
    """What an instance holds, as far as the old and the new one differ."""

    consents: int
    files: dict[str, bytes]
    keys: bytes


@dataclass(frozen=True)
class Scene:
    """An instance, what it holds, and a backup that holds something else under names that are partly the same."""

    config: Config
    backup: Path
    old: State
    new: State

    def restore(self) -> None:
        put_back(self.config, self.backup, ask=lambda: PASSPHRASE, replaces=True)


def state_of(config: Config) -> State:
    engine = open_engine(config.database)
    with engine.connect() as connection:
        consents = connection.execute(text("SELECT count(*) FROM consents")).scalar_one()
    engine.dispose()
    folders = (config.uploads, config.materials, config.held_mail)
    files = {path.name: path.read_bytes() for folder in folders for path in kept_files(folder)}
    return State(consents, files, config.keys.read_bytes())


@dataclass(frozen=True)
class Prepared:
    """What every scene stands on, made once: a backup, what it holds, and on SQLite an instance that it is put over."""

    backup: Path
    new: State
    instance: Path


@pytest.fixture(scope="module")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: SqliteTemplate, keys_file: Path, shared_folder: Path
) -> Prepared:
    folder = tmp_path_factory.mktemp("prepared")
    backup, instance = folder / "backup.tar.gz", folder / "instance"
    copy_keys(keys_file, instance)
    config = make_config(instance, sqlite_template.copy(instance / "eventreg.db"))
    app = build_app(config, shared_folder)
    with app.app_context():
        stamp(app)
        fill(app)
        db.session.remove()
        db.engine.dispose()
    back_up(config, backup, PASSPHRASE)
    other = make_config(folder / "other", "")
    _fill_otherwise(other, backup)
    return Prepared(backup, state_of(config), other.instance)


def _fill_otherwise(config: Config, backup: Path) -> None:
    """Fill an empty instance with something else than the backup holds, under names that are partly the same."""
    put_back(config, backup)
    create_keys(config.keys)
    config.held_mail.mkdir()
    (config.held_mail / "1.eml").write_bytes(b"of the old rows")
    for folder in (config.uploads, config.materials):
        for path in kept_files(folder):
            path.write_bytes(b"the same name, sealed by another key")
        (folder / "later.sealed").write_bytes(b"later")
    engine = open_engine(config.database)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM consents"))
    engine.dispose()


@pytest.fixture
def scene(prepared: Prepared, database_kind: str, empty_instance: InstanceMaker) -> Scene:
    config = empty_instance(database_kind)
    if database_kind == SQLITE:
        shutil.copytree(prepared.instance, config.instance)
    else:
        _fill_otherwise(config, prepared.backup)
    old, new = state_of(config), prepared.new
    assert old.consents != new.consents
    assert set(old.files) & set(new.files)
    return Scene(config, prepared.backup, old, new)


def _is_settled(config: Config) -> State:
    """See that a start brings a restore that was cut off to its end, and return what is there then."""
    finish_restores(config)
    assert left_beside(config) == []
    return state_of(config)


def test_killed_at_any_step_the_old_state_is_there_or_the_new(scene: Scene, tmp_path: Path) -> None:
    """What a kill leaves is what stands on the disk at that moment: it is copied before each change, and looked at."""
    copies, instance = tmp_path / "copies", scene.config.instance
    copies.mkdir()

    def copy(step: str, name: str) -> None:
        number = len(list(copies.iterdir()))
        shutil.copytree(instance, copies / f"{number:03} {step} {name.replace('/', ':')[-90:]}", symlinks=True)

    def restore() -> None:
        event.listen(Engine, "commit", lambda _connection: copy("commit", "before"))
        before_each_change(instance, copy)
        scene.restore()

    assert in_a_process(restore) == 0
    assert _is_settled(scene.config) == scene.new
    found: list[bool] = []
    for path in sorted(copies.iterdir()):
        left = replace(scene.config, instance=path, database_url="")
        state = _is_settled(left)
        assert state in (scene.old, scene.new), path.name
        found.append(state == scene.new)
    assert len(found) > 30
    assert found == sorted(found), "once the new state is there, it stays"
    assert set(found) == {False, True}


@pytest.mark.parametrize(("step", "part", "is_new"), STEPS)
def test_failing_at_a_step_the_old_state_is_there_or_the_new(scene: Scene, step: str, part: str, is_new: bool) -> None:
    def fail(happening: str, name: str) -> None:
        if _is(happening, name, step, part):
            raise OSError(28, "No space left on device", name)

    assert in_a_process(_restoring(scene, fail)) == 1
    if not is_new:
        assert left_beside(scene.config) == [], "taken back at once"
        assert state_of(scene.config) == scene.old
    assert _is_settled(scene.config) == (scene.new if is_new else scene.old)


@pytest.mark.both_databases
@pytest.mark.parametrize(("step", "part", "is_new"), [STEPS[2], STEPS[4], STEPS[5]])
def test_killed_in_fact_and_started_again(scene: Scene, step: str, part: str, is_new: bool) -> None:
    def die(happening: str, name: str) -> None:
        if _is(happening, name, step, part):
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_process(_restoring(scene, die)) == -signal.SIGKILL
    assert left_beside(scene.config) != []
    assert _is_settled(scene.config) == (scene.new if is_new else scene.old)
    scene.restore()
    assert _is_settled(scene.config) == scene.new


@pytest.mark.both_databases
def test_a_mark_that_a_kill_left_alone_goes_at_the_next_start(app: Flask, config: Config) -> None:
    with db.engine.begin() as connection:
        mark_restore(connection, "killed-before-its-last-act")
    finish_restores(config)
    assert restore_marked(db.engine) is None


def _restoring(scene: Scene, act: Callable[[str, str], None]) -> Callable[[], None]:
    def work() -> None:
        before_each_change(scene.config.instance, act)
        scene.restore()

    return work


def _is(happening: str, name: str, step: str, part: str) -> bool:
    beginning, _, rest = part.partition("{}")
    return happening == step and f"/{beginning}" in name and rest in name.partition(beginning)[2]
