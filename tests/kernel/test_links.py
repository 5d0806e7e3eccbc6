"""Links say where they lead: look-alike hosts in ASCII, nothing before an "@" (cases 25, 32, 63)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from eventreg.kernel.links import shown_host, web_address
from eventreg.mail.rich import render_rich
from eventreg.web.markdown import render_markdown

MIXED = "https://iоm.int/x"  # the second letter is Cyrillic
ASCII = "https://xn--im-fmc.int/x"


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("www.IOM.int", "www.iom.int"),
        ("iоm.int", "xn--im-fmc.int"),
        ("%D1%96om.int", "xn--om-goc.int"),
        ("сосо.int", "xn--n1aahb.int"),  # all of it Cyrillic that looks Latin, below a Latin ending
        ("ΑΒΕ.com", "xn--mxacj.com"),
        ("ıom.int", "xn--om-gpa.int"),
        ("ɡoogle.com", "xn--oogle-qmc.com"),
        ("migración.mx", "migración.mx"),
        ("straße.example", "straße.example"),
        ("президент.рф", "президент.рф"),
        ("例え.jp", "例え.jp"),
        ("موقع.مصر", "موقع.مصر"),
        ("ｉｏｍ.int", "iom.int"),
        ("xn--im-fmc.int", "xn--im-fmc.int"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("iom.int\u2044evil.example", ""),
        ("iom int", ""),
        ("", ""),
        ("a" * 64 + ".int", ""),
        ("í" * 5000, ""),
    ],
)
def test_host_is_shown_in_ascii_unless_its_letters_belong_together(host: str, shown: str) -> None:
    assert shown_host(host) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (MIXED, ASCII),
        ("https://iom.int@evil.example/x?y=1#z", "https://evil.example/x?y=1#z"),
        ("https://iom.int:secret@evil.example:8443/", "https://evil.example:8443/"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("https://iom.int/es/niñez?a=b", "https://iom.int/es/niñez?a=b"),
        ("javascript:alert(1)", ""),
        ("https:iоm.int", ""),
        ("https://", ""),
        ("https://iom.int:99999/", ""),
    ],
)
def test_address_is_led_to_and_shown_without_what_misleads(typed: str, shown: str) -> None:
    assert web_address(typed) == shown


@pytest.mark.parametrize(
    ("source", "there", "gone"),
    [
        (f"[Sitio]({MIXED})", f'href="{ASCII}"', "(xn--im-fmc.int)</a>"),
        (f"<{MIXED}>", f">{ASCII}</a>", "iоm"),
        (f"<{ASCII}>", f">{ASCII}</a>", "iоm"),
        (f"[{MIXED}]({MIXED})", "(xn--im-fmc.int)</a>", None),
        ("[https://iom.int](https://evil.example)", "https://iom.int (evil.example)</a>", None),
        ("[iom.int](https://iom.int.evil.example)", "iom.int (iom.int.evil.example)</a>", None),
        ("[*www.iom.int*](https://evil.example/x)", "(evil.example)</a>", None),
        ("[x](https://iom.int@evil.example)", 'href="https://evil.example"', "iom.int"),
        ("<https://iom.int@evil.example>", ">https://evil.example</a>", "iom.int"),
        ("[x](http://%D1%96om.int/)", "(xn--om-goc.int)</a>", "%D1"),
        ("[x](https:iоm.int)", "<p", "href"),
        ("[x](//iоm.int)", "(xn--im-fmc.int)</a>", None),
        ("[x][1]\n\n[1]: https://iоm.int", "(xn--im-fmc.int)</a>", None),
    ],
)
def test_misleading_link_in_organizers_words_says_its_host(source: str, there: str, gone: str | None) -> None:
    for html in (render_markdown(source), render_rich([source]).html):
        assert there in html
        if gone and not gone.startswith("("):
            assert gone not in html
    assert "iоm.int" not in render_rich([source]).text.replace(f"[{MIXED}]", "").partition("<")[2]


@pytest.mark.parametrize(
    "source",
    [
        "[Programa](https://iom.int/programa.pdf)",
        "[programa.pdf](https://iom.int/programa.pdf)",
        "[iom.int](https://www.iom.int/es)",
        "[www.iom.int](https://mexico.iom.int)",
        "<https://президент.рф>",
        "[президент](https://президент.рф)",
        "[Correo](mailto:ana@iom.int)",
        "<https://iom.int/x>",
        "[Aquí](/events/seminario)",
        "[Teléfono](tel:+525555550100)",
    ],
)
def test_honest_link_stays_as_it_is_written(source: str) -> None:
    html = render_markdown(source)
    assert "<a " in html
    assert "(" not in html
    assert "xn--" not in html.partition(">")[2].partition(">")[2]


@given(st.text(max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    assert web_address(f"https://{text}") == web_address(web_address(f"https://{text}") or f"https://{text}")
    render_markdown(f"[{text}](https://{text})")
