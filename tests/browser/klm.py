"""How long a task takes at a screen, by the keystroke-level model.

Card, Moran and Newell, "The keystroke-level model for user performance time with interactive systems", Communications of the ACM
23 (1980): what hand and head do is counted and weighted, for somebody who makes no mistake. What is counted here stands beside
each figure; whatever may be taken either way is taken the slower way.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields

#: seconds of one operator
KEY, POINTING, DECISION, HOMING = 0.28, 1.1, 1.35, 0.4
#: a text of more characters is a long one: somebody wrote it before, and it is pasted
LONGEST_TYPED = 80
#: fetching a text from a document: over to it (Alt Tab), select it (one pointing), Ctrl C, back (Alt Tab), Ctrl V
PASTE_KEYS, PASTE_POINTINGS = 8, 1
#: taking over what was typed in the field before: Shift Tab, Ctrl C, Tab, Ctrl V
COPY_KEYS = 7
_PASTING = PASTE_KEYS * KEY + PASTE_POINTINGS * POINTING + 2 * HOMING


@dataclass
class Tally:
    """What was done, and how long the pages took."""

    keys: int = 0
    #: every click, and scrolling to what was out of sight
    pointings: int = 0
    #: one for each page that comes up, each field that is filled in, each choice, each link and button
    decisions: int = 0
    #: a hand that goes from the keyboard to the mouse or back
    homings: int = 0
    pages: int = 0
    #: seconds from pressing to the page being loaded, measured; on a machine that is busy, what it would be on a quiet one
    waited: float = 0.0
    #: texts that were pasted, and what their characters would have been as keys; those of them that are not long
    pasted: int = 0
    keys_not_typed: int = 0
    pasted_short: int = 0
    keys_not_typed_short: int = 0

    @property
    def seconds(self) -> float:
        """How long it takes."""
        by_hand = self.keys * KEY + self.pointings * POINTING + self.homings * HOMING
        return by_hand + self.decisions * DECISION + self.waited

    @property
    def seconds_short_typed(self) -> float:
        """How long it would take were only the texts over LONGEST_TYPED pasted."""
        return self.seconds + self.keys_not_typed_short * KEY - self.pasted_short * _PASTING

    @property
    def seconds_all_typed(self) -> float:
        """How long it would take were nothing pasted at all."""
        return self.seconds + self.keys_not_typed * KEY - self.pasted * _PASTING

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass
class Meter:
    """The tallies of a task, one a phase."""

    phases: dict[str, Tally] = field(default_factory=dict)
    _now: Tally = field(default_factory=Tally)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count what happens in the block under this name."""
        self._now = self.phases.setdefault(name, Tally())
        yield
        self._now = Tally()

    @property
    def now(self) -> Tally:
        """The tally of the phase one is in."""
        return self._now

    @property
    def whole(self) -> Tally:
        """All phases together."""
        return sum(self.phases.values(), Tally())

    def table(self) -> str:
        """Return the phases as a Markdown table, the whole at its foot."""
        rows = [*((name, tally) for name, tally in self.phases.items()), ("**Together**", self.whole)]
        head = ("phase", "keys", "pointings", "decisions", "homings", "pages", "page seconds", "pasted texts", "total")
        lines: list[Sequence[str]] = [head, ("---", *["---:"] * (len(head) - 1)), *map(_cells, rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def keys_of(text: str) -> int:
    """Return how many keys a text takes on a Spanish keyboard: capitals take Shift too, accented vowels a dead key."""
    return sum(_keys_of(character) for character in text)


def clock(seconds: float) -> str:
    """Return a duration as minutes and seconds: "9:05"."""
    return f"{int(seconds + 0.5) // 60}:{int(seconds + 0.5) % 60:02}"


def _keys_of(character: str) -> int:
    decomposed = unicodedata.normalize("NFD", character)
    base, marks = decomposed[0], decomposed[1:]
    is_shifted = base.isupper() or (base in '!"#$%&/()=?¡¿:;_>*[]{}^@|–—·“”' and not base.isalnum())
    return 1 + is_shifted + (bool(marks) and base.lower() != "n")


def _cells(row: tuple[str, Tally]) -> Sequence[str]:
    name, tally = row
    counts = (tally.keys, tally.pointings, tally.decisions, tally.homings, tally.pages)
    return (name, *map(str, counts), f"{tally.waited:.1f}", str(tally.pasted), clock(tally.seconds))
