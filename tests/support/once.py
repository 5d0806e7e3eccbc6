"""What is made once for all workers of a run: by whoever asks first, while the others wait."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Return `folder`, which `make` has filled: in this process, in another one, or now. What failed is begun anew."""
    made = folder.with_name(f"{folder.name}.made")
    with one_at_a_time(folder.with_name(f"{folder.name}.lock")):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Hold a lock that all processes of a run share."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
