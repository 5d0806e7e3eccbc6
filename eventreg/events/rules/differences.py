"""What changed between two versions of a text, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Piece(NamedTuple):
    """A stretch of the text that stayed, went or came."""

    kind: Literal["same", "removed", "added"]
    text: str


def word_differences(old: str, new: str) -> list[Piece]:
    """Return the pieces of `new`, with those of `old` that are gone at their place.

    Joined without what was removed they are `new`; without what was added, `old`.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    pieces: list[Piece] = []
    # Its heuristic about frequent words stays on: a long text of one word repeated would take minutes without.
    for tag, first, last, start, end in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[first:last])))
            continue
        if first < last:
            pieces.append(Piece("removed", "".join(before[first:last])))
        if start < end:
            pieces.append(Piece("added", "".join(after[start:end])))
    return pieces
