"""One or several answers of a long list: a select for each, so that it works everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from wtforms.fields.core import UnboundField

from eventreg.questionnaires.kinds.base import Context, Invalid, Setting, Shape, positive_setting, speaking
from eventreg.questionnaires.kinds.composite_fields import SelectsField
from eventreg.questionnaires.kinds.fields import AnswerField, SelectFrom, labelled
from eventreg.questionnaires.rules.reasons import Reason
from eventreg.questionnaires.rules.schema import Question

#: more selects than that are no question any more
MOST_SELECTS = 10


def several_setting() -> Setting:
    """Return how many answers of the list can be given."""
    return Setting("max_choices", Shape.NUMBER, lambda: _("At most so many answers"), most=MOST_SELECTS)


def check_several(question: Question, most: int) -> None:
    """Check how many answers can be given. Raises DefinitionInvalid."""
    positive_setting(question, "max_choices", 1, most)


def most_of(question: Question) -> int:
    """Return how many answers can be given."""
    return int(question.settings.get("max_choices", 1))


def distinct(question: Question, given: Sequence[str]) -> list[str]:
    """Return the answers in their order. Raises Invalid where there are too many, or one twice."""
    if len(given) > most_of(question):
        raise (
            Invalid(Reason.SEVERAL_ANSWERS)
            if most_of(question) == 1
            else Invalid(Reason.TOO_MANY, num=most_of(question))
        )
    if len(set(given)) < len(given):
        raise Invalid(Reason.CHOSEN_TWICE)
    return list(given)


def select_field(
    question: Question,
    context: Context,
    language: str,
    options: Callable[[], Markup],
    attributes: dict[str, str] | None = None,
) -> UnboundField[Any]:
    """Return one select, or one for each answer that can be given."""
    texts = labelled(question, context, language)
    if (most := most_of(question)) == 1:
        return UnboundField(AnswerField, question, "select", attributes, widget=SelectFrom(options), **texts)
    with speaking(language):
        labels = [_("Answer %(number)d", number=number) for number in range(1, most + 1)]
    return UnboundField(SelectsField, question, labels, options, **texts)
