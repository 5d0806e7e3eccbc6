"""Which access codes can be added: words that organizers write, or ones that are made for them."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from eventreg.kernel.errors import Refused
from eventreg.questionnaires.rules.reasons import Invalid, Reason
from eventreg.questionnaires.rules.texts import clean_line
from eventreg.registration.rules.ways_in import code_key

#: characters of a code and of what the team writes beside it
LONGEST_CODE, SHORTEST_CODE, LONGEST_LABEL = 40, 4, 200
#: how long a folded code can be: some signs fold into several
LONGEST_KEY = 80
#: codes added at once, and uses of one
MOST_CODES, MOST_USES = 500, 100_000
#: read aloud and written by hand without doubt: no 0 and O, no 1, I and L
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 2, 4


class CodeReason(enum.Enum):
    """Why no code was added."""

    NOTHING_TO_ADD = "nothing_to_add"
    #: details: `limit`, here and below
    TOO_MANY = "too_many"
    LABEL_TOO_LONG = "label_too_long"
    USES_OUT_OF_RANGE = "uses_out_of_range"
    LABEL_UNREADABLE = "label_unreadable"
    #: details of the five: `code`, and `limit` for the first two
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    UNREADABLE = "unreadable"
    TWICE = "twice"
    IN_USE = "in_use"
    UNKNOWN_CATEGORY = "unknown_category"
    EXPIRES_TOO_EARLY = "expires_too_early"


class CodesRefused(Refused):
    """No code was added. Nothing was written."""


@dataclass(frozen=True)
class CodeTerms:
    """What holds for the codes that are added together. `most_uses` None: no limit of their own."""

    category: str
    label: str = ""
    most_uses: int | None = None
    expires_at: datetime | None = None
    skips_approval: bool = False


def checked_terms(terms: CodeTerms, categories: Collection[str], now: datetime) -> CodeTerms:
    """Return the terms as they are kept. Raises CodesRefused."""
    if terms.category not in categories:
        raise CodesRefused(CodeReason.UNKNOWN_CATEGORY)
    if terms.most_uses is not None and not 1 <= terms.most_uses <= MOST_USES:
        raise CodesRefused(CodeReason.USES_OUT_OF_RANGE, limit=MOST_USES)
    if terms.expires_at is not None and terms.expires_at <= now:
        raise CodesRefused(CodeReason.EXPIRES_TOO_EARLY)
    try:
        label = clean_line(terms.label, LONGEST_LABEL)
    except Invalid as invalid:
        if invalid.reason is Reason.TOO_LONG:
            raise CodesRefused(CodeReason.LABEL_TOO_LONG, limit=LONGEST_LABEL) from invalid
        raise CodesRefused(CodeReason.LABEL_UNREADABLE) from invalid
    return CodeTerms(terms.category, label, terms.most_uses, terms.expires_at, terms.skips_approval)


def checked_codes(typed: Iterable[str]) -> dict[str, str]:
    """Return codes that were written, one each, by what they are compared by; blank ones are left out. Raises CodesRefused."""
    found: dict[str, str] = {}
    for line in typed:
        code = _checked_code(line)
        if not code:
            continue
        if len(found) == MOST_CODES:
            raise CodesRefused(CodeReason.TOO_MANY, limit=MOST_CODES)
        if code_key(code) in found:
            raise CodesRefused(CodeReason.TWICE, code=code)
        found[code_key(code)] = code
    if not found:
        raise CodesRefused(CodeReason.NOTHING_TO_ADD)
    return found


def made_codes(count: int, taken: Collection[str], choice: Callable[[str], str]) -> dict[str, str]:
    """Return new codes such as `7K4M-Q2XA` by what they are compared by, none of them `taken`. `choice` picks at random.

    Raises CodesRefused: NOTHING_TO_ADD, TOO_MANY.
    """
    if count < 1:
        raise CodesRefused(CodeReason.NOTHING_TO_ADD)
    if count > MOST_CODES:
        raise CodesRefused(CodeReason.TOO_MANY, limit=MOST_CODES)
    found: dict[str, str] = {}
    while len(found) < count:
        code = "-".join("".join(choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        if code_key(code) not in taken:
            found[code_key(code)] = code
    return found


def _checked_code(line: str) -> str:
    try:
        code = clean_line(line, LONGEST_CODE)
    except Invalid as invalid:
        reason = CodeReason.TOO_LONG if invalid.reason is Reason.TOO_LONG else CodeReason.UNREADABLE
        raise CodesRefused(reason, code=line.strip()[:LONGEST_CODE], limit=LONGEST_CODE) from invalid
    if code and len(code_key(code)) > LONGEST_KEY:
        raise CodesRefused(CodeReason.TOO_LONG, code=code, limit=LONGEST_CODE)
    if code and len(code_key(code)) < SHORTEST_CODE:
        raise CodesRefused(CodeReason.TOO_SHORT, code=code, limit=SHORTEST_CODE)
    return code
