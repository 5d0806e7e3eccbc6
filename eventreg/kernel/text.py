"""Text in several languages, as stored: a mapping from language code to text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

#: the Greek iota below a letter, an accent whose capital is a letter
_LETTER_BELOW = "\u0345"
#: Tibetan vowels that count as letters and are taken apart into two accents
_DOUBLE_MARKS = frozenset("\u0f73\u0f75\u0f81")
#: language code ("es", "en") to text. A language without text is absent.
LocalizedText = Mapping[str, str]


class Picked(NamedTuple):
    """A text chosen for a reader, with the language it is really in."""

    text: str
    language: str


def pick(text: LocalizedText, wanted: str, fallbacks: Sequence[str] = ()) -> Picked:
    """Choose the reader's language, else the first fallback that has text, else any.

    The answer names its language, so that a page can mark a fallback (`lang` attribute); it is blank only when
    there is no text in any language.
    """
    for language in (wanted, *fallbacks, *text):
        found = text.get(language)
        if found:
            return Picked(found, language)
    return Picked("", wanted)


def merged(stored: LocalizedText, new: LocalizedText, languages: Sequence[str]) -> dict[str, str]:
    """Return `stored` with its texts in `languages` replaced by those of `new`; what other languages have is kept.

    For saving what a form gave: a language that the form did not offer loses nothing. Empty texts are left out.
    """
    kept = {language: text for language, text in stored.items() if language not in languages}
    return {language: new[language] for language in languages if new.get(language)} | kept


def folded(text: str) -> str:
    """Return `text` for comparing and searching: without accents, case or doubled white space.

    `folded("Núñez  Peña") == "nunez pena"`. Letters that are no accented form (ß, ł) fold as Unicode's casefold says.
    """
    # Decomposed before and after: some signs (mathematical letters) have a case only once they are taken apart.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", _without_marks(text)).casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.split())


def _without_marks(text: str) -> str:
    """Return a text without the accents that stand as characters of their own, which folding takes away in any case.

    Before anything is decomposed: that puts a run of accents in order, and takes a time that grows with its square.
    """
    return "".join(char for char in text if char == _LETTER_BELOW or not _is_mark(char))


def _is_mark(char: str) -> bool:
    return unicodedata.combining(char) > 0 or char in _DOUBLE_MARKS
