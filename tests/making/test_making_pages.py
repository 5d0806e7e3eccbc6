"""Events made, copied, taken away and put in in the browser."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from eventreg.accounts.models import AccountSession
from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.db import db, transaction
from eventreg.events.models import Event, ProgrammeSession, TeamMember
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.starting import TEMPLATES
from eventreg.i18n import formats
from eventreg.kernel.clock import now
from eventreg.making.rules import BLANK, next_year
from tests.builders import a_registration, a_team_member, an_account, an_event
from tests.events.parts.whole import contents, file_of
from tests.support.pages import Pages

ANSWERS = {
    "template": "seminar",
    "title-es": "Agua compartida",
    "title-en": "Shared water",
    "first_day": "2027-05-11",
    "days": "2",
    "starts_at": "09:00",
    "ends_at": "17:30",
    "city": "Ciudad de Prueba",
    "country": "MX",
    "time_zone": "America/Mexico_City",
    "capacity": "",
    "contact_name": "Clara Contacto",
    "contact_email": "clara@anfitriona.example",
    "slug": "",
    "reference_prefix": "",
}


def _maker(app: Flask, **account: Any) -> Pages:
    return Pages(app, "en").sign_in(an_account(may_create_events=True, **account))


def _event(slug: str) -> Event:
    db.session.rollback()
    found = db.session.scalar(select(Event.id).where(Event.slug == slug))
    assert found is not None
    return get_event_whole(found)


@pytest.mark.parametrize("template", [*TEMPLATES, BLANK])
def test_form_is_filled_in_but_for_what_only_a_person_knows(app: Flask, template: str) -> None:
    pages = _maker(app)
    page = pages.get(f"/manage/events/new?from={template}")
    assert page.status == 200
    assert page.form("Create event").element is not None
    assert '<option selected value="MX">' in page.html
    for shown in ("09:00", "10:00"):
        if shown in page.html:
            break
    else:
        raise AssertionError("no hour stands in the form")


def test_event_is_made_and_its_overview_follows(app: Flask) -> None:
    pages = _maker(app)
    answer = pages.post("/manage/events/new", ANSWERS, token=True)
    assert answer.status == 303
    assert answer.location.endswith("/manage/events/agua-compartida-2027")
    event = _event("agua-compartida-2027")
    assert (event.reference_prefix, event.languages, event.contact_language) == ("AGU", ["es", "en"], "es")
    assert [day.held_on for day in event.days] == [date(2027, 5, 11), date(2027, 5, 12)]
    assert pages.get(answer.location).status == 200


@pytest.mark.parametrize(("country", "zone"), [("GT", "America/Guatemala"), ("MX", "America/Mexico_City")])
def test_the_country_sets_the_zone(app: Flask, country: str, zone: str) -> None:
    answer = _maker(app).post("/manage/events/new", {**ANSWERS, "country": country, "time_zone": ""}, token=True)
    assert _event(answer.location.rsplit("/", 1)[1]).time_zone == zone


def test_the_opening_that_nobody_chose_is_shown_where_the_event_is_published(app: Flask) -> None:
    desk = _maker(app)
    answer = desk.post("/manage/events/new", ANSWERS, token=True)
    slug = answer.location.rsplit("/", 1)[1]
    opens = formats.instant(_event(slug).registration_opens_at, "America/Mexico_City", "en")
    assert f"Registration opens on {opens} and closes on" in desk.get(f"/manage/events/{slug}/publication").main


@pytest.mark.parametrize(("left_out", "language"), [("title-en", "es"), ("title-es", "en")])
def test_event_is_in_the_languages_that_have_a_title(app: Flask, left_out: str, language: str) -> None:
    answer = _maker(app).post("/manage/events/new", {**ANSWERS, left_out: ""}, token=True)
    event = _event(answer.location.rsplit("/", 1)[1])
    assert (event.languages, list(event.title), event.contact_language) == ([language], [language], language)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title-es": "", "title-en": ""}, "Write the title in one language at least"),
        ({"first_day": "11/05/2027"}, "Write a date"),
        ({"days": "0"}, "Write a number from 1 to 31"),
        ({"days": "٣"}, "Write a number from 1 to 31"),
        ({"days": f"0001{9:09000}"}, "Write a number from 1 to 31"),
        ({"ends_at": "08:00"}, "The end is not after the beginning"),
        ({"starts_at": "nine"}, "From: write a time like 09:30 or 2:30 pm"),
        ({"city": " "}, "Write this text"),
        ({"country": "XX"}, "Choose one of the list"),
        ({"country": "US", "time_zone": ""}, "This country has several time zones: choose one"),
        ({"time_zone": "Mars/Olympus"}, "Choose one of the list"),
        ({"contact_email": "nobody"}, "Write an email address"),
        ({"slug": "new"}, "some words are reserved"),
        ({"slug": "Agua"}, "some words are reserved"),
        ({"capacity": "many"}, "Write a whole number"),
        ({"reference_prefix": "ÑÑ"}, "letters without accents"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(app: Flask, wrong: dict[str, Any], said: str) -> None:
    page = _maker(app).post("/manage/events/new", {**ANSWERS, **wrong}, token=True)
    assert page.status == 422
    assert said in page.text
    if "title-en" not in wrong:
        assert "Shared water" in page.html
    assert db.session.scalar(select(Event.id)) is None


def test_name_that_is_taken_is_refused(app: Flask) -> None:
    page = _maker(app).post("/manage/events/new", {**ANSWERS, "slug": an_event().slug}, token=True)
    assert page.status == 422
    assert "choose another name" in page.text


def test_who_may_not_make_events_is_told_so_and_sees_no_way(app: Flask) -> None:
    event = an_event()
    pages = Pages(app, "en").sign_in(a_team_member(event, "manager"))
    assert pages.get("/manage/events/new", 403)
    assert pages.get(f"/manage/events/{event.slug}/copy", 403)
    assert "/manage/events/new" not in pages.get("/manage/").html
    owner = Pages(app, "en").sign_in(a_team_member(event, "owner"))
    assert "/manage/events/new" in owner.get("/manage/").html
    assert owner.get("/manage/events/new")


def test_copy_needs_one_button(app: Flask) -> None:
    event = an_event(title={"es": "Foro", "en": "Forum"})
    pages = Pages(app, "en").sign_in(a_team_member(event))
    page = pages.get(f"/manage/events/{event.slug}/copy")
    answer = page.submit("Create copy")
    assert answer.status == 303
    assert answer.follow().has("This is the copy, a draft.")
    copy = _event(answer.location.rsplit("/", 1)[1])
    assert copy.slug == f"foro-{next_year(event.days[0].held_on).year}"
    assert [day.held_on for day in copy.days] == [next_year(day.held_on) for day in event.days]


def test_box_that_is_not_ticked_takes_out_what_needs_it(app: Flask) -> None:
    event = an_event()
    pages = Pages(app, "en").sign_in(a_team_member(event))
    page = pages.get(f"/manage/events/{event.slug}/copy")
    assert "Comes along only with: Days with their hours." in page.text
    answer = pages.post(
        f"/manage/events/{event.slug}/copy",
        {"title-es": "Otra", "title-en": "Other", "first_day": "2028-03-09", "slug": "otra", "parts": ["programme"]},
        token=True,
    )
    assert answer.status == 303
    copy = _event("otra")
    assert db.session.scalar(select(ProgrammeSession.id).where(ProgrammeSession.day_id == copy.days[0].id)) is None


def test_copy_to_a_day_that_is_none_is_refused(app: Flask) -> None:
    event = an_event()
    page = (
        Pages(app, "en")
        .sign_in(a_team_member(event))
        .post(
            f"/manage/events/{event.slug}/copy",
            {"title-es": "Otra", "title-en": "", "first_day": "soon", "slug": "A", "parts": ["days"]},
            token=True,
        )
    )
    assert page.status == 422
    for said in ("Write this text", "Write a date", "reserved"):
        assert said in page.text


def test_owner_takes_the_event_away_without_people_and_the_history_says_so(app: Flask) -> None:
    event = an_event()
    person = a_registration(event)
    owner = a_team_member(event)
    answer = (
        Pages(app, "en").sign_in(owner).post(f"/manage/events/{event.slug}/export", {"with_files": "y"}, token=True)
    )
    assert (answer.status, answer.response.mimetype) == (200, "application/zip")
    assert "no-store" in answer.headers["Cache-Control"]
    found = contents(answer.body)
    assert json.loads(found["manifest.json"])["holds"]["people"] is False
    assert not any(person.email.encode() in content for content in found.values())
    db.session.rollback()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "event_exported")).one()
    assert entry.actor_id == owner.id
    detail = db.session.scalars(select(AuditDetail.detail).where(AuditDetail.entry_id == entry.id)).one()
    assert detail == {"with_people": False, "sensitive": False, "files": True}


def test_administrator_puts_a_file_in_and_owns_the_event(app: Flask) -> None:
    event = an_event()
    file = file_of(event.id)
    administrator = an_account(is_administrator=True)
    pages = Pages(app, "en").sign_in(administrator)
    refused = pages.post("/manage/events/new/file", {"file": (io.BytesIO(file), "a.zip")}, token=True)
    assert refused.status == 422
    assert "choose another name" in refused.text
    answer = pages.post(
        "/manage/events/new/file", {"file": (io.BytesIO(file), "a.zip"), "new_slug": "traida"}, token=True
    )
    assert answer.status == 303
    roles = db.session.scalars(select(TeamMember.account_id).where(TeamMember.event_id == _event("traida").id)).all()
    assert roles == [administrator.id]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no ZIP", b"<html>"])
def test_file_that_is_no_event_is_refused_beside_its_field(app: Flask, content: bytes) -> None:
    pages = Pages(app, "en").sign_in(an_account(is_administrator=True))
    page = pages.post("/manage/events/new/file", {"file": (io.BytesIO(content), "a.zip")}, token=True)
    assert page.status == 422
    assert "cannot be imported" in page.text


def test_people_leave_only_with_who_proved_lately_who_they_are(app: Flask) -> None:
    event = an_event()
    person = a_registration(event)
    pages = Pages(app, "en").sign_in(a_team_member(event))
    address, asked = f"/manage/events/{event.slug}/export", {"with_people": "y", "with_files": "y"}
    answer = pages.post(address, asked, token=True)
    assert answer.status == 200
    assert person.email.encode() in contents(answer.body)["parts/registrations.jsonl"]
    with transaction() as session:
        session.execute(update(AccountSession).values(proved_at=now() - timedelta(hours=1)))
    answer = pages.post(address, asked, token=True)
    assert (answer.status, "next=" in answer.location) == (303, True)
