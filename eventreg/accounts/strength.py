"""How hard a password is to guess, judged by zxcvbn (Wheeler, USENIX Security 2016), and what would make it harder.

zxcvbn's English sentences are told apart here and said in words of ours, in every language, by `accounts.wording`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from eventreg.accounts.rules.passwords import normalized
from eventreg.accounts.rules.refusals import AccountRefused, Reason

#: of 0 to 4: "safely unguessable" to an offline attack on a slow hash
SCORE_DEMANDED = 3
#: the time that judging takes grows with the square of the length; what comes after makes no password easier
_JUDGED = 100
_LONGEST_WORD = 50


class Judgement(NamedTuple):
    """What zxcvbn says of a password: 0 to 4, and its sentences in English."""

    score: int
    warning: str
    hints: tuple[str, ...]


def judge(password: str, words: Iterable[str] = ()) -> Judgement:
    """Judge a password; `words` are those that an attacker would try first, like the person's name and address."""
    # Its word lists are large: only who sets a password pays for them.
    from zxcvbn import zxcvbn

    known = sorted({part.lower() for word in words for part in _parts_of(word)})
    found = zxcvbn(normalized(password)[:_JUDGED], user_inputs=known, max_length=_JUDGED)
    feedback = found["feedback"]
    return Judgement(int(found["score"]), feedback["warning"] or "", tuple(feedback["suggestions"]))


def check_strength(password: str, words: Iterable[str] = ()) -> None:
    """Raise AccountRefused (PASSWORD_EASY, with `warning` and `hints`) unless the password is hard enough to guess."""
    judgement = judge(password, words)
    if judgement.score < SCORE_DEMANDED:
        raise AccountRefused(Reason.PASSWORD_EASY, warning=judgement.warning, hints=judgement.hints)


def _parts_of(word: str) -> Iterable[str]:
    yield word[:_LONGEST_WORD]
    yield from (part[:_LONGEST_WORD] for part in re.split(r"[\W_]+", word) if len(part) > 2)
