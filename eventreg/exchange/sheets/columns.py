"""Which columns a file has, what stands over them, and the cells of each person, the same for every file format.

A title names one column only, in every language, so that whoever brings the file back is understood: a question whose
label is also that of another column has its key behind it in brackets.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from eventreg.attendees.cells import AnswerCells, questions_of
from eventreg.attendees.fields import MomentField
from eventreg.attendees.listing import IN_EXPORTS, Cell, ListField, ListShape, Words
from eventreg.attendees.queries.people import Person
from eventreg.attendees.rules.listing import ANSWER, PERSON, is_contact_data
from eventreg.events.models import Category
from eventreg.exchange.rules.exports import Titles
from eventreg.i18n import formats
from eventreg.kernel.text import folded
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.schema import Definition, Question

#: the columns that every registration has, by name
FIXED = {field.column: field for field in ListShape().every_fixed if field.column}
#: the kind whose answer has a column for each of its parts
NAME_KIND = "person_name"
#: the parts of a name, in the order of its values
NAME_PARTS = ("given_name", "family_name", "badge_name")


@dataclass(frozen=True)
class SheetColumn:
    """One column: a fixed one, or a question's, or of a question that asks for a name one of its parts."""

    #: as the list's address names it, like "status" or "answer.diet"; a part of a name has one more word behind it
    name: str
    title: str
    fixed: ListField | None = None
    #: as its newest version asks it
    question: Question | None = None
    #: which of the values it is; None: all of them
    part: int | None = None


def list_sheet_columns(
    definitions: Mapping[int, Definition],
    context: Context,
    language: str,
    names: Sequence[str] | None = None,
    *,
    leaves_out_contact_data: bool = False,
) -> list[SheetColumn]:
    """Return the columns of these names, in their order, or all of them; names that are none are passed over.

    `definitions` are those of the event, the newest first; titles are in the language in force, which is `language`.
    """
    questions = questions_of(definitions)
    if leaves_out_contact_data:
        questions = {key: asked for key, asked in questions.items() if not is_contact_data(asked)}
    if names is None:
        names = [field.column for field in IN_EXPORTS] + [f"{ANSWER}{key}" for key in questions]
    chosen: list[SheetColumn] = []
    for name in dict.fromkeys(names):
        if (fixed := FIXED.get(name)) is not None:
            if leaves_out_contact_data and fixed.is_contact_data:
                continue
            chosen.append(SheetColumn(name, str(fixed.title), fixed=fixed))
        elif name.startswith(ANSWER) and (asked := questions.get(name.removeprefix(ANSWER))) is not None:
            chosen += _of_question(name, asked, context.text(asked.label, language))
    return _told_apart(chosen, _taken(chosen, questions.values(), context, language))


def head(columns: Sequence[SheetColumn], titles: Titles = Titles.LABELS) -> list[str]:
    """Return what stands over the columns."""
    return [column.name if titles is Titles.KEYS else column.title for column in columns]


def _of_question(name: str, question: Question, label: str) -> list[SheetColumn]:
    if question.kind != NAME_KIND:
        return [SheetColumn(name, label, question=question)]
    words = (_("Given name"), _("Family name"), _("Name on the badge"))
    return [
        SheetColumn(f"{name}.{part}", f"{label} – {word}", question=question, part=number)
        for number, (part, word) in enumerate(zip(NAME_PARTS, words, strict=True))
    ]


def _taken(
    chosen: Sequence[SheetColumn], questions: Iterable[Question], context: Context, language: str
) -> Counter[str]:
    """Count what titles there are: of all questions and fixed columns of an export, whichever of them are chosen."""
    titles = Counter(folded(context.text(asked.label, language)) for asked in questions)
    names = {*(field.column for field in IN_EXPORTS), *(column.name for column in chosen if column.fixed is not None)}
    titles.update(folded(str(FIXED[name].title)) for name in names)
    return titles


def _told_apart(columns: Sequence[SheetColumn], taken: Counter[str]) -> list[SheetColumn]:
    """Put the key behind the title of each question that shares it, case and accents aside; fixed columns keep theirs."""
    found: list[SheetColumn] = []
    used = {folded(column.title) for column in columns if column.fixed is not None}
    for column in columns:
        if column.fixed is None:
            column = _with_own_title(column, used, taken)
            used.add(folded(column.title))
        found.append(column)
    return found


def _with_own_title(column: SheetColumn, used: Collection[str], taken: Mapping[str, int]) -> SheetColumn:
    behind = f" ({column.name.removeprefix(ANSWER)})"
    title = column.title
    if taken[folded(title)] > 1 or not title:
        title = f"{title}{behind}".strip()
    while folded(title) in used:
        title += behind
    return replace(column, title=title)


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
        is_on_paper: bool = False,
    ) -> None:
        """`is_on_paper`: for people to read, by surname and in words; else what can be reckoned with stays as it is kept."""
        self.columns, self._is_on_paper = columns, is_on_paper
        self.answers = AnswerCells(
            definitions,
            {category.id: category.key for category in categories},
            context,
            language,
            has_contact_data=has_contact_data,
            has_sensitive=has_sensitive,
            is_read=is_on_paper,
        )
        self.words = Words(
            categories, context, language, time_zone, withheld="" if has_contact_data else self.answers.answered
        )
        #: what writes each column
        self.cells = [self._cell_of(column) for column in columns]
        self._of_alike: dict[tuple[int, int], list[Cell]] = {}

    def head(self, titles: Titles = Titles.LABELS) -> list[str]:
        """Return what stands over the columns."""
        return head(self.columns, titles)

    def row(self, person: Person) -> list[str]:
        """Return a person's cells."""
        return [cell(person) for cell in (self.cells if person.versions else self._cells_of(person))]

    def _cells_of(self, person: Person) -> list[Cell]:
        """Return what writes each column for all who answered the same version in the same category, as nearly all do."""
        at = (person.questionnaire_id, person.category_id)
        found = self._of_alike.get(at)
        if found is None:
            found = self._of_alike[at] = [
                cell
                if column.question is None
                else self.answers.way(self.answers.asked(column.question, person), column.part)
                for column, cell in zip(self.columns, self.cells, strict=True)
            ]
        return found

    def _cell_of(self, column: SheetColumn) -> Cell:
        if column.question is not None:
            return self.answers.cell_of(column.question, column.part)
        if self._is_on_paper and column.name == PERSON:
            return _surname_first
        fixed = column.fixed
        assert fixed is not None  # noqa: S101 - a column is fixed, or a question's
        if self._is_on_paper and isinstance(fixed, MomentField):
            zone, language = str(self.words.zone), self.words.language
            return lambda person: formats.short_instant(at, zone, language) if (at := fixed.moment(person)) else ""
        return fixed.writer(self.words)


def _surname_first(person: Person) -> str:
    """Return a name as it is looked up on paper: "Peña, Ana"."""
    return ", ".join(filter(None, (person.columns["family_name"], person.columns["given_name"])))
