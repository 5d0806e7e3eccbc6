"""How hard a password is to guess, judged by zxcvbn (Wheeler, USENIX Security 2016), and what would make it harder.

zxcvbn's English sentences are told apart here and said in words of ours, in every language, by `accounts.wording`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterable
from typing import NamedTuple

from eventreg.accounts.rules import judging
from eventreg.accounts.rules.passwords import normalized
from eventreg.accounts.rules.refusals import AccountRefused, Reason
from eventreg.kernel.errors import Busy

#: of 0 to 4: "safely unguessable" to an offline attack on a slow hash
SCORE_DEMANDED = 3
#: the time that judging takes grows with the length, fast; what comes after makes no password easier
_JUDGED = 64
_LONGEST_WORD = 50
#: seconds that judging may take
_PATIENCE = 20
#: seconds that somebody waits for others to be judged
_TURN = 5
_at_once = threading.BoundedSemaphore(2)


class Judgement(NamedTuple):
    """What zxcvbn says of a password: 0 to 4, and its sentences in English."""

    score: int
    warning: str
    hints: tuple[str, ...]


def judge(password: str, words: Iterable[str] = ()) -> Judgement:
    """Judge a password; `words` are those that an attacker would try first, like the person's name and address.

    Done by a process of its own (`accounts.rules.judging`), which takes about a tenth of a second. Raises Busy where that
    cannot be begun or came to no end, or where too many others are judged.
    """
    known = sorted({part.lower() for word in words for part in _parts_of(word)})
    asked = json.dumps({"password": normalized(password)[:_JUDGED], "words": known}, ensure_ascii=False)
    if not _at_once.acquire(timeout=_TURN):
        raise Busy("others are judged")
    try:
        done = subprocess.run(  # noqa: S603 - our own program, nothing of what people wrote among its arguments
            [sys.executable, "-I", judging.__file__],
            input=asked.encode("utf-8", "replace"),
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        # What went in is somebody's password, and what came out may quote it.
        raise Busy(type(error).__name__) from None
    finally:
        _at_once.release()
    found = json.loads(done.stdout)
    return Judgement(found["score"], found["warning"], tuple(found["hints"]))


def check_strength(password: str, words: Iterable[str] = ()) -> None:
    """Raise AccountRefused (PASSWORD_EASY, with `warning` and `hints`) unless the password is hard enough to guess."""
    judgement = judge(password, words)
    if judgement.score < SCORE_DEMANDED:
        raise AccountRefused(Reason.PASSWORD_EASY, warning=judgement.warning, hints=judgement.hints)


def _parts_of(word: str) -> Iterable[str]:
    yield word[:_LONGEST_WORD]
    yield from (part[:_LONGEST_WORD] for part in re.split(r"[\W_]+", word) if len(part) > 2)
