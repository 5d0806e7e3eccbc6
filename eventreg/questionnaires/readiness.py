"""What stands in the way of publishing what organizers wrote, with what only the kinds of questions know."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.drafts.reading import read_draft
from eventreg.questionnaires.rules.finishing import finished
from eventreg.questionnaires.rules.obstacles import Ground, Obstacle, ObstacleKind, find_obstacles
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question


def list_obstacles(
    document: Mapping[str, Any], languages: Collection[str], categories: Collection[str]
) -> list[Obstacle]:
    """Return everything that stands in the way of publishing a document; nothing where it can be published."""
    document = finished(document, languages)
    found = find_obstacles(document, ground_of(languages, categories))
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


def ground_of(languages: Collection[str], categories: Collection[str]) -> Ground:
    """Return what a draft of an event in these languages and with these categories is held against."""
    every = {name: kinds.get(name) for name in kinds.NAMES}
    return Ground(
        languages=tuple(languages),
        categories=frozenset(categories),
        kinds=kinds.NAMES,
        answerable=frozenset(name for name, kind in every.items() if kind.is_answerable),
        needing_options=frozenset(name for name, kind in every.items() if kind.has_options and _needs_options(kind)),
    )


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
