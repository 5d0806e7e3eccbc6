"""Dates and times that are chosen freely: a date, a date from and one to, a time of day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from typing import Any

from flask_babel import gettext as _
from wtforms.fields.core import UnboundField

from eventreg.i18n import formats
from eventreg.kernel.text import is_blank
from eventreg.questionnaires.kinds.base import Context, KindGroup, Setting, Shape, date_setting, only, speaking
from eventreg.questionnaires.kinds.fields import Part, PartsField, labelled
from eventreg.questionnaires.kinds.texts import Line
from eventreg.questionnaires.rules.answers import Invalid, Reason, clean_line
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question, Seeking
from eventreg.web.forms import lazy_gettext

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.h]([0-5][0-9])(?::[0-5][0-9])?", re.IGNORECASE)


class Date(Line):
    """A date. Settings: `least`, `most` (ISO 8601), `autocomplete` ("bday"). Kept as ISO 8601 writes it."""

    name = "date"
    input = "date"
    title = lazy_gettext("Date")
    seeking = Seeking.DATE
    group = KindGroup.NUMBER_AND_TIME
    missing = Reason.MISSING_DATE
    settings = frozenset({"least", "most"})

    def offered_settings(self) -> Sequence[Setting]:
        return (
            Setting("least", Shape.DATE, lambda: _("Earliest date")),
            Setting("most", Shape.DATE, lambda: _("Latest date")),
        )

    def check(self, question: Question) -> None:
        super().check(question)
        least, most = date_setting(question, "least"), date_setting(question, "most")
        if least is not None and most is not None and least > most:
            raise DefinitionInvalid(f"question {question.key}, settings: least is after most")

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        return [_date_within(question, only(given)).isoformat()]

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return the date in words: "11 de marzo de 2027"."""
        return [_in_words(value, language) for value in values]


class DateRange(Date):
    """A date from and a date to, the first not after the second. Settings as of a date. Kept as two values."""

    name = "date_range"
    title = lazy_gettext("Date range")
    missing = Reason.MISSING_DATES

    def clean(self, question: Question, raw: Sequence[str], context: Context) -> list[str]:
        """See `Kind.clean`: which of the two is blank matters."""
        if all(is_blank(text) for text in raw):
            return []
        if len(raw) > 2:
            raise Invalid(Reason.SEVERAL_ANSWERS)
        if len(raw) < 2 or any(is_blank(text) for text in raw):
            raise Invalid(Reason.RANGE_INCOMPLETE)
        first, last = (_date_within(question, text) for text in raw)
        if last < first:
            raise Invalid(Reason.RANGE_REVERSED)
        return [first.isoformat(), last.isoformat()]

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        with speaking(language):
            parts = [Part(_("First day"), type="date"), Part(_("Last day"), type="date")]
        return UnboundField(PartsField, question, parts, **labelled(question, context, language))

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return both dates in one line."""
        return [" – ".join(_in_words(value, language) for value in values)] if values else []

    def cell(self, question: Question, values: Sequence[str], context: Context, language: str) -> str:
        """Return the range as ISO 8601 writes it: "2027-03-10/2027-03-13"."""
        return "/".join(values)

    def from_cell(self, question: Question, text: str, context: Context, languages: Sequence[str]) -> list[str]:
        """See `Kind.from_cell`: "2027-03-10/2027-03-13"."""
        return [part.strip() for part in text.split("/")]


class Time(Line):
    """A time of day, kept as "14:30"."""

    name = "time"
    input = "time"
    title = lazy_gettext("Time of day")
    seeking = Seeking.TIME
    group = KindGroup.NUMBER_AND_TIME
    missing = Reason.MISSING_TIME

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        found = _CLOCK.fullmatch(clean_line(only(given), 20))
        if found is None:
            raise Invalid(Reason.NO_TIME)
        return [f"{int(found[1]):02}:{found[2]}"]

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return the time as the language writes it."""
        return [
            formats.clock(time.fromisoformat(value), language) if _CLOCK.fullmatch(value) else value for value in values
        ]


def _date_within(question: Question, text: str) -> date:
    found = _read(clean_line(text, 40))
    least, most = date_setting(question, "least"), date_setting(question, "most")
    if least is not None and found < least:
        raise Invalid(Reason.DATE_TOO_EARLY, day=least)
    if most is not None and found > most:
        raise Invalid(Reason.DATE_TOO_LATE, day=most)
    return found


def _read(text: str) -> date:
    if not _ISO.fullmatch(text):
        raise Invalid(Reason.NO_DATE)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(Reason.NO_DATE) from error


def _in_words(value: str, language: str) -> str:
    try:
        return formats.plain_day(_read(value), language)
    except Invalid:
        return value
