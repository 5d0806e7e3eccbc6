"""The form of a questionnaire's definition, as data.

A definition is JSON: `{"sections": [{"key", "title", "intro"?, "stage"?, "answer_by"?, "questions": [{"key", "kind",
"label", …}]}], "is_stepwise"?, "has_summary"?}`. Texts are mappings from language to text, dates are ISO 8601,
conditions as in `rules.conditions`. `rules.parsing.parse_definition` turns it into the frozen dataclasses below and
refuses what does not fit.

A form does not ask everything that conditions look at: some of it belongs to other categories, some is answered elsewhere,
some can be changed no more. What is known of such answers is put in (`conditions_on_form`), so that a form, and the browser
that shows it, meet only conditions on questions that stand on the form itself.
"""

import enum
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from eventreg.kernel.errors import N_, Titled
from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires.rules.conditions import CATEGORY, PUBLIC, WAY_IN, AllOf, Answers, AnyOf, Condition, Not

#: What identifies a person is kept on the registration itself; every other answer is a row of its own.
IDENTITY_COLUMNS = frozenset(
    {"given_name", "family_name", "badge_name", "institution", "position", "country", "email", "phone"}
)
#: without these nobody can be written to or found
NEEDED_COLUMNS = frozenset({"given_name", "email"})
#: a deadline lies between them, far enough from the ends of the calendar to be moved and told in any zone
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2200, 12, 30)
#: dates in settings may be of another time, like the birth of the oldest
FIRST_YEAR, LAST_YEAR = 1000, 9000
#: kinds whose answer fills several columns, in the order of its values, by the column that is named
_FILLED_TOGETHER = {("person_name", "given_name"): ("given_name", "family_name", "badge_name")}
#: names of fields that the forms themselves carry beside the questions
RESERVED_KEYS = frozenset(
    {
        "access_code",
        "action",
        "category",
        "change_category",
        "choose_category",
        "csrf_token",
        "keep_email",
        "keep_form",
        "lang",
        "language",
        "next",
        "notice",
        "questionnaire",
        "revision",
        "step",
        "step_to",
        "submission_key",
        "switch_language",
        "way_in",
        "with_sensitive",
    }
)


class Stage(Titled):
    """When the questions of a section are answered, and by whom."""

    #: on the form by which people register
    REGISTRATION = "registration", N_("On registering")
    #: by whoever is confirmed, on their own page, until the section's `answer_by`
    FOLLOW_UP = "follow_up", N_("After the confirmation, by a link that is mailed")
    #: by organizers, on the registration's page; the participant never sees them
    ORGANIZERS = "organizers", N_("By organizers only; participants never see it")


class DefinitionInvalid(ValueError):
    """The data is no questionnaire; the message names the place and what is wrong there."""


@dataclass(frozen=True)
class Option:
    """One of the answers offered. `value` is stored and stays when the label changes."""

    value: str
    label: LocalizedText
    hint: LocalizedText = field(default_factory=dict)
    #: how many people can choose it; None: no limit of its own
    places: int | None = None


@dataclass(frozen=True)
class Question:
    """One question. `kind` names a class in `questionnaires.kinds`, which knows everything about such a question."""

    key: str
    kind: str
    label: LocalizedText
    help: LocalizedText = field(default_factory=dict)
    #: why it is asked; shown to the participant
    purpose: LocalizedText = field(default_factory=dict)
    is_required: bool = False
    #: category keys that must answer it, where it is required of some only; empty: `is_required` says it of all
    required_for: frozenset[str] = frozenset()
    #: asked only where this holds for the answers to questions that stand before it
    condition: Condition | None = None
    #: the last day, in the event's zone, on which participants can change their answer; None: as long as any
    frozen_after: date | None = None
    #: encrypted at rest, masked on organizers' screens, absent from mails, audit, search and logs
    is_sensitive: bool = False
    #: days after the event until the answer is deleted; None: with the registration
    retention_days: int | None = None
    #: category keys it is asked of; empty: all
    categories: frozenset[str] = frozenset()
    options: tuple[Option, ...] = ()
    #: the identity column of the registration that holds the answer, if any
    column: str | None = None
    #: what only this kind knows, like {"max_length": 200} or {"max_bytes": 5000000}
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The identity columns that the answer fills, in the order of its values."""
        if self.column is None:
            return ()
        return _FILLED_TOGETHER.get((self.kind, self.column), (self.column,))

    def from_columns(self, held: Mapping[str, str]) -> list[str]:
        """Return the answer that its identity columns hold; blanks stay only before what is not blank."""
        values = [held[column] or "" for column in self.columns]
        while values and not values[-1]:
            values.pop()
        return values

    def is_asked_of(self, category_key: str) -> bool:
        """Say whether a participant of this category is asked the question."""
        return not self.categories or category_key in self.categories

    def is_required_of(self, category_key: str) -> bool:
        """Say whether a participant of this category must answer it, where it is asked at all."""
        return self.is_required or category_key in self.required_for

    def is_frozen(self, today: date) -> bool:
        """Say whether participants can no longer change their answer; `today` is the date in the event's zone."""
        return self.frozen_after is not None and today > self.frozen_after


@dataclass(frozen=True)
class Section:
    """A titled part of the form."""

    key: str
    title: LocalizedText
    intro: LocalizedText
    questions: tuple[Question, ...]
    stage: Stage = Stage.REGISTRATION
    #: of a follow-up: the last day, in the event's zone, on which it is answered; None: until changes end
    answer_by: date | None = None


@dataclass(frozen=True)
class Definition:
    """Everything asked, in order."""

    sections: tuple[Section, ...]
    #: one section a page, with progress; otherwise the whole form on one
    is_stepwise: bool = False
    #: the answers are shown once more before they are sent
    has_summary: bool = False

    def questions(self, *stages: Stage) -> Iterator[Question]:
        """Yield every question in order, of these stages or, without any, of all."""
        for section in self.sections:
            if not stages or section.stage in stages:
                yield from section.questions

    def questions_for(self, category_key: str, *stages: Stage) -> list[Question]:
        """Return what a participant of this category is asked, in order; of all stages where none is named.

        Whether the condition of each holds is another matter: see `hidden_keys`.
        """
        return [question for question in self.questions(*stages) if question.is_asked_of(category_key)]

    def keys_of(self, kind: str) -> list[str]:
        """Return the keys of the questions of a kind, in whatever stage."""
        return [question.key for question in self.questions() if question.kind == kind]

    @staticmethod
    def known_beside(category_key: str, came_by: enum.Enum | None) -> dict[str, list[str]]:
        """Return what conditions find beside the answers to questions. `came_by`: a way in; None is the public form alone."""
        return {CATEGORY: [category_key], WAY_IN: [came_by.value if came_by is not None else PUBLIC]}

    def hidden_keys(
        self, category_key: str, came_by: enum.Enum | None, answers: Answers, standing: Collection[str] = ()
    ) -> frozenset[str]:
        """Return the keys of the questions whose conditions do not hold for these answers, in whatever stage.

        Answers to a hidden question count as not given, so that what hangs on it is hidden as well. The answers to
        `standing` keys can be changed no more: they stay, and count, whatever became of their conditions.
        """
        counted: dict[str, Sequence[str]] = {**self.known_beside(category_key, came_by)}
        hidden: set[str] = set()
        for question in self.questions_for(category_key):
            is_hidden = question.condition is not None and not question.condition.holds(counted)
            if is_hidden and question.key not in standing:
                hidden.add(question.key)
            else:
                counted[question.key] = answers.get(question.key, ())
        return frozenset(hidden)

    def sure_columns(self) -> set[str]:
        """Return the identity columns that every registration fills: required of everybody, whatever is answered."""
        return {
            # Of a name in parts only the given name must be there, which is the column that it names.
            question.column
            for question in self.questions(Stage.REGISTRATION)
            if question.column and question.is_required and not question.categories and question.condition is None
        }

    def find(self, key: str) -> Question | None:
        """Return the question with this key."""
        return next((question for question in self.questions() if question.key == key), None)


class Seeking(enum.Enum):
    """What can be asked of the answers of one kind of question."""

    #: nothing: nobody answers it
    NOT = "not"
    #: whether there is an answer, and no more
    PRESENCE = "presence"
    #: one of several values
    CHOICE = "choice"
    #: a text, compared without accents and case
    TEXT = "text"
    NUMBER = "number"
    #: ISO 8601
    DATE = "date"
    #: like "14:30"
    TIME = "time"

    @property
    def has_ranges(self) -> bool:
        """Whether answers lie between two others."""
        return self in (Seeking.NUMBER, Seeking.DATE, Seeking.TIME)


def settle(condition: Condition, on_form: Collection[str], known: Answers) -> Condition | bool:
    """Return what is left of a condition once the answers to questions that are not `on_form` are put in.

    True or False where nothing is left to be decided. An answer that is not `known` is none.
    """
    if isinstance(condition, Not):
        part = settle(condition.part, on_form, known)
        return not part if isinstance(part, bool) else Not(part)
    if isinstance(condition, AllOf | AnyOf):
        return _settle_parts(condition, [settle(part, on_form, known) for part in condition.parts])
    return condition if set(condition.refers_to()) <= set(on_form) else condition.holds(known)


def _settle_parts(condition: AllOf | AnyOf, parts: Sequence[Condition | bool]) -> Condition | bool:
    # One part that does not hold decides "all", one that holds decides "any"; those that decide nothing are left out.
    decides = isinstance(condition, AnyOf)
    if any(part is decides for part in parts):
        return decides
    left = tuple(part for part in parts if not isinstance(part, bool))
    if not left:
        return not decides
    return left[0] if len(left) == 1 else type(condition)(left)


def conditions_on_form(
    questions: Sequence[Question], on_form: Collection[str], known: Answers
) -> dict[str, Condition | None]:
    """Return, for each question of a form that can be asked at all, the condition that is left; None: always asked.

    `questions` are in order, `on_form` the keys of those that the form asks. One that cannot come up whatever is answered
    is left out, and counts as unanswered for those after it.
    """
    asked: dict[str, Condition | None] = {}
    for question in questions:
        if question.key not in on_form:
            continue
        left = True if question.condition is None else settle(question.condition, asked, known)
        if left is not False:
            asked[question.key] = None if left is True else left
    return asked
