"""What may stand in a text that somebody typed, and what is no text at all.

Texts are kept as typed: no case is changed, nothing is composed or decomposed, and every script, emoji and combining accent
is let through. Only what no page, mail or database can carry is refused.
"""

from __future__ import annotations

import enum
import re
import unicodedata

_LINE_BREAKS = frozenset("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
#: they turn round everything that follows, so that one name can make another look different (Unicode TR36, 3.3.4)
_BIDI_OVERRIDES = "\u202d\u202e"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_HALVES = "\ud800-\udfff"
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
#: a pattern, since somebody may send megabytes of text
_UNKEEPABLE = re.compile(f"[{_CONTROLS}{_HALVES}{_NONCHARACTERS}{_BIDI_OVERRIDES}]")
#: letters and symbols that are drawn as nothing, and what is reserved for more of them (Default_Ignorable_Code_Point)
_INVISIBLE = re.compile("[\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\ufffc\U0001d159\U000e0000-\U000e0fff]")
#: controls, blanks, and what only changes the character before it: accents, variation selectors
_SHOWS_NOTHING_ALONE = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"})


class TypedFault(enum.Enum):
    """Why a text cannot be kept."""

    UNKEEPABLE_CHARACTERS = "unkeepable_characters"
    LINE_BREAK = "line_break"
    TOO_LONG = "too_long"


def is_blank(text: str) -> bool:
    """Say whether nothing of `text` can be seen: empty, white space, zero-width characters, accents on nothing.

    The one rule for every name and text. Beside a letter the same characters are kept: Persian, the scripts of India and
    emoji are written with joiners, Hebrew and Arabic with marks of direction.
    """
    return all(unicodedata.category(char) in _SHOWS_NOTHING_ALONE or _INVISIBLE.match(char) for char in text)


def showable(text: str) -> str:
    """Return `text` without what no page can carry, to show somebody again what was typed."""
    return _UNKEEPABLE.sub("", text)


def tidied(text: str) -> str:
    """Return `text` without outer white space and with "\\n" for every line break; "" when nothing of it can be seen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return "" if is_blank(text) else text


def fault_of(text: str, limit: int, *, is_line: bool) -> TypedFault | None:
    """Return what is wrong with a tidied text, or None. `limit` counts characters."""
    if is_line and any(char in _LINE_BREAKS for char in text):
        return TypedFault.LINE_BREAK
    if _UNKEEPABLE.search(text) or (is_line and "\t" in text):
        return TypedFault.UNKEEPABLE_CHARACTERS
    return TypedFault.TOO_LONG if len(text) > limit else None
