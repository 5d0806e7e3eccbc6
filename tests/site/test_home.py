from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.events.rules.publication import Publication
from eventreg.kernel.clock import now
from tests.builders import AT_ONCE, a_registration, an_event, text
from tests.support.apps import AppMaker
from tests.support.pages import Pages
from tests.support.statements import counted


def moved(event: Event, days: int) -> Event:
    """The same event, so many days later or earlier."""
    with transaction() as session:
        stored = session.merge(event)
        # From the far end, so that no two days ever meet.
        for day in sorted(stored.days, key=lambda each: each.held_on, reverse=days > 0):
            day.held_on += timedelta(days=days)
            session.flush()
    return event


def test_nothing_is_announced(app: Flask, pages: Pages) -> None:
    an_event(publication=Publication.DRAFT)
    page = pages.get("/")
    assert page.heading == "Events"
    assert page.has("No event is announced at present.")


def test_one_event_leads_to_its_page(app: Flask, pages: Pages) -> None:
    event = an_event(title=text("Encuentro", "Meeting"), demonstration_note=text("De prueba.", "Only a trial."))
    page = pages.get("/")
    assert page.heading == "Upcoming events"
    assert page.link("Meeting") == page.link("See the event") == f"/events/{event.slug}"
    for words in ("Registration open", "Host", "Ciudad de Prueba, Mexico", "Only a trial.", "Two days of trial."):
        assert page.has(words)


def test_upcoming_events_stand_before_past_ones_each_in_order(app: Flask, pages: Pages) -> None:
    for name, days in (("Later", 30), ("Sooner", -10), ("Long past", -400), ("Just past", -60)):
        moved(an_event(title={"en": name}), days)
    undated = an_event(title={"en": "Undated"})
    with transaction() as session:
        session.merge(undated).days = []
    page = pages.get("/")
    assert page.texts("h2") == ["Sooner", "Later", "Undated", "Past events"]
    (past,) = page.texts("ul", class_="er-documents")
    assert past.index("Just past") < past.index("Long past")
    assert page.has("To be announced")


def test_an_event_is_past_when_its_last_day_is_over_in_its_zone(app: Flask, pages: Pages) -> None:
    event = an_event(title={"en": "Just now"})
    ends = event.days[-1]
    with transaction() as session:
        day = session.merge(ends)
        day.held_on = (now() + timedelta(days=-3)).date()
        first = session.merge(event.days[0])
        first.held_on = day.held_on - timedelta(days=1)
    assert pages.get("/").texts("h2") == ["Past events"]


def test_each_event_tells_its_own_state(app: Flask, pages: Pages) -> None:
    one_place = ({"key": "government", "name": text("Gobierno", "Government"), "approval": AT_ONCE, "places": 1},)
    a_registration(an_event(one_place, title={"en": "Crowded"}))
    an_event(title={"en": "Roomy"})
    cards = {card.split(" Two days")[0].split()[-1]: card for card in pages.get("/").texts("article")}
    assert "Full, with a waiting list" in cards["Crowded"]
    assert "Registration open" in cards["Roomy"]


@pytest.mark.both_databases
def test_the_list_costs_the_same_however_many_events_there_are(app: Flask, pages: Pages) -> None:
    an_event()
    # With words that make it a page that is not kept: rendered each time.
    with counted() as one:
        pages.get("/?x=1")
    for number in range(5):
        a_registration(moved(an_event(), number * 20 - 60))
    with counted() as many:
        pages.get("/?x=1")
    assert len(one) == len(many) <= 6


def test_the_instance_bears_its_name(make_app: AppMaker) -> None:
    pages = Pages(make_app(site_name="Centro de Encuentros"))
    page = pages.get("/")
    assert page.title == "Events – Centro de Encuentros"
    assert "Centro de Encuentros" in page.texts("header")[0]


def test_without_a_name_it_says_what_it_is_in_the_readers_language(app: Flask, pages: Pages, paginas: Pages) -> None:
    assert pages.get("/").title == "Events – Seminars and meetings"
    assert paginas.get("/").title == "Eventos – Seminarios y encuentros"


def test_the_statement_on_accessibility_is_in_both_languages(app: Flask, pages: Pages, paginas: Pages) -> None:
    assert pages.get("/").click("Accessibility").heading == "Accessibility"
    page = paginas.get("/accessibility")
    assert (page.heading, page.language) == ("Accesibilidad", "es")
    assert "No se ha hecho una auditoría externa" in page.main
