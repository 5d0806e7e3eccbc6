"""A draft as the list of questions shows it: each section and question with what there is to say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.i18n.languages import current_language, name_of
from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires import kinds
from eventreg.questionnaires.draft_wording import stage_name
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.kinds.condition_words import only_if
from eventreg.questionnaires.rules.schema import Definition, Question, Section, Stage
from eventreg.web.templating import plain_in_reader_language


@dataclass(frozen=True)
class QuestionRow:
    """One question of the list. Texts are in the reader's language."""

    question: Question
    label: str
    #: "One of several answers"
    kind: str
    #: "Required", "Required of Government"; empty where it is not
    required: str
    #: names of the categories it is asked of; empty: all
    categories: Sequence[str]
    #: "Only if …"; empty where it is always asked
    condition: str
    lacks_purpose: bool
    #: names of the event's languages in which a text is not there
    untranslated: Sequence[str]


@dataclass(frozen=True)
class SectionRow:
    """One section of the list."""

    section: Section
    title: str
    #: "After the confirmation"; empty for what is asked on registering
    stage: str
    rows: Sequence[QuestionRow]
    untranslated: Sequence[str]


def section_rows(definition: Definition, event: Event) -> list[SectionRow]:
    """Return the sections of a draft with their questions, in order."""
    names = {category.key: plain_in_reader_language(category.name) for category in event.categories}
    everything, context = {question.key: question for question in definition.questions()}, Context.of(event)

    def _condition(question: Question) -> str:
        if question.condition is None:
            return ""
        return only_if(question.condition, everything, context, current_language())

    return [
        SectionRow(
            section,
            plain_in_reader_language(section.title) or _("A section without a title"),
            stage_name(section.stage) if section.stage is not Stage.REGISTRATION else "",
            [_question_row(question, names, event.languages, _condition(question)) for question in section.questions],
            _lacking([section.title], [section.intro], event.languages),
        )
        for section in definition.sections
    ]


def _question_row(
    question: Question, names: Mapping[str, str], languages: Sequence[str], condition: str
) -> QuestionRow:
    kind = kinds.get(question.kind) if question.kind in kinds.NAMES else None
    needed = [question.label, *(option.label for option in question.options)]
    optional = [question.help, question.purpose, *(option.hint for option in question.options)]
    return QuestionRow(
        question,
        plain_in_reader_language(question.label) or _("A question without a text"),
        kind.title if kind is not None else _("A kind that is not known"),
        _required(question, names),
        [names.get(key, key) for key in sorted(question.categories)],
        condition,
        kind is not None and kind.is_answerable and not question.purpose,
        _lacking(needed, optional, languages),
    )


def _required(question: Question, names: Mapping[str, str]) -> str:
    if question.is_required:
        return _("Required")
    some = [names.get(key, key) for key in sorted(question.required_for)]
    return _("Required of: %(categories)s", categories=", ".join(some)) if some else ""


def _lacking(needed: Sequence[LocalizedText], optional: Sequence[LocalizedText], languages: Sequence[str]) -> list[str]:
    """Return the names of the languages that lack a text: one that must be there, or one that another language has."""
    texts = [*needed, *(text for text in optional if text)]
    lacking = [language for language in languages if any(not text.get(language) for text in texts)]
    return [name_of(language, current_language()) for language in lacking]
