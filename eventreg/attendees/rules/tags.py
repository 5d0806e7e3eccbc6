"""What tags are called and look like."""

from eventreg.kernel.errors import N_, Reason, Refused, Titled
from eventreg.kernel.text import TypedFault, fault_of, folded, tidied

LONGEST_NAME = 40
LONGEST_KEY = 80
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
