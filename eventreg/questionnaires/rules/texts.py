"""What may stand in a text that somebody typed, and what is no text at all.

Names and texts are kept as typed: no case is changed, nothing is composed or decomposed, and every script, emoji and
combining accent is let through. Only what no page, mail or database can carry is refused.
"""

from __future__ import annotations

from eventreg.kernel.typed import TypedFault, fault_of, is_blank, showable
from eventreg.questionnaires.rules.reasons import Invalid, Reason

__all__ = ["clean_line", "clean_paragraphs", "is_blank", "showable"]


def clean_line(text: str, limit: int) -> str:
    """Return a one-line text without outer white space; "" when it is blank. `limit` counts characters.

    Raises Invalid: UNKEEPABLE_CHARACTERS, LINE_BREAK, TOO_LONG.
    """
    return _checked(text.strip(), limit, is_line=True)


def clean_paragraphs(text: str, limit: int) -> str:
    """Return a text of any number of lines, line breaks as "\\n". Otherwise as `clean_line`."""
    return _checked(text.replace("\r\n", "\n").replace("\r", "\n").strip(), limit, is_line=False)


def _checked(text: str, limit: int, *, is_line: bool) -> str:
    fault = fault_of(text, limit, is_line=is_line)
    if fault in (TypedFault.LINE_BREAK, TypedFault.UNKEEPABLE_CHARACTERS):
        raise Invalid(Reason(fault.value))
    if is_blank(text):
        return ""
    if fault is TypedFault.TOO_LONG:
        raise Invalid(Reason.TOO_LONG, num=len(text) - limit, limit=limit)
    return text
