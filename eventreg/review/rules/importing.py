"""Putting people in from a file: what a file may be, what comes of each row, and why a row or a file is refused."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from eventreg.kernel.errors import N_, Conflict

#: a file, and what it unfolds to
MOST_BYTES = 20_000_000
MOST_UNPACKED = 150_000_000
MOST_ROWS = 10_000
MOST_COLUMNS = 300
LONGEST_CELL = 20_000
#: refused cells that are kept of one row
MOST_PROBLEMS = 12


class FileReason(Conflict):
    """Why a file cannot be taken, or put in."""

    EMPTY = "empty", N_("The file holds nobody: titles belong in the first row, people below"), "file"
    TOO_LARGE = "too_large", N_("The file is too large: at most %(limit)s MB. Put it in in parts."), "file"
    TOO_MANY_ROWS = "too_many_rows", N_("The file has too many rows: at most %(limit)s. Put it in in parts."), "file"
    TOO_MANY_COLUMNS = "too_many_columns", N_("The file has too many columns: at most %(limit)s"), "file"
    UNREADABLE = "unreadable", N_("This is neither CSV nor an Excel file (.xlsx) that can be read"), "file"
    GONE = (
        "gone",
        N_("This file is here no more: it was kept for a day, or was imported. Choose it again."),
        "file",
        410,
    )
    NOT_NOW = (
        "not_now",
        N_("Nobody can be added: the event does not take place, or its form is not published yet."),
        "file",
    )
    CANNOT_BE_KEPT = "cannot_be_kept", N_("We cannot keep the file at this moment. Try again in a while"), "file"
    #: what its trial showed holds no longer; the new trial says what is otherwise
    DIFFERS = (
        "differs",
        N_("Something has changed since the check: nothing was imported. What is otherwise now is marked."),
    )


@dataclass(frozen=True)
class Table:
    """What a file holds: the names of its columns, and its rows with their numbers as a spreadsheet program shows them."""

    head: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


class Outcome(enum.Enum):
    """What comes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    #: the registration says the same already
    SAME = "same"
    REFUSED = "refused"


class Full(enum.Enum):
    """What becomes of somebody who is to be confirmed when no place is left."""

    WAITLIST = "waitlist"
    REFUSE = "refuse"


class WantedStatus(enum.Enum):
    """The status of somebody new whose row names none."""

    BY_RULE = "by_rule"
    CONFIRMED = "confirmed"
    PENDING = "pending"
    WAITLISTED = "waitlisted"


@dataclass(frozen=True)
class Terms:
    """How a file is put in: for those whose row does not say it, and for all."""

    #: key of the category of whoever is new; empty: every row says it
    category: str = ""
    language: str = ""
    status: WantedStatus = WantedStatus.BY_RULE
    full: Full = Full.WAITLIST
    #: an empty cell takes the answer away; otherwise it leaves it as it is
    empty_clears: bool = False
    #: whoever is new is told by mail what came of it
    tells: bool = False

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {**asdict(self), "status": self.status.value, "full": self.full.value}

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> Terms:
        """Return what `as_data` gave."""
        return cls(**{**data, "status": WantedStatus(data["status"]), "full": Full(data["full"])})


@dataclass(frozen=True)
class Difference:
    """What a row changes, or the cell it is refused for, in words: the column, and what it was and is or why not."""

    column: str
    #: what is there now; None: a problem
    old: str | None
    #: what will be there, or the problem
    new: str


@dataclass(frozen=True)
class Line:
    """What comes of one row, in words of the organizer's language."""

    row: int
    outcome: Outcome
    #: who it is, as typed
    name: str
    #: of the registration that it is about; empty for somebody new
    reference: str = ""
    #: the status that somebody new gets, in words
    status: str = ""
    differences: Sequence[Difference] = field(default=())
    #: it is otherwise than the trial that was confirmed said
    is_otherwise: bool = False
    #: tells two outcomes apart
    digest: str = ""

    def as_data(self) -> list[Any]:
        """Return it as JSON takes it, short: there are thousands."""
        told = [[each.column, each.old, each.new] for each in self.differences]
        return [
            self.row, self.outcome.value, self.name, self.reference, self.status, told, self.is_otherwise, self.digest,
        ]  # fmt: skip

    @classmethod
    def of_data(cls, data: Sequence[Any]) -> Line:
        """Return what `as_data` gave."""
        row, outcome, name, reference, status, told, is_otherwise, digest = data
        differences = tuple(Difference(*each) for each in told)
        return cls(row, Outcome(outcome), name, reference, status, differences, is_otherwise, digest)
