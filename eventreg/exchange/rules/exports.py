"""Files that can be taken out of the list: what they are, what may be in them, how long they are kept."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from eventreg.events.rules.team import Scope, Sight
from eventreg.kernel.errors import N_, Refused, Titled


class ExportFormat(enum.Enum):
    """What a file is."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    #: a printed list, and a sheet to sign for each day
    PDF_LIST = "pdf_list"
    PDF_SHEET = "pdf_sheet"
    #: the files that people sent
    ZIP = "zip"


class ExportState(Titled):
    """Where a file stands."""

    #: a worker makes it
    MAKING = "making", N_("In progress")
    READY = "ready", N_("Ready")
    #: it went straight to whoever asked
    GIVEN = "given", N_("Downloaded at once")
    FAILED = "failed", N_("Export failed")
    #: deleted; the row stays
    EXPIRED = "expired", N_("Deleted")


class Titles(enum.Enum):
    """What stands over the columns."""

    #: words in the reader's language
    LABELS = "labels"
    #: the columns' names, the same in every language and after a question was worded anew
    KEYS = "keys"


PRINTED = frozenset({ExportFormat.PDF_LIST, ExportFormat.PDF_SHEET})
#: by how a file's name ends
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
#: of formats that are written whole before anything of them can be sent: with more people than this a worker makes them
MOST_AT_ONCE = {ExportFormat.PDF_LIST: 1_000, ExportFormat.PDF_SHEET: 500}
#: what can be read on a sheet of paper, its broad side up
MOST_PRINTED_COLUMNS = 12
#: people of one step of a worker, which is one document: laying out a thousand rows takes 100 MB
STEPS = {ExportFormat.PDF_LIST: 1_000, ExportFormat.PDF_SHEET: 500}
_ANSWER = "answer."
#: of what has columns of its own, whatever was wished: what stands on a sheet to sign
COLUMNS_OF = {ExportFormat.PDF_SHEET: ("person", "institution", "reference")}
#: how long a file that a worker made can be fetched
KEPT_FOR = timedelta(hours=24)
#: a worker that has not come through in this time never will: what it was to make is forgotten
GIVEN_UP_AFTER = timedelta(hours=2)
LONGEST_REASON, SHORTEST_REASON = 1000, 5
#: the words of a file's name, each cut to it: folders of some systems take no more than 255 bytes altogether
_LONGEST_WORD = 40


#: what stands in a file whatever its columns are
_ALWAYS_SAYS = {**COLUMNS_OF, ExportFormat.JSON: ("reference",), ExportFormat.ZIP: ("person", "reference")}


@dataclass(frozen=True)
class Recipient:
    """Somebody outside of the team for whom a file can be made, and the most that was agreed to be in it."""

    key: str
    name: str
    #: keys of categories
    categories: frozenset[str]
    #: names of columns, in their order
    columns: tuple[str, ...]

    def columns_of(self, wish: ExportRequest) -> tuple[str, ...]:
        """Return the columns of what is wished that were agreed. Raises Refused where a file would say something else."""
        if not set(self.columns).issuperset(_ALWAYS_SAYS.get(wish.format, ())):
            raise Refused(N_("This format says more than was agreed: choose another one"), field="format")
        columns = tuple(each for each in wish.columns or self.columns if each in self.columns)
        if not columns:
            raise Refused(N_("None of these columns was agreed with the recipient"), field="columns")
        return columns


@dataclass(frozen=True)
class ExportRequest:
    """What somebody wants to take out of a list."""

    format: ExportFormat
    #: names of columns as the list's address has them; None: every one
    columns: tuple[str, ...] | None = None
    #: mail addresses and telephone numbers
    with_contact_data: bool = True
    #: answers that are kept sealed, readable; of ZIP: the files, which are as sensitive
    with_sensitive: bool = False
    #: why sensitive answers are taken, in the words of whoever takes them
    reason: str = ""
    titles: Titles = Titles.LABELS
    #: the key of the `Recipient` that it is made for; empty: the team itself
    recipient: str = ""

    @property
    def takes_sensitive(self) -> bool:
        """Whether something sensitive can be read in the file."""
        return self.with_sensitive or self.format is ExportFormat.ZIP


@dataclass(frozen=True)
class Plan:
    """All that making a file needs beside the people: what was wished, less what the taker may not have."""

    format: ExportFormat
    columns: tuple[str, ...] | None
    titles: Titles
    #: the taker may see mail addresses and telephone numbers; otherwise a cell says only that there is one
    has_contact_data: bool
    #: there are no columns of contact data at all
    leaves_out_contact_data: bool
    has_sensitive: bool
    #: of the file
    language: str
    #: the name of an account; empty: by a command on the machine
    taken_by: str
    #: the list's filters in words
    words: str
    file_name: str
    #: the column of the list's order, where what is printed has a heading for each of its values
    grouped_by: str
    #: which registrations the taker might know of
    scope: Scope
    #: for whom outside the team it was made, by name and by the key of what was agreed; empty: the team itself
    recipient: str = ""
    agreement: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        scope = {
            "categories": None if self.scope.categories is None else sorted(self.scope.categories),
            "days": None if self.scope.days is None else [day.isoformat() for day in sorted(self.scope.days)],
        }
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**plain, "format": self.format.value, "titles": self.titles.value, "scope": scope}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Plan:
        """Read what `as_data` wrote."""
        scope, columns = data["scope"], data["columns"]
        return cls(
            **{
                **data,
                "format": ExportFormat(data["format"]),
                "columns": None if columns is None else tuple(columns),
                "titles": Titles(data["titles"]),
                "scope": Scope(
                    None if scope["categories"] is None else frozenset(scope["categories"]),
                    None if scope["days"] is None else frozenset(date.fromisoformat(day) for day in scope["days"]),
                ),
            }
        )

    @property
    def media_type(self) -> str:
        """What the file is."""
        return MEDIA_TYPES[self.file_name.rpartition(".")[2]]

    @property
    def holds_contact_data(self) -> bool:
        """Whether mail addresses and telephone numbers can be read in it."""
        return self.has_contact_data and not self.leaves_out_contact_data


def may_fetch(plan: Plan, sight: Sight, *, sees_sensitive: bool) -> bool:
    """Say whether somebody may still have what they asked for: what was agreed with them may have changed since."""
    return (
        is_within(plan.scope, sight.scope)
        and (sight.has_contact_data or not plan.holds_contact_data)
        and (sees_sensitive or not plan.has_sensitive)
    )


def is_within(scope: Scope, other: Scope) -> bool:
    """Say whether everybody of a scope is in another as well."""
    return _fits(scope.categories, other.categories) and _fits(scope.days, other.days)


def _fits(part: frozenset[Any] | None, whole: frozenset[Any] | None) -> bool:
    return whole is None or (part is not None and part <= whole)


def check_wish(wish: ExportRequest, *, sees_sensitive: bool) -> None:
    """Check that whoever wishes may have it. Raises Refused.

    Contact data that one may not see is no fault: it is left out without a word, as on the screen.
    """
    if wish.takes_sensitive and not sees_sensitive:
        raise Refused(N_("Sensitive data is not for you to take"), field="format")
    if wish.takes_sensitive and len(wish.reason) < SHORTEST_REASON:
        raise Refused(N_("Write why, in %(least)s characters or more"), field="reason", least=SHORTEST_REASON)
    if len(wish.reason) > LONGEST_REASON:
        raise Refused(N_("Use at most %(limit)s characters"), field="reason", limit=LONGEST_REASON)
    if wish.columns is not None and not wish.columns and wish.format is not ExportFormat.ZIP:
        raise Refused(N_("There is no column to take"), field="columns")


def is_made_aside(format_: ExportFormat, count: int) -> bool:
    """Say whether a worker makes the file, and it is fetched later."""
    return count > MOST_AT_ONCE.get(format_, count)


def chosen_questions(columns: Sequence[str] | None) -> list[str] | None:
    """Return the keys of the questions among columns, whose files an archive holds; None: of all."""
    if columns is None:
        return None
    return [name.removeprefix(_ANSWER) for name in columns if name.startswith(_ANSWER)]


def ending(format_: ExportFormat, *, is_aside: bool) -> str:
    """Return how the name of a file ends. Lists that are printed in several documents come together in an archive."""
    if format_ in PRINTED:
        return "zip" if is_aside else "pdf"
    return format_.value


def file_name(slug: str, at: datetime, taken_by: str, words: str, ending: str) -> str:
    """Return what a file is called: the event, when it was taken (local time), by whom, and what was chosen in words.

    Letters, digits and signs that every system takes in a file's name.
    """
    parts = [slug, f"{at:%Y-%m-%d-%H%M}", _plain(taken_by), _plain(words)]
    return f"{'-'.join(part for part in parts if part)}.{ending}"


def _plain(text: str) -> str:
    """Return words as they can stand in a file's name; nothing where no letter of them can."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if char.isascii())
    return re.sub(r"[^a-zA-Z0-9]+", "-", bare).strip("-").lower()[:_LONGEST_WORD].strip("-")
