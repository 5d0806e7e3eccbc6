"""The cells of a row, and what they say in whatever language they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from eventreg.events.models import Category, Event
from eventreg.i18n.languages import configured_languages, known_languages, name_of, own_name, speaking
from eventreg.kernel.text import folded
from eventreg.kernel.typed import is_blank
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.kinds.cells import named
from eventreg.questionnaires.rules.reasons import Invalid, Reason
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.rules.states import Status
from eventreg.registration.wording import status_for_team
from eventreg.review.rules.importing import LONGEST_CELL
from eventreg.review.rules.spreadsheets import original

#: of each question; many people give the same answer
_MOST_KEPT = 500


@dataclass(frozen=True)
class Row:
    """One row by the names of our columns: the cells as they stand in the file."""

    number: int
    cells: Mapping[str, str]
    #: the names of the two columns that one cell with a whole name was divided into, which the file itself does not have
    divided: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """Return what a cell says, without the sign that keeps it from being computed; "" for a blank one."""
        text = original(self.cells.get(name, ""))
        return "" if is_blank(text) else text


class Words:
    """What stands for a category, a status, a language, an answer that a file does not hold: in any of our languages."""

    def __init__(self, event: Event) -> None:
        categories: Sequence[Category] = event.categories
        self.categories = named((row.key, name) for row in categories for name in (row.name or {}).values())
        self.statuses: dict[str, Status] = {}
        self.answered: set[str] = set()
        for language in known_languages():
            with speaking(language):
                self.statuses |= {folded(status_for_team(status)): status for status in Status}
                self.answered.add(folded(_("answered")))
        self.statuses |= {status.value: status for status in Status}
        codes = configured_languages()
        self.languages = named(
            [
                *((code, own_name(code)) for code in codes),
                *((code, name_of(code, to)) for code in codes for to in codes),
            ]
        )

    def is_answered(self, text: str) -> bool:
        """Say whether a cell only says that there is an answer, as an export does of one that it keeps back."""
        return folded(text) in self.answered


class CellReader:
    """Reads answers. The same text in the same column is read once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._languages = known_languages()
        self._known: dict[tuple[int, str], list[str] | Invalid] = {}
        self._kept: dict[int, int] = {}

    def read(self, question: Question, text: str) -> list[str]:
        """Return the values that a cell gives to a question. Raises Invalid."""
        at = (id(question), text)
        found = self._known.get(at)
        if found is None:
            found = self._read(question, text)
            if self._kept.get(id(question), 0) < _MOST_KEPT:
                self._known[at] = found
                self._kept[id(question)] = self._kept.get(id(question), 0) + 1
        if isinstance(found, Invalid):
            raise found
        return found

    def parts(self, question: Question, texts: Sequence[str]) -> list[str]:
        """Return the values of an answer whose parts stand in cells of their own. Raises Invalid."""
        return kinds.get(question.kind).clean(question, list(texts), self._context)

    def _read(self, question: Question, text: str) -> list[str] | Invalid:
        kind = kinds.get(question.kind)
        try:
            if len(text) > LONGEST_CELL:
                raise Invalid(Reason.TOO_LONG, num=len(text) - LONGEST_CELL, limit=LONGEST_CELL)
            return kind.clean(question, kind.from_cell(question, text, self._context, self._languages), self._context)
        except Invalid as invalid:
            return invalid
