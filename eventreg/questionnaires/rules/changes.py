"""What publishing a draft changes of what is asked. What that does to people is in `rules.effects`."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires.rules.drafts.comparing import Difference, How, list_differences
from eventreg.questionnaires.rules.drafts.reading import read_draft
from eventreg.questionnaires.rules.schema import Definition, Option, Question, Section, Stage


class Part(enum.Enum):
    """A part of a question, a section or the form that is not as it was."""

    LABEL = "label"
    HELP = "help"
    PURPOSE = "purpose"
    OPTIONS_ADDED = "options_added"
    OPTIONS_REMOVED = "options_removed"
    OPTIONS_REWORDED = "options_reworded"
    OPTIONS_ORDER = "options_order"
    OPTION_PLACES = "option_places"
    REQUIRED = "required"
    FOR_WHOM = "for_whom"
    CONDITION = "condition"
    FROZEN = "frozen"
    SENSITIVE = "sensitive"
    RETENTION = "retention"
    KIND = "kind"
    SETTINGS = "settings"
    COLUMN = "column"
    TITLE = "title"
    INTRO = "intro"
    STAGE = "stage"
    ANSWER_BY = "answer_by"
    STEPS = "steps"
    SUMMARY = "summary"


@dataclass(frozen=True)
class PartChange:
    """A part that changed: of a text in which languages, of options which."""

    part: Part
    languages: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Change:
    """One section or question that is not as it was. `label` is that of the draft, or of what was removed."""

    how: How
    is_section: bool
    key: str
    label: LocalizedText
    parts: tuple[PartChange, ...] = ()
    before: Question | None = None
    after: Question | None = None
    #: when the question is answered, after the change
    stage: Stage = Stage.REGISTRATION


@dataclass(frozen=True)
class Changes:
    """Everything that publishing changes, in the order of the draft, what is removed at the end."""

    listed: tuple[Change, ...]
    #: of the form as a whole
    form: tuple[PartChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.listed or self.form)

    def askable(self, is_answerable: Callable[[Question], bool]) -> list[Change]:
        """Return the changes of which those already registered can be asked to answer again.

        Questions of the form that were added or changed: follow-ups have a mail of their own, what organizers fill in is
        theirs, and a mail address is changed by its owner and confirmed.
        """
        return [
            change
            for change in self.listed
            if change.after is not None and change.how in (How.ADDED, How.CHANGED)
            if change.stage is Stage.REGISTRATION and change.after.column != "email" and is_answerable(change.after)
        ]


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """Return what publishing the document `after` changes of what is asked now; both may be unfinished."""
    old, new = read_draft(before), read_draft(after)
    found = [_change(difference, old, new) for difference in list_differences(before, after)]
    # What was written another way and says the same is no change.
    listed = tuple(change for change in found if change.how is not How.CHANGED or change.parts)
    return Changes(listed, tuple(_of_form(old, new)))


def _change(difference: Difference, old: Definition, new: Definition) -> Change:
    before, after = _find(old, difference.key), _find(new, difference.key)
    if difference.is_section:
        was, now = _section(old, difference.key), _section(new, difference.key)
        parts = tuple(_section_parts(was, now)) if was and now else ()
        return Change(difference.how, True, difference.key, difference.label, parts)
    parts = tuple(_question_parts(before[1], after[1])) if before and after else ()
    return Change(
        difference.how,
        False,
        difference.key,
        difference.label,
        parts,
        before[1] if before else None,
        after[1] if after else None,
        (after or before or (Stage.REGISTRATION,))[0],
    )


def _find(definition: Definition, key: str) -> tuple[Stage, Question] | None:
    for section in definition.sections:
        for question in section.questions:
            if question.key == key:
                return section.stage, question
    return None


def _section(definition: Definition, key: str) -> Section | None:
    return next((section for section in definition.sections if section.key == key), None)


def _question_parts(old: Question, new: Question) -> Iterator[PartChange]:
    for part, before, after in (
        (Part.LABEL, old.label, new.label),
        (Part.HELP, old.help, new.help),
        (Part.PURPOSE, old.purpose, new.purpose),
    ):
        if languages := _languages(before, after):
            yield PartChange(part, languages)
    yield from _option_parts(old.options, new.options)
    for part, is_other in (
        (Part.REQUIRED, (old.is_required, old.required_for) != (new.is_required, new.required_for)),
        (Part.FOR_WHOM, old.categories != new.categories),
        (Part.CONDITION, old.condition != new.condition),
        (Part.FROZEN, old.frozen_after != new.frozen_after),
        (Part.SENSITIVE, old.is_sensitive != new.is_sensitive),
        (Part.RETENTION, old.retention_days != new.retention_days),
        (Part.KIND, old.kind != new.kind),
        (Part.SETTINGS, dict(old.settings) != dict(new.settings)),
        (Part.COLUMN, old.column != new.column),
    ):
        if is_other:
            yield PartChange(part)


def _option_parts(old: Sequence[Option], new: Sequence[Option]) -> Iterator[PartChange]:
    before = {option.value: option for option in old}
    after = {option.value: option for option in new}
    added = tuple(option for option in new if option.value not in before)
    removed = tuple(option for option in old if option.value not in after)
    both = [(before[option.value], option) for option in new if option.value in before]
    reworded = [(was, now) for was, now in both if _languages(was.label, now.label) or _languages(was.hint, now.hint)]
    replaced = tuple(now for was, now in both if was.places != now.places)
    if added:
        yield PartChange(Part.OPTIONS_ADDED, options=added)
    if removed:
        yield PartChange(Part.OPTIONS_REMOVED, options=removed)
    if reworded:
        languages = {
            each
            for was, now in reworded
            for each in (*_languages(was.label, now.label), *_languages(was.hint, now.hint))
        }
        yield PartChange(Part.OPTIONS_REWORDED, tuple(sorted(languages)), tuple(now for _was, now in reworded))
    if [option.value for option in old if option.value in after] != [now.value for _was, now in both]:
        yield PartChange(Part.OPTIONS_ORDER)
    if replaced:
        yield PartChange(Part.OPTION_PLACES, options=replaced)


def _section_parts(old: Section, new: Section) -> Iterator[PartChange]:
    for part, before, after in ((Part.TITLE, old.title, new.title), (Part.INTRO, old.intro, new.intro)):
        if languages := _languages(before, after):
            yield PartChange(part, languages)
    if old.stage is not new.stage:
        yield PartChange(Part.STAGE)
    if old.answer_by != new.answer_by:
        yield PartChange(Part.ANSWER_BY)


def _of_form(old: Definition, new: Definition) -> Iterator[PartChange]:
    if old.is_stepwise != new.is_stepwise:
        yield PartChange(Part.STEPS)
    if old.has_summary != new.has_summary:
        yield PartChange(Part.SUMMARY)


def _languages(old: LocalizedText, new: LocalizedText) -> tuple[str, ...]:
    """Return the languages in which a text is not as it was."""
    return tuple(language for language in dict.fromkeys((*old, *new)) if old.get(language, "") != new.get(language, ""))
