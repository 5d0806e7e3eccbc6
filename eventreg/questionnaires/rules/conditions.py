"""When a question is asked: conditions on earlier answers, read from data and held against what was answered.

As data a condition is one of

    {"question": key, "is": [value, …]}        one of these values is among the answers
    {"question": key, "answered": true}        it was answered at all (or, with false, was not)
    {"question": key, "at_least": "18"}        a number, date or time (ISO 8601) not below this one; "at_most" likewise
    {"all": [condition, …]}, {"any": [condition, …]}, {"not": condition}

Beside the keys of questions `CATEGORY` and `WAY_IN` can be looked at: what is known of whoever answers before anything is
asked. The browser is given the same data, so that both sides decide alike.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

#: what conditions look at beside questions, by names that no question can have: the key of the category, and how somebody
#: came, by the names of ways in or `PUBLIC`
CATEGORY, WAY_IN = "category", "way_in"
BESIDE_QUESTIONS = frozenset({CATEGORY, WAY_IN})
PUBLIC = "public"
#: deeper or longer than anybody reads
DEEPEST, MOST_PARTS = 4, 30
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

Answers = Mapping[str, Sequence[str]]


class ConditionInvalid(ValueError):
    """The data is no condition; the message says what is wrong."""


class Condition(ABC):
    """Something that holds or not for a set of answers by question key. A question not asked has no answer."""

    @abstractmethod
    def holds(self, answers: Answers) -> bool:
        """Say whether it holds."""

    @abstractmethod
    def refers_to(self) -> Iterator[str]:
        """Yield the keys of the questions it looks at."""

    @abstractmethod
    def as_data(self) -> dict[str, Any]:
        """Return it as `read_condition` takes it."""


@dataclass(frozen=True)
class IsOneOf(Condition):
    """One of `values` is among the answers to the question."""

    question: str
    values: tuple[str, ...]

    def holds(self, answers: Answers) -> bool:
        return any(value in self.values for value in answers.get(self.question, ()))

    def refers_to(self) -> Iterator[str]:
        yield self.question

    def as_data(self) -> dict[str, Any]:
        return {"question": self.question, "is": list(self.values)}


@dataclass(frozen=True)
class IsAnswered(Condition):
    """The question was answered, or was not."""

    question: str
    wanted: bool = True

    def holds(self, answers: Answers) -> bool:
        return any(value.strip() for value in answers.get(self.question, ())) is self.wanted

    def refers_to(self) -> Iterator[str]:
        yield self.question

    def as_data(self) -> dict[str, Any]:
        return {"question": self.question, "answered": self.wanted}


@dataclass(frozen=True)
class Compares(Condition):
    """The first answer is a number, a date or a time on one side of a bound, the bound included."""

    question: str
    bound: str
    is_least: bool

    def holds(self, answers: Answers) -> bool:
        given = next(iter(answers.get(self.question, ())), "").strip()
        pair = _comparable(given, self.bound)
        return pair is not None and (pair[0] >= pair[1] if self.is_least else pair[0] <= pair[1])

    def refers_to(self) -> Iterator[str]:
        yield self.question

    def as_data(self) -> dict[str, Any]:
        return {"question": self.question, "at_least" if self.is_least else "at_most": self.bound}


@dataclass(frozen=True)
class AllOf(Condition):
    """Every part holds."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> bool:
        return all(part.holds(answers) for part in self.parts)

    def refers_to(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.refers_to()

    def as_data(self) -> dict[str, Any]:
        return {"all": [part.as_data() for part in self.parts]}


@dataclass(frozen=True)
class AnyOf(Condition):
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> bool:
        return any(part.holds(answers) for part in self.parts)

    def refers_to(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.refers_to()

    def as_data(self) -> dict[str, Any]:
        return {"any": [part.as_data() for part in self.parts]}


@dataclass(frozen=True)
class Not(Condition):
    """The part does not hold."""

    part: Condition

    def holds(self, answers: Answers) -> bool:
        return not self.part.holds(answers)

    def refers_to(self) -> Iterator[str]:
        yield from self.part.refers_to()

    def as_data(self) -> dict[str, Any]:
        return {"not": self.part.as_data()}


def read_condition(data: Any) -> Condition:
    """Turn data into a condition. Raises ConditionInvalid."""
    return _Reader().read(data, 1)


class _Reader:
    """Reads one condition and counts its parts."""

    def __init__(self) -> None:
        self._count = 0

    def read(self, data: Any, depth: int) -> Condition:
        self._count += 1
        if depth > DEEPEST or self._count > MOST_PARTS:
            raise ConditionInvalid(f"has more than {MOST_PARTS} parts, or more than {DEEPEST} levels")
        if not isinstance(data, Mapping) or not data:
            raise ConditionInvalid("a mapping is expected")
        if "question" in data:
            return _single(data)
        if len(data) != 1:
            raise ConditionInvalid(f"one of all, any, not is expected: {sorted(map(str, data))}")
        [(name, value)] = data.items()
        if name == "not":
            return Not(self.read(value, depth + 1))
        if name not in ("all", "any"):
            raise ConditionInvalid(f"{name!r} is unknown")
        if not isinstance(value, list | tuple) or not value:
            raise ConditionInvalid(f"{name}: a list of conditions is expected")
        parts = tuple(self.read(part, depth + 1) for part in value)
        return AllOf(parts) if name == "all" else AnyOf(parts)


def _single(data: Mapping[str, Any]) -> Condition:
    question = data["question"]
    rest = {name: value for name, value in data.items() if name != "question"}
    if not isinstance(question, str) or len(rest) != 1:
        raise ConditionInvalid("a question and one of is, answered, at_least, at_most are expected")
    [(name, value)] = rest.items()
    if name == "is":
        if not isinstance(value, list | tuple) or not value or not all(isinstance(each, str) for each in value):
            raise ConditionInvalid("is: a list of values is expected")
        return IsOneOf(question, tuple(value))
    if name == "answered":
        if not isinstance(value, bool):
            raise ConditionInvalid("answered: true or false is expected")
        return IsAnswered(question, value)
    if name not in ("at_least", "at_most"):
        raise ConditionInvalid(f"{name!r} is unknown")
    if not isinstance(value, str) or _comparable(value, value) is None:
        raise ConditionInvalid(f"{name}: a number, a date or a time, as text, is expected")
    return Compares(question, value, is_least=name == "at_least")


def _comparable(given: str, bound: str) -> tuple[Any, Any] | None:
    for read in (_date, _number, _time):
        pair = read(given), read(bound)
        if pair[0] is not None and pair[1] is not None:
            return pair
    return None


def _date(text: str) -> date | None:
    try:
        # `fromisoformat` alone takes other ways of writing, and what follows one of them, too.
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        return None


def _time(text: str) -> str | None:
    # Two digits each: as text they are in the order of the day.
    return text if _TIME.fullmatch(text) else None
