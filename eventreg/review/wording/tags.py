"""Tags in words."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.review.rules.tags import TagColour


def colour_name(colour: TagColour) -> str:
    """Return the name of a tag's colour."""
    return {
        TagColour.GREY: _("Grey"),
        TagColour.BLUE: _("Blue"),
        TagColour.GREEN: _("Green"),
        TagColour.YELLOW: _("Yellow"),
        TagColour.ORANGE: _("Orange"),
        TagColour.RED: _("Red"),
        TagColour.PURPLE: _("Purple"),
    }[colour]
