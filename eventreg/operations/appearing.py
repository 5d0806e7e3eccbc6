"""Files that appear under their name only when they are whole: backups and exports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def appearing_whole(target: Path) -> Iterator[IO[bytes]]:
    """Yield a file (0600, to write and read) that gets its name when it is whole and on disk. Raises FileExistsError."""
    if target.exists():
        raise FileExistsError(17, "There is a file of that name already", str(target))
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
