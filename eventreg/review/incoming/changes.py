"""A row about a registration that is there: what it would change, nothing, or why not."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from eventreg.i18n.languages import own_name
from eventreg.kernel.text import folded
from eventreg.questionnaires.rules.reasons import Invalid
from eventreg.questionnaires.rules.schema import NEEDED_COLUMNS, Question
from eventreg.registration.queries.answers import SESSIONS_KIND
from eventreg.registration.rules.bulk import AnswerPut, ChangedPerson
from eventreg.registration.rules.searching import email_key
from eventreg.registration.services.answers import CONSENT_KIND, FILE_KINDS
from eventreg.review.incoming.people import There
from eventreg.review.incoming.reading import Row
from eventreg.review.incoming.setting import Asked, Problems, Setting, language_of
from eventreg.review.queries.people import Person
from eventreg.review.rules.importing import Difference
from eventreg.review.rules.spreadsheets import original


class Changes:
    """Compares rows with the registrations that they are about."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._names = [target.name for target in setting.targets]

    def read(
        self, row: Row, there: There, person: Person, problems: Problems
    ) -> tuple[ChangedPerson | None, list[Difference]]:
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
            told.append(Difference(title, own_name(person.language), own_name(language)))
        changed = ChangedPerson(row.number, there.id, there.revision, puts, language or None)
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
        self, row: Row, asked: Asked, person: Person, written: dict[str, str], problems: Problems
    ) -> AnswerPut | None:
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
        self, asked: Asked, question: Question, version_id: int, current: list[str], values: Sequence[str],
        is_sealed: bool, problems: Problems,
    ) -> AnswerPut | None:  # fmt: skip
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
        return AnswerPut(question, version_id, None if is_sealed else current, list(values))

    def _cleared(
        self, asked: Asked, question: Question, version_id: int, current: list[str], is_sealed: bool,
        problems: Problems,
    ) -> AnswerPut | None:  # fmt: skip
        if not self._setting.terms.empty_clears or not (current or is_sealed):
            return None
        if question.column in NEEDED_COLUMNS:
            problems.add(asked.targets[0].title, _("This cannot be removed"))
            return None
        if question.kind == SESSIONS_KIND:
            problems.add(asked.targets[0].title, _("Sessions are chosen on the person's own page"))
            return None
        return AnswerPut(question, version_id, None if is_sealed else current, [])

    def _is_as_written(self, row: Row, asked: Asked, written: dict[str, str]) -> bool:
        """Say whether the cells are those that an export would hold; the sign that keeps one from being computed aside."""
        for target in asked.targets:
            cell, ours = row.cells.get(target.name, ""), written[target.name]
            if ours not in (cell, original(cell)):
                return False
        return True

    def _without_hidden(self, puts: list[AnswerPut], person: Person) -> list[AnswerPut]:
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
        hidden = definition.hidden_keys(category, after)
        newly = hidden - definition.hidden_keys(category, before)
        kept = [put for put in puts if put.question.key not in hidden]
        emptied = [
            AnswerPut(q, person.questionnaire_id, None if q.key in person.sealed else before[q.key], [])
            for q in definition.questions()
            if q.key in newly and before.get(q.key) and q.kind not in {CONSENT_KIND, *FILE_KINDS} and q.column is None
        ]
        return kept + emptied

    def _told(self, put: AnswerPut) -> Difference:
        title = self._setting.context.text(put.question.label, self._setting.language)
        if put.old is None or put.question.is_sensitive:
            return Difference(title, _("answered") if put.old is None or put.old else "", _("changed"))
        return Difference(
            title, self._setting.display(put.question, put.old), self._setting.display(put.question, put.new)
        )
