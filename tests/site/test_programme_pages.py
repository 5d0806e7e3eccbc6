"""The programme in public: outline and whole, a session's page and its calendar entry, and what they cost."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import delete, select

from eventreg.audit.services import Actor
from eventreg.db import transaction
from eventreg.events.models import Event, EventDay, Partner, ProgrammeSession
from eventreg.events.queries.programme import get_programme, get_session, list_speakers
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.programme import SessionKind, SpeakerRole
from eventreg.events.rules.publication import Publication
from eventreg.organizations.models import Organization
from eventreg.programme.rules.sessions import People
from eventreg.programme.services.programme import add_session, edit_session
from tests.builders import a_picture, an_account, an_event, an_institution, text
from tests.events.programmes import a_large_programme, a_room, a_speaker, an_entry
from tests.site.test_event_page import json_ld
from tests.support.pages import Page, Pages
from tests.support.statements import counted

pytestmark = pytest.mark.usefixtures("app")


def a_session(event: Event, **changes: object) -> ProgrammeSession:
    public_id = add_session(event.id, an_entry(event, **changes), Actor.account(an_account().id))
    return get_session(event.id, public_id).session


def a_panel(event: Event) -> ProgrammeSession:
    """A panel with a moderator and two people, in a room."""
    a_speaker(event, "Dora Demo", biography=text("**Escribe** sobre fronteras.", "**Writes** on borders."))
    people = [
        People(SpeakerRole.MODERATOR, ["Mara Inventada"]),
        People(SpeakerRole.PANELLIST, ["Dora Demo", "Luis Demo"]),
    ]
    return a_session(
        event,
        kind=SessionKind.PANEL,
        title=text("Panel de prueba", "Trial panel"),
        note=text("Una nota", "A note"),
        description=text("Con *detalle*.", "With *detail*."),
        room_id=a_room(event).id,
        people=people,
    )


def entry(page: Page) -> Calendar:
    (found,) = Calendar.from_ical(page.body).walk("VEVENT")
    return found


def test_who_speaks_and_the_picture_are_told_to_machines(pages: Pages) -> None:
    event = an_event(slug="corto", picture_id=a_picture().id, picture_text=text("Un puente", "A bridge"))
    a_panel(event)
    page = pages.get("/events/corto")
    data = json_ld(page)
    assert {each["name"] for each in data["performer"]} == {"Mara Inventada", "Dora Demo", "Luis Demo"}
    assert data["isAccessibleForFree"] is True
    assert (data["offers"]["price"], data["offers"]["priceCurrency"]) == (0, "MXN")
    shared = {each.get("property"): each.get("content") or "" for each in page.all("meta")}
    assert shared["og:image"] == data["image"]
    assert shared["og:image:alt"] == "A bridge"
    assert pages.get(data["image"].removeprefix("http://localhost")).status == 200


def test_a_short_programme_stands_on_the_page_with_people_and_room(pages: Pages) -> None:
    event = an_event(slug="corto")
    session = a_panel(event)
    page = pages.get("/events/corto")
    assert page.texts("ol", class_="er-programme")[0] == (
        "09:00–11:00Opening 11:00–12:00Panel · Sala UnoTrial panelA note"
        "Moderation: Mara InventadaOn the panel: Dora Demo (Institute of Trials); Luis Demo"
    )
    assert page.link("Trial panel") == f"/events/corto/sessions/{session.public_id}"
    assert not page.has("See the whole programme")


def test_a_session_has_a_page_with_its_people(pages: Pages) -> None:
    event = an_event(slug="corto")
    page = pages.get(f"/events/corto/sessions/{a_panel(event).public_id}")
    assert page.heading == "PanelTrial panel"
    for words in (
        "A note", "11:00–12:00", "Sala Uno", "With detail.", "Moderation", "Mara Inventada", "Dora Demo", "Researcher",
        "Institute of Trials", "Writes on borders.",
    ):  # fmt: skip
        assert page.has(words), words
    back = page.click("Programme: " + event.title["en"])
    assert back.address.startswith("/events/corto/programme#day-")
    assert page.link("Add to my calendar").endswith(".ics")


def test_a_session_that_one_signs_up_for_says_so(pages: Pages) -> None:
    event = an_event(slug="corto")
    session = a_session(event, takes_sign_up=True, places=1)
    page = pages.get(f"/events/corto/sessions/{session.public_id}")
    assert page.has("Whoever has a confirmed place chooses this session on their own page. It has 1 place.")


def test_the_pages_speak_spanish(paginas: Pages) -> None:
    event = an_event(slug="corto")
    session = a_panel(event)
    page = paginas.get(f"/events/corto/sessions/{session.public_id}")
    assert page.heading == "PanelPanel de prueba"
    assert page.has("11:00–12:00 h")
    assert page.has("Moderación")
    assert paginas.get("/events/corto/programme").heading.startswith("Programa")


def test_drafts_and_other_events_have_no_such_pages(pages: Pages) -> None:
    # case 2
    event, other = an_event(slug="uno"), an_event(slug="dos")
    session = a_panel(event)
    draft = an_event(slug="borrador", publication=Publication.DRAFT)
    hidden = a_session(draft)
    nothing = pages.get("/events/dos/sessions/AAAAAAAAAAAA", 404).main
    for rest in ("", ".ics"):
        assert pages.get(f"/events/dos/sessions/{session.public_id}{rest}", 404).main == nothing
        pages.get(f"/events/borrador/sessions/{hidden.public_id}{rest}", 404)
    pages.get("/events/borrador/programme", 404)
    assert other.slug == "dos"


def test_a_calendar_entry_keeps_its_identifier_and_counts_its_changes(pages: Pages) -> None:
    # case 35
    event = an_event(slug="corto")
    session = a_panel(event)
    address = f"/events/corto/sessions/{session.public_id}.ics"
    page = pages.get(address)
    assert page.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert page.headers["Content-Disposition"].startswith("attachment; filename=corto-")
    before = entry(page)
    assert (str(before["summary"]), before["sequence"]) == ("Trial panel", 1)
    assert str(before["location"]).startswith("Sala Uno, House of Trials")
    assert str(before["url"]) == f"http://localhost{address[:-4]}"
    held_on = event.days[0].held_on
    # eleven in the morning in Mexico City, six hours behind UTC
    assert before.decoded("dtstart") == datetime.combine(held_on, time(17), UTC)
    assert before.decoded("dtend") == datetime.combine(held_on, time(18), UTC)
    edit_session(
        event.id, session.public_id, an_entry(event, starts_at=time(15), ends_at=time(16)), ("es", "en"), 1,
        Actor.account(an_account().id),
    )  # fmt: skip
    after = entry(pages.get(address))
    assert (after["uid"], after["sequence"]) == (before["uid"], 2)
    assert after.decoded("dtstart") == datetime.combine(held_on, time(21), UTC)
    assert pages.get(address).body == pages.get(address).body


def test_a_cancelled_event_cancels_the_entries_of_its_sessions(pages: Pages) -> None:
    # case 35
    event = an_event(slug="corto")
    session = a_panel(event)
    with transaction() as db_session:
        db_session.get_one(Event, event.id).publication = Publication.CANCELLED
    assert str(entry(pages.get(f"/events/corto/sessions/{session.public_id}.ics"))["status"]) == "CANCELLED"


def test_hours_are_those_of_the_place_before_and_after_the_clocks_change(pages: Pages) -> None:
    # case 28
    event = an_event(slug="reloj", time_zone="Europe/Madrid")
    with transaction() as db_session:
        days = db_session.merge(event).days
        days[0].held_on, days[1].held_on = date(2027, 3, 27), date(2027, 3, 28)
    for number, hour in ((0, 10), (1, 9)):
        session = get_programme(event.id).days[number].sessions[0]
        found = entry(pages.get(f"/events/reloj/sessions/{session.public_id}.ics"))
        assert session.starts_at == time(9)
        assert found.decoded("dtstart").hour == hour - 2
        assert pages.get(f"/events/reloj/sessions/{session.public_id}").has("09:00–11:00")


def test_a_long_programme_is_outlined_and_has_a_page_of_its_own(pages: Pages) -> None:
    event = a_large_programme("grande")
    opening = get_programme(event.id).days[0].sessions[0].title["en"]
    speaker = list_speakers(event.id)[0][0].name
    page = pages.get("/events/grande")
    first = page.texts("ol", class_="er-programme")[0]
    assert first.startswith(f"09:00–10:00{opening} 10:00–11:00")
    assert "10:00–11:00 4 sessions side by side" in first.replace("11:004", "11:00 4")
    whole = page.click("See the whole programme")
    assert len(whole.all("li", class_="er-room--4")) == 12
    assert whole.texts("h2")[0].startswith("Day 1")
    assert whole.text.count("Sala") + whole.text.count("Room") >= 48
    assert whole.has(f"{speaker} (")


def test_a_programme_without_sessions_says_so(pages: Pages) -> None:
    an_event(slug="vacio")
    with transaction() as db_session:
        db_session.execute(delete(ProgrammeSession))
    assert pages.get("/events/vacio/programme").text.count("Nothing is announced on this day yet.") == 2
    with transaction() as db_session:
        db_session.execute(delete(EventDay))
    assert pages.get("/events/vacio/programme").has("The programme is not announced yet.")


def test_hostile_texts_are_inert(pages: Pages) -> None:
    # case 63
    event = an_event(slug="corto", demonstration_note=text("<b>x</b>", "<b>x</b>"))
    evil = "<script>zz()</script>\"' onmouseover=zz() {{7*7}}\u202e"
    a_speaker(event, evil, position=text(evil, evil), affiliation=text(evil, evil), biography=text(evil, evil))
    session = a_session(
        event, title=text(evil, evil), note=text(evil, evil), description=text(f"[x](javascript:zz()) {evil}", evil),
        people=[People(SpeakerRole.SPEAKER, [evil])],
    )  # fmt: skip
    for address in ("/events/corto", "/events/corto/programme", f"/events/corto/sessions/{session.public_id}"):
        page = pages.get(address)
        assert not [each for each in page.all("script") if each.get("type") != "application/ld+json"]
        assert not [each for each in page.all("a", "strong", "span") if each.get("onmouseover")]
        assert "javascript:" not in [each.get("href", "")[:11] for each in page.all("a")]
        assert "{{7*7}}" in page.text
    assert entry(pages.get(f"/events/corto/sessions/{session.public_id}.ics"))["sequence"] == 1


@pytest.mark.both_databases
def test_sixty_sessions_on_three_days_in_four_rooms_are_light(app: Flask, pages: Pages) -> None:
    """The bar: at most 8 statements, and under 40 KB compressed, with no two titles, names or notes alike."""
    event = a_large_programme("grande")
    sessions = [each for day in get_programme(event.id).days for each in day.sessions]
    announced = [each for each in sessions if each.kind is not SessionKind.BREAK]
    assert len({each.title["en"] for each in announced}) == len({each.note["en"] for each in announced}) == 60 - 3 * 2
    assert len({speaker.name for speaker, _count in list_speakers(event.id)}) == 40
    pages.get("/events/grande/programme")
    with counted() as statements:
        page = pages.get("/events/grande/programme?x=1")
    assert len(page.all("section", class_="er-day")) == 3
    # all but the breaks lead to their pages
    assert len([link for link in page.all("a") if "/sessions/" in (link.get("href") or "")]) == 60 - 3 * 2
    assert len(statements) <= 8, statements
    answer = app.test_client().get("/events/grande/programme", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 40_000
    assert announced[0].title["es"].split()[0].encode() in gzip.decompress(answer.data)
    with counted() as statements:
        pages.get("/events/grande?x=1")
    assert len(statements) <= 6, statements


def test_every_sheet_bears_the_logos_and_the_phrases_that_were_agreed(pages: Pages) -> None:
    event = a_large_programme("grande")
    funder, pictures = an_institution(name=text("Fundación Dos", "Foundation Two")), [a_picture(), a_picture()]
    with transaction() as session:
        found = select(Organization).join(Partner, Partner.organization_id == Organization.id)
        session.scalars(found.where(Partner.event_id == event.id).limit(1)).one().logo_id = pictures[0].id
        session.merge(funder).logo_id = pictures[1].id
        words = {
            "credit": text("Con el apoyo de", "With the support of"),
            "phrase": text("Financiado.", "Funded by two."),
        }
        agreed = {"role": PartnerRole.FUNDER, "position": 9, "is_logo_first": True, **words}
        session.add(Partner(event_id=event.id, organization_id=funder.id, **agreed))
    page = pages.get("/events/grande/programme")
    sheets = page.all("div", class_="er-sheet-foot")
    assert len(sheets) == 3, "one a day"
    for sheet in sheets:
        said = " ".join("".join(sheet.itertext()).split())
        assert "With the support of: Host" in said
        assert said.endswith("Funded by two.")
        assert next(each.get("alt") for each in sheet.iter() if each.tag.endswith("img")) == "Foundation Two", (
            "logo first"
        )


def test_a_session_costs_few_statements(pages: Pages) -> None:
    event = an_event(slug="corto")
    session = a_panel(event)
    pages.get(f"/events/corto/sessions/{session.public_id}")
    with counted() as statements:
        pages.get(f"/events/corto/sessions/{session.public_id}?x=1")
    assert len(statements) <= 8, statements


def test_an_unchanged_programme_is_not_sent_twice(pages: Pages) -> None:
    an_event(slug="corto")
    first = pages.get("/events/corto/programme")
    headers = {"If-None-Match": first.headers["ETag"], "Accept-Language": "en"}
    assert pages.client.get("/events/corto/programme", headers=headers).status_code == 304
