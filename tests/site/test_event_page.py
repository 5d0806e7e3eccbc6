"""The event's page: what it says, in which order, and what it costs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from flask import Flask

from eventreg.db import transaction
from eventreg.events.models import Event, EventDay, Partner, ProgrammeSession
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.programme import SessionKind
from eventreg.events.rules.publication import Publication
from tests.builders import a_registration, an_event, an_institution, text
from tests.support.html import text_of
from tests.support.pages import Page, Pages
from tests.support.statements import counted

pytestmark = pytest.mark.usefixtures("app")


def a_seminar(**changes: Any) -> Event:
    """An event like the first one: two days in March, breaks, four institutions, a contact person."""
    values: dict[str, Any] = {
        "slug": "seminario",
        "title": text("Migración y seguridad", "Migration and Security"),
        "summary": text("Dos días de trabajo.", "Two days of work."),
        "description": text("Con **panel**.", "With a **panel**."),
        "audience": text("Especialistas", "Experts"),
        "city": "Tapachula",
        "venue": text("Sede por confirmar", "Venue to be confirmed"),
        "demonstration_note": text("Programa de demostración.", "Demonstration programme."),
        "practical": [
            {"label": text("Costo", "Cost"), "text": text("Sin cuota.", "No fee."), "is_demonstration": True},
            {"label": text("Idiomas", "Languages"), "text": text("Español.", "Spanish.")},
        ],
        "contact_name": "Clara Contacto",
        "contact_position": text("Jefa de Misión", "Chief of Mission"),
        "contact_office": {"es": "Oficina de Prueba"},
        "contact_phone": "+525 555 36 39 54",
    }
    event = an_event(**{**values, **changes})
    with transaction() as session:
        stored = session.merge(event)
        for day, held_on in zip(stored.days, (date(2027, 3, 11), date(2027, 3, 12)), strict=True):
            day.held_on = held_on
        stored.days[0].sessions.append(
            ProgrammeSession(
                kind=SessionKind.BREAK, starts_at=time(11), ends_at=time(11, 20), title=text("Receso", "Break"), note={}
            )
        )
        names = (
            ("Centro Uno", PartnerRole.FUNDER),
            ("Centro Dos", PartnerRole.CO_ORGANIZER),
            ("Centro Tres", PartnerRole.CO_ORGANIZER),
        )
        for position, (name, role) in enumerate(names, 1):
            institution = an_institution(name=text(name, name), short_name={}, website="https://centro.example/")
            stored.partners.append(Partner(organization=institution, role=role, position=position))
    return event


def json_ld(page: Page) -> dict[str, Any]:
    scripts = page.all("script", type="application/ld+json")
    assert len(scripts) == 1
    found: dict[str, Any] = json.loads(scripts[0].text or "")
    return found


def test_the_page_says_what_when_where_and_for_whom(pages: Pages) -> None:
    a_seminar()
    page = pages.get("/events/seminario")
    assert page.heading == "Migration and Security"
    assert page.title == "Migration and Security – Host"
    facts = page.texts("div", class_="er-hero")[0]
    for fact in ("Thursday 11 and Friday 12 March 2027", "09:00–18:00", "Venue to be confirmed", "Experts"):
        assert fact in facts
    assert page.has("Tapachula, Mexico")
    assert page.has("Two days of work. With a panel.")


def test_the_page_speaks_spanish(paginas: Pages) -> None:
    a_seminar()
    page = paginas.get("/events/seminario")
    assert (page.language, page.heading) == ("es", "Migración y seguridad")
    assert page.has("Jueves 11 y viernes 12 de marzo de 2027")
    assert page.has("09:00–18:00 h")
    assert page.has("Jefa de Misión")


def test_the_programme_stands_by_day_with_its_breaks_and_says_that_it_is_a_demonstration(pages: Pages) -> None:
    a_seminar()
    page = pages.get("/events/seminario")
    days = page.texts("ol", class_="er-programme")
    assert days == ["09:00–11:00Opening 11:00–11:20Break", "09:00–11:00Opening"]
    assert page.texts("li", class_="er-programme__break") == ["11:00–11:20Break"]
    assert page.texts("div", class_="er-note") == ["Demonstration programme."]
    assert page.texts("h3")[-2:] == ["Day 1Thursday 11 March", "Day 2Friday 12 March"]


def test_a_real_event_bears_no_mark_of_a_demonstration(pages: Pages) -> None:
    a_seminar(demonstration_note={}, practical=[])
    page = pages.get("/events/seminario")
    assert "demonstration" not in page.text.casefold()


def test_institutions_stand_under_their_roles_in_the_order_agreed(paginas: Pages) -> None:
    a_seminar()
    page = paginas.get("/events/seminario")
    (named,) = page.texts("dl", class_="er-institutions")
    assert named == (
        "Institución anfitriona AnfitrionaInstitución Anfitriona "
        "En estrecha coordinación con Centro Dos Centro Tres "
        "Con financiamiento de Centro Uno"
    )
    assert page.link("Centro Uno") == "https://centro.example/"
    assert "Anfitriona · Centro Dos · Centro Tres · Centro Uno" in page.texts("footer")[0]


def test_only_web_addresses_of_institutions_become_links(pages: Pages) -> None:
    event = a_seminar()
    with transaction() as session:
        evil = an_institution(name=text("Centro Raro", "Centro Raro"), short_name={}, website="javascript:alert(1)")
        session.merge(event).partners.append(Partner(organization=evil, role=PartnerRole.PARTNER, position=9))
    page = pages.get("/events/seminario")
    assert page.has("Centro Raro")
    assert "Centro Raro" not in page.texts("a")


def test_the_contact_person_can_be_called_and_written_to(pages: Pages) -> None:
    a_seminar()
    page = pages.get("/events/seminario")
    assert page.link("+525 555 36 39 54") == "tel:+525555363954"
    assert page.link("clara@anfitriona.example") == "mailto:clara@anfitriona.example"
    for words in ("Clara Contacto", "Chief of Mission", "Oficina de Prueba"):
        assert page.has(words)


def test_practical_information_is_given_with_the_local_time(pages: Pages) -> None:
    a_seminar()
    rows = pages.get("/events/seminario").texts("div", class_="govuk-summary-list__row")
    assert rows == ["Cost No fee. (demonstration value)", "Languages Spanish.", "Local time Tapachula, UTC−6"]


def test_there_is_one_way_in_and_one_for_who_has_registered(pages: Pages) -> None:
    a_seminar()
    page = pages.get("/events/seminario")
    assert len(page.all("a", class_="er-call")) == 1
    assert page.link("Register") == "/events/seminario/register"
    assert page.link("I have already registered: send me my link") == "/events/seminario/my-link"
    assert page.link("Add to my calendar") == "/events/seminario/event.ics"
    assert page.link("Privacy notice") == "/events/seminario/privacy"


def test_every_link_of_the_page_leads_somewhere(pages: Pages) -> None:
    event = a_seminar()
    page = pages.get("/events/seminario")
    for link in page.all("a"):
        href = link.get("href") or ""
        if href.startswith("/"):
            assert pages.get(href, sound=False).status == 200, href
    assert event.slug in page.html


def test_a_draft_is_not_there(pages: Pages) -> None:
    an_event(slug="borrador", publication=Publication.DRAFT)
    for rest in ("", "/privacy", "/event.ics"):
        draft, nothing = (pages.get(f"/events/{slug}{rest}", 404).html for slug in ("borrador", "no-existe"))
        assert draft.replace("borrador", "no-existe") == nothing
    assert pages.get("/").has("No event is announced at present.")


def test_a_missing_translation_falls_back_and_says_in_which_language_it_is(pages: Pages) -> None:
    a_seminar(title={"es": "Solo en español"}, description={"es": "Texto *largo*."})
    page = pages.get("/events/seminario")
    heading = page.all("h1")[0]
    assert text_of(heading) == "Solo en español"
    assert heading[0].get("lang") == "es"
    assert text_of(page.all("div", lang="es")[0]) == "Texto largo."


def test_a_bare_event_is_shown_without_empty_parts(pages: Pages) -> None:
    event = an_event(
        slug="escueto", summary={}, description={}, audience={}, venue={}, practical=[], contact_phone="",
        contact_position={}, contact_office={},
    )  # fmt: skip
    with transaction() as session:
        stored = session.merge(event)
        stored.days, stored.partners = [], []
    page = pages.get("/events/escueto")
    assert "Programme" not in page.text
    assert "Organizers and partners" not in page.text
    assert "Telephone" not in page.text
    assert page.link("Add to my calendar") == "/events/escueto/event.ics"
    assert page.title.endswith(" – Seminars and meetings")
    assert json_ld(page)["location"]["name"] == "Ciudad de Prueba"


def test_the_event_is_told_to_machines_as_schema_org_has_it(paginas: Pages) -> None:
    a_seminar(capacity=120)
    data = json_ld(paginas.get("/events/seminario"))
    assert (data["@context"], data["@type"]) == ("https://schema.org", "Event")
    assert data["name"] == "Migración y seguridad"
    assert (data["startDate"], data["endDate"]) == ("2027-03-11T09:00:00-06:00", "2027-03-12T18:00:00-06:00")
    assert data["location"]["address"]["addressLocality"] == "Tapachula"
    assert [each["name"] for each in data["organizer"]] == ["Institución Anfitriona", "Centro Dos", "Centro Tres"]
    assert [each["name"] for each in data["funder"]] == ["Centro Uno"]
    assert data["offers"]["availability"] == "https://schema.org/InStock"
    assert data["maximumAttendeeCapacity"] == 120
    assert data["url"] == "http://localhost/events/seminario"


def test_on_paper_it_names_host_and_address(pages: Pages) -> None:
    a_seminar()
    told = pages.get("/events/seminario").texts("p", class_="er-paper-only")
    assert told == ["Host", "http://localhost/events/seminario"]


def test_shared_links_have_title_summary_and_one_address_a_language(pages: Pages) -> None:
    a_seminar()

    def meta(page: Page, name: str) -> str | None:
        return page.all("meta", property=name)[0].get("content")

    page = pages.get("/events/seminario?lang=es&utm=x")
    assert meta(page, "og:title") == "Migración y seguridad"
    assert meta(page, "og:description") == "Dos días de trabajo."
    assert meta(page, "og:url") == page.all("link", rel="canonical")[0].get("href")
    assert page.all("link", rel="canonical")[0].get("href") == "http://localhost/events/seminario?lang=es"
    assert {(link.get("hreflang"), link.get("href")) for link in page.all("link", rel="alternate")} == {
        *((code, f"http://localhost/events/seminario?lang={code}") for code in ("es", "en")),
        ("x-default", "http://localhost/events/seminario"),
    }
    plain = pages.get("/events/seminario")
    assert plain.all("link", rel="canonical")[0].get("href") == "http://localhost/events/seminario"


@pytest.mark.both_databases
def test_the_page_costs_at_most_six_statements_whatever_the_number_of_registrations(app: Flask, pages: Pages) -> None:
    event = a_seminar()
    # With words that make it a page that is not kept: rendered each time.
    with counted() as few:
        pages.get("/events/seminario?x=1")
    for _number in range(12):
        a_registration(event)
        a_registration(event, "academia", "pending")
    with counted() as many:
        pages.get("/events/seminario?x=1")
    assert len(few) == len(many) <= 6


def test_an_unchanged_page_is_not_sent_twice(pages: Pages) -> None:
    a_seminar(capacity=20)
    first = pages.get("/events/seminario")
    etag = first.headers["ETag"]
    again = pages.client.get("/events/seminario", headers={"If-None-Match": etag, "Accept-Language": "en"})
    assert (again.status_code, again.data) == (304, b"")
    assert pages.get("/events/seminario?lang=es", headers={"If-None-Match": etag}).headers["ETag"] != etag
    assert "no-cache" in first.headers["Cache-Control"]


def test_reading_sets_no_session(pages: Pages) -> None:
    a_seminar()
    assert "Set-Cookie" not in pages.get("/events/seminario").headers


def test_an_event_that_is_over_says_so_and_has_no_way_in(pages: Pages) -> None:
    event = an_event(slug="pasado")
    with transaction() as session:
        stored = session.merge(event)
        stored.days = [EventDay(held_on=date(2026, 1, 8), starts_at=time(9), ends_at=time(10))]
        stored.registration_opens_at = datetime(2025, 1, 1, tzinfo=UTC)
        stored.registration_closes_at = datetime(2040, 1, 1, tzinfo=UTC)
    page = pages.get("/events/pasado")
    assert page.has("This event has taken place.")
    assert not page.all("a", class_="er-call")
