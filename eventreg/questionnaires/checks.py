"""What this room tells of an event: what it lacks before it is published, and how much each category is asked.

What stands in the way of publishing what organizers wrote, with what only the kinds of questions know.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from flask_babel import gettext as _

from eventreg.db import db
from eventreg.events.checks import Missing
from eventreg.events.models import Event
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, name_of
from eventreg.questionnaires import kinds
from eventreg.questionnaires.queries import definition_of, find_newest_and_draft, find_newest_version
from eventreg.questionnaires.rules import changes, publishing
from eventreg.questionnaires.rules.drafts.reading import read_draft
from eventreg.questionnaires.rules.obstacles import Ground, Obstacle, ObstacleKind, find_obstacles
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question, Stage


def list_missing_questions(event_id: int) -> Sequence[Missing]:
    """Return what the questions of an event lack: that there are any, and each of their texts in each language.

    A draft that says something else than what is asked is advice: it may be meant for later.
    """
    newest, draft = find_newest_and_draft(event_id)
    if newest is None:
        words = _publish_first
        return [Missing(True, words, "questionnaires.review_publishing")]
    languages = db.session.get_one(Event, event_id).languages
    found = []
    if untold := _lacking(newest.definition, languages):
        found.append(Missing(True, lambda: _untranslated(untold), "questionnaires.list_questions"))
    if draft is not None and changes.changes_between(newest.definition, draft.definition):
        found.append(Missing(False, _unpublished, "questionnaires.review_publishing"))
    return found


def _lacking(definition: dict[str, object], languages: Sequence[str]) -> list[str]:
    """Return the languages in which some text of a version is not there: the event was given them after publishing."""
    obstacles = find_obstacles(definition, ground_of(languages, ()))
    missing = {
        language
        for obstacle in obstacles
        if obstacle.kind is ObstacleKind.UNTRANSLATED
        for language in obstacle.languages
    }
    return [language for language in languages if language in missing]


def _publish_first() -> str:
    return _("Publish the questions of the registration form")


def _unpublished() -> str:
    return _("Publish the questions that were changed, or discard the changes")


def _untranslated(languages: Sequence[str]) -> str:
    reader = current_language()
    names = formats.joined([name_of(language, reader) for language in languages], reader)
    return _("Translate the questions of the registration form into %(languages)s", languages=names)


def count_asked(event_id: int, category_keys: Collection[str]) -> dict[str, int]:
    """Return how many questions people of each category are asked now, by its key; nothing before any were published."""
    version = find_newest_version(event_id)
    if version is None:
        return {}
    definition = definition_of(version)
    stages = (Stage.REGISTRATION, Stage.FOLLOW_UP)
    return {
        key: sum(kinds.get(question.kind).is_answerable for question in definition.questions_for(key, *stages))
        for key in category_keys
    }


def list_obstacles(
    document: Mapping[str, Any],
    languages: Collection[str],
    categories: Collection[str],
    days: Collection[int] | None = None,
) -> list[Obstacle]:
    """Return everything that stands in the way of publishing a document; nothing where it can be published.

    `days`: ids of the event's days; None: conditions may look at any.
    """
    document = publishing.finished(document, languages)
    found = find_obstacles(document, ground_of(languages, categories, days))
    told = {obstacle.question.key for obstacle in found if obstacle.question is not None}
    for section in read_draft(document).sections:
        for question in section.questions:
            if question.key in told or question.kind not in kinds.NAMES:
                continue
            try:
                kinds.get(question.kind).check(question)
            except DefinitionInvalid as error:
                found.append(Obstacle(ObstacleKind.SETTINGS, section, question, detail=str(error)))
    return found


def obstacles_of(document: Mapping[str, Any], event: Event) -> list[Obstacle]:
    """Return what stands in the way of publishing a document for an event, whose categories and days are loaded."""
    keys = {category.key for category in event.categories}
    return list_obstacles(document, event.languages, keys, [day.id for day in event.days])


def ground_of(languages: Collection[str], categories: Collection[str], days: Collection[int] | None = None) -> Ground:
    """Return what a draft of an event in these languages and with these categories is held against."""
    every = {name: kinds.get(name) for name in kinds.NAMES}
    return Ground(
        languages=tuple(languages),
        categories=frozenset(categories),
        kinds=kinds.NAMES,
        answerable=frozenset(name for name, kind in every.items() if kind.is_answerable),
        needing_options=frozenset(name for name, kind in every.items() if kind.has_options and _needs_options(kind)),
        offered=partial(_offered, None if days is None else frozenset(map(str, days))),
    )


def _offered(days: Collection[str] | None, question: Question) -> Collection[str] | None:
    """Return the answers that conditions can look at, where they are known."""
    if question.options:
        return {option.value for option in question.options}
    return days if question.kind == "days" else None


def _needs_options(kind: kinds.Kind) -> bool:
    """Say whether a kind refuses a question that offers nothing."""
    try:
        kind.check(Question("nothing_offered", kind.name, {}))
    except DefinitionInvalid:
        return True
    return False


def is_answerable(question: Question) -> bool:
    """Say whether somebody answers such a question; headings and texts are only read."""
    return question.kind in kinds.NAMES and kinds.get(question.kind).is_answerable
