"""The mark of a running server in its instance folder: who restores a backup must know, and links must lead to it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MARK = "server.address"
RESTORED = "This instance is being restored; wait until that is done."


class ServerRuns(Exception):
    """A server uses the instance, or it is being restored."""


def last_address(instance: Path) -> str | None:
    """Return the base address that the instance was last served under, or None."""
    try:
        return (instance / _MARK).read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


@contextmanager
def being_served(instance: Path, base_url: str) -> Iterator[None]:
    """Mark the instance as served until this process and those it forked have ended. Raises ServerRuns."""
    with not_restored(instance):
        (instance / _MARK).write_text(f"{base_url}\n", encoding="utf-8")
        yield


@contextmanager
def not_restored(instance: Path) -> Iterator[None]:
    """Keep restores from the instance for a while. Raises ServerRuns when one is under way."""
    with _held(instance, fcntl.LOCK_SH, RESTORED):
        yield


@contextmanager
def not_served(instance: Path) -> Iterator[None]:
    """Keep servers from the instance for a while. Raises ServerRuns when one is there."""
    reason = "A server runs on this instance (eventreg serve, or deliver). Stop it first."
    with _held(instance, fcntl.LOCK_EX, reason):
        yield


@contextmanager
def _held(instance: Path, how: int, reason: str) -> Iterator[None]:
    with (instance / _MARK).open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerRuns(reason) from None
        yield
