"""Putting people in from a file: what a file may be, what comes of each row, and who of many has a place.

A whole name in one cell is divided by a rule that the organizer chooses and sees at work. Nobody can tell for certain where a
given name ends: "María de la Cruz López Ramírez". What is certain is a comma.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.seats import Places, Seats
from eventreg.kernel.errors import N_, Conflict, Refused, Titled
from eventreg.kernel.text import original
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.rules.availability import admit, needs_place
from eventreg.registration.rules.states import TRANSITIONS, ChangeReason, Status

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


class Outcome(Titled):
    """What comes of a row. `looks` names the status of a registration that it looks like."""

    ADDED = "added", N_("To be added"), "confirmed"
    CHANGED = "changed", N_("To be changed"), "pending"
    #: the registration says the same already
    SAME = "same", N_("Nothing changes"), "cancelled"
    REFUSED = "refused", N_("Refused"), "declined"

    def __init__(self, key: str, title: str = "", looks: str = "") -> None:
        super().__init__(key, title)
        self.looks = looks


class Full(Titled):
    """What becomes of somebody who is to be confirmed when no place is left."""

    WAITLIST = "waitlist", N_("They go on the waiting list")
    REFUSE = "refuse", N_("The row is refused")


class WantedStatus(Titled):
    """The status of somebody new whose row names none."""

    BY_RULE = "by_rule", N_("By the rule of their category")
    CONFIRMED = "confirmed", N_("Confirmed")
    PENDING = "pending", N_("To review")
    WAITLISTED = "waitlisted", N_("Waiting list")

    @property
    def status(self) -> Status | None:
        """The status; None: the rule of the category says it."""
        return None if self is WantedStatus.BY_RULE else Status(self.value)


class RefusedRows(Titled):
    """What rows that are refused mean to those that are not."""

    LEFT = "left", N_("The good rows go in, the others come back as a file")
    ALL = "all", N_("All or nothing: while a row is refused, none goes in")


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
    refused: RefusedRows = RefusedRows.LEFT

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        said = {"status": self.status.value, "full": self.full.value, "refused": self.refused.value}
        return {**asdict(self), **said}

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> Terms:
        """Return what `as_data` gave."""
        refused = RefusedRows(data.get("refused", RefusedRows.LEFT.value))
        return cls(**{**data, "status": WantedStatus(data["status"]), "full": Full(data["full"]), "refused": refused})


@dataclass(frozen=True)
class Mends:
    """What was said of a file beside its columns and terms: what its words mean, and what stands in some cells instead."""

    #: by the name of our column and the folded word: what the cell says instead, as we read it; "" for nothing
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: by the number of the row and the place of the column
    cells: Mapping[int, Mapping[int, str]] = field(default_factory=dict)

    def mended(self, number: int, cells: Sequence[str]) -> Sequence[str]:
        """Return the cells of a row as they stand now."""
        instead = self.cells.get(number)
        return [instead.get(place, cell) for place, cell in enumerate(cells)] if instead else cells

    def with_cells(self, table: Table, texts: Mapping[tuple[int, int], str]) -> Mends:
        """Return these with other texts, by row and place; what is not in the table is passed over."""
        found = {number: dict(cells) for number, cells in self.cells.items()}
        for number, cells in table.rows:
            for place, cell in enumerate(cells):
                text = texts.get((number, place))
                if text is not None and text != original(self.mended(number, cells)[place]):
                    found.setdefault(number, {})[place] = text[:LONGEST_CELL]
                    if text == original(cell):
                        del found[number][place]
        return Mends(self.words, found)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> Mends:
        """Return what `as_data` gave, from JSON."""
        rows = data.get("cells", {}).items()
        cells = {int(number): {int(place): text for place, text in of.items()} for number, of in rows}
        return cls(data.get("words", {}), cells)


@dataclass(frozen=True)
class Difference:
    """What a row changes, or the cell it is refused for, in words: the column, and what it was and is or why not."""

    column: str
    #: what is there now; None: a problem
    old: str | None
    #: what will be there, or the problem
    new: str
    #: which column of the file says it, where its cell can be mended, and what stands in it
    place: int | None = None
    typed: str = ""


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
        told = [[each.column, each.old, each.new, each.place, each.typed] for each in self.differences]
        return [
            self.row, self.outcome.value, self.name, self.reference, self.status, told, self.is_otherwise, self.digest,
        ]  # fmt: skip

    @classmethod
    def of_data(cls, data: Sequence[Any]) -> Line:
        """Return what `as_data` gave."""
        row, outcome, name, reference, status, told, is_otherwise, digest = data
        differences = tuple(Difference(*each) for each in told)
        return cls(row, Outcome(outcome), name, reference, status, differences, is_otherwise, digest)


#: words that belong to the one behind them
_BEFORE = frozenset({
    *("al", "ben", "bin", "da", "das", "de", "dei", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "el", "ibn"),
    *("la", "las", "le", "los", "mac", "san", "santa", "ter", "van", "von", "zu"),
})  # fmt: skip
#: words that join the one before with the one behind: "Ortega y Gasset"
_BETWEEN = frozenset({"e", "i", "y"})


def divided(name: str, surnames: int) -> tuple[str, str]:
    """Return given and family name. "López Ramírez, María" says itself which is which; otherwise the last `surnames` words
    are the family name, each with the small words before it, and at least one is the given name. Below nothing it is the
    first so many words.
    """
    family, comma, given = name.partition(",")
    if comma and family.strip() and given.strip() and "," not in given:
        return " ".join(given.split()), " ".join(family.split())
    units = _units(name.split(), is_given_first=surnames > 0)
    if surnames < 0:
        at = min(-surnames, len(units) - 1) if len(units) > 1 else 0
        return " ".join(units[at:]), " ".join(units[:at])
    at = len(units) - min(surnames, len(units) - 1) if units else 0
    return " ".join(units[:at]), " ".join(units[at:])


def _units(words: list[str], *, is_given_first: bool) -> list[str]:
    units: list[str] = []
    is_open = False
    for word in words:
        bare = word.lower()
        joins = bool(units) and bare in _BETWEEN
        if units and (is_open or joins):
            units[-1] = f"{units[-1]} {word}"
        else:
            units.append(word)
        # A first word that is a given name is one whatever it is.
        is_open = joins or (bare in _BEFORE and (len(units) > 1 or is_open or not is_given_first))
    return units


@dataclass(frozen=True)
class NewPerson:
    """Somebody to be registered. Answers are cleaned, by question key; those to `questions` are written."""

    row: int
    category_key: str
    language: str
    email: str
    answers: Mapping[str, Sequence[str]]
    questions: Sequence[Question]
    #: None: by the category's rule
    wanted: Status | None
    #: what the trial said that they get
    status: Status


@dataclass(frozen=True)
class AnswerPut:
    """One answer that takes the place of another. `old` is None where it was not looked at: what is sealed."""

    question: Question
    version_id: int
    old: Sequence[str] | None
    new: Sequence[str]


@dataclass(frozen=True)
class ChangedPerson:
    """A registration whose answers are changed, as it was when it was looked at."""

    row: int
    registration_id: int
    seen_revision: int
    puts: Sequence[AnswerPut] = ()
    #: of the mails; None: as it is
    language: str | None = None


@dataclass(frozen=True)
class BulkPlan:
    """What is written of a file, all or nothing, and under which state of the event it was made."""

    #: hashed with the row it makes the submission hash, so that a file put in twice is one
    key: str
    questionnaire_id: int
    new: Sequence[NewPerson]
    changed: Sequence[ChangedPerson]
    #: for the history
    file_name: str = ""


class BulkOvertaken(Refused):
    """Something changed since the plan was made. Nothing was written. `rows`: of whom it is known; empty: the event."""

    def __init__(self, rows: Sequence[int] = ()) -> None:
        super().__init__(ChangeReason.NOT_POSSIBLE_NOW)
        self.rows = tuple(rows)


@dataclass(frozen=True)
class CategoryRule:
    """What decides on people of a category."""

    id: int
    key: str
    approval: ApprovalRule
    pending_counts: bool

    def takes_place(self, status: Status) -> bool:
        """Say whether somebody of this status holds a place."""
        return needs_place(status, self.pending_counts)


@dataclass
class Hall:
    """The places of an event while people are seated, one after the other, in their order."""

    seats: Seats
    categories: Mapping[str, CategoryRule]

    def seat(self, category_key: str, wanted: Status | None) -> Status:
        """Return the status that the next person gets. Nobody is confirmed without a place: they wait for one, approved."""
        category = self.categories[category_key]
        if wanted in (Status.WAITLISTED, Status.DECLINED):
            return wanted
        if wanted is Status.PENDING:
            approval, is_approved = ApprovalRule.BY_ORGANIZER, False
        else:
            approval, is_approved = category.approval, wanted is Status.CONFIRMED
        admission = admit(approval, category.pending_counts, self.seats.of(category.id), is_approved)
        if admission.takes_place:
            self.seats = self.seats.take(category.id)
        return TRANSITIONS[Status.UNVERIFIED, admission.action]


@dataclass
class OptionSeats:
    """The options with places of their own while people are put in. By question key and value."""

    places: dict[tuple[str, str], Places]

    def take(self, answers: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
        """Take what these answers need, all or none; returns what is full."""
        needed = [(key, value) for key, values in answers.items() for value in values if (key, value) in self.places]
        full = [option for option in needed if not self.places[option].has_free]
        if not full:
            for option in needed:
                self.places[option] = self.places[option].take()
        return full
