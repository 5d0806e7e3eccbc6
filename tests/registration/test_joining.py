"""How to take part online is told to the confirmed alone; who waits is told by when the answer comes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.rules.settings import AttendanceMode
from eventreg.i18n import formats
from eventreg.kernel.clock import now
from eventreg.mail.models import MailMessage
from eventreg.registration.emails import OWN_PAGE
from eventreg.registration.models import Registration
from eventreg.registration.queries.registrations import own_token
from tests.builders import an_event, register_somebody, text
from tests.support.pages import Pages

URL = "https://sala.example/secreta"
WORDS = text("Clave de **sala**: 1234", "Room *code*: 1234")


def an_online_event(**changes: Any) -> Event:
    values: dict[str, Any] = {"attendance": AttendanceMode.BOTH, "joining_url": URL, "joining": WORDS, **changes}
    return an_event(**values)


def registered(event: Event, category: str, language: str = "en") -> tuple[Registration, MailMessage]:
    """Register somebody; return the registration and the mail to them."""
    registration = register_somebody(event, category, language=language).registration
    assert registration is not None
    messages = db.session.scalars(select(MailMessage).where(MailMessage.recipient == registration.email)).all()
    return registration, messages[-1]


@pytest.mark.parametrize(("language", "words"), [("es", "Clave de **sala**: 1234"), ("en", "Room *code*: 1234")])
def test_the_mail_that_confirms_says_how_to_join(app: Flask, language: str, words: str) -> None:
    _registration, message = registered(an_online_event(), "government", language)
    assert URL in message.text
    assert words in message.text
    assert f'href="{URL}"' in message.html


def test_the_page_of_a_confirmed_person_says_how_to_join(app: Flask) -> None:
    registration, _message = registered(an_online_event(), "government")
    page = Pages(app).get(f"/my/{own_token(registration, OWN_PAGE)}")
    assert page.link(URL) == URL
    assert "<em>code</em>" in page.html


def test_nobody_else_learns_how_to_join(app: Flask) -> None:
    event = an_online_event()
    registration, message = registered(event, "academia")
    pages = Pages(app)
    told = [message.text, message.html, pages.get(f"/my/{own_token(registration, OWN_PAGE)}").html]
    addresses = ("", "/event.ics", "/register", "/privacy")
    told += [pages.get(f"/events/{event.slug}{rest}", None, sound=False).html for rest in addresses]
    assert not [shown for shown in told if URL in shown or "1234" in shown]


def test_an_event_on_site_says_nothing_of_joining(app: Flask) -> None:
    _registration, message = registered(an_online_event(attendance=AttendanceMode.ONSITE), "government")
    assert URL not in message.text


@pytest.mark.parametrize(
    ("mode", "schema", "location"),
    [
        (AttendanceMode.ONSITE, "OfflineEventAttendanceMode", ["Place"]),
        (AttendanceMode.ONLINE, "OnlineEventAttendanceMode", ["VirtualLocation"]),
        (AttendanceMode.BOTH, "MixedEventAttendanceMode", ["Place", "VirtualLocation"]),
    ],
)
def test_machines_learn_the_mode_alone(app: Flask, mode: AttendanceMode, schema: str, location: list[str]) -> None:
    event = an_online_event(attendance=mode)
    page = Pages(app).get(f"/events/{event.slug}")
    (script,) = [node.text or "" for node in page.all("script") if node.get("type") == "application/ld+json"]
    data = json.loads(script)
    places = data["location"] if isinstance(data["location"], list) else [data["location"]]
    assert data["eventAttendanceMode"] == f"https://schema.org/{schema}"
    assert [place["@type"] for place in places] == location


def test_who_waits_is_told_the_day_of_the_answer_until_it_has_passed(app: Flask) -> None:
    day = (now() + timedelta(days=9)).date()
    event = an_event(answers_by=day)
    registration, message = registered(event, "academia")
    promise = f"We will answer by {formats.day(day, 'en')}"
    assert promise in " ".join(message.text.split())
    token = own_token(registration, OWN_PAGE)
    for address in (f"/my/{token}", f"/my/{token}/received"):
        assert Pages(app).get(address).has(promise)
    late = an_event(answers_by=(now() - timedelta(days=2)).date())
    _registration, after = registered(late, "academia")
    assert "We will answer by" not in after.text
