"""What publishing a draft changes of what is asked. What that does to people is in `rules.effects`.

What a change of the questions does to people who are already registered.

An answer belongs to the version it was given under: its wording, its options, whether it is sealed and how long it is kept
stay as they were (case 24). So a change reaches people already registered only where they are asked again, and what is
said here of each change is what would become of their answers without that:

- a question that is added was asked of nobody of them, and where it is required theirs is missing;
- answers keep the wording they were given under, and answers to a question that is removed stay to be read;
- an option that is removed stays in the answers of whoever chose it, and is offered no more;
- an answer stays stored as it was: open where the question became sensitive later, sealed where it is so no more. Sealing it
  without the person would be possible, but copies, exports and mails that were made of it are not sealed either;
- an answer is kept as long as its person was told when giving it.
"""

import enum
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eventreg.kernel.errors import N_, Titled
from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires.rules.drafts.reading import Difference, How, list_differences, read_draft
from eventreg.questionnaires.rules.schema import Definition, Option, Question, Section, Stage


class Part(Titled):
    """A part of a question, a section or the form that is not as it was."""

    LABEL = "label", N_("Question")
    HELP = "help", N_("Help")
    PURPOSE = "purpose", N_("Purpose")
    OPTIONS_ADDED = "options_added", N_("New answers to choose from")
    OPTIONS_REMOVED = "options_removed", N_("Answers that are gone")
    OPTIONS_REWORDED = "options_reworded", N_("Answers with other wording")
    OPTIONS_ORDER = "options_order", N_("Order of the answers")
    OPTION_PLACES = "option_places", N_("Places of answers")
    REQUIRED = "required", N_("Whether it must be answered")
    FOR_WHOM = "for_whom", N_("Who is asked")
    CONDITION = "condition", N_("When it is asked")
    FROZEN = "frozen", N_("Until when it can be changed")
    SENSITIVE = "sensitive", N_("Whether it is sensitive")
    RETENTION = "retention", N_("How long it is kept")
    KIND = "kind", N_("Question type")
    SETTINGS = "settings", N_("Settings")
    COLUMN = "column", N_("Where the answer stands")
    TITLE = "title", N_("Title")
    INTRO = "intro", N_("Introduction")
    STAGE = "stage", N_("When it is answered, and by whom")
    ANSWER_BY = "answer_by", N_("Answers by")
    STEPS = "steps", N_("One section a page")
    SUMMARY = "summary", N_("Summary before sending")


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


@dataclass(frozen=True)
class Figures:
    """How many people are registered and how many of them answered; counts alone. Living registrations, see the caller."""

    #: by category key
    people: Mapping[str, int] = field(default_factory=dict)
    #: by question key, then by category key: who has answered it
    answered: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    #: by question key, then by value: who has chosen it. Sealed answers are in none
    chosen: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def asked(self, question: Question) -> int:
        """Return how many people are in a category that the question is asked of."""
        return sum(count for key, count in self.people.items() if question.is_asked_of(key))

    def reached(self, questions: Collection[Question]) -> int:
        """Return how many people are in a category that one of these questions is asked of."""
        return sum(count for key, count in self.people.items() if any(each.is_asked_of(key) for each in questions))

    def having_answered(self, key: str) -> int:
        """Return how many people answered the question."""
        return sum(self.answered.get(key, {}).values())


class Effect(enum.Enum):
    """What a change does to people who are already registered. Each has a number of people."""

    NOT_ASKED = "not_asked"
    MISSING = "missing"
    WORDING_KEPT = "wording_kept"
    ANSWERS_KEPT = "answers_kept"
    NOT_ASKED_ANY_MORE = "not_asked_any_more"
    OPTION_GONE = "option_gone"
    #: whoever chose an option that is gone is not known: the answers are sealed
    SEALED_OPTION_GONE = "sealed_option_gone"
    STAYS_OPEN = "stays_open"
    STAYS_SEALED = "stays_sealed"
    RETENTION_KEPT = "retention_kept"
    KIND_KEPT = "kind_kept"


@dataclass(frozen=True)
class Consequence:
    """An effect and how many people it has it on."""

    effect: Effect
    people: int
    option: Option | None = None
    #: a condition decides too, so it may be fewer
    is_at_most: bool = False


#: parts after which an answer was given to other words than those that stand now
_WORDS = frozenset({Part.LABEL, Part.HELP, Part.PURPOSE, Part.OPTIONS_REWORDED})


def consequences(change: Change, figures: Figures) -> list[Consequence]:
    """Say what a change of a question does to people who are already registered; those that it does nothing to are left out."""
    if change.is_section:
        return []
    found = [
        Consequence(effect, people, option, _is_at_most(change, effect))
        for effect, people, option in _effects(change, figures)
    ]
    return [each for each in found if each.people or each.effect is Effect.SEALED_OPTION_GONE]


def _is_at_most(change: Change, effect: Effect) -> bool:
    is_counted_by_category = effect in (Effect.NOT_ASKED, Effect.MISSING)
    return is_counted_by_category and change.after is not None and change.after.condition is not None


def _effects(change: Change, figures: Figures) -> Iterator[tuple[Effect, int, Option | None]]:
    answered = figures.having_answered(change.key)
    before, after = change.before, change.after
    if after is None:
        yield Effect.ANSWERS_KEPT, answered, None
        return
    if change.stage is not Stage.REGISTRATION:
        return
    if before is None:
        yield _unanswered(after, figures), figures.asked(after) - _answered_of_asked(after, figures), None
        return
    parts = {each.part for each in change.parts}
    if parts & _WORDS:
        yield Effect.WORDING_KEPT, answered, None
    if Part.KIND in parts:
        yield Effect.KIND_KEPT, answered, None
    yield from _of_options(change, before, figures)
    if parts & {Part.REQUIRED, Part.FOR_WHOM, Part.CONDITION}:
        yield from _of_reach(before, after, figures)
    if Part.SENSITIVE in parts:
        yield (Effect.STAYS_OPEN if after.is_sensitive else Effect.STAYS_SEALED), answered, None
    if Part.RETENTION in parts:
        yield Effect.RETENTION_KEPT, answered, None


def _of_options(change: Change, before: Question, figures: Figures) -> Iterator[tuple[Effect, int, Option | None]]:
    gone = [option for each in change.parts if each.part is Part.OPTIONS_REMOVED for option in each.options]
    for option in gone:
        if before.is_sensitive:
            yield Effect.SEALED_OPTION_GONE, figures.having_answered(change.key), option
        else:
            yield Effect.OPTION_GONE, figures.chosen.get(change.key, {}).get(option.value, 0), option


def _of_reach(before: Question, after: Question, figures: Figures) -> Iterator[tuple[Effect, int, Option | None]]:
    """Yield what becomes of people whom the question is asked of now, or was, and who must answer it now, or had not to."""
    answered = figures.answered.get(after.key, {})
    newly = _without(answered, figures, lambda key: after.is_required_of(key) and not before.is_required_of(key), after)
    if newly:
        yield Effect.MISSING, newly, None
    else:
        yield Effect.NOT_ASKED, _without(answered, figures, lambda key: not before.is_asked_of(key), after), None
    left = sum(count for key, count in answered.items() if before.is_asked_of(key) and not after.is_asked_of(key))
    yield Effect.NOT_ASKED_ANY_MORE, left, None


def _without(answered: Mapping[str, int], figures: Figures, counts: Callable[[str], bool], question: Question) -> int:
    """Return how many people of the categories that count, and that are asked, have not answered."""
    return sum(
        max(people - answered.get(key, 0), 0)
        for key, people in figures.people.items()
        if question.is_asked_of(key) and counts(key)
    )


def _unanswered(question: Question, figures: Figures) -> Effect:
    is_required = any(question.is_required_of(key) for key in figures.people if question.is_asked_of(key))
    return Effect.MISSING if is_required else Effect.NOT_ASKED


def _answered_of_asked(question: Question, figures: Figures) -> int:
    """A key that was asked once, removed and now stands again has answers."""
    return sum(count for key, count in figures.answered.get(question.key, {}).items() if question.is_asked_of(key))
