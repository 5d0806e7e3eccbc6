"""Files of a backup go into the folders of an instance: a mount stays a mount, a link a link. Case 64."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from eventreg.config import Config
from eventreg.db import db
from eventreg.kernel.keys import create_keys
from eventreg.mail.models import MailMessage
from eventreg.operations import OperationRefused
from eventreg.operations.backups.manifest import kept_files
from tests.operations.conftest import InstanceMaker
from tests.operations.instances import PASSPHRASE, back_up, fill, put_back, stamp
from tests.packaging.copies import clean_environment
from tests.serving.servers import EVENTREG
from tests.support.databases import SQLITE

pytestmark = pytest.mark.slow

#: as root at once, as anybody else in a name space of users
PRIVATE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
#: of which one is another file system than the tests'; the test makes a folder of its own in it
OTHERS = (Path("/dev/shm"), Path(tempfile.gettempdir()))  # noqa: S108
MOUNTED = """
set -e
mkdir -p "$1/uploads" "$1/materials" "$1/keys" "$2"
mount -t tmpfs none "$1/uploads"
mount --bind "$2" "$1/materials"
touch "$1/keys/keys.json"
mount --bind "$5" "$1/keys/keys.json"
echo old > "$1/uploads/old.sealed"
mkdir "$1/uploads/lost+found"
"$3" restore --replace "$4" > /dev/null
cd "$1"
find uploads materials -type f | sort
mountpoint -q uploads && mountpoint -q materials
umount uploads materials keys/keys.json
"""

FULL = """
set -e
mkdir -p "$1/uploads"
mount -t tmpfs -o size=4k none "$1/uploads"
"$2" restore "$3" 2>&1 >/dev/null | tail -n 1
ls -A "$1/uploads"
"""


def _can_mount() -> bool:
    command = [*PRIVATE, "mount", "-t", "tmpfs", "none", tempfile.gettempdir()]
    return bool(shutil.which("unshare")) and subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture
def backup(app: Flask, config: Config, tmp_path: Path) -> Path:
    """A backup with an upload and a material, and its keys."""
    stamp(app)
    fill(app)
    db.session.remove()
    back_up(config, tmp_path / "backup.tar.gz", PASSPHRASE)
    return tmp_path / "backup.tar.gz"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system."""
    others = [each for each in OTHERS if each.is_dir() and each.stat().st_dev != tmp_path.stat().st_dev]
    if not others:
        pytest.skip("there is no other file system")
    with tempfile.TemporaryDirectory(dir=others[0]) as name:
        yield Path(name)


def _files(config: Config) -> list[str]:
    folders = (config.uploads, config.materials)
    return [str(path.relative_to(config.instance)) for folder in folders for path in sorted(folder.rglob("*"))]


@pytest.mark.skipif(not _can_mount(), reason="this machine lets nobody mount")
def test_folders_that_are_mounts_are_restored_into(
    backup: Path, config: Config, empty_instance: InstanceMaker, tmp_path: Path
) -> None:
    other, shared, keys = empty_instance(SQLITE), tmp_path / "shared", tmp_path / "keys.json"
    create_keys(keys)
    arguments = [str(each) for each in (other.instance, shared, EVENTREG, backup, keys)]
    settings = {"EVENTREG_INSTANCE": str(other.instance), "EVENTREG_BACKUP_PASSPHRASE": PASSPHRASE}
    done = subprocess.run(
        [*PRIVATE, "sh", "-c", MOUNTED, "sh", *arguments],
        env=clean_environment() | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == sorted(_files(config)), "in the mounts, and nothing else"
    assert [path.name for path in shared.iterdir()] == [path.name for path in config.materials.iterdir()]
    assert _files(other) == [], "nothing below them"
    assert keys.read_bytes() == config.keys.read_bytes(), "written into the file that is mounted"
    assert len(list(other.keys.parent.glob("keys.json.before-*"))) == 1


@pytest.mark.skipif(not _can_mount(), reason="this machine lets nobody mount")
def test_full_disk_is_told_with_its_folder_and_that_nothing_was_changed(
    backup: Path, empty_instance: InstanceMaker
) -> None:
    other = empty_instance(SQLITE)
    settings = {"EVENTREG_INSTANCE": str(other.instance), "EVENTREG_BACKUP_PASSPHRASE": PASSPHRASE}
    done = subprocess.run(
        [*PRIVATE, "sh", "-c", FULL, "sh", str(other.instance), EVENTREG, str(backup)],
        env=clean_environment() | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    said = f"Files cannot be put into {other.uploads}: No space left on device. Nothing was changed."
    assert done.stdout.splitlines() == [f"eventreg: {said}"], "and nothing is left on the disk"
    put_back(other, backup)


def test_link_that_leads_nowhere_is_told_with_its_folder(backup: Path, empty_instance: InstanceMaker) -> None:
    other = empty_instance(SQLITE)
    other.instance.mkdir()
    other.uploads.symlink_to(other.instance / "gone")
    said = f"into {other.uploads}: It is a link to {other.instance / 'gone'}, which is not there. Nothing was changed."
    with pytest.raises(OperationRefused) as refused:
        put_back(other, backup)
    assert str(refused.value).endswith(said)
    other.uploads.unlink()
    other.uploads.write_text("a file")
    with pytest.raises(OperationRefused, match=r"uploads: It is not a folder\. Nothing was changed\."):
        put_back(other, backup)
    other.uploads.unlink()
    put_back(other, backup)


def test_links_to_shared_folders_on_another_file_system_stay_links(
    backup: Path, config: Config, empty_instance: InstanceMaker, elsewhere: Path
) -> None:
    other = empty_instance(SQLITE)
    other.instance.mkdir()
    for folder in (other.uploads, other.materials):
        (elsewhere / folder.name).mkdir()
        (elsewhere / folder.name / "old.sealed").write_bytes(b"old")
        folder.symlink_to(elsewhere / folder.name)
    put_back(other, backup, ask=lambda: PASSPHRASE, replaces=True)
    for folder, source in ((other.uploads, config.uploads), (other.materials, config.materials)):
        assert folder.readlink() == elsewhere / folder.name
        assert {path.name: path.read_bytes() for path in kept_files(elsewhere / folder.name)} == {
            path.name: path.read_bytes() for path in kept_files(source)
        }


def test_keys_that_are_a_link_stay_a_link(backup: Path, config: Config, empty_instance: InstanceMaker) -> None:
    other = empty_instance(SQLITE)
    shared = other.instance / "secrets" / "shared.json"
    create_keys(shared)
    own = shared.read_bytes()
    other.keys.parent.mkdir()
    other.keys.symlink_to(shared)
    put_back(other, backup, ask=lambda: PASSPHRASE)
    assert other.keys.readlink() == shared
    assert shared.read_bytes() == config.keys.read_bytes()
    (kept,) = shared.parent.glob("shared.json.before-*")
    assert kept.read_bytes() == own


def test_keys_that_cannot_be_put_in_place_are_told_before_anything_changes(
    backup: Path, empty_instance: InstanceMaker, tmp_path: Path
) -> None:
    other = replace(empty_instance(SQLITE), keys_file=tmp_path / "a file" / "keys.json")
    (tmp_path / "a file").write_text("no folder")
    with pytest.raises(OperationRefused, match=r"a file: It is not a folder\. Nothing was changed\."):
        put_back(other, backup, ask=lambda: PASSPHRASE)
    assert _files(other) == []
    put_back(replace(other, keys_file=Path()), backup, ask=lambda: PASSPHRASE)


def test_folder_with_nothing_kept_in_it_counts_as_empty(backup: Path, empty_instance: InstanceMaker) -> None:
    """As a new disk has `lost+found`, and a file that is half written a dot before its name."""
    other = empty_instance(SQLITE)
    (other.uploads / "lost+found").mkdir(parents=True)
    (other.uploads / ".half.sealed").write_bytes(b"half")
    put_back(other, backup)
    assert len(list(kept_files(other.uploads))) == 1


def test_files_that_belong_to_the_old_rows_go_with_them(backup: Path, config: Config) -> None:
    """Held mails, exports and files to be imported, which no backup has: the mails are written anew."""
    for folder, name in ((config.held_mail, "1.eml"), (config.exports, "x.sealed"), (config.imports, "x.sealed")):
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"of the old rows")
    db.session.execute(text("UPDATE mail_messages SET state = 'held', due_at = NULL"))
    db.session.commit()
    again = backup.with_name("again.tar.gz")
    back_up(config, again)
    put_back(config, again, replaces=True)
    assert [path for folder in (config.held_mail, config.exports, config.imports) for path in folder.iterdir()] == []
    assert db.session.query(MailMessage).filter(MailMessage.due_at.is_(None)).count() == 0
    db.session.remove()


def test_instance_is_not_restored_into_while_another_machine_restores(
    backup: Path, config: Config, empty_instance: InstanceMaker
) -> None:
    from eventreg.operations.backups.placing import Laid
    from eventreg.serving.lock import ServerRuns

    other = empty_instance(SQLITE)
    other.uploads.mkdir(parents=True)
    elsewhere = Laid(other.uploads, "20270301120000-0a0a0a0a")
    elsewhere.lay([("x.sealed", [b"theirs"])], [])
    with pytest.raises(ServerRuns, match="being restored"):
        put_back(other, backup)
    assert (elsewhere.beside / "new" / "x.sealed").read_bytes() == b"theirs"
    elsewhere.close()
    put_back(other, backup)
    assert not elsewhere.beside.exists()
    with pytest.raises(OperationRefused):
        put_back(other, backup)
