"""A number, within limits that the question sets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from wtforms.fields.core import UnboundField

from eventreg.kernel.text import pick
from eventreg.questionnaires.kinds.base import Context, Kind, KindGroup, Setting, Shape, only, whole_setting
from eventreg.questionnaires.kinds.fields import TextField, labelled
from eventreg.questionnaires.rules.reasons import Invalid, Reason
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question
from eventreg.questionnaires.rules.seeking import Seeking
from eventreg.questionnaires.rules.texts import clean_line
from eventreg.web.forms import lazy_gettext

_LARGEST = 1_000_000_000
_MOST_DECIMALS = 6
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?")


class Number(Kind):
    """A number. Settings: `least`, `most` (whole), `decimals` (0 … 6), `unit` (text by language). Kept as "12.5"."""

    name = "number"
    title = lazy_gettext("Number")
    seeking = Seeking.NUMBER
    group = KindGroup.NUMBER_AND_TIME
    missing = Reason.MISSING_NUMBER
    settings = frozenset({"least", "most", "decimals", "unit"})

    def offered_settings(self) -> Sequence[Setting]:
        return (
            Setting("least", Shape.NUMBER, lambda: _("Smallest number"), least=-_LARGEST, most=_LARGEST),
            Setting("most", Shape.NUMBER, lambda: _("Largest number"), least=-_LARGEST, most=_LARGEST),
            Setting(
                "decimals", Shape.NUMBER, lambda: _("Places after the decimal point"), least=0, most=_MOST_DECIMALS
            ),
            Setting("unit", Shape.LOCALIZED, lambda: _("Unit"), lambda: _("Stands behind the question, like “years”.")),
        )

    def check(self, question: Question) -> None:
        super().check(question)
        limits = [whole_setting(question, name, -_LARGEST, _LARGEST) for name in ("least", "most")]
        if None not in limits and limits[0] > limits[1]:  # type: ignore[operator]  # neither is None
            raise DefinitionInvalid(f"question {question.key}, settings: least is above most")
        whole_setting(question, "decimals", 0, _MOST_DECIMALS)
        unit = question.settings.get("unit", {})
        if not isinstance(unit, dict) or not all(isinstance(text, str) and text.strip() for text in unit.values()):
            raise DefinitionInvalid(f"question {question.key}, settings.unit: text by language is expected")

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        text = re.sub(r"[\s'’]", "", clean_line(only(given), 40))
        if not _NUMBER.fullmatch(text):
            raise Invalid(Reason.NO_NUMBER)
        number = Decimal(text.replace(",", ".")).normalize()
        decimals = int(question.settings.get("decimals", 0))
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > decimals:
            raise Invalid(Reason.TOO_MANY_DECIMALS, num=decimals) if decimals else Invalid(Reason.NO_WHOLE_NUMBER)
        least, most = question.settings.get("least"), question.settings.get("most")
        if least is not None and number < least:
            raise Invalid(Reason.NUMBER_TOO_SMALL, limit=str(least))
        if most is not None and number > most:
            raise Invalid(Reason.NUMBER_TOO_LARGE, limit=str(most))
        return [f"{number + 0:f}"]

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        texts = labelled(question, context, language)
        if unit := self._unit(question, context, language):
            texts["label"] = texts["label"] + f" ({unit})"
        inputmode = "decimal" if question.settings.get("decimals") else "numeric"
        if (question.settings.get("least") or 0) < 0:
            inputmode = "text"  # keyboards of digits have no minus
        return UnboundField(TextField, question, attributes={"inputmode": inputmode, "autocomplete": "off"}, **texts)

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return the number with its unit: "12 years"."""
        unit = self._unit(question, context, language)
        return [f"{value} {unit}" if unit else value for value in values]

    def _unit(self, question: Question, context: Context, language: str) -> str:
        unit = question.settings.get("unit") or {}
        return pick(unit, language, context.languages).text if unit else ""
