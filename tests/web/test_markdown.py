from __future__ import annotations

import re

import pytest

from eventreg.web.markdown import render_markdown


def test_paragraphs_lists_and_links_get_our_classes() -> None:
    html = render_markdown("Uno *dos* **tres**\n\n- a\n- b\n\n1. c\n\n[sitio](https://anfitriona.example/x 'Sitio')")
    assert '<p class="govuk-body">Uno <em>dos</em> <strong>tres</strong></p>' in html
    assert '<ul class="govuk-list govuk-list--bullet">' in html
    assert '<ol class="govuk-list govuk-list--number">' in html
    link = re.search(r"<a [^>]*>", html)
    assert link is not None
    assert 'href="https://anfitriona.example/x"' in link[0]
    assert 'class="govuk-link"' in link[0]
    assert 'rel="noopener"' in link[0]


@pytest.mark.parametrize(("top", "found"), [(2, ["h2", "h3", "h2"]), (3, ["h3", "h4", "h3"]), (6, ["h6", "h6", "h6"])])
def test_headings_begin_at_the_level_that_the_page_has_room_for(top: int, found: list[str]) -> None:
    assert re.findall(r"<(h\d)", render_markdown("## A\n\n### B\n\n## C", top)) == found


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "![x](https://otro.example/pixel.png)",
        '<https://x.example/"onmouseover=alert(1)>',
        "<style>*{display:none}</style>",
        "a\n<iframe src=//otro.example></iframe>",
    ],
)
def test_hostile_markdown_is_inert(hostile: str) -> None:
    # case 32
    html = render_markdown(f"antes\n\n{hostile}\n\ndespués")
    assert not re.search(
        r"<(script|img|style|iframe)|<[^>]*\son\w+=|href=\"(javascript|data|vbscript)", html, re.IGNORECASE
    )
    assert "antes" in html
    assert "después" in html


def test_a_picture_is_only_linked_since_nothing_of_another_host_is_loaded() -> None:
    # case 54
    assert "<img" not in render_markdown("![mapa](https://otro.example/mapa.png)")
