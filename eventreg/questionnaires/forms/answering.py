"""The form that a definition makes for one category: its fields in sections, its check, its answers; and its pages.

A long form is answered in steps, and its answers are shown once more before they are sent. Every page is the whole form, most
of it hidden. So nothing has to be kept between the pages: each posts everything, and the browser shows the part that is at hand.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from markupsafe import escape
from werkzeug.datastructures import MultiDict
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from eventreg.i18n.languages import current_language
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds.choices import Block, blocks_of
from eventreg.questionnaires.kinds.condition_words import only_if
from eventreg.questionnaires.kinds.fields import AnswerField, KeptFile, UploadField, shown
from eventreg.questionnaires.rules.answers import Invalid, Reason
from eventreg.questionnaires.rules.schema import Definition, Question, Section, Stage, conditions_on_form
from eventreg.web.refusals import said

#: the box beside a kept file posts its id under its question's key and this
REMOVE_SUFFIX = "-remove"
#: a form that shows kept files posts their ids under their question's key and this, so that one that is gone is missed
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
    #: the same, those that one choice reveals put under it
    blocks: Sequence[Block]
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
        context: kinds.Context,
        language: str,
        formdata: MultiDict[str, str] | None = None,
        answers: Mapping[str, Sequence[str]] | None = None,
        leave_out: Collection[str] = (),
        *,
        came_by: enum.Enum | None,
        stages: Collection[Stage] = (Stage.REGISTRATION,),
        frozen: Collection[str] = (),
    ) -> None:
        """Build the form in `language`. `formdata` counts before `answers`, the values kept from an earlier time.

        Asked are the questions of `stages`. `leave_out` are keys of those that are answered elsewhere, like the address on
        one's own page; conditions look at their `answers`. The answers to `frozen` ones are shown and not asked.
        """
        self._context, self._language, self._category_key = context, language, category_key
        self._known = {**(answers or {}), **definition.known_beside(category_key, came_by)}
        asked = definition.questions_for(category_key)
        here = {question.key for question in definition.questions_for(category_key, *stages)} - set(leave_out)
        open_keys = here - set(frozen)
        elsewhere = {key: values for key, values in self._known.items() if key not in open_keys}
        self._conditions = conditions_on_form(asked, open_keys, elsewhere)
        self._counted_elsewhere = elsewhere
        self._questions = {question.key: question for question in asked if question.key in self._conditions}
        standing = {key for key in here - open_keys if self._known.get(key)}
        self._frozen = {question.key: question for question in asked if question.key in standing}
        #: asked of this category, though here and now they cannot come up
        self._known_names = here
        self._answers: dict[str, list[str]] = {}
        #: keys of the questions that come up for the answers given; all of them until `validate` has looked
        self.asked_now = frozenset(self._conditions)
        self._form = self._built(self._questions.values(), formdata)
        self._frozen_form = self._built(self._frozen.values(), None)
        self._order = [
            question.key for question in asked if question.key in self._questions or question.key in self._frozen
        ]
        self._formdata, self._definition = formdata, definition
        self._prepare()

    def __getitem__(self, key: str) -> AnswerField:
        """Return the field of a question that stands on the form. KeyError for any other."""
        return cast(AnswerField, (self._frozen_form if key in self._frozen else self._form)[key])

    def __iter__(self) -> Iterator[AnswerField]:
        """Yield every field in the order of the page."""
        return (self[key] for key in self._order)

    @property
    def has_conditions(self) -> bool:
        """Whether what is asked depends on answers to this very form."""
        return any(condition is not None for condition in self._conditions.values())

    @property
    def files(self) -> list[Question]:
        """The questions that are answered by a file."""
        return [question for question in self._questions.values() if kinds.get(question.kind).is_file]

    def validate(self, kept_files: Collection[str] = ()) -> bool:
        """Check every answer and put what is wrong beside its field. `kept_files`: keys of questions that have a file.

        A question whose condition does not hold for the answers before it is not asked: what was sent for it is passed
        over. Errors that `refuse` put beside others stay, so a file is checked before or after.
        """
        counted = dict(self._counted_elsewhere)
        passed_over = set()
        for question in self._questions.values():
            condition = self._conditions[question.key]
            if condition is not None and not condition.holds(counted):
                self._pass_over(question)
                passed_over.add(question.key)
                continue
            try:
                self._check(question, kept_files)
            except Invalid as invalid:
                self.refuse(question.key, invalid)
            is_kept = kinds.get(question.kind).is_file and question.key in kept_files
            counted[question.key] = [question.key] if is_kept else self._answers.get(question.key, [])
        self.asked_now = frozenset(self._questions.keys() - passed_over)
        self._refuse_late_changes()
        return not self.errors_list()

    def answers(self) -> dict[str, list[str]]:
        """Return the cleaned values of every question but files, as `validate` found them; [] where none was given."""
        return {key: list(values) for key, values in self._answers.items()}

    def refuse(self, key: str, invalid: Invalid, about: str = "") -> None:
        """Put what is wrong beside a question's field, with what it is `about`. Only the first thing wrong is kept."""
        bound = self[key]
        if not bound.errors:
            label = self._context.text(bound.question.label, self._language)
            sentence = said(invalid, label=label)
            bound.errors = [f"{about}: {sentence}" if about else sentence]

    def keep_files(self, key: str, kept: Sequence[KeptFile]) -> None:
        """Show beside a question of files which ones are kept."""
        cast(UploadField, self[key]).kept = list(kept)

    def errors_list(self) -> list[tuple[str, str]]:
        """Return (id of the input, message in plain words) for each answer to be checked, in the order of the page."""
        return [(bound.id, escape(bound.errors[0]).striptags()) for bound in self if bound.errors]

    def unexpected(
        self, formdata: MultiDict[str, str], allowed: Collection[str] = (), files: MultiDict[str, Any] | None = None
    ) -> list[str]:
        """Return the names of what was sent unasked: unknown fields, answers to another category's questions.

        `allowed` are the fields of the form around this one. What is sent without a value counts as not sent. Answers
        that are not among those offered are errors of their field, see `validate`.
        """
        around = {question.key + suffix for question in self.files for suffix in (REMOVE_SUFFIX, KEPT_SUFFIX)}
        uploads = {question.key for question in self.files}
        texts = (self._known_names - uploads) | around | set(allowed)
        found = [name for name, values in formdata.lists() if name not in texts and any(map(str.strip, values))]
        for name, sent in (files or MultiDict()).lists():
            if name not in uploads and any(file.filename for file in sent):
                found.append(name)
        return found

    def wants_removed(self, formdata: MultiDict[str, str], key: str) -> list[str]:
        """Return the ids of the files beside a question whose box "remove this file" was ticked."""
        return formdata.getlist(key + REMOVE_SUFFIX)

    def was_kept(self, formdata: MultiDict[str, str], key: str) -> list[str]:
        """Return the ids of the files that the page showed as kept beside a question."""
        return formdata.getlist(key + KEPT_SUFFIX)

    def _check(self, question: Question, kept_files: Collection[str]) -> None:
        kind = kinds.get(question.kind)
        if not kind.is_answerable:
            return
        if kind.is_file:
            is_missing = question.key not in kept_files
        else:
            self._answers[question.key] = []
            values = kind.clean(question, self[question.key].typed, self._context)
            self._answers[question.key] = values
            is_missing = not values
        if is_missing and question.is_required_of(self._category_key):
            raise Invalid(kind.missing, **kind.details(self._context))

    def _pass_over(self, question: Question) -> None:
        self[question.key].errors = []
        if not kinds.get(question.kind).is_file:
            self._answers[question.key] = []

    def _refuse_late_changes(self) -> None:
        """Say beside a frozen answer that it was sent changed, from a page that was opened before: once, and it stands."""
        for question in self._frozen.values():
            kind = kinds.get(question.kind)
            sent = self._formdata.getlist(question.key) if self._formdata is not None and not kind.is_file else []
            if not sent:
                continue
            try:
                changed = kind.clean(question, sent, self._context) != list(self._known[question.key])
            except Invalid:
                changed = True
            if changed:
                self.refuse(question.key, Invalid(Reason.FROZEN))

    def _built(self, questions: Collection[Question], formdata: MultiDict[str, str] | None) -> BaseForm:
        form = BaseForm(build_fields(questions, self._context, self._language))
        form.process(formdata, data=self._known)
        return form

    def _prepare(self) -> None:
        """Tell each field whether it is required here, when it is asked, and what stands if it can be changed no more."""
        for key, question in self._questions.items():
            bound, condition = self[key], self._conditions[key]
            bound.flags.required = question.is_required_of(self._category_key)
            bound.is_optional = not bound.flags.required
            if condition is not None:
                words = only_if(condition, self._questions, self._context, self._language)
                bound.ask_only_if(condition, words)
        for key, question in self._frozen.items():
            kind = kinds.get(question.kind)
            self[key].frozen = kind.display(question, self._known[key], self._context, self._language)

    @cached_property
    def sections(self) -> list[SectionView]:
        """The parts of the form as a template draws them. A form that is taken is not drawn."""
        asked = [(each, [q for q in each.questions if q.key in self._order]) for each in self._definition.sections]
        return [self._section_view(section, questions) for section, questions in asked if questions]

    def _section_view(self, section: Section, asked: Sequence[Question]) -> SectionView:
        return SectionView(
            key=section.key,
            title=shown(section.title, self._context, self._language),
            intro=shown(section.intro, self._context, self._language),
            fields=(fields := [self[question.key] for question in asked]),
            blocks=blocks_of(fields),
            purposes=[self._purpose_view(question) for question in asked if question.purpose],
        )

    def _purpose_view(self, question: Question) -> PurposeView:
        return PurposeView(
            label=shown(question.label, self._context, self._language),
            purpose=shown(question.purpose, self._context, self._language),
            is_sensitive=question.is_sensitive,
            retention_days=question.retention_days,
        )


def build_fields(
    questions: Collection[Question], context: kinds.Context, language: str
) -> dict[str, UnboundField[Any]]:
    """Return an unbound field for each question, by its key, labelled in `language`."""
    return {question.key: kinds.get(question.kind).field(question, context, language) for question in questions}


#: the page of all sections, and the one of the answers; the others are numbers of sections
ALL, SUMMARY = "all", "summary"
#: what a button posts as `step_to`; beside it "on" and "go:<page>"
BACK = "back"


@dataclass(frozen=True)
class SummaryPart:
    """A section as it was answered."""

    title: str
    #: the page to change it on
    page: str
    rows: Sequence[tuple[str, Sequence[str]]]


class Steps:
    """The pages of one form, and the one that is shown."""

    def __init__(self, definition: Definition, questions: QuestionnaireForm, sent: str = "") -> None:
        """`sent` is the page that the form says it comes from."""
        self._questions = questions
        self.is_stepwise = definition.is_stepwise and len(questions.sections) > 1
        #: whether there is more than one page
        self.has_pages = self.is_stepwise or definition.has_summary
        self.pages = [str(number) for number in range(len(questions.sections))] if self.is_stepwise else [ALL]
        self.current = sent if self.has_pages and sent in (*self.pages, SUMMARY) else self.pages[0]

    @property
    def is_summary(self) -> bool:
        """Whether the answers are shown once more."""
        return self.current == SUMMARY

    @property
    def number(self) -> int:
        """Which page it is, counted from 1; the summary is the last."""
        asked = self._asked_pages()
        return len(asked) + 1 if self.is_summary else asked.index(self.current) + 1

    @property
    def count(self) -> int:
        """How many pages there are for this person so far, the summary among them: an answer can open or close one."""
        return len(self._asked_pages()) + 1

    @property
    def title(self) -> str:
        """The title of the section at hand; empty where all are."""
        return "" if self.is_summary or self.current == ALL else self._questions.sections[int(self.current)].title

    def shows(self, section: SectionView) -> bool:
        """Say whether a section is at hand."""
        if self.is_summary:
            return False
        return self.current == ALL or self._questions.sections[int(self.current)] is section

    def go(self, wish: str) -> bool:
        """Go where a button wants to, the answers having been checked. False: something at hand has to be checked first."""
        is_held = False
        if wish.startswith("go:"):
            target = wish.removeprefix("go:")
            self.current = target if target in self.pages else self.pages[0]
        elif wish == BACK:
            self.current = self._neighbour(-1) or self.pages[0]
        elif self._has_trouble():
            is_held = True
        else:
            self.current = self._neighbour(1) or SUMMARY
        self._forget_errors(but_at_hand=is_held)
        return not is_held

    def go_to_trouble(self) -> None:
        """Show the first page on which something has to be checked."""
        for number, section in enumerate(self._questions.sections):
            if any(bound.errors for bound in section.fields):
                self.current = str(number) if self.is_stepwise else ALL
                break
        self._forget_errors(but_at_hand=True)

    def summary(self, context: kinds.Context) -> list[SummaryPart]:
        """Return what was answered, section by section, in the reader's language; the form was checked before."""
        language, answers = current_language(), self._questions.answers()
        parts = []
        for number, section in enumerate(self._questions.sections):
            rows = []
            for bound in section.fields:
                question, kind = bound.question, kinds.get(bound.question.kind)
                if question.key not in self._questions.asked_now or not kind.is_answerable:
                    continue
                lines = kind.display(question, answers.get(question.key, []), context, language)
                names = [file.name for file in getattr(bound, "kept", ()) if not file.is_removed]
                rows.append((str(bound.label.text), names or lines))
            if rows:
                parts.append(SummaryPart(section.title, str(number) if self.is_stepwise else ALL, rows))
        return parts

    def _has_trouble(self) -> bool:
        at_hand = (section for section in self._questions.sections if self.shows(section))
        return any(bound.errors for section in at_hand for bound in section.fields)

    def _neighbour(self, direction: int) -> str:
        """Return the next page on which anything is asked of this person, or an empty text."""
        if not self.is_stepwise:
            return ALL if direction < 0 else ""
        start = len(self.pages) if self.is_summary else int(self.current)
        numbers = range(start + 1, len(self.pages)) if direction > 0 else range(start - 1, -1, -1)
        return next((str(number) for number in numbers if self._asks_in(number)), "")

    def _asked_pages(self) -> list[str]:
        """Return the pages on which anything is asked of this person; the one at hand is always one."""
        if not self.is_stepwise:
            return self.pages
        return [page for page in self.pages if page == self.current or self._asks_in(int(page))]

    def _asks_in(self, number: int) -> bool:
        keys = {bound.question.key for bound in self._questions.sections[number].fields}
        return bool(keys & self._questions.asked_now)

    def _forget_errors(self, *, but_at_hand: bool) -> None:
        """What stands on other pages is told there; on a page that one has just come to, nothing is wrong yet."""
        for section in self._questions.sections:
            if not (but_at_hand and self.shows(section)):
                for bound in section.fields:
                    bound.errors = []
