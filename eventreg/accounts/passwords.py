"""Passwords as argon2id: 19 MiB, two passes, one lane (OWASP's setting for servers), about 50 ms each.

The whole password is hashed, however long it is. No more than two are hashed at once in a process, so that a flood of
sign-ins cannot take its memory.

How hard a password is to guess, judged by zxcvbn (Wheeler, USENIX Security 2016), and what would make it harder.

zxcvbn's English sentences are told apart here and said in words of ours, in every language.
"""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from eventreg.accounts.rules import judging, profiles
from eventreg.accounts.rules.profiles import AccountReason
from eventreg.kernel.errors import N_, Busy, Refused

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = threading.BoundedSemaphore(2)
#: of a password that nobody knows: checked when there is no account, so that both take the same time
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$os0nZaBkO7CFpqq7vKJAQg$ihW8zXM/E9Y1UycMk6SMOaBj/aHFqv05ZVZ9QppKEU0"


def hash_of(password: str) -> str:
    """Return what is stored of a password, in argon2's own notation."""
    with _at_once:
        return _hasher.hash(profiles.normalized(password))


def fits(stored: str, password: str) -> bool:
    """Say whether `password` is the one of `stored`; takes as long when `stored` is empty."""
    # What is too long to have been set is compared as well, as wrong: it takes as long.
    is_possible = bool(stored) and not profiles.is_too_long(password)
    tried = profiles.normalized(password) if is_possible else ""
    with _at_once:
        try:
            is_right = _hasher.verify(stored or _NOBODYS, tried)
        except (VerificationError, InvalidHashError):
            return False
    return is_right and is_possible


def is_outdated(stored: str) -> bool:
    """Say whether `stored` was made with other settings than today's."""
    return _hasher.check_needs_rehash(stored)


#: of 0 to 4: "safely unguessable" to an offline attack on a slow hash
SCORE_DEMANDED = 3
#: the time that judging takes grows with the length, fast; what comes after makes no password easier
_JUDGED = 64
_LONGEST_WORD = 50
#: seconds that judging may take
_PATIENCE = 20
#: seconds that somebody waits for others to be judged
_TURN = 5

_COMMON = N_("Many people use this password.")
_NAMES = N_("Names and surnames are tried first.")
#: what zxcvbn says, in words of ours
_SENTENCES: Final = {
    "This is a top-10 common password.": _COMMON,
    "This is a top-100 common password.": _COMMON,
    "This is a very common password.": _COMMON,
    "This is similar to a commonly used password.": N_("It is like one that many people use."),
    "A word by itself is easy to guess.": N_("One word alone is guessed fast."),
    "Names and surnames by themselves are easy to guess.": _NAMES,
    "Common names and surnames are easy to guess.": _NAMES,
    "Straight rows of keys are easy to guess.": N_("Keys that stand in a row are tried early."),
    "Short keyboard patterns are easy to guess.": N_("Patterns on the keyboard are tried early."),
    'Repeats like "aaa" are easy to guess.': N_("Repeating a letter adds nothing."),
    'Repeats like "abcabcabc" are only slightly harder to guess than "abc".': N_("Repeating a part adds little."),
    "Sequences like abc or 6543 are easy to guess.": N_("Series like abc or 6543 are tried early."),
    "Recent years are easy to guess.": N_("Years of our time are tried early."),
    "Dates are often easy to guess.": N_("Dates are tried early."),
    "Use a few words, avoid common phrases.": N_("Use words that do not usually stand together."),
    "No need for symbols, digits, or uppercase letters.": N_("Signs, digits and capitals are not needed."),
    "Add another word or two. Uncommon words are better.": N_("Add one or two words, uncommon ones."),
    "Use a longer keyboard pattern with more turns.": N_("Write words and no pattern."),
    "Avoid repeated words and characters.": N_("Avoid repetition."),
    "Avoid sequences.": N_("Avoid series."),
    "Avoid recent years.": N_("Avoid years."),
    "Avoid years that are associated with you.": N_("Avoid years that have to do with you."),
    "Avoid dates and years that are associated with you.": N_("Avoid dates that have to do with you."),
    "Capitalization doesn't help very much.": N_("A capital at the beginning hardly helps."),
    "All-uppercase is almost as easy to guess as all-lowercase.": N_("Capitals alone hardly help."),
    "Reversed words aren't much harder to guess.": N_("Writing a word backwards hardly helps."),
    "Predictable substitutions like '@' instead of 'a' don't help very much.": N_(
        "Writing @ for a and the like hardly helps."
    ),
}


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
    asked = json.dumps({"password": profiles.normalized(password)[:_JUDGED], "words": known}, ensure_ascii=False)
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
    """Raise Refused (PASSWORD_EASY) unless the password is hard enough to guess."""
    judgement = judge(password, words)
    if judgement.score < SCORE_DEMANDED:
        raise Refused(AccountReason.PASSWORD_EASY, told=explain(judgement.warning, judgement.hints))


def explain(warning: str, hints: Sequence[str]) -> list[str]:
    """Return why a password is easy to guess and what would help, a sentence each, from the English ones of zxcvbn.

    What it may say in a later version and is not known here is left out; the advice to write a sentence stands alone.
    """
    told = [_SENTENCES[said] for said in (warning, *hints) if said in _SENTENCES]
    return [N_("This password is easy to guess."), *told, N_("A sentence of four or more words is a good one.")]


def _parts_of(word: str) -> Iterable[str]:
    yield word[:_LONGEST_WORD]
    yield from (part[:_LONGEST_WORD] for part in re.split(r"[\W_]+", word) if len(part) > 2)
