"""Answers put in order: the first choice, the second, and so on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from wtforms.fields.core import UnboundField

from eventreg.questionnaires.kinds import base, fields
from eventreg.questionnaires.rules.answers import Invalid, Reason
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question, Seeking
from eventreg.web.forms import lazy_gettext


class RankedChoice(base.Kind):
    """Some of the answers offered, the preferred one first. Settings: `max_choices`, at most so many are put in order."""

    name = "ranked_choice"
    title = lazy_gettext("Ranking")
    hint = lazy_gettext("A first choice, a second one, and so on.")
    seeking = Seeking.CHOICE
    group = base.KindGroup.CHOICE
    missing = Reason.MISSING_RANKING
    settings = frozenset({"max_choices"})
    is_many = True
    has_options = True

    def offered_settings(self) -> Sequence[base.Setting]:
        return (base.Setting("max_choices", base.Shape.NUMBER, lambda: _("At most so many are put in order")),)

    def check(self, question: Question) -> None:
        super().check(question)
        if not question.options:
            raise DefinitionInvalid(f"question {question.key}: there are no options")
        base.positive_setting(question, "max_choices", len(question.options), len(question.options))

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        if not set(given) <= {option.value for option in question.options}:
            raise Invalid(Reason.NOT_OFFERED)
        if len(set(given)) < len(given):
            raise Invalid(Reason.CHOSEN_TWICE)
        if len(given) > (most := _most(question)):
            raise Invalid(Reason.TOO_MANY, num=most)
        return list(given)

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        with base.speaking(language):
            labels = [_("Choice number %(number)d", number=number) for number in range(1, _most(question) + 1)]
        options = partial(_options_of_ranking, question, context, language)
        return UnboundField(
            fields.SelectsField, question, labels, options, **fields.labelled(question, context, language)
        )

    def display(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
        """Return a line for each with its number: "1. Human rights"."""
        labels = {option.value: context.text(option.label, language) for option in question.options}
        return [f"{number}. {labels.get(value, value)}" for number, value in enumerate(values, 1)]

    def value_text(self, question: Question, value: str, context: base.Context, language: str) -> str:
        """Return one value without a number."""
        return next((context.text(each.label, language) for each in question.options if each.value == value), value)

    def from_cell(self, question: Question, text: str, context: base.Context, languages: Sequence[str]) -> list[str]:
        """See `Kind.from_cell`: the answers in their order, with or without their numbers."""
        numbered = "; ".join(base.without_number(part) for part in text.replace("\n", ";").split(";"))
        return base.some_of(
            numbered, base.named((o.value, label) for o in question.options for label in o.label.values())
        )


def _most(question: Question) -> int:
    return int(question.settings.get("max_choices", len(question.options)))


def _options_of_ranking(question: Question, context: base.Context, language: str) -> Markup:
    with base.speaking(language):
        first = _("Choose an answer")
    return fields.joined_options(
        first, [(option.value, context.text(option.label, language)) for option in question.options]
    )
