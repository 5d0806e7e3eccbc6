"""Putting a backup into an instance: all of it, or nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from eventreg.config import Config
from eventreg.kernel.clock import now
from eventreg.kernel.keys import KeysUnusable, load_keys
from eventreg.migrations import runner
from eventreg.operations import OperationRefused
from eventreg.operations.backups.keyfile import missing_keys, open_keys
from eventreg.operations.backups.manifest import KEYS, Manifest, file_folders
from eventreg.operations.backups.rows import holds_rows, insert_rows
from eventreg.operations.backups.unpacking import unpack

#: folders of this name in the instance folder hold a backup that is being restored
_STAGING = ".restore-"


@dataclass(frozen=True)
class RestoreOptions:
    """What was asked for."""

    #: whether what the instance holds now may go
    replaces: bool = False
    #: whether messages that waited to be sent are held instead: for a copy beside the instance that still runs
    holds_mail: bool = False
    #: the content of the backup's keys file, which is put in place then; see `keys_in`
    keys: bytes | None = None


@dataclass(frozen=True)
class Restored:
    """What was put in."""

    manifest: Manifest
    #: names of keys that the backup's instance had and this one has not
    missing_keys: list[str]
    #: messages that the mail worker will send
    waiting_mail: int


@contextmanager
def unpacked(source: Path, instance: Path) -> Iterator[tuple[Manifest, Path]]:
    """Yield the manifest of a backup and a folder with its checked parts, inside the instance folder. See `unpack`.

    To be called while nobody else restores: what a killed restore left behind is removed first.
    """
    for left in instance.glob(f"{_STAGING}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_STAGING, dir=instance) as name:
        yield unpack(source, Path(name)), Path(name)


def keys_in(backup: tuple[Manifest, Path], ask_passphrase: Callable[[], str]) -> bytes | None:
    """Return the content of the keys file of an unpacked backup, or None when it has none. Raises OperationRefused."""
    sealed = backup[1] / KEYS
    return open_keys(sealed.read_bytes(), ask_passphrase()) if sealed.exists() else None


def restore(
    config: Config,
    engine: Engine,
    backup: tuple[Manifest, Path],
    options: RestoreOptions,
    progress: Callable[[int], None],
) -> Restored:
    """Put an unpacked backup into the instance, bringing it to this version's revision.

    Raises OperationRefused, having changed nothing, when the instance holds something and `options` do not replace it,
    or when the backup is of a newer version.
    """
    manifest, folder = backup
    if manifest.revision not in runner.revisions():
        raise OperationRefused(
            f"The backup is of a newer eventreg ({manifest.version}, revision {manifest.revision}). Install that version."
        )
    with _put_in_place(config, folder, options.keys), runner.alone(engine) as connection:
        _make_room(connection, config, options)
        runner.upgrade_on(connection, manifest.revision)
        insert_rows(connection, manifest, folder, progress)
        runner.upgrade_on(connection)
        # Files that were taken out of lists are in no backup: their rows stay as the record of who took what.
        connection.execute(text("UPDATE exports SET state = 'expired' WHERE state IN ('making', 'ready')"))
        if options.holds_mail:
            connection.execute(text("UPDATE mail_messages SET state = 'held' WHERE state IN ('queued', 'sending')"))
        waiting = connection.execute(text("SELECT count(*) FROM mail_messages WHERE state IN ('queued', 'sending')"))
        waiting_mail = waiting.scalar_one()
    return Restored(manifest, _missing_keys(config, manifest), waiting_mail)


def _make_room(connection: Connection, config: Config, options: RestoreOptions) -> None:
    has_files = any(folder.is_dir() and any(folder.iterdir()) for folder in file_folders(config).values())
    if not options.replaces and (has_files or holds_rows(connection)):
        raise OperationRefused("This instance holds data already. To throw that away: eventreg restore --replace")
    if runner.current_revision(connection) is not None:
        runner.downgrade_on(connection, "base")


@contextmanager
def _put_in_place(config: Config, folder: Path, keys: bytes | None) -> Iterator[None]:
    """Put files and keys where they belong once the block has committed the rows; old files go with `folder`."""
    yield
    for beginning, place in file_folders(config).items():
        new = folder / beginning
        with suppress(FileNotFoundError):
            shutil.move(place, folder / f"{place.name}-before")
        if new.is_dir():
            shutil.move(new, place)
    if keys is not None:
        _write_keys(config.keys, keys)


def _write_keys(path: Path, content: bytes) -> None:
    """Write the keys file (0600). Other keys that are there are kept beside it: something may still be sealed by them."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        if path.read_bytes() == content:
            return
        path.rename(path.with_name(f"{path.name}.before-{now():%Y%m%d%H%M%S}"))
    path.touch(mode=0o600)
    path.write_bytes(content)


def _missing_keys(config: Config, manifest: Manifest) -> list[str]:
    try:
        return missing_keys(manifest.fingerprints, load_keys(config.keys))
    except KeysUnusable:
        return list(manifest.fingerprints)
