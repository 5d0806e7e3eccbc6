"""Looking at an instance from outside: what is in order, what is doubtful, what is broken, and how to mend it (`examination`).

Changes nothing and sends nothing; makes neither keys nor tables.
"""

import enum
from dataclasses import dataclass


class Level(enum.Enum):
    """How grave it is. FAIL: something does not work, or people's data is at risk."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `mend` says what to do, unless all is well."""

    level: Level
    what: str
    mend: str = ""


def ok(what: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(Level.OK, what)


def warn(what: str, mend: str) -> Finding:
    """Return a finding that somebody should look into."""
    return Finding(Level.WARN, what, mend)


def fail(what: str, mend: str) -> Finding:
    """Return a finding that must be mended."""
    return Finding(Level.FAIL, what, mend)
