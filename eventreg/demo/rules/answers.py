"""What a fictional person answers to whatever is asked."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from eventreg.demo.rules.people import Person
from eventreg.questionnaires.rules.schema import Question

_SHORT: dict[str, Sequence[str]] = {
    "es": ("Movilidad laboral", "Protección internacional", "Gobernanza fronteriza", "Unidad de Política Migratoria"),
    "en": ("Labour mobility", "International protection", "Border governance", "Migration Policy Unit"),
}
_LONG: dict[str, Sequence[str]] = {
    "es": ("Alergia al cacahuate (dato de demostración).", "Prefiero sentarme cerca de la puerta (demostración)."),
    "en": ("Allergic to peanuts (demonstration).", "I prefer a seat near the door (demonstration)."),
}
#: how many of a hundred answer an optional question of a kind
_ANSWERED = {"multiple_choice": 30, "long_text": 8, "url": 60, "choice": 80, "yes_no": 90, "consent": 45}
_ALL_DAYS = 0.7
_NEEDS_SUPPORT = 0.3


def invent_answers(
    questions: Iterable[Question], person: Person, day_ids: Sequence[int], chance: random.Random
) -> dict[str, list[str]]:
    """Return cleaned values by question key, as `questionnaires` would give them. No file is ever sent."""
    answers = {}
    for question in questions:
        if question.column is not None:
            answers[question.key] = question.from_columns(
                {column: str(getattr(person, column)) for column in question.columns}
            )
        elif question.is_required or chance.randrange(100) < _ANSWERED.get(question.kind, 50):
            answers[question.key] = _answer(question, person, day_ids, chance)
    return answers


def _answer(question: Question, person: Person, day_ids: Sequence[int], chance: random.Random) -> list[str]:
    match question.kind:
        case "days":
            chosen = day_ids if chance.random() < _ALL_DAYS else [chance.choice(day_ids)]
            return [str(day_id) for day_id in chosen]
        case "choice" | "multiple_choice" | "yes_no" | "consent":
            return _chosen(question, chance)
        case _:
            return _written(question, person, chance)


def _chosen(question: Question, chance: random.Random) -> list[str]:
    options = [option.value for option in question.options]
    match question.kind:
        case "choice":
            return [chance.choice(options)]
        case "multiple_choice":
            most = min(2, int(question.settings.get("max_choices", len(options))), len(options))
            some = chance.sample(options, chance.randint(1, most))
            return [value for value in options if value in some]
        case "yes_no" if question.settings.get("style") != "checkbox":
            return ["yes" if chance.random() < _NEEDS_SUPPORT else "no"]
        case _:
            return ["yes"]


def _written(question: Question, person: Person, chance: random.Random) -> list[str]:
    match question.kind:
        case "short_text":
            return [chance.choice(_SHORT[person.language])]
        case "long_text":
            return [chance.choice(_LONG[person.language])]
        case "url":
            return [f"https://universidad-demo.example/perfiles/{person.number}"]
        case "country" | "email" | "phone":
            return [str(getattr(person, question.kind))]
        case _:
            return []
