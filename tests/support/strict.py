"""A fast reader of pages that are written out in full, which is how ours are.

html5lib knows all that a browser forgives, and takes as long over a page as the product does. This one knows what needs no
forgiveness: every element closed by its own tag, every value quoted, every element where the standard lets it stand with nothing
implied. Whatever else it meets it leaves to html5lib, faults above all: `tests/support/test_html.py` holds the two to each other.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element, SubElement

_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = {"svg", "path", "circle", "rect", "use"}
_DRAWN_NAMES = {"viewBox": "viewBox", "preserveAspectRatio": "preserveAspectRatio"}
_BEGIN = re.compile(r"<!DOCTYPE html>\s*(?=<html[ >])")
_TAG = re.compile(r"""<(?:([a-z][a-z0-9]*)((?:\s+[A-Za-z-]+(?:="[^"]*")?)*)\s*(/?)|/([a-z][a-z0-9]*))>""")
_ATTRIBUTE = re.compile(r"""([A-Za-z-]+)(?:="([^"]*)")?""")
#: characters that html5lib corrects or complains of, and references other than these
_ODD = re.compile(
    "[^\\t\\n -~\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0001fffd]|&(?!(?:amp|lt|gt|quot|nbsp|#34|#39);)"
)
_VOID = {"meta", "link", "img", "br", "input", "hr", "wbr"}
#: closed without a look at what is in them
_RAW = {"title", "textarea", "script", "iframe"}
_TEXTS = {"title", "textarea"}
_PHRASING = {
    "a", "abbr", "b", "bdi", "button", "cite", "code", "data", "datalist", "del", "em", "i", "iframe", "img", "input", "ins",
    "kbd", "label", "mark", "meter", "output", "progress", "q", "s", "samp", "script", "select", "small", "span", "strong",
    "sub", "sup", "svg", "textarea", "time", "u", "var", "br", "wbr",
}  # fmt: skip
#: what ends a paragraph, so that none may be open
_BLOCKS = {
    "address", "article", "aside", "blockquote", "details", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary",
    "table", "ul",
}  # fmt: skip
_FLOW = _PHRASING | _BLOCKS | {"legend"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
#: attributes that are worth remembering
_SHORT = 200
#: what alone may stand in these; in everything else whatever flows
_CHILDREN: dict[str, set[str]] = {
    "html": {"head", "body"},
    "head": {"meta", "link", "title", "script"},
    "table": {"caption", "thead", "tbody", "tfoot"},
    **{key: {"tr"} for key in ("thead", "tbody", "tfoot")},
    "tr": {"td", "th"},
    "select": {"option", "optgroup"},
    "optgroup": {"option"},
    "datalist": {"option"},
    "option": set(),
    "svg": _DRAWN,
    **{key: set() for key in _DRAWN - {"svg"}},
}
#: where text is moved elsewhere, or ends what it stands in
_NO_TEXT = {"html", "head", "table", "thead", "tbody", "tfoot", "tr"}
#: what may not stand in itself, however deep
_ALONE = {"a", "button", "form", "select", "option", "p", "label"}
_PARENTS = {
    "li": {"ul", "ol"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
    "legend": {"fieldset"},
    "summary": {"details"},
}


class _Odd(Exception):
    """The page has something that is left to html5lib."""


def read_strictly(html: str) -> Element | None:
    """Return the document of a page without fault, or None: html5lib has to say what it is."""
    html = html.replace("\r\n", "\n")
    begin = _BEGIN.match(html)
    if begin is None or _ODD.search(html):
        return None
    try:
        return _Reader(html).read(begin.end())
    except _Odd:
        return None


class _Place:
    """What is open, from the document inwards. It is the same on every page, so what may stand in it is worked out once."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.name = names[-1] if names else ""
        #: by name, what is open once this is, too
        self.inner: dict[str, _Place] = {}

    def let_in(self, name: str) -> _Place:
        """Return where the element's own children stand. Nothing may have to be implied, closed or moved for it to stand here."""
        names, parent = self.names, self.name
        if not names:
            _expect(name == "html")
        else:
            _expect(name in _CHILDREN.get(parent, _FLOW))
        if name in _BLOCKS:
            _expect("p" not in names)
        if name in _ALONE:
            _expect(name not in names)
        if name in _HEADINGS:
            _expect(parent not in _HEADINGS)
        if name in _PARENTS:
            _expect(parent in _PARENTS[name])
            # What stands around a group of terms is their list, and not another item.
            _expect(parent != "div" or names[-2] == "dl")
        self.inner[name] = _Place((*names, name))
        return self.inner[name]


_OUTSIDE = _Place(())


class _Reader:
    def __init__(self, html: str) -> None:
        self._html = html
        self._open: list[Element] = []
        self._places = [_OUTSIDE]
        #: the element whose tail comes next
        self._last: Element | None = None

    def read(self, at: int) -> Element:
        html, root, find, match = self._html, Element("html"), self._html.find, _TAG.match
        while True:
            next_tag = find("<", at)
            _expect(next_tag >= 0)
            if next_tag > at:
                self._take_text(html[at:next_tag])
            tag = match(html, next_tag)
            if tag is None:
                raise _Odd
            name, attributes, closed, ended = tag.groups()
            at = tag.end()
            if ended:
                _expect(self._places.pop().name == ended)
                self._last = self._open.pop()
                if not self._open:
                    break
            else:
                self._begin(root, name, attributes, bool(closed))
                if name in _RAW:
                    at = self._take_raw(name, at)
                elif name == "pre":
                    _expect(html[at : at + 1] != "\n")
        _expect([child.tag for child in root] == ["head", "body"])
        _expect(not html[at:] or html[at:].isspace())
        self._open.append(root)
        self._put_at_the_end(html[at:])
        return root

    def _begin(self, root: Element, name: str, attributes: str, is_closed: bool) -> None:
        here = self._places[-1]
        place = here.inner.get(name) or here.let_in(name)
        is_drawn = name in _DRAWN
        held = (_kept if len(attributes) < _SHORT else _attributes)(attributes, is_drawn) if attributes else {}
        if not self._open:
            element = root
            element.attrib.update(held)
        else:
            if name == "body":
                _expect([child.tag for child in self._open[-1]] == ["head"])
            elif name == "head":
                _expect(len(self._open[-1]) == 0)
            element = SubElement(self._open[-1], _SVG + name if is_drawn else name, held)
        if name in _VOID or (is_drawn and is_closed):
            self._last = element
            return
        _expect(not is_closed)
        self._open.append(element)
        self._places.append(place)
        self._last = None

    def _take_text(self, text: str) -> None:
        parent = self._places[-1].name
        if parent in _NO_TEXT:
            _expect(text.isspace() and text.isascii())
            if parent == "html" and len(self._open[0]) != 1:
                # Before the head it is nobody's; after the body it is the body's.
                if len(self._open[0]):
                    self._put_at_the_end(text)
                return
        self._put(_plain(text))

    def _put(self, text: str) -> None:
        if self._last is not None:
            self._last.tail = (self._last.tail or "") + text
        else:
            self._open[-1].text = (self._open[-1].text or "") + text

    def _take_raw(self, name: str, at: int) -> int:
        """Take everything to the end of the element as it is; return where that is."""
        end = f"</{name}>"
        ends_at = self._html.find(end, at)
        _expect(ends_at >= 0)
        text = self._html[at:ends_at]
        _expect(name != "iframe" or not text)
        _expect("</" not in text and "<!--" not in text)
        if name == "textarea":
            text = text.removeprefix("\n")
        element = self._open.pop()
        self._places.pop()
        element.text = (_plain(text) if name in _TEXTS else text) or None
        self._last = element
        return ends_at + len(end)

    def _put_at_the_end(self, text: str) -> None:
        """Put what stands after the body where html5lib puts it: into the body."""
        body = self._open[0][1]
        if text and len(body):
            body[-1].tail = (body[-1].tail or "") + text
        elif text:
            body.text = (body.text or "") + text


def _attributes(source: str, is_drawn: bool) -> dict[str, str]:
    held: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(source):
        _expect(name not in held and (name.islower() or (is_drawn and name in _DRAWN_NAMES)))
        held[name] = _plain(value)
    return held


#: most tags of a page are those of the page before
_kept = lru_cache(maxsize=10_000)(_attributes)


def _plain(text: str) -> str:
    return unescape(text) if "&" in text else text


def _expect(it: bool) -> None:
    if not it:
        raise _Odd
