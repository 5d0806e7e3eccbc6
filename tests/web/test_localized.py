"""A text in several languages as a field of a form, and how a page shows it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from eventreg.kernel.text import merged
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm


class Texts(LocalizedForm):
    """A form as a room would write it."""

    title = LocalizedField(lazy_gettext("Title"), limit=20, required="every")
    note = LocalizedField(lazy_gettext("Note"), kind="textarea", limit=30, required="first")
    story = LocalizedField(lazy_gettext("Description"), kind="markdown", limit=40)


def filled(
    app: Flask, sent: dict[str, str] | None = None, languages: tuple[str, ...] = ("es", "en"), **values: Any
) -> Texts:
    """Return the form as it is after a POST of `sent` (None: as it is first shown)."""
    with app.test_request_context("/", method="GET"):
        formdata = None if sent is None else MultiDict(sent)
        return Texts(languages=languages, formdata=formdata, meta={"csrf": False}, **values)


def drawn(app: Flask, form: Texts, name: str, **options: Any) -> str:
    source = '{% from "components/bilingual.html" import bilingual %}{{ bilingual(field, **options) }}'
    with app.test_request_context("/?lang=en"):
        from flask import render_template_string

        return render_template_string(source, field=form[name], options=options)


def test_texts_are_read_by_language_without_empty_ones(app: Flask) -> None:
    form = filled(app, {"title-es": "  Uno\t", "title-en": " \u200b ", "note-es": "a\r\nb", "story-fr": "no"})
    assert form.title.data == {"es": "Uno"}
    assert form.note.data == {"es": "a\nb"}
    assert form.story.data == {}


def test_an_input_that_was_not_sent_keeps_its_text(app: Flask) -> None:
    form = filled(app, {"title-es": "Nuevo"}, title={"es": "Viejo", "en": "Old", "fr": "Ancien"})
    assert form.title.data == {"es": "Nuevo", "en": "Old"}


def test_a_prefix_stands_before_the_names(app: Flask) -> None:
    form = filled(app, {"item-3-title-en": "Three"}, prefix="item-3-")
    assert form.title.data == {"en": "Three"}
    assert form.title.inputs["es"].name == "item-3-title-es"


def test_what_must_not_lack_is_asked_for_in_the_right_languages(app: Flask) -> None:
    form = filled(app, {"title-es": "Uno", "title-en": "", "note-es": "", "note-en": ""})
    assert not form.validate()
    assert form.title.error_items[0][0] == "title-en"
    assert len(form.title.error_items) == 1
    assert [item[0] for item in form.note.error_items] == ["note-es"]
    assert not form.story.errors


@pytest.mark.parametrize("text", ["x" * 21, "a\nb", "a\x00b", "a\tb", "\u202eabc"])
def test_what_cannot_be_kept_is_refused_beside_it_and_stays_typed(app: Flask, text: str) -> None:
    # case 25
    form = filled(app, {"title-es": text, "title-en": "One", "note-es": "n"})
    assert not form.validate()
    assert form.title.inputs["es"].errors
    assert not form.title.inputs["en"].errors
    assert form.title.inputs["es"].data.startswith(text[0].replace("\u202e", "a"))


def test_the_limit_is_met_exactly(app: Flask) -> None:
    # case 25
    assert filled(app, {"title-es": "x" * 20, "title-en": "é" * 20, "note-es": "n"}).validate()


def test_a_service_can_refuse_one_language(app: Flask) -> None:
    form = filled(app, {"title-es": "Uno", "title-en": "One", "note-es": "n"})
    assert form.validate()
    form.title.refuse("en", "Taken")
    assert form.errors == {"title": ["English: Taken"]}


def test_each_input_is_labelled_and_marked_with_its_language(app: Flask) -> None:
    html = drawn(app, filled(app, title={"es": "Uno"}), "title", states={"es": "done", "en": "missing"})
    assert '<span lang="es">Español</span>' in html
    assert '<span lang="en">English</span>' in html
    assert re.search(r'<input[^>]*lang="es"[^>]*name="title-es"[^>]*value="Uno"', html)
    assert html.count("Missing") == 1
    assert html.index("Missing") > html.index("English")


def test_an_error_and_more_stand_beside_their_input(app: Flask) -> None:
    form = filled(app, {"title-es": "Uno", "title-en": "", "note-es": "n"})
    form.validate()
    html = drawn(app, form, "title", extras={"en": "<below>"})
    assert 'aria-describedby="title-en-error"' in html
    assert 'id="title-en-error"' in html
    assert 'id="title-es-error"' not in html
    assert "&lt;below&gt;" in html


def test_a_form_in_one_language_shows_a_plain_field(app: Flask) -> None:
    html = drawn(app, filled(app, languages=("en",), story={"en": "<b>"}), "story")
    assert "fieldset" not in html
    assert "English" not in html
    assert ">Description" in html
    assert "&lt;b&gt;</textarea>" in html


def test_merging_keeps_what_other_languages_have() -> None:
    assert merged({"es": "a", "en": "b", "fr": "c"}, {"es": "x"}, ("es", "en")) == {"es": "x", "fr": "c"}
