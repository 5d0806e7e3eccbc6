"""What may stand in a text. Case 25."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings, strategies as st

from eventreg.kernel.text import is_blank, showable
from eventreg.questionnaires.rules.answers import Invalid, Reason, clean_line, clean_paragraphs

KEPT_AS_TYPED = [
    "Ana",
    "María de la Luz Núñez de la Peña",
    "O'Brien-d’Artagnan",
    "Jose\u0301 con acento combinante",
    "محمد عبد الله",
    "\u200fשרה\u200f",
    "😀 👩‍👩‍👧 🇲🇽",
    "张伟",
    "نام‌خانوادگی",
    "ක්‍රිස්ටිනා",
    "क्‍ष",
    "ॐ",
    "1️⃣",
    "❤️",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\u2068عمر\u2069",
    "ᄒ",
    "e\u0301",
    ".",
    "ᏣᎳᎩ ꓢ 𐍈",
    "a=b; +52 {placeholder} %s <b>&amp;",
]


@pytest.mark.parametrize("name", KEPT_AS_TYPED)
def test_names_are_kept_as_typed(name: str) -> None:  # case 25
    assert clean_line(f"  {name}\t\n", 200) == name
    assert clean_paragraphs(name, 200) == name


BLANK = [
    *("", " ", "\t\n", "\u00a0\u2003", "\u200b", "\u200b \u2060", "\u3164", "\u2800 \ufeff"),
    *("\u00ad", "\u034f", "\u061c", "\u180e", "\u115f\u1160", "\uffa0", "\ufffc", "\U0001d159"),  # drawn as nothing
    *("\u200c\u200d", "\u200e\u200f", "\u2066\u2069", "\u2065", "\ufff0"),  # joiners, directions, reserved ones
    *("\ufe0f", "\U000e0100", "\u180b", "\U000e0001\U000e0061\U000e007f", "\U000e0fff"),  # variants, tags
    *("\u0301", "\u0301\u0308 \u20dd", "\u093e", "\U00016fe4"),  # accents on nothing
]


@pytest.mark.parametrize("blank", BLANK)
def test_what_cannot_be_seen_is_empty(blank: str) -> None:  # case 25
    assert is_blank(blank)
    assert clean_line(blank, 10) == ""
    assert clean_paragraphs(blank, 10) == ""


def test_limit_is_tested_at_both_edges() -> None:  # case 25
    assert clean_line("n" * 200, 200) == "n" * 200
    with pytest.raises(Invalid) as refused:
        clean_line("n" * 203, 200)
    assert refused.value.reason is Reason.TOO_LONG
    assert refused.value.details == {"num": 3, "limit": 200}
    assert clean_line("  " + "n" * 200 + "  ", 200) == "n" * 200
    assert clean_line("😀" * 200, 200) == "😀" * 200


@pytest.mark.parametrize("break_", ["\n", "\r", "\r\n", "\v", "\f", "\u0085", "\u2028", "\u2029"])
def test_one_line_has_no_line_break(break_: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_line(f"Ana{break_}Bcc: other@instituto.example", 200)
    assert refused.value.reason is Reason.LINE_BREAK


@pytest.mark.parametrize("char", ["\0", "\x01", "\x1b", "\x7f", "\x9b", "\ud800", "\ufffe", "\ufdd0", "\u202e"])
def test_what_no_page_can_carry_is_refused(char: str) -> None:
    for clean in (clean_line, clean_paragraphs):
        with pytest.raises(Invalid) as refused:
            clean(f"a{char}b", 200)
        assert refused.value.reason is Reason.UNKEEPABLE_CHARACTERS
    assert showable(f"a{char}b") == "ab"


def test_tab_is_text_in_paragraphs_only() -> None:
    assert clean_paragraphs("a\tb", 10) == "a\tb"
    with pytest.raises(Invalid):
        clean_line("a\tb", 10)


def test_line_breaks_become_line_feeds_before_counting() -> None:
    assert clean_paragraphs("uno\r\ndos\rtres", 12) == "uno\ndos\ntres"


@settings(deadline=None)
@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_is_kept_whole_or_refused(typed: str) -> None:
    try:
        kept = clean_line(typed, 40)
    except Invalid:
        return
    assert kept in ("", typed.strip())
    kept.encode("utf-8")
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in kept)


@settings(deadline=None)
@given(st.text(st.characters(codec=None), max_size=60))
def test_what_was_typed_can_always_be_shown_again(typed: str) -> None:
    shown = showable(typed)
    shown.encode("utf-8")
    assert "\0" not in shown
    assert showable(shown) == shown
