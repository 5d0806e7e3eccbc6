"""Which access codes can be added: words that organizers write, or ones that are made for them."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from eventreg.kernel.errors import N_, Reason, Refused
from eventreg.questionnaires.rules import answers
from eventreg.questionnaires.rules.answers import Invalid, clean_line
from eventreg.registration.rules.ways_in import LONGEST_KEY, code_key

#: characters of a code and of what the team writes beside it
LONGEST_CODE, SHORTEST_CODE, LONGEST_LABEL = 40, 4, 200
#: codes added at once, and uses of one
MOST_CODES, MOST_USES = 500, 100_000
#: read aloud and written by hand without doubt: no 0 and O, no 1, I and L
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 2, 4


class CodeReason(Reason):
    """Why no code was added."""

    NOTHING_TO_ADD = "nothing_to_add", N_("Write at least one code, or how many are to be made")
    TOO_MANY = "too_many", N_("Add at most %(limit)s codes at once")
    USES_OUT_OF_RANGE = "uses_out_of_range", N_("Write a number from 1 to %(limit)s"), "most_uses"
    TOO_LONG = "too_long", N_("“%(code)s” is too long: use at most %(limit)s characters")
    TOO_SHORT = (
        "too_short",
        N_("“%(code)s” is too short: it could be guessed. Use at least %(limit)s letters or digits"),
    )
    UNREADABLE = "unreadable", N_("“%(code)s” holds characters that cannot be shown")
    TWICE = "twice", N_("“%(code)s” stands in the list twice; case, accents, blanks and hyphens do not matter")
    IN_USE = "in_use", N_("This event has “%(code)s” already")
    UNKNOWN_CATEGORY = "unknown_category", N_("Choose a category"), "category"
    EXPIRES_TOO_EARLY = "expires_too_early", N_("Choose a moment to come"), "expires_at"


@dataclass(frozen=True)
class CodeTerms:
    """What holds for the codes that are added together. `most_uses` None: no limit of their own."""

    category: str
    label: str = ""
    most_uses: int | None = None
    expires_at: datetime | None = None
    skips_approval: bool = False


def checked_terms(terms: CodeTerms, categories: Collection[str], now: datetime) -> CodeTerms:
    """Return the terms as they are kept. Raises Refused."""
    if terms.category not in categories:
        raise Refused(CodeReason.UNKNOWN_CATEGORY)
    if terms.most_uses is not None and not 1 <= terms.most_uses <= MOST_USES:
        raise Refused(CodeReason.USES_OUT_OF_RANGE, limit=MOST_USES)
    if terms.expires_at is not None and terms.expires_at <= now:
        raise Refused(CodeReason.EXPIRES_TOO_EARLY)
    try:
        return replace(terms, label=clean_line(terms.label, LONGEST_LABEL))
    except Invalid as invalid:
        if invalid.reason is answers.Reason.TOO_LONG:
            raise Refused(N_("Use at most %(limit)s characters"), field="label", limit=LONGEST_LABEL) from invalid
        raise Refused(N_("Write one line, without characters that cannot be shown"), field="label") from invalid


def checked_codes(typed: Iterable[str]) -> dict[str, str]:
    """Return codes that were written, one each, by what they are compared by; blank ones are left out. Raises Refused."""
    found: dict[str, str] = {}
    for line in typed:
        code = _checked_code(line)
        if not code:
            continue
        if len(found) == MOST_CODES:
            raise Refused(CodeReason.TOO_MANY, limit=MOST_CODES)
        if code_key(code) in found:
            raise Refused(CodeReason.TWICE, code=code)
        found[code_key(code)] = code
    if not found:
        raise Refused(CodeReason.NOTHING_TO_ADD)
    return found


def made_codes(count: int, taken: Collection[str], choice: Callable[[str], str]) -> dict[str, str]:
    """Return new codes such as `7K4M-Q2XA` by what they are compared by, none of them `taken`. `choice` picks at random.

    Raises Refused: NOTHING_TO_ADD, TOO_MANY.
    """
    if count < 1:
        raise Refused(CodeReason.NOTHING_TO_ADD)
    if count > MOST_CODES:
        raise Refused(CodeReason.TOO_MANY, limit=MOST_CODES)
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
        reason = CodeReason.TOO_LONG if invalid.reason is answers.Reason.TOO_LONG else CodeReason.UNREADABLE
        raise Refused(reason, code=line.strip()[:LONGEST_CODE], limit=LONGEST_CODE) from invalid
    if code and len(code_key(code)) > LONGEST_KEY:
        raise Refused(CodeReason.TOO_LONG, code=code, limit=LONGEST_CODE)
    if code and len(code_key(code)) < SHORTEST_CODE:
        raise Refused(CodeReason.TOO_SHORT, code=code, limit=SHORTEST_CODE)
    return code
