"""The programme on the desk: what an organizer does there, page by page."""

from __future__ import annotations

from datetime import time

import pytest
from flask import Flask

from eventreg.audit.services import Actor
from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.events.queries.programme import get_programme, get_session, list_rooms, list_speakers
from eventreg.events.rules.programme import SessionKind, SpeakerRole
from eventreg.events.rules.publication import Publication
from eventreg.programme.rules.sessions import People
from eventreg.programme.services.programme import add_session, count_sign_ups, edit_session
from tests.builders import a_team_member, an_account, an_event, an_institution, text
from tests.events.programmes import a_large_programme, a_room, a_speaker, an_entry
from tests.support.pages import Page, Pages
from tests.support.statements import counted

ADD = "Save and add another"


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(slug="encuentro")


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    return pages.sign_in(a_team_member(event))


def programme(desk: Pages) -> Page:
    return desk.get("/manage/events/encuentro/programme")


def field(page: Page, button: str, name: str) -> str:
    return page.form(button).values()[name][0]


def hours(event: Event, day: int = 0) -> list[str]:
    return [
        f"{each.starts_at:%H:%M}–{each.ends_at:%H:%M} {each.title['es']}"
        for each in get_programme(event.id).days[day].sessions
    ]


def a_session(event: Event, **changes: object) -> str:
    return add_session(event.id, an_entry(event, **changes), Actor.account(an_account().id))


def test_sessions_are_added_one_after_another_with_two_titles_and_an_end(desk: Pages, event: Event) -> None:
    page = programme(desk)
    assert (field(page, ADD, "starts_at"), field(page, ADD, "ends_at")) == ("11:00", "12:00")
    first = page.submit(
        ADD, {"Español": "Panel uno", "English": "Panel one", "Ends": "1230", "Who speaks": "Dora; Luis"}
    )
    assert first.status == 303
    page = first.follow()
    assert page.texts("p", role="status") == ["Added: 11:00–12:30 Panel one"]
    assert (field(page, ADD, "starts_at"), field(page, ADD, "ends_at")) == ("12:30", "13:30")
    # the focus is in the form again
    assert [each.get("name") for each in page.all("input") if each.get("autofocus") is not None] == ["title-es"]
    page.submit(ADD, {"Español": "Receso", "Kind": "Break"}, 303)
    assert hours(event) == ["09:00–11:00 Apertura", "11:00–12:30 Panel uno", "12:30–13:30 Receso"]
    assert [speaker.name for speaker, _count in list_speakers(event.id)] == ["Dora", "Luis"]


def test_what_was_typed_stays_when_something_is_wrong(desk: Pages, event: Event) -> None:
    page = programme(desk).submit(
        ADD, {"Español": "", "English": "Panel", "Starts": "tarde", "Ends": "25", "Who speaks": "Dora"}, 422
    )
    assert page.errors() == [
        "Español: Write this text",
        "Starts: write a time like 09:30 or 2:30 pm",
        "Ends: write a time like 09:30 or 2:30 pm",
    ]
    assert (field(page, ADD, "title-en"), field(page, ADD, "starts_at")) == ("Panel", "tarde")
    assert field(page, ADD, "speakers") == "Dora"
    page = page.submit(ADD, {"Español": "Panel", "Starts": "11:00", "Ends": "10:00"}, 422)
    assert page.errors() == ["The end has to come after the start"]
    assert list_speakers(event.id) == []


def test_hours_are_typed_as_people_say_them_and_shown_as_24(desk: Pages, event: Event) -> None:
    page = programme(desk).submit(ADD, {"Español": "Panel", "Starts": "11:00 am", "Ends": "13"}, 303).follow()
    assert hours(event)[-1] == "11:00–13:00 Panel"
    assert field(page, ADD, "starts_at") == "13:00"


def test_a_day_and_a_room_of_another_event_are_not_taken(desk: Pages, event: Event) -> None:
    # case 2
    other = an_event()
    room = a_room(other)
    values = {"title-es": "X", "starts_at": "11:00", "ends_at": "12:00", "kind": "session"}
    for wrong in ({"day": str(other.days[0].id)}, {"day": str(event.days[0].id), "room": str(room.id)}):
        desk.post("/manage/events/encuentro/programme", values | wrong, 422, token=True)
    assert len(hours(event)) == 1


def test_what_overlaps_and_what_nobody_announced_is_pointed_out_where_it_is(desk: Pages, event: Event) -> None:
    one, two = a_room(event), a_room(event, "Sala Dos", 2)
    people = [People(SpeakerRole.SPEAKER, ["Dora Demo"])]
    a_session(event, room_id=one.id, title=text("Uno", "One"), people=people)
    a_session(event, room_id=two.id, title=text("Dos", "Two"), people=people)
    a_session(event, room_id=two.id, title=text("Tres", "Three"))
    a_session(event, day=1, title=text("Tarde", "Late"), starts_at=time(19), ends_at=time(20))  # fmt: skip
    page = programme(desk)
    warnings = page.texts("strong", class_="er-status--warn")
    assert warnings == [
        "3 things to look at",
        "Dora Demo is also in “One” at this time",
        "Overlaps with “Two”",
        "Nothing is announced",
        "2 things to look at",
        "Nothing is announced",
        "Outside the hours of the day",
    ]
    add_here = page.click("Add here (12:00–18:00)")
    assert (field(add_here, ADD, "starts_at"), field(add_here, ADD, "ends_at")) == ("12:00", "18:00")


def test_sessions_move_up_and_down_by_buttons(desk: Pages, event: Event) -> None:
    public_id = a_session(event)
    page = programme(desk)
    moved = page.submit("Move up (Second session, 11:00–12:00)", {}, 303)
    assert hours(event) == ["09:00–10:00 Segunda sesión", "10:00–12:00 Apertura"]
    assert moved.location.endswith(f"#session-{public_id}")
    # the page from before is out of date now, and says so
    again = page.submit("Move up (Second session, 11:00–12:00)", {}, 409)
    assert again.has("Somebody else changed this meanwhile")
    first = programme(desk).submit("Move up (Second session, 09:00–10:00)", {}, 409)
    assert first.has("There is nothing to change places with")
    desk.post(
        f"/manage/events/encuentro/programme/sessions/{public_id}/move",
        {"do": "away", "revision": "2"},
        400,
        token=True,
    )


def test_a_session_is_edited_whole(desk: Pages, event: Event) -> None:
    public_id = a_session(event)
    room = a_room(event)
    page = programme(desk).click("Second session")
    saved = page.submit(
        "Save session",
        {
            "Starts": "11.30",
            "Kind": "Panel",
            "Room": "Sala Uno",
            "Moderation": "Mara Inventada",
            "On the panel": "Dora Demo; Luis Demo",
            "Participants sign up for this session": True,
            "Places": "25",
            "#description-en": "**Bring** questions.",
        },
        303,
    )
    assert saved.location == f"/manage/events/encuentro/programme#session-{public_id}"
    found = get_session(event.id, public_id)
    session = found.session
    assert (session.kind, session.room_id, session.takes_sign_up, session.places) == (
        SessionKind.PANEL,
        room.id,
        True,
        25,
    )
    assert session.description == {"en": "**Bring** questions."}
    assert [(person.role.value, person.speaker.name) for person in found.people] == [
        ("moderator", "Mara Inventada"), ("panellist", "Dora Demo"), ("panellist", "Luis Demo"),
    ]  # fmt: skip
    shown = desk.get(f"/manage/events/encuentro/programme/sessions/{public_id}").form("Save session").values()
    assert (shown["panellist"], shown["places"], shown["takes_sign_up"]) == (["Dora Demo; Luis Demo"], ["25"], ["y"])


def test_two_who_edit_one_session_are_told_and_nothing_is_overwritten(desk: Pages, event: Event) -> None:
    public_id = a_session(event)
    page = desk.get(f"/manage/events/encuentro/programme/sessions/{public_id}")
    other = an_entry(event, title=text("De otra persona", "Somebody else's"))
    edit_session(event.id, public_id, other, ("es", "en"), 1, Actor.account(an_account().id))
    late = page.submit("Save session", {"#title-es": "La mía", "Places": "7"}, 409)
    assert late.has("Somebody else changed this meanwhile")
    assert late.has("De otra persona | Somebody else's")
    assert field(late, "Save session", "title-es") == "La mía"
    assert get_session(event.id, public_id).session.title["es"] == "De otra persona"
    late.submit("Save session", {}, 303)
    assert get_session(event.id, public_id).session.title["es"] == "La mía"


def test_wrong_places_are_refused_and_kept(desk: Pages, event: Event) -> None:
    public_id = a_session(event)
    page = desk.get(f"/manage/events/encuentro/programme/sessions/{public_id}")
    for wrong in ("-1", "muchos", "1.5", "99999999999999"):
        again = page.submit("Save session", {"Places": wrong}, 422)
        assert again.errors() == ["Write a whole number, or leave it empty"]
        assert field(again, "Save session", "places") == wrong


def test_a_session_that_people_signed_up_for_is_removed_on_a_second_word(app: Flask, desk: Pages, event: Event) -> None:
    public_id = a_session(event, takes_sign_up=True)
    page = desk.get(f"/manage/events/encuentro/programme/sessions/{public_id}")
    count_sign_ups.plug(app, lambda _session_id: 2)
    asked = page.submit("Remove session", {}, 409)
    assert asked.has("2 people signed up for this session.")
    asked.submit("Remove session", {"2 people signed up. Remove it all the same": True}, 303)
    assert hours(event) == ["09:00–11:00 Apertura"]


def test_rooms_are_added_renamed_ordered_and_removed(desk: Pages, event: Event) -> None:
    page = programme(desk).submit("Add room", {"#name-es": "Auditorio", "#name-en": "Auditorium"}, 303).follow()
    page = page.submit("Add room", {"#name-es": "Sala", "#name-en": "Room"}, 303).follow()
    first = list_rooms(event.id)[0]
    page = page.submit("Save (Auditorium)", {f"#room-{first.id}-name-es": "Gran Auditorio"}, 303).follow()
    page.submit("Move up (Room)", {}, 303)
    assert [room.name["es"] for room in list_rooms(event.id)] == ["Sala", "Gran Auditorio"]
    programme(desk).submit("Remove (Room)", {}, 303)
    assert [room.name["es"] for room in list_rooms(event.id)] == ["Gran Auditorio"]
    assert programme(desk).submit("Add room", {"#name-es": " "}, 422).errors() == ["Español: Write this text"]


def test_speakers_are_listed_edited_one_after_another_and_removed(desk: Pages, event: Event) -> None:
    a_speaker(event, "Ana Demo", position={}, affiliation={})
    a_speaker(event, "Berta Demo")
    an_institution(name=text("Centro de Prueba", "Centre of Trials"))
    page = desk.get("/manage/events/encuentro/speakers")
    assert page.has("No position yet")
    ana = page.click("Ana Demo")
    berta = ana.submit(
        "Save and open the next one",
        {"#position-es": "Directora", "#position-en": "Director", "Institution": "Centre of Trials"},
        303,
    ).follow()
    assert berta.heading == "Berta Demo"
    listed = berta.submit("Save speaker", {"Name": "Berta de la Demo"}, 303).follow()
    assert listed.texts("tbody") == [
        "Ana Demo Director Centre of Trials 0 Berta de la Demo Researcher Institute of Trials 0"
    ]
    listed.click("Berta de la Demo").submit("Remove speaker", {}, 303)
    assert [speaker.name for speaker, _count in list_speakers(event.id)] == ["Ana Demo"]


def test_a_speaker_without_a_name_is_refused(desk: Pages, event: Event) -> None:
    speaker = a_speaker(event)
    page = desk.get(f"/manage/events/encuentro/speakers/{speaker.public_id}")
    assert page.submit("Save speaker", {"Name": "  "}, 422).errors() == ["Write the name"]


def test_two_who_edit_one_speaker_are_told(desk: Pages, event: Event) -> None:
    speaker = a_speaker(event)
    page = desk.get(f"/manage/events/encuentro/speakers/{speaker.public_id}")
    page.submit("Save speaker", {"Name": "Una"}, 303)
    late = page.submit("Save speaker", {"Name": "Otra"}, 409)
    assert late.has("Saved text")
    late.submit("Save speaker", {}, 303)
    assert list_speakers(event.id)[0][0].name == "Otra"


def test_a_day_is_entered_as_lines_after_a_trial(desk: Pages, event: Event) -> None:
    a_room(event)
    page = programme(desk).click("Add a whole day")
    tried = page.submit("Preview sessions", {"#lines": "11:00–12:00 Panel | Panel @ Sala Uno\nno sé\n"}, 200)
    assert tried.has("1 session would be added:")
    assert tried.has("Line 2 is not understood")
    assert "Add these sessions" not in tried.form("Preview sessions").buttons()
    assert len(hours(event)) == 1
    tried = tried.submit(
        "Preview sessions", {"#lines": "11:00–12:00 Panel @ Sala Uno\n12:00-13:00 Comida | Lunch"}, 200
    )
    added = tried.submit("Add these sessions", {}, 303)
    assert added.location.endswith(f"#day-{event.days[0].id}")
    assert hours(event) == ["09:00–11:00 Apertura", "11:00–12:00 Panel", "12:00–13:00 Comida"]
    kinds = [each.kind for each in get_programme(event.id).days[0].sessions]
    assert kinds[1:] == [SessionKind.SESSION, SessionKind.BREAK]


def test_an_archived_event_is_shown_without_forms(desk: Pages, event: Event) -> None:
    public_id = a_session(event)
    with transaction() as session:
        session.get_one(Event, event.id).publication = Publication.ARCHIVED
    page = programme(desk)
    assert page.has("This event is archived: nothing of it changes any more.")
    assert [form for form in page.forms() if "csrf_token" in form.values() and "Sign out" not in form.buttons()] == []
    desk.post(
        f"/manage/events/encuentro/programme/sessions/{public_id}/move",
        {"do": "earlier", "revision": "1"},
        409,
        token=True,
    )


def test_an_event_without_days_says_what_comes_first(desk: Pages, event: Event) -> None:
    with transaction() as session:
        session.get_one(Event, event.id)
        for day in event.days:
            session.delete(session.merge(day))
    assert programme(desk).has("The event has no days yet.")
    desk.get("/manage/events/encuentro/programme/lines")


def test_the_page_speaks_spanish(app: Flask, event: Event, paginas: Pages) -> None:
    page = paginas.sign_in(a_team_member(event)).get("/manage/events/encuentro/programme")
    assert page.heading == "Programa"
    assert "Guardar y agregar otra" in page.form("Guardar y agregar otra").buttons()


@pytest.mark.both_databases
def test_the_page_of_a_large_programme_costs_few_statements(app: Flask, pages: Pages) -> None:
    event = a_large_programme("grande")
    owner = a_team_member(event)
    with counted() as statements:
        page = pages.sign_in(owner).get("/manage/events/grande/programme")
    assert len(statements) <= 8, statements
    assert len([button for button in page.texts("button") if button.startswith("Move up")]) == 60 + 3
