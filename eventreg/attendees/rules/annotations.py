"""Annotations of the team: what tags are called and look like; what may stand in a note, and whom it names."""

import re
from collections.abc import Mapping

from eventreg.kernel.errors import N_, Reason, Refused, Titled
from eventreg.kernel.text import TypedFault, fault_of, folded, tidied

#: of a tag, as it is written and as it is compared
LONGEST_NAME = 40
LONGEST_KEY = 80
#: tags
MOST_OF_AN_EVENT = 40


class TagColour(Titled):
    """A colour of the palette, which keeps its contrast in light and dark; never the only sign, the word stands in it."""

    GREY = "grey", N_("Grey")
    BLUE = "blue", N_("Blue")
    GREEN = "green", N_("Green")
    YELLOW = "yellow", N_("Yellow")
    ORANGE = "orange", N_("Orange")
    RED = "red", N_("Red")
    PURPLE = "purple", N_("Purple")


class TagReason(Reason):
    """Why a tag is not kept as it was written."""

    NO_NAME = "no_name", N_("Write a name"), "name"
    NAME_TOO_LONG = "name_too_long", N_("Use at most %(limit)s characters"), "name"
    NAME_UNREADABLE = "name_unreadable", N_("Write one line, without characters that cannot be shown"), "name"
    NAME_IN_USE = "name_in_use", N_("This event has the tag “%(name)s” already"), "name"
    TOO_MANY = "too_many", N_("An event has %(limit)s tags at most"), "name"


def read_tag_name(typed: str) -> str:
    """Return a tag's name as it is kept. Raises Refused: NO_NAME, NAME_TOO_LONG, NAME_UNREADABLE."""
    name = tidied(typed)
    fault = fault_of(name, LONGEST_NAME, is_line=True)
    if fault is TypedFault.TOO_LONG:
        raise Refused(TagReason.NAME_TOO_LONG, limit=LONGEST_NAME)
    if fault is not None:
        raise Refused(TagReason.NAME_UNREADABLE)
    if not name or not tag_key(name):
        raise Refused(TagReason.NO_NAME)
    return name


def tag_key(name: str) -> str:
    """Return a tag's name as it is compared: without accents and case."""
    return (folded(name) or name)[:LONGEST_KEY]


def read_colour(value: str | None) -> TagColour:
    """Return the colour that a form names; grey for any other."""
    return next((colour for colour in TagColour if colour.value == value), TagColour.GREY)


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
