"""The ledger of what was erased: random ids, never an address, so that no older backup brings anybody back.

A file of lines of JSON among the uploads, which every machine of an instance shares and no restore throws away: first from
when on an instance writes it, then what went when. A line is on the disk before the erasure commits: cut off in between, the
ledger names somebody who is still there, and the next start erases them.
"""

import fcntl
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eventreg.kernel.disk import sync_folder


@dataclass(frozen=True)
class Ledger:
    """What a ledger says."""

    ids: frozenset[str] = frozenset()
    #: by the mark of an instance (`kernel.keys.fingerprint` of its key for links): all that was erased from then on is in it
    since: tuple[tuple[str, str], ...] = ()

    def known_since(self, instance: str, after: str) -> str:
        """Return from when on it has all that an instance erased, where that is no later than `after`; else ""."""
        begun = dict(self.since).get(instance, "")
        return begun if begun <= after else ""


def parse(lines: Iterable[bytes]) -> Ledger:
    """Read a ledger. A line that was cut off is none; with one that is damaged nothing before it is known to be complete."""
    ids: set[str] = set()
    since: list[tuple[str, str]] = []
    for line in lines:
        try:
            said = json.loads(line)
            named = said.get("ids", [])
            begins = [(said["instance"], said["since"])] if "instance" in said else []
            if not isinstance(named, list) or not all(isinstance(each, str) for each in (*named, *sum(begins, ()))):
                raise TypeError
        except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
            if not _is_cut_off(line):
                since.clear()
            continue
        ids.update(named)
        since += begins
    return Ledger(frozenset(ids), tuple(since))


def _is_cut_off(line: bytes) -> bool:
    """Say whether a line can be what a crash left of one: its beginning, and zeros where the disk came no further."""
    written = line.strip(b"\0\r\n")
    return b'{"'.startswith(written[:2]) and not written.endswith(b"}")


def read(path: Path) -> Ledger:
    """Read the ledger of an instance; empty where it has none yet."""
    try:
        with path.open("rb") as file:
            return parse(file)
    except (FileNotFoundError, NotADirectoryError):
        return Ledger()


def moment(at: datetime) -> str:
    """Return a moment as a ledger says it."""
    return at.isoformat(timespec="seconds")


def record(path: Path, instance: str, ids: Collection[str], at: datetime, *, since: str = "") -> None:
    """Write down what an instance erases, and from when on it does. It is on the disk when this returns. Raises OSError.

    `since`: from when on all is known, where that is another moment than it says, and not now.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        held = file.read()
        lines = [{"at": moment(at), "ids": sorted(ids)}] if ids else []
        begun = dict(parse(held.splitlines()).since).get(instance)
        if begun is None or since not in ("", begun):
            lines.insert(0, {"instance": instance, "since": since or moment(at)})
        # What was cut off in the middle of a line must not spoil the next one.
        begin_line = b"\n" if held and not held.endswith(b"\n") else b""
        file.write(begin_line + b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
