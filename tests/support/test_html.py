"""The fast reader of pages says what html5lib says, and leaves to it whatever is not in order."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

import pytest

from eventreg.events.models import Event
from tests.builders import a_registration
from tests.support.html import read_as_a_browser
from tests.support.pages import Pages
from tests.support.strict import read_strictly

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<title>A &amp; B</title>
</head>
<body>
<main id="main"><svg viewBox="0 0 1 1"><path d="m0 0"/></svg>
<p>One <a href="/a?b&amp;c">link</a><br>more</p>
{}
<textarea name="t">
two
lines</textarea></main>
</body>
</html>
"""
_SOUND = (
    "", "<ul><li>a<ul><li>b</li></ul></li></ul>", "<dl><div><dt>a</dt><dd>b</dd></div></dl>", "\r\n<b>é – 𝄞</b>",
    '<form method="post"><select name="s"><option value="1" selected>1</option></select><input disabled></form>',
    "<table><caption>c</caption>\n<tbody><tr><th>a</th><td><p>b</p></td></tr></tbody></table>",
)  # fmt: skip
_ODD = (
    "<p>a<div>b</div></p>", "<p>a<p>b</p></p>", "<a href='x'>single</a>", "<a href=x>none</a>", '<a id="1" id="2">x</a>',
    "<div>", "</div>", "<b><i>x</b></i>", "<a>x<a>y</a></a>", "<form><form></form></form>", "<button><button></button></button>",
    "<table><tr><td>x</td></tr></table>", "<table>text</table>", "<table><tbody><tr><p>x</p></tr></tbody></table>",
    "<ul><li>a<li>b</ul>", "<li><div><li>a</li></div></li>", "<dl><dt>a<dd>b</dd></dt></dl>", "<h2>a<h3>b</h3></h2>", "<div/>",
    "a & b", "&copy", "&nothing;", "<", "\x00", "\ufffe", "<!-- a -->", "<select><p>x</p></select>", "<option><b>x</b></option>",
    "<svg><p>x</p></svg>", "<svg><title>x</title></svg>", "<iframe>x</iframe>", "<image>", "<template><td></template>", "<body>",
    "<title>x</title></title>", "<col>", "<DIV></DIV>", "<p>x</p", "<script><!--<script></script>",
)  # fmt: skip


def _said(element: Element) -> object:
    held = list(element.attrib.items())
    return element.tag, held, element.text, element.tail, [_said(child) for child in element]


@pytest.mark.parametrize("part", [*_SOUND, *_ODD])
def test_what_is_read_fast_is_what_a_browser_reads_without_fault(part: str) -> None:
    page = _PAGE.format(part)
    strict = read_strictly(page)
    assert (strict is not None) == (part in _SOUND)
    if strict is not None:
        root, faults = read_as_a_browser(page)
        assert (_said(strict), []) == (_said(root), faults)


def test_a_page_that_lost_any_of_its_tags_is_not_read_fast(desk: Pages, event: Event) -> None:
    """But where a browser reads it without fault all the same."""
    page = desk.get(f"/manage/events/{event.slug}/registrations/{a_registration(event).reference}").html
    assert read_strictly(page) is not None
    tags = re.compile("</?[a-z][^>]*>")
    for tag in list(tags.finditer(page))[::9]:
        broken = page[: tag.start()] + page[tag.end() :]
        strict = read_strictly(broken)
        if strict is not None:
            root, faults = read_as_a_browser(broken)
            assert (_said(strict), []) == (_said(root), faults), tag[0]
