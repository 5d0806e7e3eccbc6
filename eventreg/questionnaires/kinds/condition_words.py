"""When a question is asked, in words: "Only if “Do you travel?” is “Yes”"; the same for participants and organizers."""

from collections.abc import Mapping, Sequence
from datetime import date

from babel.lists import format_list
from flask_babel import gettext as _

from eventreg.i18n import formats
from eventreg.i18n.formats import conventions
from eventreg.questionnaires.kinds import get
from eventreg.questionnaires.kinds.base import Context, speaking
from eventreg.questionnaires.rules.conditions import AllOf, AnyOf, Compares, Condition, IsAnswered, IsOneOf, Not
from eventreg.questionnaires.rules.schema import Question


def only_if(condition: Condition, questions: Mapping[str, Question], context: Context, language: str) -> str:
    """Say in one sentence when a question is asked. `questions` by key are those that the condition looks at."""
    with speaking(language):
        return _("Only if %(condition)s", condition=_Words(questions, context, language).of(condition))


class _Words:
    """Puts one condition into words."""

    def __init__(self, questions: Mapping[str, Question], context: Context, language: str) -> None:
        self._questions, self._context, self._language = questions, context, language

    def of(self, condition: Condition, *, is_part: bool = False) -> str:
        """Return a condition as a clause, in brackets where it is a part of another and has parts itself."""
        if isinstance(condition, Not):
            return self._denied(condition.part)
        if isinstance(condition, AllOf | AnyOf):
            words = self._several(condition)
            return f"({words})" if is_part and len(condition.parts) > 1 else words
        return self._single(condition, True)

    def _several(self, condition: AllOf | AnyOf) -> str:
        parts = [self.of(part, is_part=True) for part in condition.parts]
        return formats.joined(parts, self._language) if isinstance(condition, AllOf) else self._either(parts)

    def _denied(self, part: Condition) -> str:
        if isinstance(part, Not):
            return self.of(part.part)
        if isinstance(part, AllOf | AnyOf):
            return _("it is not so that (%(condition)s)", condition=self._several(part))
        return self._single(part, False)

    def _single(self, condition: Condition, is_so: bool) -> str:
        if isinstance(condition, IsOneOf):
            return self._is_one_of(condition, is_so)
        if isinstance(condition, IsAnswered):
            question = self._label(condition.question)
            if condition.wanted is is_so:
                return _("“%(question)s” is answered", question=question)
            return _("“%(question)s” is not answered", question=question)
        if isinstance(condition, Compares):
            return self._compares(condition, is_so)
        raise TypeError(f"no words for {condition!r}")

    def _is_one_of(self, condition: IsOneOf, is_so: bool) -> str:
        question = self._label(condition.question)
        values = self._either([self._quoted(condition.question, value) for value in condition.values])
        if is_so:
            return _("“%(question)s” is %(values)s", question=question, values=values)
        return _("“%(question)s” is not %(values)s", question=question, values=values)

    def _compares(self, condition: Compares, is_so: bool) -> str:
        details = {"question": self._label(condition.question), "bound": self._bound(condition.bound)}
        # What is not answered is neither below nor above: "not at least" is not "below".
        if condition.is_least:
            words = _("“%(question)s” is %(bound)s or more"), _("“%(question)s” is not %(bound)s or more")
            if _is_date(condition.bound):
                words = _("“%(question)s” is %(bound)s or later"), _("“%(question)s” is not %(bound)s or later")
        else:
            words = _("“%(question)s” is %(bound)s or less"), _("“%(question)s” is not %(bound)s or less")
            if _is_date(condition.bound):
                words = _("“%(question)s” is %(bound)s or earlier"), _("“%(question)s” is not %(bound)s or earlier")
        return (words[0] if is_so else words[1]) % details

    def _label(self, key: str) -> str:
        question = self._questions.get(key)
        return (self._context.text(question.label, self._language) if question else "") or key

    def _quoted(self, key: str, value: str) -> str:
        return _("“%(value)s”", value=self._value(key, value))

    def _value(self, key: str, value: str) -> str:
        question = self._questions.get(key)
        shown = get(question.kind).display(question, [value], self._context, self._language) if question else []
        return ", ".join(shown) or value

    def _bound(self, bound: str) -> str:
        return formats.plain_day(date.fromisoformat(bound), self._language) if _is_date(bound) else bound

    def _either(self, parts: Sequence[str]) -> str:
        return format_list(list(parts), style="or", locale=conventions(self._language).like)


def _is_date(bound: str) -> bool:
    try:
        date.fromisoformat(bound)
    except ValueError:
        return False
    return len(bound) == 10
