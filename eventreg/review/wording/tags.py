"""Tags in words."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.review.rules.tags import TagColour, TagReason, TagRefused


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


def tag_refused(refused: TagRefused) -> str:
    """Say why a tag is not kept as it was written."""
    details = refused.details
    return {
        TagReason.NO_NAME: _("Write a name"),
        TagReason.NAME_TOO_LONG: _("Use at most %(limit)s characters", limit=details.get("limit", "")),
        TagReason.NAME_UNREADABLE: _("Write one line, without characters that cannot be shown"),
        TagReason.NAME_IN_USE: _("This event has the tag “%(name)s” already", name=details.get("name", "")),
        TagReason.TOO_MANY: _("An event has %(limit)s tags at most", limit=details.get("limit", "")),
    }[TagReason(refused.reason)]
