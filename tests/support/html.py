"""A page as a tree: strict parsing, and a few questions to ask of it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

from tests.support.strict import read_strictly

Attributes = dict[str, str]
_UNSEEN = {"script", "style", "template", "head"}
_HELP = "er-help"
#: after these comes white space, whatever the source has
_APART = {
    "p", "div", "li", "td", "th", "tr", "h1", "h2", "h3", "dt", "dd", "br", "option", "legend", "label",
}  # fmt: skip


def parse(html: str) -> tuple[Element, list[str]]:
    """Return the document and what is wrong with it as HTML, each with its line."""
    if (strict := read_strictly(html)) is not None:
        return strict, []
    return read_as_a_browser(html)


def read_as_a_browser(html: str) -> tuple[Element, list[str]]:
    """Do the same by html5lib, which forgives what a browser forgives."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        root = parser.parse(html)
    lines = html.splitlines()
    faults = []
    for (line, _column), code, details in parser.errors:
        source = lines[line - 1].strip()[:160] if 0 < line <= len(lines) else ""
        faults.append(f"line {line}: {code} {details or ''} in {source!r}")
    return root, faults


def text_of(element: Element) -> str:
    """Return what a person reads of an element, white space folded.

    Help that is folded inside it is left out: it says what such a page can show, not what this one does.
    """
    texts: list[str] = []
    _gather(element, texts.append)
    return " ".join("".join(texts).split())


def elements(root: Element, *tags: str, **attributes: str) -> Iterator[Element]:
    """Yield elements in order by tag and attributes: `elements(page, "input", type="radio", class_="er-big")`.

    A class is looked for among the element's classes, any other attribute must be equal.
    """
    wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    for element in root.iter(*tags) if len(tags) == 1 else root.iter():
        if (element.tag in tags if tags else isinstance(element.tag, str)) and (not wanted or _has(element, wanted)):
            yield element


def parents_of(root: Element) -> dict[Element, Element]:
    """Return each element's parent."""
    return {child: parent for parent in root.iter() for child in parent}


def ancestors(element: Element, parents: dict[Element, Element]) -> Iterator[Element]:
    """Yield the parents of an element, the nearest first."""
    while (parent := parents.get(element)) is not None:
        yield parent
        element = parent


def _has(element: Element, wanted: Attributes) -> bool:
    for name, value in wanted.items():
        held: Any = element.get(name)
        if held is None or (value not in held.split() if name == "class" else value != held):
            return False
    return True


def _gather(element: Element, put: Callable[[str], object]) -> None:
    if element.tag in _UNSEEN or not isinstance(element.tag, str):
        return
    if element.text:
        put(element.text)
    for child in element:
        classes = child.get("class")
        if classes is None or _HELP not in classes or _HELP not in classes.split():
            _gather(child, put)
        if child.tag in _APART:
            put(" ")
        if child.tail:
            put(child.tail)
