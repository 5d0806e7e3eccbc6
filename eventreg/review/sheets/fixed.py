"""The columns that every registration has, whatever its event asks: their cells, and which of them are contact data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from eventreg.i18n import formats
from eventreg.i18n.languages import own_name
from eventreg.registration.rules.states import Status
from eventreg.registration.wording import status_for_team
from eventreg.review.queries.people import Person
from eventreg.review.rules.columns import CONTACT_DATA, Column
from eventreg.review.wording import came_by_words

Cell = Callable[[Person], str]

#: those whose cells are columns of the registration as they are
_OF_IDENTITY = (Column.INSTITUTION, Column.POSITION, Column.BADGE_NAME, Column.EMAIL, Column.PHONE)


class FixedWords:
    """Writes the fixed columns, with all words looked up once. `withheld` stands for contact data; empty: it is shown."""

    def __init__(self, categories: Mapping[int, str], language: str, zone: ZoneInfo, withheld: str) -> None:
        self._zone = zone
        statuses = {status: status_for_team(status) for status in Status}
        ways: dict[object, str] = {None: ""}
        self._cells: dict[Column, Cell] = {
            Column.REFERENCE: lambda person: person.reference,
            Column.STATUS: lambda person: statuses[person.status],
            Column.CATEGORY: lambda person: categories[person.category_id],
            Column.RECEIVED: lambda person: self._moment(person.submitted_at),
            Column.CHANGED: lambda person: self._moment(person.changed_at),
            Column.LANGUAGE: lambda person: own_name(person.language),
            Column.PERSON: lambda person: f"{person.identity['given_name']} {person.identity['family_name']}".strip(),
            Column.COUNTRY: lambda person: formats.country(person.identity["country"], language),
            Column.WAY: lambda person: ways.setdefault(person.came_by, _way(person)),
            Column.TAGS: lambda person: "; ".join(person.tags),
            Column.NOTES: lambda person: str(person.notes) if person.notes else "",
        }
        for column in _OF_IDENTITY:
            self._cells[column] = _identity(column.value, withheld if column in CONTACT_DATA else "")

    def cell_of(self, column: Column) -> Cell:
        """Return what writes a column."""
        return self._cells[column]

    def _moment(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")


def _identity(name: str, withheld: str) -> Cell:
    def cell(person: Person) -> str:
        held = person.identity[name]
        return withheld if withheld and held else held

    return cell


def _way(person: Person) -> str:
    return came_by_words(person.came_by, None) if person.came_by is not None else ""
