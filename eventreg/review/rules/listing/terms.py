"""One thing that is asked of one field of a list, and how an address writes it.

`x` is x, `!x` is not x, `~` is empty, `*` is answered, `~x` contains x, `a..b` lies between a and b, each end among them
and either of them left out. What would be read as something else is written after `=`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

_NOT, _EMPTY, _ANSWERED, _LITERAL, _BETWEEN = "!", "~", "*", "=", ".."


class Test(enum.Enum):
    """What is asked."""

    #: pytest takes a class of this name for a test
    __test__ = False

    IS = "is"
    CONTAINS = "contains"
    #: the value is the two ends, with ".." between them
    RANGE = "range"
    EMPTY = "empty"


@dataclass(frozen=True)
class Term:
    """One thing that is asked of one field."""

    test: Test
    value: str = ""
    is_negated: bool = False

    @property
    def text(self) -> str:
        """How an address writes it."""
        if self.test is Test.EMPTY:
            return _ANSWERED if self.is_negated else _EMPTY
        return (_NOT if self.is_negated else "") + self._plain

    @property
    def _plain(self) -> str:
        if self.test is Test.CONTAINS:
            return _EMPTY + self.value
        if self.test is Test.RANGE:
            return self.value
        is_plain = self.value[:1] not in (_NOT, _EMPTY, _ANSWERED, _LITERAL) and _BETWEEN not in self.value
        return self.value if is_plain else _LITERAL + self.value

    @property
    def ends(self) -> tuple[str, str]:
        """The two ends of a range; empty where it has none."""
        least, _, most = self.value.partition(_BETWEEN)
        return least, most


def is_(value: str) -> Term:
    """Return the term of being this value."""
    return Term(Test.IS, value)


def is_not(value: str) -> Term:
    """Return the term of being anything else, or nothing."""
    return Term(Test.IS, value, is_negated=True)


def contains(text: str) -> Term:
    """Return the term of containing a text."""
    return Term(Test.CONTAINS, text)


def between(least: str, most: str) -> Term:
    """Return the term of lying between two values; an empty one is no limit."""
    return Term(Test.RANGE, f"{least}{_BETWEEN}{most}")


IS_EMPTY = Term(Test.EMPTY)
IS_ANSWERED = Term(Test.EMPTY, is_negated=True)


def read_term(text: str, *, has_ranges: bool) -> Term | None:
    """Return the term that an address writes; None for what is none."""
    if text == _EMPTY:
        return IS_EMPTY
    if text == _ANSWERED:
        return IS_ANSWERED
    if text.startswith(_NOT):
        inner = _read_plain(text.removeprefix(_NOT), has_ranges)
        return None if inner is None else Term(inner.test, inner.value, is_negated=not inner.is_negated)
    return _read_plain(text, has_ranges)


def _read_plain(text: str, has_ranges: bool) -> Term | None:
    if text in (_EMPTY, _ANSWERED):
        return IS_EMPTY if text == _EMPTY else IS_ANSWERED
    if text.startswith(_LITERAL):
        return is_(text.removeprefix(_LITERAL))
    if text.startswith(_EMPTY):
        return contains(text.removeprefix(_EMPTY))
    if text.startswith((_NOT, _ANSWERED)):
        return None
    if has_ranges and _BETWEEN in text:
        least, _, most = text.partition(_BETWEEN)
        return between(least, most)
    return is_(text)
