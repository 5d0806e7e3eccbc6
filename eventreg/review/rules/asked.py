"""Which questions of an event tell what figures show."""

from __future__ import annotations

from collections.abc import Collection

from eventreg.questionnaires.rules.schema import Definition, Question

#: what the key of the question for the sex is in the ready-made sets, or made of in the languages of the product
_SEX_KEYS = ("sex", "sexo", "sexe", "gender", "genero", "genre")
_CHOICE, _DAYS = "choice", "days"


def sex_question(definitions: Collection[Definition]) -> Question | None:
    """Return the question for the sex in its newest wording; None where none asks it, or its answers are sealed.

    It offers one of several answers and has one of the known keys. `definitions`: the versions, the newest first.
    """
    asked = [question for each in definitions for question in each.questions() if question.key in _SEX_KEYS]
    sealed = {question.key for question in asked if question.is_sensitive}
    return next((each for each in asked if each.kind == _CHOICE and each.key not in sealed), None)


def day_keys_of(definitions: Collection[Definition]) -> list[str]:
    """Return the keys of the questions that ask, or asked, for days."""
    return sorted({question.key for each in definitions for question in each.questions() if question.kind == _DAYS})
