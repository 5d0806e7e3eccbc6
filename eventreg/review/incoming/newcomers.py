"""A row about somebody who is not there yet: what they would be registered with, or why not."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from eventreg.kernel.text import folded
from eventreg.questionnaires.rules.reasons import Invalid
from eventreg.questionnaires.rules.schema import NEEDED_COLUMNS
from eventreg.registration.rules.bulk import Hall, NewPerson, OptionSeats
from eventreg.registration.rules.states import STANDING, Status
from eventreg.registration.services.answers import CONSENT_KIND
from eventreg.review.incoming.reading import Row
from eventreg.review.incoming.setting import Asked, Problems, Setting, language_of
from eventreg.review.rules.importing import Full, WantedStatus

_WANTED = {
    WantedStatus.BY_RULE: None,
    WantedStatus.CONFIRMED: Status.CONFIRMED,
    WantedStatus.PENDING: Status.PENDING,
    WantedStatus.WAITLISTED: Status.WAITLISTED,
}
#: statuses in which somebody can be put in
_POSSIBLE = STANDING | {Status.DECLINED}


class Newcomers:
    """Reads the rows of new people, in their order: each takes the place that the one before has left."""

    def __init__(self, setting: Setting, hall: Hall, options: OptionSeats) -> None:
        self._setting, self._hall, self._options = setting, hall, options
        #: how many lack an answer that the form demands
        self.incomplete = 0

    def read(self, row: Row, problems: Problems) -> NewPerson | None:
        """Return whom a row adds; None when there are problems, which are kept in `problems`."""
        setting = self._setting
        category_key = self._category(row, problems)
        wanted = self._wanted(row, problems)
        language = language_of(setting, row, problems) or setting.terms.language or setting.event.languages[0]
        answers = self._answers(row, category_key, problems)
        self._check_needed(answers, problems)
        if problems:
            return None
        hidden = setting.definition.hidden_keys(category_key, answers)
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
        return NewPerson(row.number, category_key, language, answers[email][0], answers, questions, wanted, status)

    def _category(self, row: Row, problems: Problems) -> str:
        text = row.text("category")
        if not text and self._setting.terms.category:
            return self._setting.terms.category
        title = self._setting.fixed["category"].title if "category" in self._setting.fixed else _("Category")
        if not text:
            problems.add(title, _("The category is missing"))
            return ""
        key = self._setting.words.categories.get(folded(text), "")
        if not key:
            problems.add(title, _("There is no category “%(name)s”", name=text[:40]))
        return key

    def _wanted(self, row: Row, problems: Problems) -> Status | None:
        text = row.text("status")
        if not text:
            return _WANTED[self._setting.terms.status]
        status = self._setting.words.statuses.get(folded(text))
        title = self._setting.fixed["status"].title
        if status is None:
            problems.add(title, _("There is no status “%(name)s”", name=text[:40]))
        elif status not in _POSSIBLE:
            problems.add(title, _("Nobody is imported with the status “%(name)s”", name=text[:40]))
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

    def _answer(self, asked: Asked, texts: Sequence[str], category_key: str, problems: Problems) -> Sequence[str]:
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
        if status is Status.WAITLISTED and wanted is not Status.WAITLISTED and self._setting.terms.full is Full.REFUSE:
            problems.add(
                "", _("No place is left in the category “%(name)s”", name=self._setting.category_name(category_key))
            )
            return None
        for key, value in self._options.take(answers):
            asked = next(each for each in self._setting.asked if each.question.key == key)
            label = self._setting.display(asked.question, [value])
            problems.add(asked.targets[0].title, _("No place is left: %(option)s", option=label))
        return None if problems else status
