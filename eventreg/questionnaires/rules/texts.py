"""What may stand in a text that somebody typed, and what is no text at all.

Names and texts are kept as typed: no case is changed, nothing is composed or decomposed, and every script, emoji and
combining accent is let through. Only what no page, mail or database can carry is refused.
"""

from __future__ import annotations

import re
import unicodedata

from eventreg.questionnaires.rules.reasons import Invalid, Reason

_LINE_BREAKS = frozenset("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
#: they turn round everything that follows, so that one name can make another look different (Unicode TR36, 3.3.4)
_BIDI_OVERRIDES = "\u202d\u202e"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_HALVES = "\ud800-\udfff"
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
#: a pattern, since somebody may send megabytes of text
_UNKEEPABLE = re.compile(f"[{_CONTROLS}{_HALVES}{_NONCHARACTERS}{_BIDI_OVERRIDES}]")
#: letters and symbols that are drawn as nothing
_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})


def is_blank(text: str) -> bool:
    """Say whether nothing of `text` can be seen: empty, white space, zero-width characters."""
    return all(char in _INVISIBLE or unicodedata.category(char) in _INVISIBLE_CATEGORIES for char in text.strip())


def clean_line(text: str, limit: int) -> str:
    """Return a one-line text without outer white space; "" when it is blank. `limit` counts characters.

    Raises Invalid: UNKEEPABLE_CHARACTERS, LINE_BREAK, TOO_LONG.
    """
    stripped = text.strip()
    if any(char in _LINE_BREAKS for char in stripped):
        raise Invalid(Reason.LINE_BREAK)
    if "\t" in stripped:
        raise Invalid(Reason.UNKEEPABLE_CHARACTERS)
    return _checked(stripped, limit)


def clean_paragraphs(text: str, limit: int) -> str:
    """Return a text of any number of lines, line breaks as "\\n". Otherwise as `clean_line`."""
    return _checked(text.replace("\r\n", "\n").replace("\r", "\n").strip(), limit)


def showable(text: str) -> str:
    """Return `text` without what no page can carry, to show somebody again what was typed."""
    return _UNKEEPABLE.sub("", text)


def _checked(text: str, limit: int) -> str:
    if _UNKEEPABLE.search(text):
        raise Invalid(Reason.UNKEEPABLE_CHARACTERS)
    if is_blank(text):
        return ""
    if len(text) > limit:
        raise Invalid(Reason.TOO_LONG, excess=len(text) - limit, limit=limit)
    return text
