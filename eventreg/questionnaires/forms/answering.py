"""The form that a definition makes for one category: its fields in sections, its check, its answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from werkzeug.datastructures import MultiDict
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context, Invalid
from eventreg.questionnaires.kinds.fields import AnswerField, KeptFile, UploadField, shown
from eventreg.questionnaires.rules.schema import Definition, Question
from eventreg.questionnaires.wording import sentence

#: the box beside a kept file posts its question's key and this
REMOVE_SUFFIX = "-remove"
#: a form that shows a kept file posts its question's key and this, so that one that is gone is missed
KEPT_SUFFIX = "-kept"


@dataclass(frozen=True)
class PurposeView:
    """Why something is asked, for the reader. `retention_days` counts from the end of the event; None: no own limit."""

    label: str
    purpose: str
    is_sensitive: bool
    retention_days: int | None


@dataclass(frozen=True)
class SectionView:
    """A part of the form as the template draws it. Texts are in the reader's language, a fallback marked as such."""

    key: str
    title: str
    intro: str
    fields: Sequence[AnswerField]
    purposes: Sequence[PurposeView]


class QuestionnaireForm:
    """The questions asked of one category, filled with what was sent or with answers that are already there.

    It knows questions only: token against forgery, submission key and category belong to the form around it. Inputs are
    named by their question's key and have the id `q-<key>`.
    """

    def __init__(
        self,
        definition: Definition,
        category_key: str,
        context: Context,
        language: str,
        formdata: MultiDict[str, str] | None = None,
        answers: Mapping[str, Sequence[str]] | None = None,
        leave_out: Collection[str] = (),
    ) -> None:
        """Build the form in `language`. `formdata` counts before `answers`, the values kept from an earlier time.

        `leave_out` are keys of questions that are answered elsewhere, like the address on one's own page.
        """
        self._context = context
        self._language = language
        asked = definition.questions_for(category_key)
        self._questions = {question.key: question for question in asked if question.key not in leave_out}
        self._answers: dict[str, list[str]] = {}
        self._form = BaseForm(build_fields(self._questions.values(), context, language))
        self._form.process(formdata, data=dict(answers or {}))
        self.sections = list(self._section_views(definition))

    def __getitem__(self, key: str) -> AnswerField:
        """Return the field of a question that is asked. KeyError for any other."""
        return cast(AnswerField, self._form[key])

    def __iter__(self) -> Iterator[AnswerField]:
        """Yield every field in the order of the page."""
        return (self[key] for key in self._questions)

    @property
    def files(self) -> list[Question]:
        """The questions that are answered by a file."""
        return [question for question in self._questions.values() if kinds.get(question.kind).is_file]

    def validate(self, kept_files: Collection[str] = ()) -> bool:
        """Check every answer and put what is wrong beside its field. `kept_files`: keys of questions that have a file.

        Errors that `refuse` put there stay, so a file is checked before or after.
        """
        for question in self._questions.values():
            try:
                self._check(question, kept_files)
            except Invalid as invalid:
                self.refuse(question.key, invalid)
        return not self.errors_list()

    def answers(self) -> dict[str, list[str]]:
        """Return the cleaned values of every question but files, as `validate` found them; [] where none was given."""
        return {key: list(values) for key, values in self._answers.items()}

    def refuse(self, key: str, invalid: Invalid) -> None:
        """Put what is wrong beside a question's field. Only the first thing wrong with it is kept."""
        bound = self[key]
        if not bound.errors:
            label = self._context.text(self._questions[key].label, self._language)
            bound.errors = [sentence(invalid, label)]

    def keep_file(self, key: str, kept: KeptFile) -> None:
        """Show beside a question of files which one is kept."""
        cast(UploadField, self[key]).kept = kept

    def errors_list(self) -> list[tuple[str, str]]:
        """Return (id of the input, message) for each answer to be checked, in the order of the page."""
        return [(bound.id, str(bound.errors[0])) for bound in self if bound.errors]

    def unexpected(
        self, formdata: MultiDict[str, str], allowed: Collection[str] = (), files: MultiDict[str, Any] | None = None
    ) -> list[str]:
        """Return the names of what was sent unasked: unknown fields, answers to another category's questions.

        `allowed` are the fields of the form around this one. What is sent without a value counts as not sent. Answers
        that are not among those offered are errors of their field, see `validate`.
        """
        around = {question.key + suffix for question in self.files for suffix in (REMOVE_SUFFIX, KEPT_SUFFIX)}
        uploads = {question.key for question in self.files}
        texts = (self._questions.keys() - uploads) | around | set(allowed)
        found = [name for name, values in formdata.lists() if name not in texts and any(map(str.strip, values))]
        for name, sent in (files or MultiDict()).lists():
            if name not in uploads and any(file.filename for file in sent):
                found.append(name)
        return found

    def wants_removed(self, formdata: MultiDict[str, str], key: str) -> bool:
        """Say whether the box "remove this file" beside a question was ticked."""
        return bool(formdata.get(key + REMOVE_SUFFIX))

    def was_kept(self, formdata: MultiDict[str, str], key: str) -> bool:
        """Say whether the page showed a kept file beside a question."""
        return bool(formdata.get(key + KEPT_SUFFIX))

    def _check(self, question: Question, kept_files: Collection[str]) -> None:
        kind = kinds.get(question.kind)
        if kind.is_file:
            is_missing = question.key not in kept_files
        else:
            self._answers[question.key] = []
            values = kind.clean(question, self[question.key].typed, self._context)
            self._answers[question.key] = values
            is_missing = not values
        if is_missing and question.is_required:
            raise Invalid(kind.missing)

    def _section_views(self, definition: Definition) -> Iterator[SectionView]:
        for section in definition.sections:
            asked = [question for question in section.questions if question.key in self._questions]
            if asked:
                yield SectionView(
                    key=section.key,
                    title=shown(section.title, self._context, self._language),
                    intro=shown(section.intro, self._context, self._language),
                    fields=[self[question.key] for question in asked],
                    purposes=[self._purpose_view(question) for question in asked if question.purpose],
                )

    def _purpose_view(self, question: Question) -> PurposeView:
        return PurposeView(
            label=shown(question.label, self._context, self._language),
            purpose=shown(question.purpose, self._context, self._language),
            is_sensitive=question.is_sensitive,
            retention_days=question.retention_days,
        )


def build_fields(questions: Collection[Question], context: Context, language: str) -> dict[str, UnboundField[Any]]:
    """Return an unbound field for each question, by its key, labelled in `language`."""
    return {question.key: kinds.get(question.kind).field(question, context, language) for question in questions}


__all__ = ["KeptFile", "PurposeView", "QuestionnaireForm", "SectionView", "build_fields"]
