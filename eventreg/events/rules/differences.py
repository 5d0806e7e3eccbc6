"""What changed between two versions of a text, word by word.

What both have is found by the words that stand once in each, kept in their order, and by what is equal before and after
them (the idea of patience diff). The time grows with the length of the texts, whatever stands in them: difflib takes minutes for
twenty thousand characters that somebody chose for it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
#: how often what lies between the words that stand once is looked into again
_DEEPEST = 12


class Piece(NamedTuple):
    """A stretch of the text that stayed, went or came."""

    kind: Literal["same", "removed", "added"]
    text: str


class _Stretch(NamedTuple):
    """Where the same part of both texts may stand: words `first` to `last` of the old, `start` to `end` of the new one."""

    first: int
    last: int
    start: int
    end: int


def word_differences(old: str, new: str) -> list[Piece]:
    """Return the pieces of `new`, with those of `old` that are gone at their place.

    Joined without what was removed they are `new`; without what was added, `old`.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    pieces: list[Piece] = []
    first = start = 0
    for last, end, length in _joined(_equal(before, after)):
        _add(pieces, "removed", before[first:last])
        _add(pieces, "added", after[start:end])
        first, start = last + length, end + length
        _add(pieces, "same", after[end:start])
    _add(pieces, "removed", before[first:])
    _add(pieces, "added", after[start:])
    return pieces


def _add(pieces: list[Piece], kind: Literal["same", "removed", "added"], words: Sequence[str]) -> None:
    if words:
        pieces.append(Piece(kind, "".join(words)))


def _joined(equal: Iterator[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield the equal stretches with neighbours made one."""
    at, to, length = 0, 0, 0
    for first, start, more in equal:
        if (first, start) == (at + length, to + length):
            length += more
            continue
        if length:
            yield at, to, length
        at, to, length = first, start, more
    if length:
        yield at, to, length


def _equal(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield (place in the old, place in the new, length) of what is equal, in order."""
    # A pile instead of recursion: what lies first in the text lies on top. A depth of -1 is a finding.
    pile = [(_Stretch(0, len(before), 0, len(after)), 0)]
    while pile:
        stretch, depth = pile.pop()
        if depth < 0:
            yield stretch.first, stretch.start, stretch.last - stretch.first
            continue
        pile.extend(reversed(list(_parts(before, after, stretch, depth))))


def _parts(
    before: Sequence[str], after: Sequence[str], stretch: _Stretch, depth: int
) -> Iterator[tuple[_Stretch, int]]:
    """Yield the parts of a stretch in order: what is equal at both ends, and what is to be looked into between."""
    first, last, start, end = stretch
    while first < last and start < end and before[first] == after[start]:
        first, start = first + 1, start + 1
    head = _Stretch(stretch.first, first, stretch.start, start)
    while first < last and start < end and before[last - 1] == after[end - 1]:
        last, end = last - 1, end - 1
    tail = _Stretch(last, stretch.last, end, stretch.end)
    yield head, -1
    if first < last and start < end and depth < _DEEPEST:
        for place, target in _anchors(before, after, _Stretch(first, last, start, end)):
            yield _Stretch(first, place, start, target), depth + 1
            yield _Stretch(place, place + 1, target, target + 1), -1
            first, start = place + 1, target + 1
        if (first, start) != (head.last, head.end):
            yield _Stretch(first, last, start, end), depth + 1
    yield tail, -1


def _anchors(before: Sequence[str], after: Sequence[str], stretch: _Stretch) -> list[tuple[int, int]]:
    """Return the places of the words that stand once in either stretch: the longest row of them that keeps its order."""
    old_counts = Counter(before[stretch.first : stretch.last])
    new_counts = Counter(after[stretch.start : stretch.end])
    places = {
        after[at]: at
        for at in range(stretch.start, stretch.end)
        if new_counts[after[at]] == 1 and old_counts[after[at]] == 1
    }
    found = [(at, places[before[at]]) for at in range(stretch.first, stretch.last) if before[at] in places]
    return _longest_row(found)


def _longest_row(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the most of `found`, sorted by their first places, whose second places grow too."""
    ends: list[int] = []
    holders: list[int] = []
    before: list[int] = []
    for number, (_place, target) in enumerate(found):
        length = bisect_left(ends, target)
        before.append(holders[length - 1] if length else -1)
        # One longer than all rows so far, or a row of this length that ends earlier.
        ends[length : length + 1] = [target]
        holders[length : length + 1] = [number]
    row: list[tuple[int, int]] = []
    number = holders[-1] if holders else -1
    while number >= 0:
        row.append(found[number])
        number = before[number]
    return row[::-1]
