"""Files of a backup going into the folders of an instance; the folders themselves stay, which may be mounts or links.

Rows and files cannot be committed together. So new files are first laid into a folder `.restoring-<id>` inside the one where
they belong, with the names of the old ones that go; then the rows are committed, among them the id; and only then the new
files get their names, and the old ones go. Whoever finds such a folder asks the database for the id: if it is there the
rest is done, and if not, what was laid goes. Until the rows are committed nothing of the old state was touched.
"""

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from sqlalchemy import Engine

from eventreg.config import Config
from eventreg.db.engines import open_engine
from eventreg.kernel.disk import sync_folder, write_new
from eventreg.operations import OperationRefused
from eventreg.operations.backups.manifest import file_folders
from eventreg.operations.backups.rows import forget_mark, restore_marked
from eventreg.serving.lock import RESTORED, ServerRuns

_BESIDE = ".restoring-"
_NEW, _GOING = "new", "going.json"
#: where earlier versions unpacked a backup in the instance folder, rows in plain among it; it stayed when they were killed
_UNPACKED = ".restore-"


class Laid:
    """What one restore laid beside the files of one folder. Nobody else has it in hand until `close`."""

    def __init__(self, folder: Path, restore_id: str) -> None:
        """Take what is there in hand, or begin. Raises ServerRuns when somebody else has it."""
        self.folder, self.restore_id = folder, restore_id
        self.beside = folder / f"{_BESIDE}{restore_id}"
        self.beside.mkdir(mode=0o700, exist_ok=True)
        try:
            self._going = (self.beside / _GOING).open("ab")
        except OSError:
            with suppress(OSError):
                self.beside.rmdir()
            raise
        try:
            fcntl.flock(self._going, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise ServerRuns(RESTORED) from None

    def close(self) -> None:
        """Let it go."""
        self._going.close()

    def lay(self, files: Iterable[tuple[str, Iterable[bytes]]], old: Iterable[str]) -> None:
        """Lay files here, and remember which old ones go unless they are replaced: on the disk for good on return."""
        new = self.beside / _NEW
        new.mkdir(mode=0o700)
        going = set(old)
        for name, parts in files:
            (new / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_new(new / name, parts)
            going.discard(name)
        self._going.write(json.dumps(sorted(going)).encode())
        self._going.flush()
        os.fsync(self._going.fileno())
        for folder in (*_folders(new), self.beside, self.folder):
            sync_folder(folder)

    def put_in_place(self) -> None:
        """Give the new files their names, on the disk for good, and then remove the old ones. Can be done again."""
        new = self.beside / _NEW
        touched = {self.folder}
        for path in [path for path in new.rglob("*") if not path.is_dir()]:
            name = path.relative_to(new)
            (self.folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _rename(path, self.folder / name)
            touched |= {self.folder / parent for parent in name.parents}
        for folder in touched:
            sync_folder(folder)
        for name in json.loads((self.beside / _GOING).read_bytes() or b"[]"):
            (self.folder / name).unlink(missing_ok=True)
        self.take_back()

    def take_back(self) -> None:
        """Remove what is laid here, and every trace of it."""
        if (self.beside / _NEW).exists():
            shutil.rmtree(self.beside / _NEW)
        (self.beside / _GOING).unlink(missing_ok=True)
        self.beside.rmdir()
        sync_folder(self.folder)


def settle(engine: Engine, laid: Iterable[Laid]) -> None:
    """Put in place what belongs to rows that were committed, and take back all else.

    Raises OperationRefused when that cannot be done: what is laid stays then, to be settled later.
    """
    marked = restore_marked(engine)
    for each in laid:
        try:
            if each.restore_id == marked:
                each.put_in_place()
            else:
                each.take_back()
        except OSError as error:
            where = (
                "The rows of the backup are in, and its files not all in place yet"
                if marked
                else "A restore was undone"
            )
            # A write that finds the disk full names no file.
            raise OperationRefused(
                f"{where}: {error.strerror}: {error.filename or each.folder}. "
                "Mend that; the next start of eventreg serve or restore goes on."
            ) from error
    if marked:
        forget_mark(engine)


def left_beside(config: Config) -> list[Path]:
    """Return the folders that a restore laid beside files, which runs or was cut off."""
    folders = dict.fromkeys([*file_folders(config).values(), *derived_folders(config), config.keys.resolve().parent])
    return [path for folder in folders for path in sorted(folder.glob(f"{_BESIDE}*"))]


def left_unpacked(config: Config) -> list[Path]:
    """Return the folders in which an older eventreg unpacked a backup, and was killed."""
    return sorted(config.instance.glob(f"{_UNPACKED}*"))


def derived_folders(config: Config) -> list[Path]:
    """Return the folders whose files are made again, or are not kept for long: no backup has them."""
    return [config.held_mail, config.exports, config.imports, config.copies]


def finish_restores(config: Config) -> None:
    """Bring to its end what restores left that were cut off: the new state if its rows are in, and the old one if not.

    To be called while no restore runs in this instance. Raises ServerRuns when one runs on another machine, and what
    `settle` raises.
    """
    for path in left_unpacked(config):
        shutil.rmtree(path)
    with ExitStack() as stack:
        laid = [_taken(path, stack) for path in left_beside(config)]
        if not laid and config.sqlite_file is not None and not config.sqlite_file.exists():
            return  # looking would make the file
        # Without anything laid there may be a mark, of a restore that was cut off before its last act.
        engine = open_engine(config.database)
        stack.callback(engine.dispose)
        settle(engine, laid)


def _taken(path: Path, stack: ExitStack) -> Laid:
    laid = Laid(path.parent, path.name.removeprefix(_BESIDE))
    stack.callback(laid.close)
    return laid


def _folders(top: Path) -> Iterator[Path]:
    yield top
    yield from (path for path in top.rglob("*") if path.is_dir())


def _rename(path: Path, target: Path) -> None:
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        # A file that is mounted by itself, as keys may be, can be written and not replaced. Cut off, it is written again.
        with target.open("wb") as file:
            file.write(path.read_bytes())
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
