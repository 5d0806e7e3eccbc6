"""Organizers' rich text: Markdown in, a small allow-list of HTML out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_CLASSES: Final = {
    "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "a": "govuk-link",
    "h2": "govuk-heading-m",
    "h3": "govuk-heading-s",
    "h4": "govuk-heading-s",
    "h5": "govuk-heading-s",
    "h6": "govuk-heading-s",
}
_ALLOWED_TAGS: Final = {*_CLASSES, "li", "strong", "em", "blockquote", "code", "pre", "hr", "br"}
_ALLOWED_ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}}
_ALLOWED_SCHEMES: Final = {"http", "https", "mailto", "tel"}

# No HTML, and no pictures: nothing of another host is loaded into our pages.
_markdown = MarkdownIt("commonmark", {"html": False}).disable("image")


@lru_cache(maxsize=256)
def render_markdown(source: str, top: int = 2) -> Markup:
    """Return `source` as safe HTML in our classes. Its highest headings become `<h{top}>` (2 to 6), others follow."""
    tokens = _markdown.parse(source)
    _fit_headings(tokens, top)
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    # A second lock on the same door: whatever the parser lets through, only this list leaves.
    clean = nh3.clean(
        html,
        tags=set(_ALLOWED_TAGS),
        attributes={tag: set(names) for tag, names in _ALLOWED_ATTRIBUTES.items()},
        allowed_classes={tag: set(names.split()) for tag, names in _CLASSES.items()},
        url_schemes=set(_ALLOWED_SCHEMES),
        link_rel="noopener",
    )
    return Markup(clean)  # noqa: S704 - cleaned on the line above


def _fit_headings(tokens: Sequence[Token], top: int) -> None:
    highest = min((int(token.tag[1]) for token in tokens if token.type == "heading_open"), default=1)
    for token in _all(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, top + int(token.tag[1]) - highest)}"
        if token.nesting == 1 and token.tag in _CLASSES:
            token.attrSet("class", _CLASSES[token.tag])


def _all(tokens: Sequence[Token]) -> list[Token]:
    return [each for token in tokens for each in (token, *(token.children or ()))]
