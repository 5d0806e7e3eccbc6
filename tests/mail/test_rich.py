"""Words that organizers write, in both parts of a message; what is put into them stays inert (case 32)."""

from __future__ import annotations

import re

import pytest

from eventreg.mail.rich import Value, addresses_in, plain, render_rich
from tests.support.html import elements, parse

HOSTILE = (
    "<b>x</b>",
    "**x**",
    "[x](https://evil.example)",
    "# x",
    "- x",
    "`x`",
    "&lt;",
    "\ue0000\ue001",
    "javascript:x",
)


def words(source: str, *values: Value) -> list[str | Value]:
    """Return words in which `@` stands for the values in turn."""
    left, parts = list(values), []
    for index, piece in enumerate(source.split("@")):
        parts += [left.pop(0)] if index else []
        parts.append(piece)
    return parts


def test_markdown_is_read_and_said_in_both_parts() -> None:
    rich = render_rich(
        ["## Título\n\n**Uno** y *dos*\notra línea\n\n- a\n- b\n\n1. c\n2. d\n\n[aquí](https://x.example)"]
    )
    assert rich.text == "Título\n\nUno y dos\notra línea\n\n- a\n- b\n\n1. c\n2. d\n\naquí <https://x.example>"
    root, faults = parse(f"<!DOCTYPE html><html lang=es><title>x</title><body>{rich.html}</body></html>")
    assert faults == []
    assert [element.tag for element in elements(root, "h2", "strong", "em", "br", "ul", "ol", "a")] == [
        "h2", "strong", "em", "br", "ul", "ol", "a",
    ]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_value_is_only_text(hostile: str) -> None:
    rich = render_rich(words("Hola @, **@**", Value(hostile), Value(hostile)))
    assert rich.text == f"Hola {hostile}, {hostile}"
    root, _faults = parse(f"<!DOCTYPE html><html lang=es><title>x</title><body>{rich.html}</body></html>")
    assert [element.tag for element in elements(root, "b", "a", "h1", "h2", "li", "code", "em")] == []
    assert len(list(elements(root, "strong"))) == 1


@pytest.mark.parametrize(
    "source", ["<script>x</script>", "![x](https://x.example/a.png)", "[x](javascript:alert(1))", "<img src=x>"]
)
def test_what_is_written_brings_nothing_that_runs_or_is_fetched(source: str) -> None:
    html = render_rich([source]).html
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_a_link_is_a_link_as_text_and_as_a_target_but_never_inside_one() -> None:
    marker = "[[aaaaaaaaaaaaaaaaaaaaaaaa:my:abc:1]]"
    link = Value(marker, is_link=True)
    rich = render_rich(words("Vea @ o [su página](@) o [@](https://x.example)", link, link, link))
    assert rich.html.count(f'href="{marker}"') == 2
    assert rich.html.count("<a ") == 3
    assert f"su página <{marker}>" in rich.text


@pytest.mark.parametrize(
    ("value", "href"),
    [
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("\ue0001\ue001", "1"),
        ("https://eva.example/?a=1", "https://eva.example/?a=1"),
    ],
)
def test_a_value_in_an_address_is_part_of_it_or_a_page(value: str, href: str) -> None:
    marker = Value("[[aaaaaaaaaaaaaaaaaaaaaaaa:my:abc:1]]", is_link=True)
    html = render_rich(words("[aquí](@) @", Value(value), marker)).html
    assert f'<a href="{href}" style' in html
    assert html.count("<a ") == 2


@pytest.mark.parametrize(
    "source",
    [
        "[x](https://eva.example/?u=@)", "[x](https://eva.example/?u=](@))", "<https://eva.example/@>", "eva.example/(@)",
        "**https://eva.example/**@", "[x](mailto:eva@eva.example?body=@)", "[x][1]\n\n[1]: //eva.example/@",
    ],
)  # fmt: skip
def test_a_personal_link_is_part_of_no_other_address(source: str) -> None:
    marker = "[[aaaaaaaaaaaaaaaaaaaaaaaa:my:abc:1]]"
    head, tail = source.replace("eva@eva", "eva%40eva").split("@")
    rich = render_rich([head, Value(marker, is_link=True), tail])
    assert all(each.startswith(marker) for each in re.findall(r'href="([^"]*)', rich.html))
    assert all(re.fullmatch(r"\W*", each) for each in re.findall(r"(\S*)\[\[", rich.text))


def test_an_empty_value_leaves_no_paragraph() -> None:
    rich = render_rich(words("Uno\n\n@\n\nDos", Value("")))
    assert rich.text == "Uno\n\nDos"
    assert rich.html.count("<p") == 2


def test_lines_of_a_value_stay_lines() -> None:
    rich = render_rich(words("Por: @", Value("uno\ndos")))
    assert "uno<br>dos" in rich.html
    assert rich.text == "Por: uno\ndos"


def test_a_subject_is_one_line() -> None:
    assert plain(words("Hola @\n", Value("Ana\r\nBcc: x@y.example"))) == "Hola Ana Bcc: x@y.example"


def test_addresses_are_told_as_they_are_written() -> None:
    assert addresses_in("[a](https://x.example) [b]({link}) <https://y.example>") == [
        "https://x.example", "%7Blink%7D", "https://y.example",
    ]  # fmt: skip
