"""The texts of an event: which there are and where each stands, how far it is in each language, what was saved meanwhile.

What changed between two versions of a text, word by word.

What both have is found by the words that stand once in each, kept in their order, and by what is equal before and after
them (the idea of patience diff). The time grows with the length of the texts, whatever stands in them: difflib takes minutes for
twenty thousand characters that somebody chose for it.
"""

import enum
import hashlib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

from eventreg.events.rules.checklist import needed_texts
from eventreg.events.rules.practical import field_of, keyed, split_field
from eventreg.kernel.text import LocalizedText, merged


@dataclass(frozen=True)
class TextKind:
    """What a text is made of. `limit` counts characters."""

    kind: Literal["line", "textarea", "markdown"]
    limit: int


#: the texts that an event has itself, by the name of their column, in the order of the page
FIELDS: Mapping[str, TextKind] = {
    "title": TextKind("line", 200),
    "summary": TextKind("textarea", 600),
    "description": TextKind("markdown", 20_000),
    "audience": TextKind("textarea", 400),
    "venue": TextKind("line", 200),
    "address": TextKind("textarea", 300),
    "joining": TextKind("markdown", 4_000),
    "contact_position": TextKind("line", 200),
    "contact_office": TextKind("line", 200),
    "demonstration_note": TextKind("textarea", 500),
    "cancellation_note": TextKind("textarea", 1_000),
}
#: the texts of each item of practical information
PRACTICAL_FIELDS: Mapping[str, TextKind] = {"label": TextKind("line", 120), "text": TextKind("textarea", 2_000)}


class TextId(NamedTuple):
    """One text in one language: field "title" or "practical.k3f9.text"."""

    field: str
    language: str


class TextState(enum.Enum):
    """How far a text is in one language."""

    #: in no language of the event is there any, and none must be
    NONE = "none"
    DONE = "done"
    #: it is there in another language, or must be there
    MISSING = "missing"
    #: the text in the event's first language was changed after this one
    OUTDATED = "outdated"


@dataclass(frozen=True)
class TextChange:
    """What somebody wants one text to be. `seen` is the fingerprint of what stood there when the form was opened."""

    field: str
    language: str
    seen: str
    text: str
    #: the text was looked at and still fits what the first language says: it is saved anew though nothing is changed
    is_confirmed: bool = False

    @property
    def id(self) -> TextId:
        """Which text."""
        return TextId(self.field, self.language)


@dataclass(frozen=True)
class TextConflict:
    """A text that somebody else saved meanwhile: both versions, and who saved the other one (empty: the system)."""

    id: TextId
    theirs: str
    mine: str
    by: str
    at: datetime | None


class Verdict(enum.Enum):
    """What becomes of a change."""

    SAVE = "save"
    NOTHING = "nothing"
    CONFLICT = "conflict"


def fingerprint(text: str) -> str:
    """Return what a form carries of a text, to tell later whether it still stands: 20 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def judge(change: TextChange, current: str) -> Verdict:
    """Decide on a change by what stands there now.

    Whoever saw what stands there may change it. Whoever saw something else and has not touched it leaves it as it is; and
    the same words twice are no conflict.
    """
    if change.text == current:
        return Verdict.SAVE if change.is_confirmed else Verdict.NOTHING
    if change.seen == fingerprint(current):
        return Verdict.SAVE
    return Verdict.NOTHING if change.seen == fingerprint(change.text) else Verdict.CONFLICT


def state_of(
    text: LocalizedText,
    language: str,
    languages: Sequence[str],
    changed: Mapping[str, int],
    *,
    is_required: bool = False,
) -> TextState:
    """Return how far `text` is in `language`. `changed` is when each language was saved last, as a number that grows."""
    if not text.get(language):
        is_elsewhere = any(text.get(other) for other in languages)
        return TextState.MISSING if is_elsewhere or is_required else TextState.NONE
    first = languages[0]
    if language != first and text.get(first) and changed.get(first, 0) > changed.get(language, 0):
        return TextState.OUTDATED
    return TextState.DONE


class EventTexts(Protocol):
    """What of an event holds its texts. Only the columns of FIELDS are read besides."""

    attendance: Any
    languages: Any
    practical: Any


def kind_of(event: EventTexts, field: str) -> TextKind | None:
    """Return what a text of this event is made of, or None when it has no such text."""
    if field in FIELDS:
        return FIELDS[field]
    split = split_field(field)
    if split is None or _find_item(event, split[0]) is None:
        return None
    return PRACTICAL_FIELDS.get(split[1])


def text_of(event: EventTexts, field: str) -> LocalizedText:
    """Return a text in its languages; empty when the event has no such text."""
    if field in FIELDS:
        return dict(getattr(event, field) or {})
    split = split_field(field)
    item = _find_item(event, split[0]) if split else None
    return dict(item.get(split[1]) or {}) if item and split else {}


def put_text(event: EventTexts, text_id: TextId, text: str) -> None:
    """Replace a text of the event in one language; what other languages have stays."""
    new = merged(text_of(event, text_id.field), {text_id.language: text}, [text_id.language])
    if text_id.field in FIELDS:
        setattr(event, text_id.field, new)
        return
    split = split_field(text_id.field)
    if split is not None:
        key, part = split
        # What an organizer writes is no example any more.
        put = {part: new} | ({"is_demonstration": False} if part == "text" else {})
        event.practical = [item | put if item["key"] == key else item for item in keyed(event.practical)]


def fields_of(event: EventTexts) -> list[str]:
    """Return the names of all texts of an event, practical items in their order."""
    items = keyed(event.practical)
    return [*FIELDS, *(field_of(item["key"], part) for item in items for part in PRACTICAL_FIELDS)]


def states_of(event: EventTexts, version_ids: Mapping[TextId, int]) -> dict[TextId, TextState]:
    """Return how far each text is in each language of the event. Those that the checklist demands must be there in all."""
    return dict(_states(event, event.languages, version_ids))


def _states(
    event: EventTexts, languages: Sequence[str], version_ids: Mapping[TextId, int]
) -> Iterator[tuple[TextId, TextState]]:
    needed = needed_texts(event.attendance)
    for field in fields_of(event):
        text = text_of(event, field)
        changed = {language: version_ids.get(TextId(field, language), 0) for language in languages}
        for language in languages:
            yield (
                TextId(field, language),
                state_of(text, language, languages, changed, is_required=field in needed),
            )


def _find_item(event: EventTexts, key: str) -> dict[str, Any] | None:
    return next((item for item in keyed(event.practical) if item["key"] == key), None)


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
