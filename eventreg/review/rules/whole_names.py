"""A whole name in one cell, divided into given and family name by a rule that the organizer chooses and sees at work.

Nobody can tell for certain where a given name ends: "María de la Cruz López Ramírez". What is certain is a comma.
"""

from __future__ import annotations

#: words that belong to the one behind them
_BEFORE = frozenset({
    *("al", "ben", "bin", "da", "das", "de", "dei", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "el", "ibn"),
    *("la", "las", "le", "los", "mac", "san", "santa", "ter", "van", "von", "zu"),
})  # fmt: skip
#: words that join the one before with the one behind: "Ortega y Gasset"
_BETWEEN = frozenset({"e", "i", "y"})


def divided(name: str, surnames: int) -> tuple[str, str]:
    """Return given and family name. "López Ramírez, María" says itself which is which; otherwise the last `surnames` words
    are the family name, each with the small words before it, and at least one is the given name.
    """
    family, comma, given = name.partition(",")
    if comma and family.strip() and given.strip() and "," not in given:
        return " ".join(given.split()), " ".join(family.split())
    units = _units(name.split())
    at = len(units) - min(surnames, len(units) - 1) if units else 0
    return " ".join(units[:at]), " ".join(units[at:])


def _units(words: list[str]) -> list[str]:
    units: list[str] = []
    is_open = False
    for word in words:
        bare = word.lower()
        joins = bool(units) and bare in _BETWEEN
        if units and (is_open or joins):
            units[-1] = f"{units[-1]} {word}"
        else:
            units.append(word)
        # The first word is a given name, whatever it is.
        is_open = joins or (bare in _BEFORE and (len(units) > 1 or is_open))
    return units
