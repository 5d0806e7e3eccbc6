"""What tags look like."""

from __future__ import annotations

import enum

LONGEST_NAME = 40
MOST_OF_AN_EVENT = 40


class TagColour(enum.Enum):
    """A colour of the palette, which keeps its contrast in light and dark; never the only sign, the word stands in it."""

    GREY = "grey"
    BLUE = "blue"
    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    PURPLE = "purple"
