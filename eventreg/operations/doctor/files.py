"""The instance folder, what others could read in it, and the room left on the disk."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, select

from eventreg.config import Config
from eventreg.events.models import Material
from eventreg.exchange.models import Export
from eventreg.exchange.rules.exports import ExportState
from eventreg.kernel import disk
from eventreg.kernel.keys import KeysUnusable, load_keys
from eventreg.operations.doctor import Finding, fail, ok, warn
from eventreg.registration.models import Upload

_MEGABYTE = 1_000_000
_SCARCE = 2_000 * _MEGABYTE


def check_files(config: Config) -> Iterator[Finding]:
    """Look at the folder and the disk that it is on."""
    if not config.instance.is_dir():
        yield fail(
            f"There is no instance folder {config.instance}.",
            "Run eventreg serve --prepare, or set EVENTREG_INSTANCE to where it is.",
        )
        return
    if not os.access(config.instance, os.W_OK | os.X_OK):
        yield fail(f"The instance folder {config.instance} cannot be written to.", "Run as the user that owns it.")
    yield _privacy("The instance folder", config.instance, 0o700)
    if config.exports.is_dir():
        yield _privacy("The folder of exports", config.exports, 0o700)
    yield from _disks(config)


def check_keys(config: Config) -> Iterator[Finding]:
    """Look at the keys file itself; whether the keys fit the database is another question."""
    try:
        load_keys(config.keys)
    except KeysUnusable as error:
        yield fail(
            str(error),
            "A new instance gets its keys from eventreg serve --prepare. Otherwise put back your copy, or restore a "
            "backup that has the keys: without them sealed answers cannot be read and links in mails do not work.",
        )
        return
    yield _privacy("The keys file", config.keys, 0o600)
    if config.keys.is_relative_to(config.instance):
        yield _privacy("The keys folder", config.keys.parent, 0o700)


def check_uploads(connection: Connection, config: Config) -> Finding:
    """Look whether the uploaded files that the database knows are there."""
    known = set(connection.execute(select(Upload.public_id)).scalars())
    return _kept(config.uploads, known, "uploaded", "organizers see it as missing.")


def check_materials(connection: Connection, config: Config) -> Finding:
    """Look whether the files of materials that the database knows are there."""
    known = set(connection.execute(select(Material.file_id).where(Material.file_id != "")).scalars())
    return _kept(config.materials, known, "material", "whoever opens it finds nothing.")


def check_exports(connection: Connection, config: Config) -> Finding:
    """Look whether the files that were made of lists, and wait to be fetched, are there: no backup has them."""
    known = set(connection.execute(select(Export.public_id).where(Export.state == ExportState.READY)).scalars())
    lost = len(known - {path.stem for path in config.exports.glob("*.sealed")})
    if lost:
        return warn(
            f"{lost} files that were taken out of lists are not in {config.exports} any more.",
            "Nothing to mend: whoever waits for one asks for it again. Several machines need to share the folder.",
        )
    return ok(f"All {len(known)} files that were taken out of lists are there.")


def _kept(folder: Path, known: set[str], what: str, otherwise: str) -> Finding:
    lost = len(known - {path.stem for path in folder.glob("*.sealed")})
    if lost:
        told = f"1 {what} file is" if lost == 1 else f"{lost} {what} files are"
        return fail(f"{told} not in {folder}.", f"Restore it from a backup; {otherwise}")
    return ok(f"All {len(known)} {what} files are there.")


def _privacy(what: str, path: Path, mode: int) -> Finding:
    found = stat.S_IMODE(path.stat().st_mode)
    if found & 0o077:
        return fail(f"{what} {path} is open to other users ({found:o}).", f"Run: chmod {mode:o} {path}")
    return ok(f"{what} {path} is its owner's alone.")


def _disks(config: Config) -> Iterator[Finding]:
    """Look at every disk that data is on, once."""
    database = config.sqlite_file.parent if config.sqlite_file is not None else config.instance
    folders = (config.instance, database, config.uploads, config.materials, config.exports, config.imports)
    by_disk = {folder.stat().st_dev: folder for folder in reversed(folders) if folder.is_dir()}
    for folder in reversed(by_disk.values()):
        yield _disk(folder)


def _disk(folder: Path) -> Finding:
    free = disk.free_bytes(folder)
    what = f"{free // _MEGABYTE:,} MB are free on the disk of {folder}."
    if free < disk.NEEDED:
        return fail(what, "Make room: registering stops.")
    if free < disk.LEFT_BY_FILES:
        return fail(what, "Make room: files that people send are refused, and registering stops when the disk is full.")
    return warn(what, "Make room soon.") if free < _SCARCE else ok(what)
