"""The list on paper: what is laid out as data, and the child process that lays it out (`typesetter`)."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from eventreg.exchange.sheets.formats import Stamp
from eventreg.i18n import formats
from eventreg.i18n.languages import speaking
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.text import folded
from eventreg.media.models import Picture

_TYPESETTER = Path(__file__).with_name("typesetter.py")
_FORMATS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
#: seconds: shorter than a request or a worker's lease
_PATIENCE = 100
#: columns that still fit the narrow side of a sheet of paper
_MOST_NARROW = 5
#: of what a column is given room for, beside its title: what most cells need, not the longest of all
_NARROWEST, _WIDEST, _AIR = 6, 40, 5


class CannotPrint(Refused):
    """The document was not laid out."""

    def __init__(self) -> None:
        sentence = N_("The document could not be laid out. Choose fewer columns, or another format.")
        super().__init__(sentence, field="format")


@dataclass(frozen=True)
class Line:
    """A row, and the value that it is grouped by."""

    cells: Sequence[str]
    group: str = ""


@dataclass(frozen=True)
class DayToSign:
    """A day with who comes on it."""

    title: str
    summary: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Paper:
    """What stands around the rows of a document."""

    stamp: Stamp
    heading: str
    #: the event's, in each language
    titles: Sequence[str]
    #: of the hosts, with their names
    logos: Sequence[tuple[Picture, str]]
    #: who stands behind the event, and sentences that were agreed with them
    institutions: Sequence[str]
    #: the places of columns that are never broken
    whole: Sequence[int] = ()
    is_grouped: bool = False
    #: the number of the first person, and which part of how many it is, where a list is printed in several
    first: int = 1
    part: tuple[int, int] = (1, 1)


def in_each(languages: Iterable[str], say: Callable[[], str]) -> str:
    """Return what is said in each of these languages, the same words once."""
    found = []
    for language in languages:
        with speaking(language):
            found.append(say())
    return " / ".join(dict.fromkeys(found))


def list_document(paper: Paper, head: Sequence[str], lines: Sequence[Line], note: str = "") -> Mapping[str, Any]:
    """Return a list as data for the template; `note` says what is not in it."""
    return {
        **_around(paper),
        "heading": paper.heading,
        "summary": " · ".join(filter(None, (paper.stamp.words, note))),
        "head": list(head),
        "widths": _widths(head, lines),
        "is_wide": len(head) > _MOST_NARROW,
        "is_sheet": False,
        "groups": _groups(lines),
    }


def sheet_document(paper: Paper, head: Sequence[str], days: Sequence[DayToSign]) -> Mapping[str, Any]:
    """Return sheets to sign as data for the template: the last column, for which lines have no cell, is for the signature."""
    every = [line for day in days for line in day.lines]
    widths = _widths(head[:-1], every)
    return {
        **_around(paper),
        "head": list(head),
        "widths": [*widths, max(sum(widths) // 2, _NARROWEST)],
        "is_wide": False,
        "is_sheet": True,
        "days": [
            {"title": f"{paper.heading} – {day.title}", "summary": day.summary, "groups": _groups(day.lines, [""])}
            for day in days
        ],
    }


def typeset(document: Mapping[str, Any], at: datetime) -> bytes:
    """Return a document as a tagged PDF. Raises CannotPrint."""
    command = [sys.executable, "-I", str(_TYPESETTER), at.isoformat(timespec="seconds")]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, nothing of what people wrote among its arguments
            command, input=json.dumps(document).encode(), capture_output=True, timeout=_PATIENCE, check=True
        )
    except (subprocess.SubprocessError, OSError):
        # What it said can hold what people wrote, and belongs in no log.
        raise CannotPrint from None
    return done.stdout


def _around(paper: Paper) -> dict[str, Any]:
    stamp = paper.stamp
    part, parts = paper.part
    foot = _(
        "%(when)s, by %(who)s. Filter: %(filter)s.",
        when=stamp.when,
        who=stamp.who,
        filter=stamp.words or _("Everybody"),
    )
    if parts > 1:
        foot += " " + _("Part %(part)s of %(parts)s.", part=part, parts=parts)
    return {
        "title": stamp.event_title,
        "titles": list(dict.fromkeys((stamp.event_title, *paper.titles))),
        "logos": [
            {"format": _FORMATS[logo.media_type], "content": list(logo.content), "name": name}
            for logo, name in paper.logos
        ],
        "whole": list(paper.whole),
        "author": stamp.who,
        "language": stamp.language,
        "is_rtl": formats.direction(stamp.language) == "rtl",
        "institutions": list(paper.institutions),
        "foot": foot,
        "labels": {"number": _("No."), "page": _("Page %(page)s of %(pages)s", page="[page]", pages="[pages]")},
        "is_grouped": paper.is_grouped,
        "first": paper.first,
    }


def _groups(lines: Iterable[Line], more: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return rows with those of one value together: they follow one another already. `more` are cells to be filled in."""
    found: list[dict[str, Any]] = []
    last: str | None = None
    for line in lines:
        if folded(line.group) != last:
            last = folded(line.group)
            found.append({"title": line.group, "rows": []})
        found[-1]["rows"].append([*line.cells, *more])
    return found


def _widths(head: Sequence[str], lines: Sequence[Line]) -> list[int]:
    """Return how wide each column is beside the others: as nine of ten of its cells need."""
    widths = []
    for place, title in enumerate(head):
        lengths = sorted(len(line.cells[place]) for line in lines)
        usual = lengths[len(lengths) * 9 // 10] if lengths else 0
        widths.append(min(max(usual, len(title), _NARROWEST), _WIDEST) + _AIR)
    return widths
