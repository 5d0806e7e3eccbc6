"""The colours that an event or the instance can choose: sets whose contrasts are checked, as classes of theme.css.

A free colour would ask every organizer to be a designer and break the contrast that WCAG 2.2 asks for in one mode or the
other; a palette holds in light and dark and costs no request.
"""

from flask_babel import gettext as _

#: keys in the order in which they are offered; the first is what stands where nothing was chosen
PALETTES = ("lagoon", "forest", "clay", "plum", "indigo", "slate")


def palette_class(*wanted: str) -> str:
    """Return the class of the first known palette of `wanted`; empty for the first of all, which needs none."""
    chosen = next((key for key in wanted if key in PALETTES), PALETTES[0])
    return "" if chosen == PALETTES[0] else f"er-palette-{chosen}"


def palette_names() -> list[tuple[str, str]]:
    """Return (key, name in the reader's language) of every palette, in the order in which they are offered."""
    names = {
        "lagoon": _("Lagoon (blue-green)"),
        "forest": _("Forest (green)"),
        "clay": _("Clay (red-brown)"),
        "plum": _("Plum (violet)"),
        "indigo": _("Indigo (blue)"),
        "slate": _("Slate (grey)"),
    }
    return [(key, names[key]) for key in PALETTES]
