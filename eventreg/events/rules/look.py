"""How an event's pages look: its colours and its picture."""

from __future__ import annotations

#: width and height in pixels: twice the width of the column, for dense screens
LARGEST_PICTURE = (1600, 1000)
LONGEST_DESCRIPTION = 300
