"""Which access codes can be added, at the ends of what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle

import pytest

from eventreg.invitations.rules.access_codes import (
    LONGEST_CODE,
    LONGEST_LABEL,
    MOST_CODES,
    MOST_USES,
    SHORTEST_CODE,
    CodeReason,
    CodeTerms,
    checked_codes,
    checked_terms,
    made_codes,
)
from eventreg.kernel.errors import Refused
from eventreg.registration.rules.ways_in import LONGEST_KEY

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TERMS = CodeTerms("government")


def is_refused(check: Callable[[], object]) -> bool:
    try:
        check()
    except Refused:
        return True
    return False


@pytest.mark.parametrize(
    ("terms", "refused"),
    [
        (TERMS, False),
        (replace(TERMS, category="nobody"), True),
        (replace(TERMS, most_uses=0), True),
        (replace(TERMS, most_uses=1), False),
        (replace(TERMS, most_uses=MOST_USES), False),
        (replace(TERMS, most_uses=MOST_USES + 1), True),
        (replace(TERMS, expires_at=NOW), True),
        (replace(TERMS, expires_at=NOW + SECOND), False),
        (replace(TERMS, label="x" * LONGEST_LABEL), False),
        (replace(TERMS, label="x" * (LONGEST_LABEL + 1)), True),
        (replace(TERMS, label="\x00"), True),
    ],
)
def test_terms(terms: CodeTerms, refused: bool) -> None:
    assert is_refused(lambda: checked_terms(terms, {"government"}, NOW)) is refused


def test_terms_are_kept_with_a_tidy_label() -> None:
    terms = replace(TERMS, label=" Puerta norte ", most_uses=3, expires_at=NOW + SECOND, skips_approval=True)
    assert checked_terms(terms, {"government"}, NOW) == replace(terms, label="Puerta norte")
    assert not TERMS.skips_approval, "unless it is said, a code skips nothing"


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ([], True),
        (["", "  "], True),
        (["A" * SHORTEST_CODE], False),
        (["A" * (SHORTEST_CODE - 1)], True),
        (["A-B-C"], True),
        (["A" * LONGEST_CODE], False),
        (["A" * (LONGEST_CODE + 1)], True),
        # a sign that folds into fifteen letters
        (["\ufdfa" * 5 + "A" * (LONGEST_KEY - 75)], False),
        (["\ufdfa" * 5 + "A" * (LONGEST_KEY - 74)], True),
        (["NORTE-1", "norte 1"], True),
        ([f"CODE{number}" for number in range(MOST_CODES)], False),
        ([f"CODE{number}" for number in range(MOST_CODES + 1)], True),
    ],
)
def test_codes_that_were_written(typed: list[str], refused: bool) -> None:
    assert is_refused(lambda: checked_codes(typed)) is refused


def test_written_codes_are_found_by_what_they_are_compared_by() -> None:
    assert checked_codes(["Norte-2027", "", " Súr 1 "]) == {"norte2027": "Norte-2027", "sur1": "Súr 1"}


def test_made_codes_are_as_many_as_asked_for_and_none_is_taken() -> None:
    signs = cycle("AAAAAAAABBBBBBBBCCCCCCCC")
    assert made_codes(2, {"aaaaaaaa"}, lambda _alphabet: next(signs)) == {
        "bbbbbbbb": "BBBB-BBBB",
        "cccccccc": "CCCC-CCCC",
    }


@pytest.mark.parametrize(("count", "refused"), [(0, True), (1, False), (MOST_CODES, False), (MOST_CODES + 1, True)])
def test_how_many_are_made_at_once(count: int, refused: bool) -> None:
    numbers = iter(range(10**6))
    assert is_refused(lambda: made_codes(count, (), lambda _alphabet: f"{next(numbers):06}")) is refused


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        (lambda: checked_codes(["A" * 41]), CodeReason.TOO_LONG),
        (lambda: checked_codes(["AB\u200bCD\x07"]), CodeReason.UNREADABLE),
        (lambda: checked_codes(["ABC"]), CodeReason.TOO_SHORT),
    ],
)
def test_why_a_code_is_refused(check: Callable[[], object], reason: CodeReason) -> None:
    with pytest.raises(Refused) as refused:
        check()
    assert refused.value.reason is reason


def test_a_label_says_whether_it_is_too_long_or_cannot_be_shown() -> None:
    for label, limit in (("x" * 201, 200), ("a\x07b", None)):
        with pytest.raises(Refused) as refused:
            checked_terms(replace(TERMS, label=label), {"government"}, NOW)
        assert refused.value.details.get("limit") == limit


def test_as_many_as_the_screens_say() -> None:
    assert len(checked_codes(["A" * 40])) == 1
    assert (LONGEST_CODE, LONGEST_LABEL, MOST_CODES, MOST_USES) == (40, 200, 500, 100_000)
