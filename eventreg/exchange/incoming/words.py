"""Words of a file that are not understood: each once for all its rows, with what it could mean.

A meaning is proposed where the word is near to a name, or names days by their numbers. It counts once the organizer has said so.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from eventreg.exchange.incoming.accepted import Accepted
from eventreg.exchange.incoming.setting import Setting
from eventreg.exchange.incoming.sources import recognized
from eventreg.exchange.rules.importing import Line, Outcome, Table
from eventreg.kernel.text import folded, original, showable

#: of one column; with more it is no column of words
MOST_WORDS = 40
_LONGEST_WORD = 80
_BETWEEN = re.compile(r"[;,/+&]|\s(?:y|e|and|et)\s")
_TO = re.compile(r"\d\s*(?:-|–|al?|to|au|hasta)\s*\d")
_ALL = frozenset({"todos", "todo", "ambos", "all", "both", "tous", "toutes", "deux", "completo", "complet"})
_DAY = frozenset({"dia", "dias", "day", "days", "jour", "jours"})
#: words that begin with as many letters alike are akin
_STEM = 5


@dataclass(frozen=True)
class Word:
    """A word of a file, in one column."""

    #: the name of our column, and what it is called
    column: str
    title: str
    #: as it stands there first, and folded
    text: str
    fold: str
    #: how many rows say it
    count: int
    accepted: Accepted
    #: what it means by what was said before; None: nothing was said
    meaning: str | None
    #: what is proposed
    proposed: Sequence[str]

    @property
    def field(self) -> str:
        """What its field is called."""
        return f"word-{hashlib.blake2b(f'{self.column}/{self.fold}'.encode(), digest_size=6).hexdigest()}"


def list_words(setting: Setting, table: Table, lines: Sequence[Line]) -> list[Word]:
    """Return the words for which rows are refused and those that were given a meaning, by column, the most frequent first."""
    closed = setting.closed_columns()
    refused = _refused(lines, closed)
    source = recognized({folded(head) for head in table.head})
    statuses = source.statuses if source is not None else {}
    found: list[Word] = []
    for place, name in closed.items():
        accepted, said = setting.accepts.of(name), setting.mends.words.get(name, {})
        cells = [original(setting.mends.mended(number, cells)[place]) for number, cells in table.rows]
        counts = Counter(folded(cell) for cell in cells)
        first = {folded(cell): cell for cell in reversed(cells)}
        words = [fold for fold, _count in counts.most_common() if fold in said or (name, fold) in refused]
        for fold in words[:MOST_WORDS]:
            if accepted is None or (fold not in said and setting.accepts.reads(name, first[fold])):
                continue
            proposed = _proposed(fold, accepted, statuses if name == "status" else {})
            title, text = setting.title_of(name), showable(first[fold])[:_LONGEST_WORD]
            found.append(Word(name, title, text, fold, counts[fold], accepted, said.get(fold), proposed))
    return found


def count_unknown(setting: Setting, lines: Sequence[Line]) -> int:
    """Return how many words are not understood."""
    return sum(
        not setting.accepts.reads(name, fold) and fold not in setting.mends.words.get(name, {})
        for name, fold in _refused(lines, setting.closed_columns())
    )


def _refused(lines: Sequence[Line], closed: Mapping[int, str]) -> set[tuple[str, str]]:
    return {
        (name, folded(each.typed))
        for line in lines
        if line.outcome is Outcome.REFUSED
        for each in line.differences
        if each.place is not None and each.typed.strip() and (name := closed.get(each.place))
    }


def _proposed(fold: str, accepted: Accepted, statuses: Mapping[str, str]) -> list[str]:
    possible = {text for text, _words in accepted.choices}
    if fold in statuses:
        return [statuses[fold]] if statuses[fold] in possible else []
    days = _days(fold, [text for text, _words in accepted.choices])
    if days or not accepted.is_many:
        return days or _nearest(fold, accepted)
    parts = [part for part in _BETWEEN.split(fold) if part.strip()]
    return list(dict.fromkeys(text for part in parts for text in _nearest(part.strip(), accepted)))


def _days(fold: str, texts: Sequence[str]) -> list[str]:
    """Return the days that a word names: by their numbers in the month, else one after the other, or all of them."""
    try:
        days = {text: date.fromisoformat(text) for text in texts}
    except ValueError:
        return []
    numbers = [int(found) for found in re.findall(r"(?<!\d)\d{1,2}(?!\d)", fold)]
    words = set(re.findall(r"[^\W\d]+", fold))
    if len(numbers) == 2 and _TO.search(fold):
        numbers = list(range(numbers[0], numbers[1] + 1))
    found = [text for text, day in days.items() if day.day in numbers]
    if not found and words & _DAY:
        found = [text for number, text in enumerate(days, 1) if number in numbers]
    return found or (list(days) if words & _ALL and not numbers else [])


def _nearest(fold: str, accepted: Accepted) -> list[str]:
    """Return what is called most like a word; nothing where two are as near, or none is near."""
    said = fold.split()
    stem = fold.rstrip(".")
    found = {text for name, text in accepted.called.items() if name and set(name.split()) <= set(said)}
    found = found or {
        text for name, text in accepted.called.items() if len(stem) > 2 and f" {name}".find(f" {stem}") >= 0
    }
    found = found or {accepted.called[name] for name in get_close_matches(fold, accepted.called, 1, 0.75)}
    found = found or {text for name, text in accepted.called.items() if _is_akin(said, name)}
    return list(found) if len(found) == 1 else []


def _is_akin(said: Sequence[str], name: str) -> bool:
    return any(len(word) >= _STEM and word[:_STEM] == other[:_STEM] for word in said for other in name.split())
