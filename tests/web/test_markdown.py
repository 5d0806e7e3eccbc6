"""Organizers' rich text: what is allowed comes through, nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from eventreg.web.markdown import render_markdown
from tests.support.html import parse
from tests.support.pagechecks import check_inline, check_loads


def test_text_comes_out_in_our_classes() -> None:
    html = render_markdown("# What for\n\nFor the **meeting**.\n\n- one\n- [two](https://instituto.example)")
    assert '<h2 class="govuk-heading-m">What for</h2>' in html
    assert "<strong>meeting</strong>" in html
    assert 'rel="noopener"' in html


def test_headings_follow_those_of_the_page() -> None:
    html = render_markdown("# A\n\n## B\n\n###### C", top=3)
    assert [html.count(f"<h{level} ") for level in range(1, 7)] == [0, 0, 1, 1, 0, 1]


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[go](javascript:alert(1))",
        "[go](JaVaScRiPt:alert(1))",
        "[go](data:text/html;base64,PHNjcmlwdD4=)",
        "![pixel](https://tracker.example/x.png)",
        '<https://ok.example/"onmouseover=alert(1)>',
        '<a href="/" style="position:fixed">x</a>',
        "<iframe src=//evil.example></iframe>",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_nothing_live_comes_through(source: str) -> None:
    root, _ = parse(f"<!DOCTYPE html><body>{render_markdown(source)}</body>")
    assert list(check_inline(root)) + list(check_loads(root)) == []
    assert [e.tag for e in root.iter() if e.tag in ("script", "img", "iframe")] == []


@given(st.text(alphabet=st.sampled_from("<>\"'`()[]!#*_- \n&;:/=abjsx\u202e\0"), max_size=80))
def test_whatever_is_typed_stays_inert(source: str) -> None:
    root, _ = parse(f"<!DOCTYPE html><body>{render_markdown(source)}</body>")
    assert list(check_inline(root)) + list(check_loads(root)) == []
