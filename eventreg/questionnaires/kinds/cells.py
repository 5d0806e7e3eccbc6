"""Reading the cell of a spreadsheet back: what was chosen is named by its value or by its words in any language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from eventreg.kernel.text import folded
from eventreg.questionnaires.rules.reasons import Invalid, Reason

#: more parts than these are no answer to a question of ours
_MOST_PARTS = 80
_NUMBERED = re.compile(r"\s*\d{1,3}\s*[.)]\s+")


def named(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return which value each folded name stands for; a name that two values share stands for none, a value for itself."""
    found: dict[str, set[str]] = {}
    values: dict[str, str] = {}
    for value, name in pairs:
        values[folded(value)] = value
        found.setdefault(folded(name), set()).add(value)
    return {name: next(iter(known)) for name, known in found.items() if len(known) == 1 and name} | values


def one_of(text: str, names: Mapping[str, str]) -> str:
    """Return the value that a cell names. Raises Invalid (NOT_OFFERED)."""
    try:
        return names[folded(text)]
    except KeyError:
        raise Invalid(Reason.NOT_OFFERED) from None


def some_of(text: str, names: Mapping[str, str]) -> list[str]:
    """Return the values that a cell names, between semicolons or on lines, or else between commas.

    A name that holds a separator itself is found whole. Raises Invalid (NOT_OFFERED).
    """
    for separator in (";", ","):
        found = _parted(text.replace("\n", separator), separator, names)
        if found is not None:
            return found
    raise Invalid(Reason.NOT_OFFERED)


def without_number(text: str) -> str:
    """Return the words of "1. Human rights"."""
    return _NUMBERED.sub("", text, count=1)


def _parted(text: str, separator: str, names: Mapping[str, str]) -> list[str] | None:
    parts = [part for part in text.split(separator) if part.strip()]
    if len(parts) > _MOST_PARTS:
        return None
    found: list[str] = []
    place = 0
    while place < len(parts):
        for end in range(len(parts), place, -1):
            value = names.get(folded(separator.join(parts[place:end])))
            if value is not None:
                found.append(value)
                place = end
                break
        else:
            return None
    return found
