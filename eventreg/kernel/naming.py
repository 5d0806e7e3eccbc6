"""Keys made from words: what the machine calls a thing that a person has named."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from eventreg.kernel.text import LocalizedText, folded

LONGEST_KEY = 40


def key_from(name: LocalizedText, languages: Sequence[str], taken: Collection[str], what: str) -> str:
    """Return a key made from a name in the first language that has it: "Government expert" becomes "government_expert".

    Small letters, digits and "_", beginning with a letter, 40 at most, and none of `taken`. `what` is the thing's word, like
    "category", for a name of which no letter is left: "category_2027".
    """
    words = next((name[language] for language in languages if name.get(language)), "")
    plain = re.sub(r"[^a-z0-9]+", "_", folded(words)).strip("_")
    base = (plain if plain[:1].isalpha() else f"{what}_{plain}".strip("_"))[:LONGEST_KEY].rstrip("_")
    key, number = base, 2
    while key in taken:
        key = f"{base[: LONGEST_KEY - len(str(number)) - 1]}_{number}"
        number += 1
    return key
