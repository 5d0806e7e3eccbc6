"""What a restore left that was cut off, or that runs."""

from __future__ import annotations

from collections.abc import Iterator

from eventreg.config import Config
from eventreg.operations.backups.placing import left_beside, left_unpacked
from eventreg.operations.doctor.findings import Finding, fail, ok

_STARTS = "eventreg serve, backup or restore"


def check_restores(config: Config) -> Iterator[Finding]:
    """Look for files that are not in place yet, and for people's data that should not lie there."""
    unpacked, beside = left_unpacked(config), left_beside(config)
    for path in unpacked:
        yield fail(
            f"{path} has people's data in plain: a restore by an earlier version was killed and left it.",
            f"The next start of {_STARTS} deletes it.",
        )
    if beside:
        folders = ", ".join(str(path) for path in beside)
        yield fail(
            f"A restore runs, or was cut off and left {folders}.",
            f"The next start of {_STARTS} finishes it where its rows are in, and undoes it where they are not.",
        )
    if not unpacked and not beside:
        yield ok("No restore was left unfinished.")
