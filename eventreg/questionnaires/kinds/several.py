"""One or several answers of a long list: a select for each, so that it works everywhere."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from flask_babel import gettext as _
from markupsafe import Markup
from wtforms.fields.core import UnboundField

from eventreg.questionnaires.kinds.base import Context, Kind, KindGroup, Setting, Shape, positive_setting, speaking
from eventreg.questionnaires.kinds.composite_fields import SelectsField
from eventreg.questionnaires.kinds.fields import AnswerField, SelectFrom, labelled
from eventreg.questionnaires.rules.reasons import Invalid, Reason
from eventreg.questionnaires.rules.schema import Question
from eventreg.questionnaires.rules.seeking import Seeking

#: more selects than that are no question any more
MOST_SELECTS = 10


class OfLongList(Kind):
    """Codes of a list that everybody knows. Settings: `max_choices`, how many can be named; one where it is not set."""

    seeking = Seeking.CHOICE
    group = KindGroup.PERSON
    settings = frozenset({"max_choices"})
    is_many = True
    #: what can be chosen
    codes: ClassVar[frozenset[str]]
    #: of the select
    attributes: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def options(self, context: Context, language: str) -> Markup:
        """Return the options of a select."""

    def offered_settings(self) -> Sequence[Setting]:
        return (Setting("max_choices", Shape.NUMBER, lambda: _("At most so many answers"), most=MOST_SELECTS),)

    def check(self, question: Question) -> None:
        super().check(question)
        # A column holds one.
        positive_setting(question, "max_choices", 1, 1 if question.column else MOST_SELECTS)

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        if not set(given) <= self.codes:
            raise Invalid(Reason.NOT_OFFERED)
        if len(given) > (most := _most_of(question)):
            raise Invalid(Reason.SEVERAL_ANSWERS) if most == 1 else Invalid(Reason.TOO_MANY, num=most)
        if len(set(given)) < len(given):
            raise Invalid(Reason.CHOSEN_TWICE)
        return list(given)

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        """Return one select, or one for each answer that can be given."""
        texts, options = labelled(question, context, language), partial(self.options, context, language)
        if (most := _most_of(question)) == 1:
            widget = SelectFrom(options)
            return UnboundField(AnswerField, question, "select", self.attributes, widget=widget, **texts)
        with speaking(language):
            labels = [_("Answer %(number)d", number=number) for number in range(1, most + 1)]
        return UnboundField(SelectsField, question, labels, options, **texts)


def _most_of(question: Question) -> int:
    return int(question.settings.get("max_choices", 1))
