"""The form of a questionnaire's definition, as data.

A definition is JSON: `{"sections": [{"key", "title", "intro"?, "questions": [{"key", "kind", "label", …}]}]}`. Texts
are mappings from language to text. `rules.parsing.parse_definition` turns it into the frozen dataclasses below and
refuses what does not fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from eventreg.kernel.text import LocalizedText

#: What identifies a person is kept on the registration itself; every other answer is a row of its own.
IDENTITY_COLUMNS = frozenset(
    {"given_name", "family_name", "badge_name", "institution", "position", "country", "email", "phone"}
)
#: without these nobody can be written to or found
NEEDED_COLUMNS = frozenset({"given_name", "email"})
#: names of fields that the forms themselves carry beside the questions
RESERVED_KEYS = frozenset(
    {
        "action",
        "category",
        "change_category",
        "choose_category",
        "csrf_token",
        "lang",
        "language",
        "next",
        "notice",
        "questionnaire",
        "revision",
        "submission_key",
        "switch_language",
    }
)


class DefinitionInvalid(ValueError):
    """The data is no questionnaire; the message names the place and what is wrong there."""


@dataclass(frozen=True)
class Option:
    """One of the answers offered. `value` is stored and stays when the label changes."""

    value: str
    label: LocalizedText
    hint: LocalizedText = field(default_factory=dict)


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

    def is_asked_of(self, category_key: str) -> bool:
        """Say whether a participant of this category is asked the question."""
        return not self.categories or category_key in self.categories


@dataclass(frozen=True)
class Section:
    """A titled part of the form."""

    key: str
    title: LocalizedText
    intro: LocalizedText
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Definition:
    """Everything asked, in order."""

    sections: tuple[Section, ...]

    def questions(self) -> Iterator[Question]:
        """Yield every question in order."""
        for section in self.sections:
            yield from section.questions

    def questions_for(self, category_key: str) -> list[Question]:
        """Return what a participant of this category is asked, in order."""
        return [question for question in self.questions() if question.is_asked_of(category_key)]

    def find(self, key: str) -> Question | None:
        """Return the question with this key."""
        return next((question for question in self.questions() if question.key == key), None)
