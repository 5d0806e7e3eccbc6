"""The guides keep to the screens: the same in every language, and what they quote is written so in the product.

What a guide writes in bold is a text of the screens, and nothing else is bold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib
import pytest
from flask import Flask

from eventreg.web.guides import SOURCE, Guide, Guides, guides
from tools import pictures

_ROOT = Path(__file__).resolve().parents[2]
_FOLDER = _ROOT / "docs" / "guides"
_CATALOG = "eventreg/i18n/locale/{}/LC_MESSAGES/messages.po"
_TRANSLATED = sorted(folder.name for folder in _FOLDER.iterdir() if folder.name not in (SOURCE, "pictures"))
_QUOTED = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_PICTURED = re.compile(r"!\[(.*?)\]\(\.\./pictures/(.+?)\)")
_LINKED = re.compile(r"(?<!!)\[[^\[\]]+\]\(([^)#]+)(?:#[^)]*)?\)")
#: what a signed-in person opens as something else than a page
_NO_PAGES = (".ics", ".csv", ".md", "/html", "/file", "/registrations/changes", "/registrations/filter")
#: lead on to a page, or are the public page itself
_NOT_OF_THE_DESK = {
    "site.preview_for_team",
    "site.preview_privacy_for_team",
    "site.preview_programme_for_team",
    "site.preview_session_for_team",
}


@cache
def _documents(language: str) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((_FOLDER / language).glob("*.md"))}


@cache
def _texts(language: str) -> dict[str, set[str]]:
    """Return every English text of the product with how a language says it, once for each context."""
    texts: dict[str, set[str]] = {}
    for entry in polib.pofile(str(_ROOT / _CATALOG.format(language))):
        if not entry.obsolete:
            texts.setdefault(entry.msgid, set()).update({entry.msgstr, *entry.msgstr_plural.values()} - {""})
    return texts


def _quotes(text: str) -> list[str]:
    return [" ".join(quote.split()) for quote in _QUOTED.findall(text)]


def _outline(text: str) -> list[str]:
    return re.findall(r"^(#+) ", text, re.MULTILINE)


def _guides() -> Iterator[Guide]:
    yield from Guides(_FOLDER)


def test_there_are_guides_for_everybody_in_english_and_spanish() -> None:
    assert "es" in _TRANSLATED
    for language in (SOURCE, *_TRANSLATED):
        assert list(_documents(language)) == [
            "adding",
            "administering",
            "contact",
            "deciding",
            "exporting",
            "inviting",
            "listing",
            "messages",
            "organizing",
            "participating",
            "privacy",
            "questions",
            "reviewing",
        ]


@pytest.mark.parametrize("topic", _documents(SOURCE))
def test_what_a_guide_quotes_is_a_text_of_the_screens(topic: str) -> None:
    assert [quote for quote in _quotes(_documents(SOURCE)[topic]) if quote not in _texts("es")] == []


@pytest.mark.parametrize("language", _TRANSLATED)
@pytest.mark.parametrize("topic", _documents(SOURCE))
def test_a_translated_guide_has_the_same_outline_and_quotes_the_same(topic: str, language: str) -> None:
    source, translated = _documents(SOURCE)[topic], _documents(language)[topic]
    assert _outline(translated) == _outline(source)
    for own, theirs in zip(translated.split("\n## "), source.split("\n## "), strict=True):
        quoted = _quotes(own)
        for quote in _quotes(theirs):
            said = _texts(language)[quote] & set(quoted)
            assert said, f"{quote!r} is not quoted as {_texts(language)[quote]} below {own.splitlines()[0]!r}"
            quoted.remove(said.pop())
        assert quoted == [], f"quoted below {own.splitlines()[0]!r} alone"


def test_each_picture_is_taken_by_the_command_and_shown() -> None:
    taken = {f"{language}/{picture.name}.png" for language in pictures.LANGUAGES for picture in pictures.PICTURES}
    there = {path.relative_to(pictures.TARGET).as_posix() for path in pictures.TARGET.rglob("*") if path.is_file()}
    shown = {name for language in _ALL for text in _documents(language).values() for _, name in _PICTURED.findall(text)}
    assert taken == there == shown
    assert {name for name in there if (pictures.TARGET / name).stat().st_size > pictures.MOST} == set()


@pytest.mark.parametrize("language", [SOURCE, *_TRANSLATED])
def test_pictures_are_in_the_language_of_their_guide_and_have_words(language: str) -> None:
    for text in _documents(language).values():
        for words, name in _PICTURED.findall(text):
            assert words
            assert name.startswith(f"{language}/")


def test_links_lead_to_documents() -> None:
    for language in _ALL:
        for topic, text in _documents(language).items():
            for target in _LINKED.findall(text):
                assert (_FOLDER / language / target).is_file(), f"{language}/{topic}.md leads to {target}"


def test_every_page_of_the_desk_is_helped_by_a_section(app: Flask) -> None:
    desk = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.rule.startswith(("/manage/", "/account"))
        and not rule.rule.endswith(_NO_PAGES)
    }  # fmt: skip
    assert desk - set(guides().pages) == _NOT_OF_THE_DESK
    assert set(guides().pages) - set(app.view_functions) == set()


def test_one_page_is_enough() -> None:
    assert {guide.topic: len(_documents(guide.language)[guide.topic].split()) for guide in _guides()
            if len(_documents(guide.language)[guide.topic].split()) > 1_700} == {}  # fmt: skip


_ALL = (SOURCE, *_TRANSLATED)
