"""The privacy notice on the desk: a text to begin with, versions, nobody's words lost."""

from __future__ import annotations

from flask import Flask

from eventreg.db import db
from eventreg.events.models import Event, PrivacyNotice
from eventreg.events.queries.events import list_notices
from eventreg.events.rules.practical import languages_to_adapt, starting_text
from eventreg.i18n.catalogs import translated_languages
from tests.builders import a_team_member, an_event
from tests.support.pages import Page, Pages


def opened(app: Flask, event: Event) -> Page:
    pages = Pages(app).sign_in(a_team_member(event, "manager"))
    return pages.get(f"/manage/events/{event.slug}/notice")


def without_notice() -> Event:
    event = an_event()
    db.session.query(PrivacyNotice).filter_by(event_id=event.id).delete()
    db.session.commit()
    return event


def test_there_is_a_text_to_begin_with_in_each_language_we_have() -> None:
    text = starting_text([*translated_languages(), "xx", "../es"], "ana@instituto.example")
    assert set(text.summary) == set(text.body) == set(translated_languages())
    assert "ana@instituto.example" in text.body["es"]
    assert languages_to_adapt(text.body) == list(translated_languages())


def test_the_text_to_begin_with_must_be_adapted(app: Flask) -> None:
    event = without_notice()
    page = opened(app, event)
    assert page.has("Nothing is published yet.")
    answer = page.submit("Publish this version")
    assert answer.status == 422
    assert answer.errors() == ["Español: Replace what stands in [[ ]]", "English: Replace what stands in [[ ]]"]
    assert list_notices(event.id) == []


def test_publishing_makes_the_next_version_and_keeps_the_one_before(app: Flask) -> None:
    event = an_event()
    before = list_notices(event.id)[0].body
    page = opened(app, event).submit("Publish this version", {"#body-en": "New words."}).follow()
    assert page.has("Published.")
    newest, first = list_notices(event.id)
    assert (newest.version, newest.body["en"], newest.body["es"]) == (2, "New words.", before["es"])
    assert first.body == before


def test_the_same_words_are_no_new_version(app: Flask) -> None:
    event = an_event()
    assert opened(app, event).submit("Publish this version").status == 303
    assert len(list_notices(event.id)) == 1


def test_both_languages_are_needed(app: Flask) -> None:
    event = an_event()
    answer = opened(app, event).submit("Publish this version", {"#summary-en": " "})
    assert answer.errors() == ["English: Write this text"]


def test_a_version_published_meanwhile_is_told_and_nothing_is_lost(app: Flask) -> None:
    event = an_event()
    anas, luises = opened(app, event), opened(app, event)
    anas.submit("Publish this version", {"#body-en": "Ana's words."})
    clash = luises.submit("Publish this version", {"#body-en": "Luis's words."})
    assert clash.status == 409
    assert clash.has("Ana's words.")
    assert clash.form("Publish this version").values()["body-en"] == ["Luis's words."]
    assert len(list_notices(event.id)) == 2
    assert clash.submit("Publish this version").status == 303
    assert [notice.body["en"] for notice in list_notices(event.id)][:2] == ["Luis's words.", "Ana's words."]


def test_a_preview_publishes_nothing_and_lets_no_markup_through(app: Flask) -> None:
    event = an_event()
    shown = opened(app, event).submit("Preview", {"#body-en": "**x** <img src=x onerror=alert(1)>"})
    assert "<strong>x</strong>" in shown.html
    assert "<img" not in shown.html
    assert len(list_notices(event.id)) == 1
