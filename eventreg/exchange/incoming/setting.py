"""What trying a file needs to know, looked up once for all its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from eventreg.attendees.rules.listing import is_contact_data
from eventreg.events.models import Category, Event
from eventreg.exchange.incoming.accepted import Acceptance
from eventreg.exchange.incoming.matching import CellReader, Row, Target, Targets, Words, surnames_of
from eventreg.exchange.rules.importing import MOST_PROBLEMS, Difference, Mends, Terms, divided
from eventreg.exchange.sheets.columns import NAME_KIND, NAME_PARTS, Sheet
from eventreg.i18n.languages import speaking
from eventreg.kernel.text import folded, original, showable
from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.answers import Invalid
from eventreg.questionnaires.rules.schema import Definition, Question
from eventreg.web.refusals import said


@dataclass(frozen=True)
class QuestionInFile:
    """A question that columns of the file answer: one, or one for each part of a name."""

    question: Question
    targets: Sequence[Target]

    @property
    def is_parted(self) -> bool:
        """Whether its parts stand in columns of their own."""
        return self.question.kind == NAME_KIND

    def texts(self, row: Row) -> list[str]:
        """Return its cells: one, or as many as a name has parts, "" for those without a column."""
        if not self.is_parted:
            return [row.text(self.targets[0].name)]
        by_part = {target.column.part: row.text(target.name) for target in self.targets}
        return [by_part.get(number, "") for number in range(len(NAME_PARTS))]


class Setting:
    """The event as a file meets it, with the columns that were matched and the terms it is put in under."""

    def __init__(
        self,
        event: Event,
        definitions: Mapping[int, Definition],
        matching: Sequence[str],
        head: Sequence[str],
        terms: Terms,
        language: str,
        mends: Mends,
        *,
        sees_sensitive: bool,
    ) -> None:
        """`matching`: the name of the target of each column, "" for none. `language`: of whoever puts it in."""
        self.event, self.definitions, self.terms, self.language = event, definitions, terms, language
        self.mends = mends
        self.questionnaire_id, self.definition = next(iter(definitions.items()))
        self.context = kinds.Context.of(event)
        self.words, self.reader = Words(event), CellReader(self.context)
        targets = Targets(event, definitions, self.context, language)
        self._whole = {number: surnames_of(name) for number, name in enumerate(matching) if name in targets.whole_names}
        self._name_parts = tuple(targets.name_parts.values()) if self._whole else ()
        self.columns = {number: name for number, name in enumerate(matching) if name in targets.by_name}
        self.targets = [targets.by_name[name] for name in (*self.columns.values(), *self._name_parts)]
        self.asked = self._by_question()
        questions = {asked.targets[0].name: asked.question for asked in self.asked if not asked.is_parted}
        self.accepts = Acceptance(event, questions, self.words, self.context, language)
        self._said = self._said_words()
        self.places = self._places(targets)
        self.fixed = {target.name: target for target in self.targets if target.column.fixed is not None}
        self.opens_sensitive = sees_sensitive
        self.sheet = self._sheet(targets, targets.language_of(head), sees_sensitive=sees_sensitive)

    def row(self, number: int, cells: Sequence[str]) -> Row:
        """Return a row by the names of our columns."""
        cells = self.mends.mended(number, cells)
        ours = {name: self._meant(name, cells[place]) for place, name in self.columns.items()}
        for place, surnames in self._whole.items():
            ours |= zip(self._name_parts, divided(original(cells[place]), surnames), strict=True)
        return Row(number, ours, self._name_parts, cells)

    def told_division(self, row: Row) -> list[Difference]:
        """Return into what a whole name was divided, to be shown; nothing where the file has its parts."""
        titles = {target.name: target.title for target in self.targets}
        told = [Difference(titles[name], "", showable(row.text(name))) for name in row.divided]
        # The cell is one: it is mended beside its first part.
        return [replace(each, **self.typed(row, each.column)) for each in told[:1]] + told[1:]

    def typed(self, row: Row, title: str) -> dict[str, Any]:
        """Return which column of the file says what stands under a title, and what its cell is, where it can be mended."""
        place = self.places.get(title)
        text = original(row.typed[place]) if place is not None else ""
        return {"place": place, "typed": text} if is_mendable(text) and place is not None else {}

    def closed_columns(self) -> dict[int, str]:
        """Return by place the columns of the file whose cells can only say some words."""
        return {place: name for place, name in self.columns.items() if self.accepts.of(name) is not None}

    def title_of(self, name: str) -> str:
        """Return what one of our columns in the file is called."""
        return next(target.title for target in self.targets if target.name == name)

    def category(self, key: str) -> Category | None:
        """Return the category of this key."""
        return next((row for row in self.event.categories if row.key == key), None)

    def category_name(self, key: str) -> str:
        """Return a category's name as the organizer reads it."""
        found = self.category(key)
        return self.context.text(found.name, self.language) if found is not None else key

    def display(self, question: Question, values: Sequence[str]) -> str:
        """Return an answer in the organizer's language."""
        return kinds.get(question.kind).cell(question, values, self.context, self.language)

    def read(self, asked: QuestionInFile, question: Question, texts: Sequence[str]) -> list[str]:
        """Return the values of an answer. Raises Invalid."""
        return self.reader.parts(question, texts) if asked.is_parted else self.reader.read(question, texts[0])

    def keeps_back(self, question: Question) -> bool:
        """Say whether an export may say "answered" in place of the answer."""
        return question.is_sensitive or is_contact_data(question)

    def _meant(self, name: str, cell: str) -> str:
        """Return what a cell says by the words that were mapped."""
        said = self._said.get(name)
        return said.get(folded(original(cell)), cell) if said else cell

    def _said_words(self) -> dict[str, dict[str, str]]:
        """Return what words of the file stand for, as far as it is still accepted."""
        return {
            name: {word: text for word, text in words.items() if not text or self.accepts.reads(name, text)}
            for name, words in self.mends.words.items()
            if name in self.columns.values() and self.accepts.of(name) is not None
        }

    def _places(self, targets: Targets) -> dict[str, int]:
        """Return by its title which column of the file says something, a whole name both its parts."""
        found = {targets.by_name[name].title: place for place, name in self.columns.items()}
        for place in self._whole:
            found |= {targets.by_name[name].title: place for name in self._name_parts}
        return found

    def _by_question(self) -> list[QuestionInFile]:
        found: dict[str, list[Target]] = {}
        for target in self.targets:
            if target.column.question is not None and target.is_read:
                found.setdefault(target.column.question.key, []).append(target)
        by_key = {question.key: question for question in self.definition.questions()}
        return [QuestionInFile(by_key[key], targets) for key, targets in found.items()]

    def _sheet(self, targets: Targets, language: str, *, sees_sensitive: bool) -> Sheet:
        """Return what an export of the file's columns would hold, in the language in which its titles are written."""
        with speaking(language):
            columns = {
                column.name: column for column in targets.columns([each.name for each in self.targets], language)
            }
            return Sheet(
                [columns[target.name] for target in self.targets],
                self.definitions,
                self.event.categories,
                self.context,
                language,
                self.event.time_zone,
                has_contact_data=True,
                has_sensitive=sees_sensitive,
            )


class Problems:
    """What is wrong with the cells of one row."""

    def __init__(self, setting: Setting, row: Row) -> None:
        self._setting, self._row = setting, row
        self.found: list[Difference] = []

    def add(self, column: str, message: str, name: str = "") -> None:
        """Keep what is wrong with a cell; of very many only the first. `name`: of the column whose accepted words are said."""
        if len(self.found) < MOST_PROBLEMS:
            more = self._setting.accepts.sentence(name) if name else ""
            told = f"{message.rstrip('.')}. {more}" if more else message
            self.found.append(Difference(column, None, showable(told), **self._setting.typed(self._row, column)))

    def add_invalid(self, asked: QuestionInFile, invalid: Invalid, text: str) -> None:
        """Keep why an answer is not taken, with the beginning of what stands there and what would be accepted."""
        target = asked.targets[0]
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        message = said(invalid, label=target.title)
        self.add(target.title, f"{message} ({shown})" if shown else message, target.name)

    def __bool__(self) -> bool:
        return bool(self.found)


#: a cell that holds more is mended in the file
_LONGEST_MENDED = 200


def is_mendable(text: str) -> bool:
    """Say whether a cell can be mended in one line of the table."""
    return len(text) <= _LONGEST_MENDED and text.isprintable()


def language_of(setting: Setting, row: Row, problems: Problems) -> str:
    """Return the language that a row names; "" when it names none, or one that there is not."""
    text = row.text("language")
    if not text:
        return ""
    code = setting.words.languages.get(folded(text), "")
    if not code:
        problems.add(
            setting.fixed["language"].title, _("There is no language “%(name)s” here", name=text[:40]), "language"
        )
    return code
