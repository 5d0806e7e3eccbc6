"""What stands in the way of publishing, what changes and what that does to people, in words."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import current_app, url_for
from flask_babel import gettext as _, ngettext

from eventreg.i18n import formats, languages
from eventreg.kernel.errors import N_, NN_, Sentence
from eventreg.questionnaires.rules.changes import (
    Change,
    Changes,
    Consequence,
    Effect,
    Figures,
    PartChange,
    consequences as consequences_of,
)
from eventreg.questionnaires.rules.drafts.reading import How
from eventreg.questionnaires.rules.obstacles import Obstacle, TextPart
from eventreg.questionnaires.rules.schema import Option, Question
from eventreg.web.templating import plain_in_reader_language


class Standing(NamedTuple):
    """An obstacle for the page: what is to be done, where, and the way there."""

    words: str
    place: str
    href: str


class ShownChange(NamedTuple):
    """A change for the page."""

    key: str
    how: How
    is_section: bool
    label: str
    #: what of it changed
    parts: Sequence[str]
    #: what that does to people already registered
    effects: Sequence[str]
    #: how many would be asked again; None: nobody can be
    asks: int | None


def obstacles_in_words(obstacles: Sequence[Obstacle], slug: str) -> list[Standing]:
    """Return what stands in the way, each with its place."""
    return [Standing(_obstacle(each), _place(each), _href(each, slug)) for each in obstacles]


def changes_in_words(changes: Changes, figures: Figures | None, askable: Sequence[Change] = ()) -> list[ShownChange]:
    """Return the changes; without figures nothing is said about people."""
    keys = {change.key for change in askable}
    return [
        ShownChange(
            change.key,
            change.how,
            change.is_section,
            _label(change),
            [part_in_words(part) for part in change.parts],
            [effect_in_words(each) for each in consequences_of(change, figures)] if figures is not None else [],
            figures.asked(change.after) if figures is not None and change.key in keys and change.after else None,
        )
        for change in changes.listed
    ]


def how_in_words(how: How, is_section: bool) -> str:
    """Say what happened to a question or section."""
    return _(how.of_section if is_section else how.of_question)


def part_in_words(change: PartChange) -> str:
    """Name a part that changed, with the languages and the options that are meant."""
    words = _(change.part.title)
    if change.options:
        names = [_option_label(option) for option in change.options]
        words = f"{words}{formats.colon(languages.current_language())} {formats.joined(names, languages.current_language())}"
    if change.languages:
        names = [languages.name_of(language, languages.current_language()) for language in change.languages]
        words = f"{words} ({formats.joined(names, languages.current_language())})"
    return words


def effect_in_words(each: Consequence) -> str:
    """Say what a change does to people who are already registered."""
    words = _AT_MOST[each.effect] if each.is_at_most and each.effect in _AT_MOST else _EFFECTS[each.effect]
    option = _option_label(each.option) if each.option else ""
    return _(words, option=option) if isinstance(words, str) else ngettext(*words, each.people, option=option)


_AT_MOST = {
    Effect.NOT_ASKED: NN_(
        "At most %(num)d person already registered has not been asked.",
        "At most %(num)d people already registered have not been asked.",
    ),
    Effect.MISSING: NN_(
        "It must be answered, and will be missing from at most %(num)d person already registered.",
        "It must be answered, and will be missing from at most %(num)d people already registered.",
    ),
}
_EFFECTS: dict[Effect, Sentence] = {
    Effect.NOT_ASKED: NN_(
        "%(num)d person already registered has not been asked.",
        "%(num)d people already registered have not been asked.",
    ),
    Effect.MISSING: NN_(
        "It must be answered, and will be missing from %(num)d person already registered.",
        "It must be answered, and will be missing from %(num)d people already registered.",
    ),
    Effect.WORDING_KEPT: NN_(
        "%(num)d answer keeps the words it was given under.", "%(num)d answers keep the words they were given under."
    ),
    Effect.ANSWERS_KEPT: NN_("%(num)d answer stays to be read.", "%(num)d answers stay to be read."),
    Effect.NOT_ASKED_ANY_MORE: NN_(
        "%(num)d person answered and is not asked any more; the answer stays.",
        "%(num)d people answered and are not asked any more; their answers stay.",
    ),
    Effect.OPTION_GONE: NN_(
        "%(num)d person chose “%(option)s”; the answer stays, and is not offered any more.",
        "%(num)d people chose “%(option)s”; their answers stay, and it is not offered any more.",
    ),
    Effect.SEALED_OPTION_GONE: N_(
        "Who chose “%(option)s” is not counted, since the answers are encrypted; they stay as they are."
    ),
    Effect.STAYS_OPEN: NN_(
        "%(num)d answer given before stays without encryption, until it is given again.",
        "%(num)d answers given before stay without encryption, until they are given again.",
    ),
    Effect.STAYS_SEALED: NN_(
        "%(num)d answer given before stays encrypted.", "%(num)d answers given before stay encrypted."
    ),
    Effect.RETENTION_KEPT: NN_(
        "%(num)d answer is kept as long as was said when it was given.",
        "%(num)d answers are kept as long as was said when they were given.",
    ),
    Effect.KIND_KEPT: NN_("%(num)d answer stays as it was given.", "%(num)d answers stay as they were given."),
}


def _obstacle(each: Obstacle) -> str:
    language = languages.current_language()
    return _(
        each.kind.sentence,
        languages=formats.joined([languages.name_of(code, language) for code in each.languages], language),
        colon=formats.colon(language),
        text=_text_part(each),
        question=_question_label(each.other),
        category=each.detail,
        what=each.detail,
    )


def _text_part(each: Obstacle) -> str:
    option = _option_label(each.option) if each.option else ""
    return _((each.part or TextPart.LABEL).title, option=option)


def _place(each: Obstacle) -> str:
    if each.question is not None:
        return _question_label(each.question)
    if each.section is not None:
        return plain_in_reader_language(each.section.title) or _("A section without a title")
    return ""


def _href(each: Obstacle, slug: str) -> str:
    """Return where it is mended: the page of the question or section, else the list of questions."""
    anchor = None
    if each.question is not None:
        anchor = f"question-{each.question.key}"
        if "questionnaires.edit_question" in current_app.view_functions:
            return url_for("questionnaires.edit_question", slug=slug, key=each.question.key)
    elif each.section is not None:
        anchor = f"section-{each.section.key}"
        if "questionnaires.edit_section" in current_app.view_functions:
            return url_for("questionnaires.edit_section", slug=slug, key=each.section.key)
    return url_for("questionnaires.list_questions", slug=slug, _anchor=anchor)


def _label(change: Change) -> str:
    missing = _("A section without a title") if change.is_section else _("A question without a text")
    return plain_in_reader_language(change.label) or missing


def _question_label(question: Question | None) -> str:
    return (plain_in_reader_language(question.label) if question is not None else "") or _("A question without a text")


def _option_label(option: Option) -> str:
    return plain_in_reader_language(option.label) or option.value
