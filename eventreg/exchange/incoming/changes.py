"""What comes of a row of a file: whom it is about, what it would change of them or register, or why not.

Who is there already is found by the reference, else by the address of a live registration.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select

from eventreg.attendees.queries.people import Person
from eventreg.db import db
from eventreg.exchange.incoming.accepted import POSSIBLE
from eventreg.exchange.incoming.matching import Row
from eventreg.exchange.incoming.setting import Problems, QuestionInFile, Setting, language_of
from eventreg.exchange.rules import importing
from eventreg.i18n.languages import own_name
from eventreg.kernel.text import email_key, folded, original
from eventreg.questionnaires.rules.answers import Invalid
from eventreg.questionnaires.rules.schema import NEEDED_COLUMNS, Question
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import SESSIONS_KIND
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.registration.services.answers import CONSENT_KIND, FILE_KINDS


class Changes:
    """Compares rows with the registrations that they are about."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._names = [target.name for target in setting.targets]

    def read(
        self, row: Row, there: There, person: Person, problems: Problems
    ) -> tuple[importing.ChangedPerson | None, list[importing.Difference]]:
        """Return what a row changes, and in words; None and nothing for a row that says what is there already.

        What is wrong is kept in `problems`.
        """
        written = dict(zip(self._names, self._setting.sheet.row(person), strict=True))
        self._check_fixed(row, person, written, problems)
        language = language_of(self._setting, row, problems)
        language = language if language and language != person.language else ""
        same = row.divided if self._is_same_name(row, written) else ()
        puts = [
            put
            for asked in self._setting.asked
            if not any(target.name in same for target in asked.targets)
            and (put := self._put(row, asked, person, written, problems))
        ]
        puts = self._without_hidden(puts, person)
        if problems or not (puts or language):
            return None, []
        if not there.is_live:
            problems.add("", _("The registration is cancelled: nothing of it is changed"))
            return None, []
        told = [self._told(put) for put in puts]
        if language:
            title = self._setting.fixed["language"].title
            told.append(importing.Difference(title, own_name(person.language), own_name(language)))
        changed = importing.ChangedPerson(row.number, there.id, there.revision, puts, language or None)
        return changed, told

    def _is_same_name(self, row: Row, written: dict[str, str]) -> bool:
        """Say whether a whole name is the one that is there, wherever the file's rule divides it."""
        said, ours = (" ".join(filter(None, map(cells, row.divided))) for cells in (row.text, written.get))
        return bool(said) and " ".join(said.split()) == " ".join(ours.split())

    def _check_fixed(self, row: Row, person: Person, written: dict[str, str], problems: Problems) -> None:
        setting = self._setting
        for name, meanings, current, message in (
            ("category", setting.words.categories, setting.sheet.answers.category_keys[person.category_id],
             _("The category of a registration is changed on its own page")),
            ("status", setting.words.statuses, person.status, _("The status is changed by deciding, in the list")),
        ):  # fmt: skip
            text = row.text(name)
            if text and text != written.get(name) and meanings.get(folded(text)) != current:
                problems.add(setting.fixed[name].title, message)

    def _put(
        self, row: Row, asked: QuestionInFile, person: Person, written: dict[str, str], problems: Problems
    ) -> importing.AnswerPut | None:
        if self._is_as_written(row, asked, written):
            return None
        answers = self._setting.sheet.answers
        texts = asked.texts(row)
        question = answers.asked(asked.question, person)
        version_id = person.versions.get(asked.question.key, person.questionnaire_id)
        if question is None or self._setting.definitions[version_id].find(question.key) is None:
            question, version_id = asked.question, self._setting.questionnaire_id
        current = list(answers.values(question, person))
        is_sealed = question.key in person.sealed
        if not any(texts):
            return self._cleared(asked, question, version_id, current, is_sealed, problems)
        if asked.is_parted and not self._setting.terms.empty_clears:
            texts = [text or (current[place] if place < len(current) else "") for place, text in enumerate(texts)]
        if not question.is_asked_of(answers.category_keys[person.category_id]):
            problems.add(asked.targets[0].title, _("This is not asked of the category of this registration"))
            return None
        if self._setting.keeps_back(question) and self._setting.words.is_answered(texts[0]):
            if not current and not is_sealed:
                problems.add(asked.targets[0].title, _("The file says only that there is an answer, not which"))
            return None
        try:
            values = self._setting.read(asked, question, texts)
        except Invalid as invalid:
            problems.add_invalid(asked, invalid, texts[0])
            return None
        return self._differing(asked, question, version_id, current, values, is_sealed, problems)

    def _differing(
        self, asked: QuestionInFile, question: Question, version_id: int, current: list[str], values: Sequence[str],
        is_sealed: bool, problems: Problems,
    ) -> importing.AnswerPut | None:  # fmt: skip
        title = asked.targets[0].title
        if not is_sealed and current == list(values):
            return None
        if question.column == "email":
            if not current or email_key(current[0]) != email_key(values[0]):
                problems.add(
                    title, _("An email address is corrected on the registration's own page, which sends its link")
                )
            return None
        if question.kind == SESSIONS_KIND:
            problems.add(title, _("Sessions are chosen on the person's own page"))
            return None
        return importing.AnswerPut(question, version_id, None if is_sealed else current, list(values))

    def _cleared(
        self, asked: QuestionInFile, question: Question, version_id: int, current: list[str], is_sealed: bool,
        problems: Problems,
    ) -> importing.AnswerPut | None:  # fmt: skip
        if not self._setting.terms.empty_clears or not (current or is_sealed):
            return None
        if question.column in NEEDED_COLUMNS:
            problems.add(asked.targets[0].title, _("This cannot be removed"))
            return None
        if question.kind == SESSIONS_KIND:
            problems.add(asked.targets[0].title, _("Sessions are chosen on the person's own page"))
            return None
        return importing.AnswerPut(question, version_id, None if is_sealed else current, [])

    def _is_as_written(self, row: Row, asked: QuestionInFile, written: dict[str, str]) -> bool:
        """Say whether the cells are those that an export would hold; the sign that keeps one from being computed aside."""
        for target in asked.targets:
            cell, ours = row.cells.get(target.name, ""), written[target.name]
            if ours not in (cell, original(cell)):
                return False
        return True

    def _without_hidden(self, puts: list[importing.AnswerPut], person: Person) -> list[importing.AnswerPut]:
        """Leave out answers to what is not asked with the others as they will be; take away what is asked no more."""
        definition = self._setting.definitions[person.questionnaire_id]
        if not puts or all(question.condition is None for question in definition.questions()):
            return puts
        answers = self._setting.sheet.answers
        category = answers.category_keys[person.category_id]
        before = {q.key: list(answers.values(q, person)) for q in definition.questions()}
        # What is sealed is there, and nothing of ours hangs on what it says.
        before |= {key: [""] for key in person.sealed}
        after = before | {put.question.key: list(put.new) for put in puts}
        came_by = person.came_by
        hidden = definition.hidden_keys(category, came_by, after)
        newly = hidden - definition.hidden_keys(category, came_by, before)
        kept = [put for put in puts if put.question.key not in hidden]
        emptied = [
            importing.AnswerPut(q, person.questionnaire_id, None if q.key in person.sealed else before[q.key], [])
            for q in definition.questions()
            if q.key in newly and before.get(q.key) and q.kind not in {CONSENT_KIND, *FILE_KINDS} and q.column is None
        ]
        return kept + emptied

    def _told(self, put: importing.AnswerPut) -> importing.Difference:
        title = self._setting.context.text(put.question.label, self._setting.language)
        if put.old is None or put.question.is_sensitive:
            return importing.Difference(title, _("answered") if put.old is None or put.old else "", _("changed"))
        return importing.Difference(
            title, self._setting.display(put.question, put.old), self._setting.display(put.question, put.new)
        )


class Newcomers:
    """Reads the rows of new people, in their order: each takes the place that the one before has left."""

    def __init__(self, setting: Setting, hall: importing.Hall, options: importing.OptionSeats) -> None:
        self._setting, self._hall, self._options = setting, hall, options
        #: how many lack an answer that the form demands
        self.incomplete = 0

    def read(self, row: Row, problems: Problems) -> importing.NewPerson | None:
        """Return whom a row adds; None when there are problems, which are kept in `problems`."""
        setting = self._setting
        category_key = self._category(row, problems)
        wanted = self._wanted(row, problems)
        language = language_of(setting, row, problems) or setting.terms.language or setting.event.languages[0]
        answers = self._answers(row, category_key, problems)
        self._check_needed(answers, problems)
        if problems:
            return None
        hidden = setting.definition.hidden_keys(category_key, WayKind.IMPORT, answers)
        answers = {key: values for key, values in answers.items() if key not in hidden}
        asked = [q for q in setting.definition.questions_for(category_key) if q.key not in hidden]
        status = self._seat(category_key, wanted, answers, problems)
        if status is None:
            return None
        self.incomplete += any(
            q.is_required_of(category_key) and q.kind != CONSENT_KIND and not answers.get(q.key) for q in asked
        )
        email = next(q.key for q in asked if q.column == "email")
        questions = [q for q in asked if answers.get(q.key)]
        return importing.NewPerson(
            row.number, category_key, language, answers[email][0], answers, questions, wanted, status
        )

    def _category(self, row: Row, problems: Problems) -> str:
        text = row.text("category")
        if not text and self._setting.terms.category:
            return self._setting.terms.category
        title = self._setting.fixed["category"].title if "category" in self._setting.fixed else _("Category")
        if not text:
            problems.add(title, _("The category is missing"), "category")
            return ""
        key = self._setting.words.categories.get(folded(text), "")
        if not key:
            problems.add(title, _("There is no category “%(name)s”", name=text[:40]), "category")
        return key

    def _wanted(self, row: Row, problems: Problems) -> Status | None:
        text = row.text("status")
        if not text:
            return self._setting.terms.status.status
        status = self._setting.words.statuses.get(folded(text))
        title = self._setting.fixed["status"].title
        if status is None:
            problems.add(title, _("There is no status “%(name)s”", name=text[:40]), "status")
        elif status not in POSSIBLE:
            problems.add(title, _("Nobody is imported with the status “%(name)s”", name=text[:40]), "status")
        return status

    def _answers(self, row: Row, category_key: str, problems: Problems) -> dict[str, Sequence[str]]:
        found: dict[str, Sequence[str]] = {}
        for asked in self._setting.asked:
            texts = asked.texts(row)
            if not any(texts):
                continue
            values = self._answer(asked, texts, category_key, problems)
            if values:
                found[asked.question.key] = values
        return found

    def _answer(
        self, asked: QuestionInFile, texts: Sequence[str], category_key: str, problems: Problems
    ) -> Sequence[str]:
        question, setting = asked.question, self._setting
        if category_key and not question.is_asked_of(category_key):
            message = _("This is not asked of the category “%(name)s”", name=setting.category_name(category_key))
            problems.add(asked.targets[0].title, message)
            return ()
        if setting.keeps_back(question) and setting.words.is_answered(texts[0]):
            problems.add(asked.targets[0].title, _("The file says only that there is an answer, not which"))
            return ()
        try:
            return setting.read(asked, question, texts)
        except Invalid as invalid:
            problems.add_invalid(asked, invalid, texts[0])
            return ()

    def _check_needed(self, answers: dict[str, Sequence[str]], problems: Problems) -> None:
        """Nobody can be found or written to without a name and an address."""
        failed = {each.column for each in problems.found}
        for question in self._setting.definition.questions():
            if question.column in NEEDED_COLUMNS and not answers.get(question.key):
                title = self._setting.context.text(question.label, self._setting.language)
                if title not in failed:
                    problems.add(title, _("This is missing"))

    def _seat(
        self, category_key: str, wanted: Status | None, answers: dict[str, Sequence[str]], problems: Problems
    ) -> Status | None:
        status = self._hall.seat(category_key, wanted)
        if (
            status is Status.WAITLISTED
            and wanted is not Status.WAITLISTED
            and self._setting.terms.full is importing.Full.REFUSE
        ):
            problems.add(
                "", _("No place is left in the category “%(name)s”", name=self._setting.category_name(category_key))
            )
            return None
        for key, value in self._options.take(answers):
            asked = next(each for each in self._setting.asked if each.question.key == key)
            label = self._setting.display(asked.question, [value])
            problems.add(asked.targets[0].title, _("No place is left: %(option)s", option=label))
        return None if problems else status


Item = TypeVar("Item")
_CHUNK = 400


@dataclass(frozen=True)
class There:
    """A registration that is there."""

    id: int
    reference: str
    email_key: str
    status: Status
    revision: int
    is_live: bool


class PeopleThere:
    """The registrations of an event that a file could be about."""

    def __init__(self, event_id: int, references: Sequence[str], email_keys: Sequence[str]) -> None:
        self._event_id = event_id
        self.by_reference: dict[str, There] = {}
        self.by_email: dict[str, There] = {}
        for some in chunks(sorted(set(references))):
            self._load(Registration.reference.in_(some))
        live = Registration.status != Status.CANCELLED
        for some in chunks(sorted(set(email_keys))):
            self._load(Registration.email_key.in_(some) & live)

    def _load(self, condition: ColumnElement[bool]) -> None:
        rows = db.session.execute(
            select(
                Registration.id,
                Registration.reference,
                Registration.email_key,
                Registration.status,
                Registration.revision,
            ).where(Registration.event_id == self._event_id, or_(condition))
        )
        for row in rows:
            there = There(*row, is_live=row.status is not Status.CANCELLED)
            self.by_reference[there.reference] = there
            if there.is_live:
                self.by_email[there.email_key] = there


def chunks(items: Sequence[Item], size: int = _CHUNK) -> Iterator[Sequence[Item]]:
    """Yield the items some hundreds at a time: databases take no more values in one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
