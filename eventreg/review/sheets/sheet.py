"""The cells of each person, the same for every file format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from eventreg.events.models import Category
from eventreg.i18n.languages import own_name
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.schema import Definition
from eventreg.registration.rules.states import Status
from eventreg.registration.wording import status_for_team
from eventreg.review.queries.people import Person
from eventreg.review.rules.columns import Column
from eventreg.review.rules.exports import Titles
from eventreg.review.sheets.answers import AnswerCells
from eventreg.review.sheets.columns import SheetColumn, head

Cell = Callable[[Person], str]


class Sheet:
    """The chosen columns, and their cells for any person of the event.

    Each cell is written under the version that the answer was given under. A sensitive answer is only "answered" unless
    it was opened, a file always: an export leaves the desk. So are mail addresses and telephone numbers for whoever may
    not see them.
    """

    def __init__(
        self,
        columns: Sequence[SheetColumn],
        definitions: Mapping[int, Definition],
        categories: Sequence[Category],
        context: Context,
        language: str,
        time_zone: str,
        *,
        has_contact_data: bool,
        has_sensitive: bool = False,
    ) -> None:
        self.columns = columns
        self.answers = AnswerCells(
            definitions,
            {category.id: category.key for category in categories},
            context,
            language,
            has_contact_data=has_contact_data,
            has_sensitive=has_sensitive,
        )
        self._cells = self._by_column(categories, context, language, ZoneInfo(time_zone))

    def head(self, titles: Titles = Titles.LABELS) -> list[str]:
        """Return what stands over the columns."""
        return head(self.columns, titles)

    def row(self, person: Person) -> list[str]:
        """Return a person's cells."""
        return [cell(person) for cell in self._cells]

    def _by_column(self, categories: Sequence[Category], context: Context, language: str, zone: ZoneInfo) -> list[Cell]:
        fixed = _fixed_cells(categories, context, language, zone)
        found: list[Cell] = []
        for column in self.columns:
            if column.fixed is not None:
                found.append(fixed[column.fixed])
            elif column.question is not None:
                found.append(self.answers.cell_of(column.question, column.part))
        return found


def _fixed_cells(
    categories: Sequence[Category], context: Context, language: str, zone: ZoneInfo
) -> Mapping[Column, Cell]:
    """Return how each fixed column is written, with all words looked up once."""
    names = {category.id: context.text(category.name, language) for category in categories}
    statuses = {status: status_for_team(status) for status in Status}
    return {
        Column.REFERENCE: lambda person: person.reference,
        Column.STATUS: lambda person: statuses[person.status],
        Column.CATEGORY: lambda person: names[person.category_id],
        Column.RECEIVED: lambda person: person.submitted_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        Column.LANGUAGE: lambda person: own_name(person.language),
        Column.PERSON: lambda person: f"{person.identity['given_name']} {person.identity['family_name']}".strip(),
        Column.INSTITUTION: lambda person: person.identity["institution"],
    }
