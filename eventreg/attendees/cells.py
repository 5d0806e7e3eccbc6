"""What people answered, as cells: under the version it was given under, and only what the file may hold.

Ten thousand people give few different answers to most questions, so what was written of an answer is kept and written
again: looking at a version, a kind and a country's name anew for each cell took most of an export's time.
"""

from collections.abc import Callable, Mapping, Sequence

from flask_babel import gettext as _

from eventreg.attendees.queries.people import Person
from eventreg.attendees.rules.listing import is_contact_data
from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.schema import Definition, Question

_YES = ["yes"]
#: what is kept of the answers to one question; free text differs from person to person and only fills the memory
_MOST_KEPT = 500


class AnswerCells:
    """Writes answers as cells."""

    def __init__(
        self,
        definitions: Mapping[int, Definition],
        category_keys: Mapping[int, str],
        context: kinds.Context,
        language: str,
        *,
        has_contact_data: bool,
        has_sensitive: bool,
        is_read: bool = False,
    ) -> None:
        """`is_read`: for somebody who reads, in words whatever it is; a sheet holds what can be reckoned with as it is kept."""
        self._definitions, self.category_keys = definitions, category_keys
        self.context, self.language = context, language
        self._has_contact_data, self._has_sensitive = has_contact_data, has_sensitive
        self.answered, self._is_read = _("answered"), is_read
        # By the identity of a question: the definitions, which hold them all, live as long as this does.
        self._for_few: dict[int, bool] = {}
        self._asked: dict[tuple[str, int, int], Question | None] = {}

    def cell_of(self, newest: Question, part: int | None = None) -> Callable[[Person], str]:
        """Return what writes the cell of a question, or of one part of a name, for each person."""
        key = newest.key
        ways: dict[tuple[int, int], Callable[[Person], str]] = {}

        def cell(person: Person) -> str:
            at = (person.versions.get(key, person.questionnaire_id), person.category_id)
            way = ways.get(at)
            if way is None:
                way = ways[at] = self.way(self.asked(newest, person), part)
            return way(person)

        return cell

    def way(self, question: Question | None, part: int | None) -> Callable[[Person], str]:
        """Return what writes the cell of whoever was asked a question so: what is the same for all of them is settled here."""
        if question is None:
            return lambda person: ""
        key, column, is_for_few = question.key, question.column, self._is_for_few(question)
        alone = column if column is not None and len(question.columns) == 1 else ""
        kind, written = kinds.get(question.kind), dict[tuple[str, ...], str]()
        write = kind.read if self._is_read else kind.cell

        def cell(person: Person) -> str:
            if key in person.sealed:
                return self.answered
            values: Sequence[str]
            if alone:
                values = (held,) if (held := person.columns[alone]) else ()
            elif column is None and key not in person.consents:
                values = person.answers.get(key, ())
            else:
                values = self.values(question, person)
            if is_for_few:
                return self.answered if values else ""
            if part is not None:
                return values[part] if part < len(values) else ""
            at = tuple(values)
            found = written.get(at)
            if found is None:
                found = write(question, values, self.context, self.language)
                if len(written) < _MOST_KEPT:
                    written[at] = found
            return found

        return cell

    def asked(self, newest: Question, person: Person) -> Question | None:
        """Return a question as the person answered it, or None where the person was not asked.

        What fills a column of the registration may have been asked later.
        """
        version = person.versions.get(newest.key, person.questionnaire_id)
        at = (newest.key, version, person.category_id)
        if at not in self._asked:
            question = self._definitions[version].find(newest.key)
            if question is None and newest.column is not None:
                question = newest
            is_asked = question is not None and question.is_asked_of(self.category_keys[person.category_id])
            self._asked[at] = question if is_asked else None
        return self._asked[at]

    def values(self, question: Question, person: Person) -> Sequence[str]:
        """Return the values of an answer, as they are stored."""
        if question.column is not None:
            return question.from_columns(person.columns)
        if question.key in person.consents:
            return _YES if person.consents[question.key] else ()
        return person.answers.get(question.key, ())

    def is_kept_back(self, question: Question, person: Person) -> bool:
        """Say whether there is an answer that the file may not hold."""
        if question.key in person.sealed:
            return True
        is_for_few = self._for_few.get(id(question))
        if is_for_few is None:
            is_for_few = self._for_few[id(question)] = self._is_for_few(question)
        return is_for_few and bool(self.values(question, person))

    def _is_for_few(self, question: Question) -> bool:
        return (
            (question.is_sensitive and not self._has_sensitive)
            or kinds.get(question.kind).is_file
            or (is_contact_data(question) and not self._has_contact_data)
        )


def questions_of(definitions: Mapping[int, Definition]) -> dict[str, Question]:
    """Return what was ever asked by key, each as its newest version asks it: those that are retired come last."""
    found: dict[str, Question] = {}
    for definition in definitions.values():
        for question in definition.questions():
            if kinds.get(question.kind).is_answerable:
                found.setdefault(question.key, question)
    return found
