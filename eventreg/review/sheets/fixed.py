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
from eventreg.review.wording import came_by_words

Cell = Callable[[Person], str]

#: names of fixed columns for those only who may see contact data
CONTACT_COLUMNS = frozenset({"email", "phone"})
#: of those whose cells are columns of the registration as they are
_OF_IDENTITY = ("institution", "position", "badge_name", "email", "phone")


class FixedWords:
    """Writes the fixed columns, with all words looked up once. `withheld` stands for contact data; empty: it is shown."""

    def __init__(self, categories: Mapping[int, str], language: str, zone: ZoneInfo, withheld: str) -> None:
        self._language, self._zone = language, zone
        statuses = {status: status_for_team(status) for status in Status}
        ways: dict[object, str] = {None: ""}
        self._cells: dict[str, Cell] = {
            "reference": lambda person: person.reference,
            "status": lambda person: statuses[person.status],
            "category": lambda person: categories[person.category_id],
            "received": lambda person: self._moment(person.submitted_at),
            "changed": lambda person: self._moment(person.changed_at),
            "language": lambda person: own_name(person.language),
            "person": lambda person: f"{person.identity['given_name']} {person.identity['family_name']}".strip(),
            "country": lambda person: formats.country(person.identity["country"], language),
            "way": lambda person: ways.setdefault(person.came_by, _way(person)),
            "tags": lambda person: "; ".join(person.tags),
            "notes": lambda person: str(person.notes) if person.notes else "",
        }
        for name in _OF_IDENTITY:
            self._cells[name] = _identity(name, withheld if name in CONTACT_COLUMNS else "")

    def cell_of(self, name: str) -> Cell:
        """Return what writes the column of this name. KeyError for one that is none."""
        return self._cells[name]

    def _moment(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")


def _identity(name: str, withheld: str) -> Cell:
    def cell(person: Person) -> str:
        held = person.identity[name]
        return withheld if withheld and held else held

    return cell


def _way(person: Person) -> str:
    return came_by_words(person.came_by, None) if person.came_by is not None else ""
