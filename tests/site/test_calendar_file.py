from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask
from icalendar import Calendar

from tests.builders import an_event, text
from tests.support.pages import Page, Pages
from tests.support.statements import counted


def entries(page: Page) -> list[Calendar]:
    return list(Calendar.from_ical(page.body).walk("VEVENT"))


def test_the_file_has_each_day_and_leads_back_to_the_page(app: Flask, pages: Pages) -> None:
    # case 35
    event = an_event(slug="encuentro", title=text("Encuentro", "Meeting"))
    page = pages.get("/events/encuentro/event.ics")
    assert page.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert page.headers["Content-Disposition"] == "attachment; filename=encuentro.ics"
    found = entries(page)
    assert [entry.decoded("dtstart").date() for entry in found] == [day.held_on for day in event.days]
    assert found[0].decoded("dtstart") == datetime.combine(event.days[0].held_on, datetime.min.time(), UTC).replace(
        hour=15
    )
    assert {str(entry["url"]) for entry in found} == {"http://localhost/events/encuentro"}
    assert {str(entry["summary"]) for entry in found} == {"Meeting"}
    assert len({str(entry["uid"]) for entry in found}) == 2


def test_the_file_stays_the_same_and_speaks_the_readers_language(app: Flask, pages: Pages, paginas: Pages) -> None:
    an_event(slug="encuentro", title=text("Encuentro", "Meeting"))
    assert pages.get("/events/encuentro/event.ics").body == pages.get("/events/encuentro/event.ics").body
    spanish, asked = paginas.get("/events/encuentro/event.ics"), pages.get("/events/encuentro/event.ics?lang=es")
    assert entries(spanish)[0]["summary"] == entries(asked)[0]["summary"] == "Encuentro"
    assert [entry["uid"] for entry in entries(spanish)] == [entry["uid"] for entry in entries(asked)]
    assert "Accept-Language" in spanish.headers["Vary"]


def test_the_file_costs_three_statements_at_most(app: Flask, pages: Pages) -> None:
    an_event(slug="encuentro")
    with counted() as statements:
        pages.get("/events/encuentro/event.ics")
    assert len(statements) <= 3
