"""What mail programs do to HTML: they drop style sheets, sides that follow the writing, what is fetched; and keep text alone."""

from __future__ import annotations

import re

from tests.support.html import elements, parse

#: Gmail cuts what is longer
MOST_BYTES = 100_000
_FOLLOWS_WRITING = re.compile(
    r"(?:margin|padding|border|inset)-(?:inline|block)|(?:inline|block)-size|text-align:\s*(?:start|end)|float:\s*inline"
)
_FETCHES = re.compile(
    r"url\(|@import|@font-face|\ssrc=\"(?!cid:)|\s(?:background|srcset|poster|data)=\"", re.IGNORECASE
)
_STYLED = ("table", "td", "th", "p", "h1", "h2", "ul", "ol", "li", "a", "img", "blockquote")
_ALIGNED = ("td", "th")


def assert_stands_in_every_program(html: str) -> None:
    """Fail for what one of the common programs would drop, or would not show."""
    assert len(html.encode()) < MOST_BYTES
    assert not _FOLLOWS_WRITING.findall(html)
    assert not _FETCHES.findall(html)
    root, faults = parse(html)
    assert faults == []
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        style = element.get("style", "")
        assert style or "class" not in element.attrib, f"only a class says how {element.tag} looks"
        assert style or element.tag not in _STYLED or _holds_a_table(element), f"nothing says how {element.tag} looks"
        if element.tag in _ALIGNED and element.get("class") != "button" and not _holds_a_table(element):
            assert "font-family:" in style, "Outlook hands no font on to a cell"
            assert element.get("align") in ("left", "right"), "Outlook aligns by the attribute"
    for row in elements(root, "tr"):
        first, *others = [cell for cell in row if cell.tag in _ALIGNED]
        assert not others or (first.tail or "").strip() == "" != (first.tail or ""), "text of cells runs together"
        assert not others or re.search(r"padding-(?:left|right):\d", first.get("style", "")), "cells touch"
    colours = re.findall(r'name="(?:supported-)?color-schemes?" content="light dark"', html)
    assert len(colours) == 2
    # What darkens the few programs that know style sheets changes colours alone: without them nothing is missing.
    rules = re.findall(r"(?s)<style>.*?</style>", html)
    assert {name.strip() for name in re.findall(r"([\w-]+)\s*:\s*[^;{}]+!important", "".join(rules))} <= {
        "color", "background-color", "border-color",
    }  # fmt: skip


def _holds_a_table(element: object) -> bool:
    return any(child.tag == "table" for child in element)  # type: ignore[attr-defined]
