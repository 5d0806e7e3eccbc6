"""The privacy notice on the desk: a text to begin with, versions, nobody's words lost; and what the program says beside them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from eventreg.audit.services import SYSTEM, Actor, change, note
from eventreg.db import db, transaction
from eventreg.events.models import Category, Event, PrivacyNotice
from eventreg.events.queries.events import list_notices, lock_event
from eventreg.events.rules.categories import ShownTo
from eventreg.events.rules.practical import languages_to_adapt, starting_text
from eventreg.events.rules.publication import Publication
from eventreg.events.services.settings import publish_notice
from eventreg.i18n.catalogs import translated_languages
from eventreg.privacy.notice import facts_of
from eventreg.privacy.running import save_periods
from eventreg.questionnaires.services.publishing import publish
from tests.builders import a_draft_document, a_registration, a_team_member, an_account, an_event, text
from tests.privacy.agreed import an_agreement
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
    # The first time the program adds its part, which the builders' notice has not.
    for _ in range(2):
        assert opened(app, event).submit("Publish this version").status == 303
    assert [bool(notice.made) for notice in list_notices(event.id)] == [True, False]


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


def told_event(**changes: Any) -> Event:
    """An event with an owner, whose notice has the program's part."""
    event = an_event(**changes)
    a_team_member(event, "owner")
    publish_notice(
        event.id, text("Resumen.", "Summary."), text("Palabras.", "Words."), text("A Suiza.", "To Switzerland.")
    )
    return event


def newest(event: Event) -> PrivacyNotice:
    db.session.rollback()
    return list_notices(event.id)[0]


def keep(event: Event, **days: int) -> None:
    seen = db.session.get_one(Event, event.id).settings_revision
    save_periods(event.id, seen, days, SYSTEM)


def change_contact(event: Event) -> None:
    with transaction():
        changed = lock_event(event.id)
        changed.contact_email = "nueva@instituto.example"
        note(changed, "mail_hold_lifted", SYSTEM, changed={"holds_mail": [True, False], "contact_email": "changed"})


@pytest.mark.both_databases
def test_whatever_changes_what_is_told_makes_the_next_version_at_once_and_nothing_else_does(app: Flask) -> None:
    event = told_event()
    a_registration(event, privacy_notice_id=newest(event).id)
    version = newest(event).version
    acts = [
        lambda: keep(event, notes=20),
        lambda: publish(event.id, a_draft_document()),
        lambda: change_contact(event),
    ]
    for act in acts:
        before = newest(event)
        act()
        after = newest(event)
        version += 1
        assert (after.version, after.made) == (version, facts_of(db.session.get_one(Event, event.id)))
        assert after.made != before.made
        assert (after.summary, after.body, after.transfers) == (before.summary, before.body, before.transfers)
        act()
        assert newest(event).version == version
    assert newest(event).periods == {"notes": 20}
    assert newest(event).made["kinds"]["notes"] == 20
    page = opened(app, event)
    assert page.has("1 person gave answers under an older version.")
    assert page.has("Version 2")
    history = Pages(app).sign_in(a_team_member(event, "manager")).get(f"/manage/events/{event.slug}/history")
    assert history.has("The privacy notice followed what was set")


def test_a_draft_that_nobody_read_is_brought_up_to_date_in_place(app: Flask) -> None:
    event = told_event(publication=Publication.DRAFT)
    version = newest(event).version
    publish(event.id, a_draft_document())
    assert newest(event).version == version
    assert "Llegada" in str(newest(event).made)


def test_words_that_say_it_all_stay_until_others_are_published(app: Flask) -> None:
    event = an_event()
    publish(event.id, a_draft_document())
    assert [notice.made for notice in list_notices(event.id)] == [{}]
    assert opened(app, event).has("The program can say the rest.")


def test_the_public_notice_says_what_is_set_in_the_readers_language(app: Flask, pages: Pages, paginas: Pages) -> None:
    event = told_event(slug="encuentro")
    page = pages.get("/events/encuentro/privacy")
    for said in (
        "Given name, Family name",
        "30 days after the event",
        "Sensitive: kept encrypted.",
        "Owner",
        "To Switzerland.",
    ):
        assert page.has(said), said
    assert page.link(event.contact_email) == f"mailto:{event.contact_email}"
    assert paginas.get("/events/encuentro/privacy").has("A Suiza.")
    # Nothing of a person outlives the person.
    keep(event, registration=21)
    made = newest(event).made
    assert {made["kinds"][kind] for kind in ("notes", "tags")} == {21} == {group["days"] for group in made["asked"]}
    assert pages.get("/events/encuentro/privacy").has("21 days after the event")


def test_whom_data_are_given_to_is_told(pages: Pages) -> None:
    event = told_event(slug="encuentro")
    owner = a_team_member(event)
    an_agreement(event, owner, recipient="Instituto <b>X</b>", purpose=text("Becas", "Grants"), until=date(2037, 3, 1))
    with transaction() as session:
        category = session.get_one(Category, event.categories[0].id)
        change(category, {"shown_to": ShownTo.CONFIRMED}, "category_shown", Actor.account(owner.id))
    page = pages.get("/events/encuentro/privacy")
    said = "By agreement until Sunday 1 March 2037: Instituto <b>X</b>. What: Person, Institution. What for: Grants."
    assert page.has(said), page.main
    assert page.has("On the list of participants, Government: Other confirmed participants.")
    paginas = Pages(pages.client.application, "es").get("/events/encuentro/privacy")
    assert paginas.has("Institución")
    assert paginas.has("Becas")


def test_record_of_processing_is_made_of_all_events_as_a_page_and_as_a_document(app: Flask) -> None:
    told_event(title=text("Encuentro", "Meeting"))
    an_event(title=text("Otro", "Other"))
    administrator = Pages(app).sign_in(an_account(is_administrator=True))
    page = administrator.get("/manage/processing")
    assert page.heading == "Record of processing"
    document = administrator.post("/manage/processing/document", status=200, token=True, sound=False)
    for said in (
        "Meeting",
        "Other",
        "To Switzerland.",
        "Answering who changed what, and when",
        "For the meals",
        "Security",
    ):
        assert page.has(said), said
        assert said in document.html, said
    assert "attachment" in document.headers["Content-Disposition"]
