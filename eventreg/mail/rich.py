"""Words that organizers write, as text and as HTML of a message: a part of Markdown, with values put in that stay inert.

A value (somebody's name, a reason, a personal link's marker) is put in after the Markdown was understood: nothing in it is
read as Markdown, as HTML or as a placeholder.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from eventreg.i18n.formats import sides
from eventreg.kernel.links import is_plain_web_address, tells_hosts

#: what stands for a value while Markdown is read: of the private use area, which is taken out of whatever is written
_OPEN, _OPEN_PLAIN, _CLOSE = "\ue000", "\ue002", "\ue001"
_STAND_INS = re.compile("[\ue000-\ue002]")
_HELD = re.compile(f"([{_OPEN}{_OPEN_PLAIN}])([0-9]+){_CLOSE}")
#: the same within an address, where Markdown has it encoded
_HELD_IN_ADDRESS = re.compile("%EE%80%80([0-9]+)%EE%80%81")
_SERIF = "'Palatino Linotype',Palatino,'Noto Serif',Georgia,serif"
LINK = "color:#0b5a73;"
#: sides are physical: most mail programs drop those that follow the writing. Outlook keeps no padding on a list
LIST = "margin:0 0 16px;margin-{start}:22px;padding:0;"
#: mail programs know no style sheet
_STYLES = {
    "p": "margin:0 0 16px;",
    "ul": LIST,
    "ol": LIST,
    "li": "margin:0 0 8px;",
    "a": LINK,
    "h2": f"margin:0 0 10px;font-family:{_SERIF};font-size:20px;line-height:26px;",
    "blockquote": "margin:0 0 16px;padding-{start}:14px;border-{start}:3px solid #ddd8cd;",
    "pre": "margin:0 0 16px;white-space:pre-wrap;",
    "hr": "border:0;border-top:1px solid #ddd8cd;margin:0 0 16px;",
}
_TAGS = {*_STYLES, "strong", "em", "code", "br"}
_ATTRIBUTES = {tag: {"style"} for tag in _STYLES} | {"a": {"style", "href"}, "ol": {"style", "start"}}

# Lines end where they were typed to end: people write letters, not Markdown. No HTML, no pictures.
_markdown = tells_hosts(MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image"))


class Value(NamedTuple):
    """What is put in. `is_link`: an address, or the marker of one."""

    text: str
    is_link: bool = False


class RichText(NamedTuple):
    """Words as they stand in both parts of a message."""

    text: str
    html: Markup

    def below(self, sentence: str) -> "RichText":
        """Return them with a sentence before them that is not the event's own."""
        html = Markup('<p style="margin:0 0 16px;"><strong>{}</strong></p>').format(sentence)
        return RichText(f"{sentence}\n\n{self.text}".strip(), html + "\n" + self.html)


def render_rich(parts: Sequence[str | Value], language: str = "en") -> RichText:
    """Return words and values as text and as HTML. A value with nothing in it leaves no trace."""
    values: dict[int, Value] = {}
    source = ""
    for part in parts:
        if isinstance(part, str):
            source += _STAND_INS.sub("", part)
        elif part.text:
            values[len(values)] = part
            source += f"{_OPEN}{len(values) - 1}{_CLOSE}"
    tokens = _markdown.parse(source)
    for link in (child for token in tokens for child in token.children or () if child.type == "link_open"):
        link.attrSet("href", _led(str(link.attrGet("href")), values))
    return RichText(_filled_text(_as_text(tokens), values), _as_html(tokens, values, sides(language)[0]))


def plain(parts: Sequence[str | Value]) -> str:
    """Return words and values as one line of plain text, for a subject."""
    whole = "".join(part if isinstance(part, str) else part.text for part in parts)
    return " ".join(whole.split())


def addresses_in(source: str) -> list[str]:
    """Return where the links in some words lead, as they were written."""
    return [
        str(child.attrGet("href"))
        for token in _markdown.parse(source)
        for child in token.children or ()
        if child.type == "link_open"
    ]


def _as_html(tokens: Sequence[Token], values: Mapping[int, Value], start: str) -> Markup:
    for token in tokens:
        _style(token, start)
        is_inside = False
        for child in token.children or ():
            _style(child, start)
            is_inside = child.type == "link_open" or (is_inside and child.type != "link_close")
            if is_inside:
                # No link within a link.
                child.content = child.content.replace(_OPEN, _OPEN_PLAIN)
    html = nh3.clean(
        _markdown.renderer.render(list(tokens), _markdown.options, {}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    html = _HELD_IN_ADDRESS.sub(lambda found: str(escape(_in_address(values[int(found[1])]))), html)
    filled = _HELD.sub(lambda found: _value_html(values[int(found[2])], is_plain=found[1] == _OPEN_PLAIN), html)
    return Markup(filled.strip())  # noqa: S704 - cleaned above, values escaped


def _style(token: Token, start: str) -> None:
    if token.type in ("heading_open", "heading_close"):
        token.tag = "h2"
    if token.nesting >= 0 and token.tag in _STYLES:
        token.attrSet("style", _STYLES[token.tag].replace("{start}", start))


def _value_html(value: Value, *, is_plain: bool) -> Markup:
    if value.is_link and not is_plain:
        return Markup('<a href="{0}" style="{1}">{0}</a>').format(value.text, LINK)
    return Markup("<br>").join(value.text.splitlines())


def _in_address(value: Value) -> str:
    """Return what stands in an address: somebody's words are part of one, or a page, and never another scheme."""
    text = _STAND_INS.sub("", value.text)
    return text if value.is_link or is_plain_web_address(text) else quote(text, safe="")


def _led(href: str, values: Mapping[int, Value]) -> str:
    """Return an address that a personal link stands in as leading there: whoever else it led to would read that link."""
    held = (found for found in _HELD_IN_ADDRESS.finditer(href) if values[int(found[1])].is_link)
    return next((href[found.start() :] for found in held), href)


def _filled_text(text: str, values: Mapping[int, Value]) -> str:
    # Mail programs make one address of all that is written together.
    apart = _HELD.sub(lambda found: f" {found[0]}" if values[int(found[2])].is_link else found[0], text)
    tidied = re.sub(rf"(?<!\S)([^\w\s]*) (?={_OPEN})", r"\1", apart)
    return _HELD.sub(lambda found: values[int(found[2])].text, tidied)


def _as_text(tokens: Sequence[Token]) -> str:
    """Return what was read as people write mail: dashes before items, addresses in angle brackets (RFC 3986, C)."""
    blocks: list[str] = []
    counters: list[int | None] = []
    marker, is_tight, was_tight = "", False, False
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            start = token.attrGet("start")
            counters.append(int(start or 1) if token.type == "ordered_list_open" else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            counters.pop()
            was_tight = was_tight and bool(counters)
        elif token.type == "list_item_open":
            marker, counters = _next_marker(counters)
        elif token.type == "paragraph_open":
            is_tight = token.hidden
        elif (block := _block_text(token)) is not None:
            indent = "  " * max(0, len(counters) - 1)
            lines = block.splitlines() or [""]
            written = "\n".join(
                [f"{indent}{marker}{lines[0]}", *(f"{indent}{' ' * len(marker)}{one}" for one in lines[1:])]
            )
            blocks.append(("\n" if is_tight and was_tight else "\n\n") + written)
            marker, was_tight = "", is_tight
            is_tight = False
    return "".join(blocks).strip("\n")


def _next_marker(counters: list[int | None]) -> tuple[str, list[int | None]]:
    number = counters[-1] if counters else None
    if number is None:
        return "- ", counters
    return f"{number}. ", [*counters[:-1], number + 1]


def _block_text(token: Token) -> str | None:
    if token.type == "inline":
        return _inline_text(token.children or ())
    if token.type in ("fence", "code_block"):
        return token.content.rstrip("\n")
    return "* * *" if token.type == "hr" else None


def _inline_text(tokens: Sequence[Token]) -> str:
    said, href, start = "", "", 0
    for token in tokens:
        if token.type in ("text", "code_inline"):
            said += token.content
        elif token.type in ("softbreak", "hardbreak"):
            said += "\n"
        elif token.type == "link_open":
            href, start = _HELD_IN_ADDRESS.sub(rf"{_OPEN}\1{_CLOSE}", str(token.attrGet("href"))), len(said)
        elif token.type == "link_close" and href.removeprefix("mailto:") != said[start:]:
            said += f" <{href}>"
    return said
