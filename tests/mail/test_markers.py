"""Personal links are filled in when a message goes, and only where the program put them."""

from __future__ import annotations

import pytest

from eventreg.mail.content import fill, fill_html, link_marker, mask, mask_html, new_marker

MARKER = "0123456789abcdef01234567"
LINK = link_marker(MARKER, "my", "AAAA-_BBBBBB", 3)


def links(purpose: str, public_id: str, generation: int) -> str:
    """Make addresses that show what they were made of."""
    return f"https://desk.example/{purpose}/{public_id}?g={generation}&x=1"


def test_a_marker_becomes_the_address() -> None:
    assert fill(f"Su página: {LINK}/withdraw.", MARKER, links) == (
        "Su página: https://desk.example/my/AAAA-_BBBBBB?g=3&x=1/withdraw."
    )


def test_in_html_the_address_is_escaped() -> None:
    assert fill_html(f'<a href="{LINK}">x</a>', MARKER, links) == (
        '<a href="https://desk.example/my/AAAA-_BBBBBB?g=3&amp;x=1">x</a>'
    )


def test_every_message_has_a_marker_of_its_own() -> None:
    made = {new_marker() for _ in range(100)}
    assert len(made) == 100
    assert all(link_marker(marker, "my", "A", 1) for marker in made)


def test_what_somebody_typed_is_no_marker() -> None:
    typed = link_marker("f" * 24, "my", "AAAA-_BBBBBB", 3)
    text = f"{typed} [[:my:A:1]] [[{MARKER}]] [[{MARKER}:my:A:x]] {MARKER}:my:A:1"
    assert fill(text, MARKER, links) == text
    assert fill_html(text, MARKER, links) == text
    assert mask(text, MARKER, "[…]") == text


@pytest.mark.parametrize("parts", [("my page", "A", 1), ("my", "A:B", 1), ("my", "", 1), ("my", "A", -1), ("", "A", 1)])
def test_a_marker_that_would_not_be_found_again_is_refused(parts: tuple[str, str, int]) -> None:
    with pytest.raises(ValueError, match="purpose"):
        link_marker(MARKER, *parts)


def test_a_marker_survives_the_escaping_of_templates() -> None:
    from markupsafe import escape

    assert str(escape(LINK)) == LINK


def test_organizers_see_no_link_in_the_text() -> None:
    shown = mask(f"Su página: {LINK}/withdraw, y {LINK}.", MARKER, r"[\1 enlace personal]")
    assert shown == r"Su página: [\1 enlace personal], y [\1 enlace personal]."


def test_organizers_see_no_link_in_the_html() -> None:
    body = f'<a href="{LINK}/withdraw">Ver</a> <p>{LINK}</p> <a href="https://desk.example/">Inicio</a>'
    assert mask_html(body, MARKER, "<personal link>") == (
        '<a href="#">Ver</a> <p>&lt;personal link&gt;</p> <a href="https://desk.example/">Inicio</a>'
    )
