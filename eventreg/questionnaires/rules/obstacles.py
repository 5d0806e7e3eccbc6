"""What stands in the way of publishing a draft: all of it, each with its place. `rules.parsing` stops at the first."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eventreg.kernel.errors import N_, Reason, Titled
from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires.rules import parsing, schema
from eventreg.questionnaires.rules.conditions import BESIDE_QUESTIONS, CATEGORY, AllOf, AnyOf, Condition, IsOneOf, Not
from eventreg.questionnaires.rules.drafts.reading import entries, read_draft


class ObstacleKind(Reason):
    """What is wrong. The sentences name what an `Obstacle` says beside it."""

    NOTHING_ASKED = "nothing_asked", N_("Add questions: nothing is asked yet")
    NO_ADDRESS = (
        "no_address",
        N_("Ask everybody for a mail address, and require it: without one nobody can be answered"),
    )
    NO_NAME = "no_name", N_("Ask everybody for a given name, and require it: without one nobody can be found")
    UNTRANSLATED = "untranslated", N_("Translate into %(languages)s%(colon)s %(text)s")
    #: a text that must be there is in no language
    NO_TEXT = "no_text", N_("Write what is missing%(colon)s %(text)s")
    NO_PURPOSE = "no_purpose", N_("Say what the answer is for")
    NO_OPTIONS = "no_options", N_("Add answers to choose from")
    #: that question stands after it, or is answered later
    LATER_CONDITION = (
        "later_condition",
        N_("Its condition looks at “%(question)s”, which is asked after it. Move one of them, or change the condition"),
    )
    #: the condition looks at a question that is not there, or cannot be read
    BROKEN_CONDITION = "broken_condition", N_("Its condition looks at a question that is not there. Change it")
    LOST_ANSWER = (
        "lost_answer",
        N_("Its condition looks at an answer that “%(question)s” does not offer any more. Change it"),
    )
    UNKNOWN_CATEGORY = (
        "unknown_category",
        N_("It is for a category that the event does not have: %(category)s"),
    )
    TWICE = "twice", N_("There are two of the same key. Remove one")
    COLUMN_TWICE = "column_twice", N_("Two questions ask for the same part of the registration. Remove one")
    RESERVED = "reserved", N_("The form needs its key for itself. Remove the question and add it anew")
    SENSITIVE_COLUMN = (
        "sensitive_column",
        N_("What stands in the list of registrations is not encrypted, so this question cannot be sensitive"),
    )
    SENSITIVE_PLACES = "sensitive_places", N_("Answers to a sensitive question cannot have places of their own")
    UNKNOWN_KIND = "unknown_kind", N_("There is no such kind of question. Remove it")
    #: what the check said is for who knows the file
    SETTINGS = "settings", N_("Its settings do not fit its kind. Open it and save it once more")
    #: whatever else the strict reading refuses
    OTHER = "other", N_("Something does not fit: %(what)s")


class TextPart(Titled):
    """Which text of a section, a question or an option."""

    TITLE = "title", N_("title")
    INTRO = "intro", N_("introduction")
    LABEL = "label", N_("question")
    HELP = "help", N_("help")
    PURPOSE = "purpose", N_("purpose")
    OPTION = "option", N_("answer “%(option)s”")
    OPTION_HINT = "option_hint", N_("hint of the answer “%(option)s”")


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands in the way, and where. Without keys it is the form as a whole."""

    kind: ObstacleKind
    section: schema.Section | None = None
    question: schema.Question | None = None
    option: schema.Option | None = None
    part: TextPart | None = None
    languages: tuple[str, ...] = ()
    detail: str = ""
    #: label of another question that is meant
    other: schema.Question | None = None


@dataclass(frozen=True)
class Ground:
    """What a draft is held against."""

    languages: Collection[str]
    categories: Collection[str]
    #: kinds that there are, those that somebody answers, and those that cannot be without options
    kinds: Collection[str]
    answerable: Collection[str]
    needing_options: Collection[str]
    #: what can be answered to a question, where it is known; None: anything
    offered: Callable[[schema.Question], Collection[str] | None]


def find_obstacles(document: Mapping[str, Any], ground: Ground) -> list[Obstacle]:
    """Return everything that stands in the way of publishing a document, in its order; what only a kind knows is left to
    `questionnaires.checks`.

    Nothing of it is passed over: where nothing is found, the strict reading is asked, and what it says is an obstacle.
    """
    definition = read_draft(document)
    found = [*_of_form(definition, ground)]
    for section in definition.sections:
        found += _of_section(section, ground)
    found += _doubles(definition)
    found += _of_conditions(definition, ground)
    return found or list(_of_reading(document, ground))


def _of_form(definition: schema.Definition, ground: Ground) -> Iterator[Obstacle]:
    if not any(section.questions for section in definition.sections):
        yield Obstacle(ObstacleKind.NOTHING_ASKED)
        return
    for column in sorted(schema.NEEDED_COLUMNS - definition.sure_columns()):
        yield Obstacle(ObstacleKind.NO_ADDRESS if column == "email" else ObstacleKind.NO_NAME)


def _of_section(section: schema.Section, ground: Ground) -> Iterator[Obstacle]:
    for part, text, is_needed in ((TextPart.TITLE, section.title, True), (TextPart.INTRO, section.intro, False)):
        if lack := _lack(text, is_needed, ground):
            yield Obstacle(lack[0], section, part=part, languages=lack[1])
    for question in section.questions:
        yield from _of_question(section, question, ground)


def _of_question(section: schema.Section, question: schema.Question, ground: Ground) -> Iterator[Obstacle]:
    yield from _of_texts(section, question, ground)
    if question.kind not in ground.kinds:
        yield Obstacle(ObstacleKind.UNKNOWN_KIND, section, question)
    if question.kind in ground.answerable and not question.purpose:
        yield Obstacle(ObstacleKind.NO_PURPOSE, section, question)
    if question.kind in ground.needing_options and not question.options:
        yield Obstacle(ObstacleKind.NO_OPTIONS, section, question)
    for key in sorted((question.categories | question.required_for) - set(ground.categories)):
        yield Obstacle(ObstacleKind.UNKNOWN_CATEGORY, section, question, detail=key)
    if question.key in schema.RESERVED_KEYS:
        yield Obstacle(ObstacleKind.RESERVED, section, question)
    if question.column and question.is_sensitive:
        yield Obstacle(ObstacleKind.SENSITIVE_COLUMN, section, question)
    if question.is_sensitive and any(option.places is not None for option in question.options):
        yield Obstacle(ObstacleKind.SENSITIVE_PLACES, section, question)


def _of_texts(section: schema.Section, question: schema.Question, ground: Ground) -> Iterator[Obstacle]:
    for part, text, is_needed in (
        (TextPart.LABEL, question.label, True),
        (TextPart.HELP, question.help, False),
        (TextPart.PURPOSE, question.purpose, False),
    ):
        if lack := _lack(text, is_needed, ground):
            yield Obstacle(lack[0], section, question, part=part, languages=lack[1])
    for option in question.options:
        for part, text, is_needed in (
            (TextPart.OPTION, option.label, True),
            (TextPart.OPTION_HINT, option.hint, False),
        ):
            if lack := _lack(text, is_needed, ground):
                yield Obstacle(lack[0], section, question, option, part, lack[1])


def _lack(text: LocalizedText, is_needed: bool, ground: Ground) -> tuple[ObstacleKind, tuple[str, ...]] | None:
    if not text:
        return (ObstacleKind.NO_TEXT, ()) if is_needed else None
    missing = tuple(language for language in ground.languages if not text.get(language))
    return (ObstacleKind.UNTRANSLATED, missing) if missing else None


def _doubles(definition: schema.Definition) -> Iterator[Obstacle]:
    questions = list(definition.questions())
    counts = Counter(question.key for question in questions)
    columns = Counter(question.column for question in questions if question.column)
    sections = Counter(section.key for section in definition.sections)
    for section in definition.sections:
        if sections[section.key] > 1:
            yield Obstacle(ObstacleKind.TWICE, section)
        for question in section.questions:
            values = Counter(option.value for option in question.options)
            if counts[question.key] > 1 or any(count > 1 for count in values.values()):
                yield Obstacle(ObstacleKind.TWICE, section, question)
            if question.column and columns[question.column] > 1:
                yield Obstacle(ObstacleKind.COLUMN_TWICE, section, question)


def _of_conditions(definition: schema.Definition, ground: Ground) -> Iterator[Obstacle]:
    places = {
        question.key: (number, section, question)
        for number, (section, question) in enumerate(
            (section, question) for section in definition.sections for question in section.questions
        )
    }
    stages = list(schema.Stage)
    for number, section, question in places.values():
        if question.condition is None:
            continue
        for key in dict.fromkeys(question.condition.refers_to()):
            if key in BESIDE_QUESTIONS:
                continue
            if key not in places:
                yield Obstacle(ObstacleKind.BROKEN_CONDITION, section, question)
                continue
            other_number, other_section, other = places[key]
            if other_number >= number or stages.index(other_section.stage) > stages.index(section.stage):
                yield Obstacle(ObstacleKind.LATER_CONDITION, section, question, other=other)
        yield from _lost_answers(section, question, {key: found[2] for key, found in places.items()}, ground)


def _lost_answers(
    section: schema.Section, question: schema.Question, others: Mapping[str, schema.Question], ground: Ground
) -> Iterator[Obstacle]:
    for single in _singles(question.condition):
        other = others.get(single.question)
        offered = ground.offered(other) if other is not None else None
        if offered is not None and not set(single.values) <= set(offered):
            yield Obstacle(ObstacleKind.LOST_ANSWER, section, question, other=other)
        if single.question == CATEGORY:
            for key in sorted(set(single.values) - set(ground.categories)):
                yield Obstacle(ObstacleKind.UNKNOWN_CATEGORY, section, question, detail=key)


def _singles(condition: Condition | None) -> Iterator[IsOneOf]:
    if isinstance(condition, IsOneOf):
        yield condition
    elif isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _singles(part)
    elif isinstance(condition, Not):
        yield from _singles(condition.part)


def _of_reading(document: Mapping[str, Any], ground: Ground) -> Iterator[Obstacle]:
    """Yield what the strict reading says, where what can be made out of the document lacks nothing."""
    try:
        parsing.parse_definition(document, ground.languages, kinds=ground.kinds, categories=ground.categories)
    except schema.DefinitionInvalid as error:
        unread = _unread_condition(document)
        if unread is not None:
            yield Obstacle(ObstacleKind.BROKEN_CONDITION, unread[0], unread[1])
        else:
            yield Obstacle(ObstacleKind.OTHER, detail=str(error))


def _unread_condition(document: Mapping[str, Any]) -> tuple[schema.Section, schema.Question] | None:
    """Return the first question whose condition cannot be read."""
    conditions = {
        question["key"]: question.get("condition")
        for section in entries(document, "sections")
        for question in entries(section, "questions")
    }
    for section in read_draft(document).sections:
        for question in section.questions:
            if question.condition is None and conditions.get(question.key) is not None:
                return section, question
    return None
