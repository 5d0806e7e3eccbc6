"""Notes of the team: what may stand in one, and whom it names."""

import re
from collections.abc import Mapping

from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.text import TypedFault, fault_of, folded, tidied

LONGEST_NOTE = 4_000

#: an "@" that begins a name, and not one in a mail address
_AT = re.compile(r"(?<![\w.])@\s?")


def read_note(typed: str) -> str:
    """Return the text of a note as it is kept. Raises Refused."""
    text = tidied(typed)
    if not text:
        raise Refused(N_("Write the note"), field="note")
    fault = fault_of(text, LONGEST_NOTE, is_line=False)
    if fault is TypedFault.TOO_LONG:
        raise Refused(N_("Use at most %(limit)s characters"), field="note", limit=LONGEST_NOTE)
    if fault is not None:
        raise Refused(N_("It holds characters that cannot be kept"), field="note")
    return text


def named_in(text: str, names: Mapping[int, str]) -> set[int]:
    """Return whom a text names as "@Olga Organizadora", or "@Olga" where one colleague alone is called so.

    `names` are those of the colleagues who can be named, by id. Accents and case do not matter; of two names of which one
    begins with the other the longer counts.
    """
    called = _callings(names)
    found: set[int] = set()
    plain = folded(text)
    for at in _AT.finditer(plain):
        rest = plain[at.end() :]
        best = max((key for key in called if _begins_with(rest, key)), key=len, default="")
        if best:
            found.add(called[best])
    return found


def _callings(names: Mapping[int, str]) -> dict[str, int]:
    """Return every way to name one colleague alone, folded: the whole name, and its first word."""
    ways: dict[str, set[int]] = {}
    for id_, name in names.items():
        whole = folded(name)
        for way in {whole, whole.split(" ")[0]} - {""}:
            ways.setdefault(way, set()).add(id_)
    return {way: next(iter(ids)) for way, ids in ways.items() if len(ids) == 1}


def _begins_with(text: str, key: str) -> bool:
    return text.startswith(key) and not text[len(key) : len(key) + 1].isalnum()
