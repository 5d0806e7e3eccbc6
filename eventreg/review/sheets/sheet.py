"""The cells of each person, the same for every file format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eventreg.events.models import Category
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.schema import Definition
from eventreg.review.listing.fields import Cell
from eventreg.review.listing.offer import Words
from eventreg.review.queries.people import Person
from eventreg.review.rules.exports import Titles
from eventreg.review.sheets.answers import AnswerCells
from eventreg.review.sheets.columns import SheetColumn, head


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
        self.words = Words(
            categories, context, language, time_zone, withheld="" if has_contact_data else self.answers.answered
        )
        #: what writes each column
        self.cells = [self._cell_of(column) for column in columns]

    def head(self, titles: Titles = Titles.LABELS) -> list[str]:
        """Return what stands over the columns."""
        return head(self.columns, titles)

    def row(self, person: Person) -> list[str]:
        """Return a person's cells."""
        return [cell(person) for cell in self.cells]

    def _cell_of(self, column: SheetColumn) -> Cell:
        if column.question is not None:
            return self.answers.cell_of(column.question, column.part)
        assert column.fixed is not None  # noqa: S101 - a column is fixed, or a question's
        return column.fixed.writer(self.words)
