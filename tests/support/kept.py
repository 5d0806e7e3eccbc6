"""A database that is looked at after every request of a walk, and brought back to what it was."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: by table
Rows = dict[str, list[tuple[Any, ...]]]


class KeptDatabase:
    """An SQLite file as it was when this was made.

    A walk asks a thousand times whether a request has written. SQLite counts the commits of everybody else, so rows are read
    and the file is copied only after one.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        self._path, self._kept = path, folder / "kept.db"
        shutil.copyfile(path, self._kept)
        self._read: tuple[int, Rows] | None = None
        self._watch()

    def rows(self) -> Rows:
        """Return every row of every table as SQLite holds it."""
        version = self._version()
        if self._read is None or self._read[0] != version:
            self._read = version, self._read_all()
        return self._read[1]

    @property
    def is_written(self) -> bool:
        """Whether anything was written since it was as it was."""
        return self._version() != self._unwritten

    def restore(self, let_go: Callable[[], None]) -> None:
        """Bring the file back to what it was, if anything was written; `let_go` closes what others have open."""
        if not self.is_written:
            return
        let_go()
        self.close()
        for leftover in (self._path, *self._path.parent.glob(f"{self._path.name}-*")):
            leftover.unlink(missing_ok=True)
        shutil.copyfile(self._kept, self._path)
        self._watch()

    def close(self) -> None:
        """Let go of the file."""
        self._watcher.close()

    def _watch(self) -> None:
        # Who may only read brings nothing of the log into the file when it closes as the last one: the file goes then.
        self._watcher = sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, isolation_level=None)
        self._unwritten = self._version()
        self._read = None

    def _version(self) -> int:
        """Return a number that is another once anybody else has committed a change."""
        (version,) = self._watcher.execute("PRAGMA data_version").fetchone()
        return int(version)

    def _read_all(self) -> Rows:
        tables = [name for (name,) in self._watcher.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(self._watcher.execute(f'SELECT * FROM "{name}"'), key=repr) for name in tables}  # noqa: S608
