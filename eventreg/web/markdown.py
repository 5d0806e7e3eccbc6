"""Markdown in, a small allow-list of HTML out: organizers' rich text, and our own documents."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from eventreg.kernel.links import tells_hosts

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
_markdown = tells_hosts(MarkdownIt("commonmark", {"html": False}).disable("image"))
# Our own documents have pictures, of this product alone: see `render_document`.
_documents = MarkdownIt("commonmark", {"html": False})


@lru_cache(maxsize=256)
def render_markdown(source: str, top: int = 2) -> Markup:
    """Return `source` as safe HTML in our classes. Its highest headings become `<h{top}>` (2 to 6), others follow."""
    tokens = _markdown.parse(source)
    _fit_headings(tokens, top)
    return _clean(_markdown.renderer.render(tokens, _markdown.options, {}))


def render_document(
    source: str, top: int, address: Callable[[str], str | None], size: Callable[[str], tuple[int, int]]
) -> Markup:
    """Return a document of ours as HTML, like `render_markdown` and with pictures.

    `address` says where a link or picture leads in the product, or None for nowhere: the words of such a link stay, such
    a picture does not. `size` says width and height of a picture in pixels, so that nothing moves when it arrives.
    """
    tokens = _documents.parse(source)
    _fit_headings(tokens, top)
    for token in tokens:
        if token.children:
            token.children = _led(token.children, address, size)
    pictures = {"img": {"src", "alt", "width", "height", "loading"}}
    return _clean(_documents.renderer.render(tokens, _documents.options, {}), pictures)


def _led(
    tokens: Sequence[Token], address: Callable[[str], str | None], size: Callable[[str], tuple[int, int]]
) -> list[Token]:
    """Return the tokens of a paragraph with its links and pictures leading where `address` says."""
    led, is_dropped = [], False
    for token in tokens:
        if token.type in ("link_open", "image"):
            name = "href" if token.type == "link_open" else "src"
            written = str(token.attrGet(name))
            leads_to = address(written)
            is_dropped = leads_to is None
            token.attrSet(name, leads_to or "")
            if token.type == "image" and not is_dropped:
                width, height = size(written)
                token.attrs.update(width=width, height=height, loading="lazy")
        if not (is_dropped and token.type in ("link_open", "link_close", "image")):
            led.append(token)
    return led


def _clean(html: str, more: dict[str, set[str]] | None = None) -> Markup:
    """A second lock on the same door: whatever the parser lets through, only this list leaves, and what `more` names."""
    attributes = {tag: set(names) for tag, names in _ALLOWED_ATTRIBUTES.items()} | (more or {})
    clean = nh3.clean(
        html,
        tags=_ALLOWED_TAGS | set(more or {}),
        attributes=attributes,
        allowed_classes={tag: set(names.split()) for tag, names in _CLASSES.items()},
        url_schemes=set(_ALLOWED_SCHEMES),
        link_rel="noopener",
    )
    return Markup(clean)  # noqa: S704 - cleaned above


def _fit_headings(tokens: Sequence[Token], top: int) -> None:
    highest = min((int(token.tag[1]) for token in tokens if token.type == "heading_open"), default=1)
    for token in _all(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, top + int(token.tag[1]) - highest)}"
        if token.nesting == 1 and token.tag in _CLASSES:
            token.attrSet("class", _CLASSES[token.tag])


def _all(tokens: Sequence[Token]) -> list[Token]:
    return [each for token in tokens for each in (token, *(token.children or ()))]
