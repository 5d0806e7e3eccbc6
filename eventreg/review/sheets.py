"""The rows of an export: a head, and one row of text a person, the same for every file format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventreg.events.models import Category
from eventreg.i18n.languages import own_name
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.schema import Definition, Question
from eventreg.registration.wording import status_for_team
from eventreg.review.queries.people import Person
from eventreg.review.rules.columns import IN_EXPORTS, Column
from eventreg.review.rules.contact import is_contact_data
from eventreg.review.wording import column_title

_YES = ["yes"]


class Sheet:
    """Every answer of the questionnaire as a column, in the order of its newest version; retired questions follow.

    Each cell is written under the version that the answer was given under. A sensitive answer or a file is only
    "answered": an export leaves the desk. So are mail addresses and telephone numbers for whoever may not see them.
    """

    def __init__(
        self,
        definitions: Mapping[int, Definition],
        categories: Sequence[Category],
        context: Context,
        language: str,
        time_zone: str,
        *,
        has_contact_data: bool,
    ) -> None:
        self._has_contact_data = has_contact_data
        self._definitions = definitions
        self._categories = {category.id: category for category in categories}
        self._context, self._language, self._zone = context, language, ZoneInfo(time_zone)
        self._questions: dict[str, Question] = {}
        for definition in definitions.values():
            for question in definition.questions():
                if not kinds.get(question.kind).is_answerable:
                    continue  # a heading or a text among the questions
                self._questions.setdefault(question.key, question)

    def head(self) -> list[str]:
        """Return the titles, in the reader's language. Two questions of one label are told apart by their keys."""
        labels = {key: self._context.text(asked.label, self._language) for key, asked in self._questions.items()}
        times = Counter(labels.values())
        titles = [label if times[label] == 1 else f"{label} ({key})" for key, label in labels.items()]
        return [column_title(column) for column in IN_EXPORTS] + titles

    def row(self, person: Person) -> list[str]:
        """Return a person's cells."""
        fixed = {
            Column.REFERENCE: person.reference,
            Column.STATUS: status_for_team(person.status),
            Column.CATEGORY: self._context.text(self._categories[person.category_id].name, self._language),
            Column.RECEIVED: person.submitted_at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M"),
            Column.LANGUAGE: own_name(person.language),
        }
        return [fixed[column] for column in IN_EXPORTS] + [self._cell(person, key) for key in self._questions]

    def _asked(self, person: Person, key: str) -> Question | None:
        """Return a question as the person answered it. What fills a column of the registration may have been asked later."""
        question = self._definitions[person.versions.get(key, person.questionnaire_id)].find(key)
        newest = self._questions[key]
        return newest if question is None and newest.column is not None else question

    def _cell(self, person: Person, key: str) -> str:
        question = self._asked(person, key)
        if question is None or not question.is_asked_of(self._categories[person.category_id].key):
            return ""
        if question.column is not None:
            values = question.from_columns(person.identity)
        elif key in person.consents:
            values = _YES if person.consents[key] else []
        else:
            values = person.answers.get(key, [])
        kind = kinds.get(question.kind)
        is_kept = question.is_sensitive or kind.is_file or (is_contact_data(question) and not self._has_contact_data)
        if key in person.sealed or (values and is_kept):
            return _("answered")
        return kind.cell(question, values, self._context, self._language)
