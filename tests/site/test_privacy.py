from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask

from eventreg.db import transaction
from eventreg.events.models import PrivacyNotice
from tests.builders import a_notice, an_event, text
from tests.support.pages import Pages


def test_the_newest_notice_is_shown_with_its_version_and_date(app: Flask, pages: Pages, paginas: Pages) -> None:
    event = an_event(slug="encuentro")
    a_notice(
        event,
        version=2,
        published_at=datetime(2027, 1, 5, 4, 0, tzinfo=UTC),
        body=text("## Sus datos\n\nSe usan para **esto**.", "## Your data\n\nUsed for **this**."),
    )
    page = pages.get("/events/encuentro/privacy")
    assert page.heading == "Privacy notice"
    assert page.has("Version 2, in force since Monday 4 January 2027, 22:00.")
    assert page.texts("h2") == ["Your data"]
    assert page.has("Used for this.")
    assert page.link("Back to the event") == "/events/encuentro"
    assert paginas.get("/events/encuentro/privacy").has("Se usan para esto.")


def test_an_event_without_a_notice_has_no_such_page_and_no_link_to_it(app: Flask, pages: Pages) -> None:
    event = an_event(slug="encuentro")
    with transaction() as session:
        session.query(PrivacyNotice).filter_by(event_id=event.id).delete()
    pages.get("/events/encuentro/privacy", 404)
    assert "Privacy notice" not in pages.get("/events/encuentro").texts("a")
