"""The colours and the picture of an event."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from PIL import Image

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.media.models import Picture
from tests.builders import a_team_member, an_event
from tests.support.pages import Page, Pages


def drawn(width: int = 40, height: int = 20) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(kept, "PNG")
    return kept.getvalue()


def opened(app: Flask, event: Event) -> Page:
    pages = Pages(app).sign_in(a_team_member(event, "manager"))
    return pages.get(f"/manage/events/{event.slug}/look")


def stored(event: Event) -> Event:
    db.session.rollback()
    found = db.session.get(Event, event.id, populate_existing=True)
    assert found is not None
    return found


def test_colours_picture_and_its_description_are_saved_with_one_button(app: Flask) -> None:
    event = an_event()
    entries = {
        "Colours": "forest", "Picture": ("sala.png", drawn(4000, 2000)), "#picture_text-en": "A hall",
        "#picture_text-es": "Una sala",
    }  # fmt: skip
    page = opened(app, event).submit("Save appearance", entries).follow()
    after = stored(event)
    assert (after.palette, after.picture_text) == ("forest", {"es": "Una sala", "en": "A hall"})
    picture = db.session.get(Picture, after.picture_id)
    assert picture is not None
    assert (picture.width, picture.height) == (1600, 800)
    assert f"/pictures/{picture.public_id}" in page.html


def test_the_picture_stays_until_it_is_removed(app: Flask) -> None:
    event = an_event()
    opened(app, event).submit("Save appearance", {"Picture": ("sala.png", drawn())})
    first = stored(event).picture_id
    opened(app, event).submit("Save appearance", {"#picture_text-en": "A hall"})
    assert stored(event).picture_id == first
    opened(app, event).submit("Save appearance", {"Remove the picture": True})
    assert stored(event).picture_id is None


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", drawn()[:60]]
)
def test_what_is_no_picture_is_refused_beside_it(app: Flask, content: bytes) -> None:
    # case 26
    event = an_event()
    answer = opened(app, event).submit("Save appearance", {"Picture": ("x.png", content), "#picture_text-en": "Kept"})
    assert answer.status == 422
    assert len(answer.errors()) == 1
    assert answer.form("Save appearance").values()["picture_text-en"] == ["Kept"]
    assert stored(event).picture_id is None


def test_the_second_of_two_people_is_told(app: Flask) -> None:
    event = an_event()
    anas, luises = opened(app, event), opened(app, event)
    anas.submit("Save appearance", {"Colours": "plum"})
    clash = luises.submit("Save appearance", {"Colours": "slate"})
    assert clash.status == 409
    assert stored(event).palette == "plum"
    assert clash.submit("Save appearance").status == 303
    assert stored(event).palette == "slate"


def test_a_palette_that_there_is_not_is_refused(app: Flask) -> None:
    event = an_event()
    page = opened(app, event)
    submission = page.form("Save appearance").fill("Save appearance", {})
    submission.pairs = [(name, value) for name, value in submission.pairs if name != "palette"]
    submission.pairs.append(("palette", "javascript"))
    assert page.pages.send(submission, page.address).status == 422
