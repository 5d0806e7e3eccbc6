"""Which institutions of the directory are likely to be the one that somebody is adding."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from eventreg.kernel.text import LocalizedText, folded

#: so alike are two names that differ in a letter or two, a word's ending, an article
_ALIKE = 0.86
#: so alike are two spellings of a word
_SAME_WORD = 0.7
#: so large a part of the telling words of two names is shared when one leaves a word out
_SHARED = 0.75
_MOST_SHOWN = 5
#: words that tell nothing, in the languages that names are mostly in
_SMALL_WORDS = frozenset(
    ("a", "ac", "al", "and", "at", "c", "de", "del", "des", "du", "e", "el", "en", "et", "for", "in", "la", "las", "le",
     "les", "los", "of", "on", "para", "por", "the", "un", "y")
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """An institution of the directory, as far as names go."""

    id: int
    name: LocalizedText
    short_name: LocalizedText
    acronym: str


def likely_doubles(name: LocalizedText, acronym: str, known: Iterable[Known]) -> list[int]:
    """Return the ids of institutions that may be the same, the most alike first; at most five.

    Alike are: the same acronym, or a short name that is it; names that read almost the same in any language; names that
    share most of their telling words ("Instituto Nacional de Migración", "Instituto Nacional de Migración (INM)").
    """
    names = [_bare(text) for text in name.values() if text]
    mark = folded(acronym)
    scored = [(_likeness(names, mark, each), each.id) for each in known]
    return [found for score, found in sorted(scored, key=lambda pair: (-pair[0], pair[1])) if score >= 1][:_MOST_SHOWN]


def is_same_name(typed: str, known: Known) -> bool:
    """Say whether somebody wrote the name, short name or acronym of an institution, accents and case left aside."""
    wanted = folded(typed)
    texts = (*known.name.values(), *known.short_name.values(), known.acronym)
    return bool(wanted) and any(wanted == folded(text) for text in texts)


def _likeness(names: list[str], mark: str, known: Known) -> float:
    """Return how alike, from 1 upwards; less than 1 is not alike."""
    marks = {folded(text) for text in (known.acronym, *known.short_name.values()) if text}
    if (mark and mark in marks) or any(name in marks for name in names):
        return 3.0
    theirs = [_bare(text) for text in known.name.values() if text]
    return max((_likeness_of(one, other) for one in names for other in theirs), default=0.0)


def _likeness_of(one: str, other: str) -> float:
    if one == other:
        return 2.0
    shared = _words(one) & _words(other)
    if len(shared) >= 2 and len(shared) >= _SHARED * len(_words(one) | _words(other)):
        return 1.5
    return 1.0 if _read_alike(one, other, _ALIKE) and _differ_in_spelling(_words(one), _words(other)) else 0.0


def _differ_in_spelling(one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether each word that only the one has is a word of the other, spelt a little differently.

    "Migracón" is "Migración"; "Norte" is no "Sur", however alike the names around them are.
    """
    fewer, more = sorted((one - other, other - one), key=len)
    return all(any(_read_alike(word, candidate, _SAME_WORD) for candidate in more) for word in fewer)


def _read_alike(one: str, other: str, least: float) -> bool:
    # Two cheap bounds first: the exact ratio is slow, and a directory is compared whole.
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and matcher.ratio() >= least


def _bare(text: str) -> str:
    """Return a name without an acronym in brackets at its end."""
    return re.sub(r"\s*\([^()]*\)$", "", folded(text)) or folded(text)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text)) - _SMALL_WORDS
