"""What of registrations a list can be narrowed by: fixed fields, and any question of the event."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from eventreg.questionnaires.rules.schema import Question
from eventreg.questionnaires.rules.seeking import Seeking
from eventreg.registration.rules.searching import compared
from eventreg.review.rules.listing.terms import Term, Test, between

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,80}")


@dataclass(frozen=True)
class Field:
    """One field that a list can be narrowed by."""

    #: as addresses call it: "status", "answer.diet"
    name: str
    seeking: Seeking
    #: of a choice: what can be chosen, in order; None: any plain value
    values: tuple[str, ...] | None = None
    #: whether it can be empty
    is_optional: bool = True
    #: of an answer: the question, in its newest wording
    question: Question | None = None
    #: tells more of a value than that it is plain
    reads: Callable[[str], bool] | None = None

    def accept(self, term: Term) -> Term | None:
        """Return a term as this field compares it; None where it makes no sense of it."""
        if term.test is Test.EMPTY:
            return term if self.is_optional else None
        if self.seeking in (Seeking.PRESENCE, Seeking.NOT):
            return None
        if term.test is Test.RANGE:
            return self._accept_range(term)
        if term.test is Test.CONTAINS:
            text = compared(term.value)
            return replace(term, value=text) if text and self.seeking is Seeking.TEXT else None
        value = self._value(term.value)
        return None if value is None else replace(term, value=value)

    def _accept_range(self, term: Term) -> Term | None:
        ends = [self._value(end) if end else "" for end in term.ends]
        if None in ends or not any(ends) or not self.seeking.has_ranges:
            return None
        return replace(term, value=between(ends[0] or "", ends[1] or "").value)

    def _value(self, text: str) -> str | None:
        if self.seeking is Seeking.CHOICE:
            return text if self._is_choice(text) else None
        return _VALUE[self.seeking](text) or None

    def _is_choice(self, text: str) -> bool:
        if self.values is not None:
            return text in self.values
        return _PLAIN.fullmatch(text) is not None and (self.reads is None or self.reads(text))


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text.replace(",", ".").strip()):
        return ""
    return f"{Decimal(text.replace(',', '.').strip()).normalize() + 0:f}"


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if len(text) == len("2027-03-11") else ""
    except ValueError:
        return ""


def _time(text: str) -> str:
    return text if _TIME.fullmatch(text) else ""


_VALUE: dict[Seeking, Callable[[str], str]] = {
    Seeking.TEXT: compared,
    Seeking.NUMBER: _number,
    Seeking.DATE: _date,
    Seeking.TIME: _time,
}
