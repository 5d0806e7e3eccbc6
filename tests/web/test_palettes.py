"""Every palette keeps the contrasts that WCAG 2.2 asks for, in light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eventreg.web.templating import PALETTES, palette_class

_CSS = (Path(__file__).parents[2] / "static" / "css" / "theme.css").read_text(encoding="utf-8")
_DARK = "@media screen and (prefers-color-scheme: dark) {"


def _variables(selector: str, css: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for body in re.findall(rf"(?m)^\s*{re.escape(selector)} {{([^}}]*)}}", css):
        found |= dict(re.findall(r"--([\w-]+): (#\w+)", body))
    return found


def _mode(name: str, is_dark: bool) -> dict[str, str]:
    """Return the colours in force for a palette."""
    dark = "".join(part.partition("\n}")[0] for part in _CSS.split(_DARK)[1:])
    light = _CSS
    for part in _CSS.split(_DARK)[1:]:
        light = light.replace(part.partition("\n}")[0], "")
    found = _variables(":root", light)
    selector = f".er-palette-{name}"
    if name != PALETTES[0]:
        assert _variables(selector, light), f"{name} has no light colours"
        assert _variables(selector, dark), f"{name} has no dark colours"
        if not is_dark:
            return found | _variables(selector, light)
        return found | _variables(":root", dark) | _variables(selector, light) | _variables(selector, dark)
    return found | _variables(":root", dark) if is_dark else found


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PALETTES)
def test_contrasts_hold(name: str, is_dark: bool) -> None:
    colours = _mode(name, is_dark)
    for front, back, least in (
        ("on-brand", "brand", 4.5), ("on-brand", "brand-hover", 4.5),
        ("link", "paper", 4.5), ("link", "card", 4.5), ("link", "tint", 4.5),
        ("accent", "paper", 4.5), ("accent", "card", 4.5), ("ink", "tint", 7), ("ink-quiet", "tint", 4.5),
        ("brand", "card", 3), ("glow", "deep", 4.5),
    ):  # fmt: skip
        measured = _contrast(colours[front], colours[back])
        assert measured >= least, f"{front} on {back}: {measured:.1f}"
    assert _contrast("#ffffff", colours["deep"]) >= 7


def test_class_is_that_of_the_first_palette_known() -> None:
    assert palette_class("", "") == ""
    assert palette_class("lagoon", "forest") == ""
    assert palette_class("", "forest") == "er-palette-forest"
    assert palette_class("plum", "forest") == "er-palette-plum"
    assert palette_class("gone", "x y", "clay") == "er-palette-clay"
