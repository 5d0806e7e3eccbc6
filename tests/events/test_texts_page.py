"""The page of all texts, as two people use it at once, and the history of a text."""

from __future__ import annotations

import pytest
from flask import Flask

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.settings import AttendanceMode
from tests.builders import a_team_member, an_event, text
from tests.support.html import text_of
from tests.support.pages import Page, Pages


def desk(app: Flask, event: Event, name: str = "Ana Primera", language: str = "en") -> Pages:
    return Pages(app, language).sign_in(a_team_member(event, "manager", name=name))


def opened(pages: Pages, event: Event, rest: str = "") -> Page:
    return pages.get(f"/manage/events/{event.slug}/texts{rest}")


def stored(event: Event) -> Event:
    db.session.rollback()
    found = db.session.get(Event, event.id, populate_existing=True)
    assert found is not None
    return found


def marks(page: Page) -> dict[str, list[str]]:
    """What the index says of each subject, by language."""
    rows = [(row, row.find("th")) for row in page.all("tr")]
    return {text_of(head): [text_of(cell) for cell in row.findall("td")] for row, head in rows if head is not None}


def send(page: Page, **values: str) -> Page:
    """Press "Save texts" with some texts changed: `title_es="…"`."""
    return page.submit("Save texts", {f"#{name.replace('_', '-')}": value for name, value in values.items()})


def test_both_languages_are_edited_side_by_side_and_saved_with_one_button(app: Flask) -> None:
    event = an_event()
    pages = desk(app, event)
    saved = send(opened(pages, event), title_es="Nuevo título", summary_en="New summary")
    assert saved.follow().has("Saved.")
    assert stored(event).title["es"] == "Nuevo título"
    assert stored(event).summary["en"] == "New summary"


#: what an event of the builders lacks of what the checklist demands
REST = {"description": text("Una descripción.", "A description.")}


def test_the_page_says_what_is_missing_and_leads_there(app: Flask) -> None:
    event = an_event(audience=text("Especialistas", ""), **REST)
    page = opened(desk(app, event), event)
    assert marks(page)["About the event"] == ["complete", "incomplete"]
    assert marks(page)["Address and taking part online"] == ["complete", "complete"]
    assert page.link("Address and taking part online").endswith("?part=place")


def test_what_the_checklist_demands_is_missing_and_not_called_optional(app: Flask) -> None:
    event = an_event(summary={}, description={}, venue={})
    page = opened(desk(app, event), event)
    assert marks(page)["About the event"] == ["incomplete", "incomplete"]
    assert {"Title", "Summary", "Venue", "Description", "For whom (optional)"} <= set(page.texts("legend"))


def test_an_online_event_needs_no_place(app: Flask) -> None:
    event = an_event(venue={}, attendance=AttendanceMode.ONLINE, **REST)
    page = opened(desk(app, event), event)
    assert marks(page)["About the event"] == ["complete", "complete"]
    assert "Venue (optional)" in page.texts("legend")


def test_the_page_is_in_the_readers_language(app: Flask) -> None:
    event = an_event(audience=text("Especialistas", ""), **REST)
    page = opened(desk(app, event, language="es"), event)
    assert page.heading == "Textos"
    assert marks(page)["Acerca del evento"] == ["completo", "incompleto"]


def test_two_people_at_once_see_both_versions_and_lose_nothing(app: Flask) -> None:
    event = an_event()
    ana, luis = desk(app, event, "Ana Primera"), desk(app, event, "Luis Segundo")
    anas, luises = opened(ana, event), opened(luis, event)
    send(anas, title_en="Ana's title")
    clash = send(luises, title_en="Luis's title", audience_en="Luis's people")
    assert clash.status == 409
    assert clash.has("Somebody else saved this text meanwhile")
    assert clash.has("Saved meanwhile by Ana Primera")
    assert clash.has("Ana's title")
    assert clash.form("Save texts").values()["title-en"] == ["Luis's title"]
    assert stored(event).title["en"] == "Ana's title"
    assert stored(event).audience["en"] == "Luis's people"

    undecided = send(clash)
    assert undecided.status == 409
    decided = undecided.submit("Save texts", {"Which version is kept?": "Put mine, as it stands above"})
    assert decided.status == 303
    assert stored(event).title["en"] == "Luis's title"


def test_keeping_theirs_leaves_it(app: Flask) -> None:
    event = an_event()
    ana, luis = desk(app, event), desk(app, event)
    luises = opened(luis, event)
    send(opened(ana, event), title_en="Ana's title")
    clash = send(luises, title_en="Luis's title")
    assert clash.submit("Save texts", {"Which version is kept?": "Keep theirs"}).status == 303
    assert stored(event).title["en"] == "Ana's title"


def test_a_third_version_before_the_choice_is_a_conflict_again(app: Flask) -> None:
    event = an_event()
    ana, luis = desk(app, event), desk(app, event)
    luises = opened(luis, event)
    send(opened(ana, event), title_en="One")
    clash = send(luises, title_en="Mine")
    send(opened(ana, event), title_en="Two")
    again = clash.submit("Save texts", {"Which version is kept?": "Put mine, as it stands above"})
    assert again.status == 409
    assert stored(event).title["en"] == "Two"


def test_a_preview_saves_nothing_and_keeps_what_was_typed(app: Flask) -> None:
    event = an_event()
    page = opened(desk(app, event), event)
    shown = page.submit("Preview: Description", {"#description-en": "## Why\n\n<script>alert(1)</script> **now**"})
    assert shown.status == 200
    assert "<strong>now</strong>" in shown.html
    assert "<script>alert" not in shown.html
    assert shown.form("Save texts").values()["description-en"][0].startswith("## Why")
    assert stored(event).description == {}


def test_what_cannot_be_kept_is_told_beside_it_and_nothing_is_saved(app: Flask) -> None:
    # case 27
    event = an_event()
    page = send(opened(desk(app, event), event), title_es="x" * 201, audience_en="Kept")
    assert page.status == 422
    assert page.errors() == ["Español: Write at most 200 characters: these are 1 too many"]
    assert page.form("Save texts").values()["audience-en"] == ["Kept"]
    assert stored(event).audience.get("en") != "Kept"


def test_practical_items_are_added_moved_and_removed(app: Flask) -> None:
    event = an_event()
    pages = desk(app, event)
    for number in ("1", "2"):
        entries = {
            "#practical+0-topic": "Hotels",
            "#practical+0-text-es": f"Hotel {number}",
            "#practical+0-text-en": number,
        }
        assert opened(pages, event, "?part=practical").submit("Save and add another", entries).status == 303
    first, second = stored(event).practical
    assert first["label"] == {"es": "Hoteles", "en": "Hotels"}
    opened(pages, event, f"?part=item-{second['key']}").submit("Move up")
    assert [item["key"] for item in stored(event).practical] == [second["key"], first["key"]]
    assert opened(pages, event, f"?part=item-{second['key']}").submit("Remove").follow().has("Add an item")
    assert [item["key"] for item in stored(event).practical] == [first["key"]]


def test_an_item_needs_a_heading_unless_its_topic_is_one(app: Flask) -> None:
    event = an_event()
    page = opened(desk(app, event), event, "?part=practical")
    answer = page.submit(
        "Save and add another", {"#practical+0-topic": "Something else", "#practical+0-text-es": "Texto"}
    )
    assert answer.status == 422
    assert answer.errors() == ["Español: Write a heading"]


def test_an_item_that_was_removed_meanwhile_comes_back_to_be_added(app: Flask) -> None:
    event = an_event(practical=[{"key": "abc", "label": text("Sede", "Venue"), "text": text("Aquí", "Here")}])
    ana, luis = desk(app, event), desk(app, event)
    luises = opened(luis, event, "?part=item-abc")
    opened(ana, event, "?part=item-abc").submit("Remove")
    clash = luises.submit("Save texts", {"#practical-abc-text-en": "There"})
    assert clash.status == 409
    assert clash.has("Somebody removed an item meanwhile.")
    assert clash.form("Save texts").values()["practical+0-text-en"] == ["There"]


def test_history_shows_the_difference_and_leads_back(app: Flask) -> None:
    event = an_event(title=text("Uno dos", "One two"))
    pages = desk(app, event, "Ana Primera")
    send(opened(pages, event), title_en="One three")
    history = opened(pages, event, "/history?field=title&language=en")
    assert history.has("Ana Primera (current)")
    assert "<del>" in history.html
    assert "<ins>" in history.html
    (button,) = (
        [name for name in history.form(None).buttons() if name]
        if len(history.forms()) == 1
        else [name for form in history.forms() for name in form.buttons() if name.startswith("Restore this version")]
    )
    assert history.submit(button).follow().has("Saved.")
    assert stored(event).title["en"] == "One two"


def test_returning_to_a_version_after_somebody_saved_is_told(app: Flask) -> None:
    event = an_event()
    pages = desk(app, event)
    send(opened(pages, event), title_en="Two")
    history = opened(pages, event, "/history?field=title&language=en")
    send(opened(pages, event), title_en="Three")
    button = next(name for form in history.forms() for name in form.buttons() if name.startswith("Restore"))
    answer = history.submit(button)
    assert answer.status == 409
    assert stored(event).title["en"] == "Three"


@pytest.mark.parametrize(
    "query", ["field=slug&language=en", "field=title&language=fr", "field=practical.x.text&language=en"]
)
def test_there_is_no_history_of_what_is_no_text(app: Flask, query: str) -> None:
    # case 63
    event = an_event()
    desk(app, event).get(f"/manage/events/{event.slug}/texts/history?{query}", 404)


def test_an_archived_event_shows_its_texts_and_takes_none(app: Flask) -> None:
    event = an_event()
    pages = desk(app, event)
    page = opened(pages, event)
    event = stored(event)
    event.publication = Publication.ARCHIVED
    db.session.commit()
    assert send(page, title_en="Too late").status == 409
    assert opened(pages, event).has("This event is archived.")
    assert stored(event).title["en"] != "Too late"


def test_a_reviewer_may_not_edit_texts(app: Flask) -> None:
    # case 1
    event = an_event()
    pages = Pages(app).sign_in(a_team_member(event, "reviewer"))
    pages.get(f"/manage/events/{event.slug}/texts", 403)


def test_a_subject_saves_itself_and_leaves_the_others(app: Flask) -> None:
    event = an_event(practical=[{"key": "abc", "label": text("Sede", "Venue"), "text": text("Aquí", "Here")}])
    pages = desk(app, event)
    place = opened(pages, event, "?part=place")
    send(opened(pages, event), title_en="Changed meanwhile")
    following = place.submit("Save and go on to: Venue", {"#address-en": "1 River Road"}).follow()
    assert following.has("Saved.")
    assert following.form("Save texts").values()["practical-abc-text-en"] == ["Here"]
    after = stored(event)
    assert (after.title["en"], after.address["en"], len(after.practical)) == ("Changed meanwhile", "1 River Road", 1)
