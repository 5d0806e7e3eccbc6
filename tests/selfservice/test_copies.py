"""Copies: whom a person names, what they get, and how it ends (cases 33, 34 and 36)."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import time_machine
from flask import Flask

from eventreg.accounts.rules.profiles import TooManyTries
from eventreg.bulk.emails import WrittenText, written_message
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.kernel.clock import now
from eventreg.mail.composition import compose
from eventreg.mail.models import MailMessage
from eventreg.registration.emails import News, Occasion, tell
from eventreg.registration.emails.about_registration import Confirmed
from eventreg.registration.emails.asking import AskedCorrection
from eventreg.registration.emails.deciding import Declined
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from eventreg.selfservice import copies
from eventreg.web import limits
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.registration.owning import home
from tests.registration.records import fresh, history, mails, registered
from tests.support.pages import Page, Pages

FOCAL = "focal@institucion.example"


def name(pages: Pages, person: Registration, email: str = FOCAL, **more: Any) -> Page:
    page = pages.get(f"{home(person)}/copies")
    chosen = {"#email": email, "#language": "English", "#confirms": True, **more}
    return page.submit("Send copies to this address", chosen)


def copied(person: Registration) -> list[MailMessage]:
    return mails(person, "copy")


def link_of(message: MailMessage) -> str:
    purpose, public_id, generation = message.text.split("[[")[1].split("]]")[0].split(":")[1:]
    assert purpose == copies.COPIES
    return copies.resolve(purpose, public_id, int(generation)).partition("localhost")[2]


def decline(event: Event, person: Registration, reason: str = "No hay lugar para usted.") -> None:
    with transaction() as session:
        row = session.get_one(Registration, person.id)
        row.status, row.revision = Status.DECLINED, row.revision + 1
        tell(Occasion.load(get_event_whole(event.id)), row, News(Declined, reason=reason), now())


@pytest.fixture
def person(app: Flask) -> Registration:
    return registered(register_somebody(an_event(title={"es": "Encuentro", "en": "Meeting"}), given_name="Ana María"))


@pytest.mark.both_databases
def test_whom_a_person_names_is_told_and_gets_copies_in_their_language(pages: Pages, person: Registration) -> None:
    assert name(pages, person).follow().has(f"Copies go to {FOCAL} from now on.")
    (first,) = copied(person)
    assert (first.recipient, first.language, first.calendar) == (FOCAL, "en", "")
    assert "has registered for “Meeting” and asked us" in " ".join(first.text.split())
    decline(db.session.get_one(Event, person.event_id), person)
    _begins, copy = copied(person)
    original = mails(person)[-1]
    assert copy.subject == "Copy: We cannot offer you a place this time: Meeting"
    assert "We have written this to Ana María" in copy.text
    assert "No hay lugar" in original.text
    assert "No hay lugar" not in copy.text + copy.html
    assert ":my:" in original.text
    assert ":my:" not in copy.text + copy.html
    whole = message_from_bytes(
        compose(copy, "registro@anfitriona.example", copies.resolve, now()), policy=policy.default
    )
    assert whole["To"] == FOCAL
    assert person.email not in str(whole)
    assert FOCAL not in original.text + original.html + original.recipient


def test_a_copy_of_a_confirmation_brings_no_calendar_and_no_way_to_join(pages: Pages, app: Flask) -> None:
    event = an_event(attendance="both", joining_url="https://sala.example/x")
    person = a_registration(event, "academia", "pending")
    name(pages, person)
    with transaction() as session:
        row = session.get_one(Registration, person.id)
        row.status, row.revision = Status.CONFIRMED, row.revision + 1
        tell(Occasion.load(get_event_whole(event.id)), row, News(Confirmed), now())
    assert "sala.example" in mails(person)[-1].text
    copy = copied(person)[-1]
    assert (copy.calendar, "sala.example" in copy.text + copy.html) == ("", False)


def test_what_is_the_persons_own_alone_is_not_copied(pages: Pages, person: Registration) -> None:
    name(pages, person)
    with transaction() as session:
        row, event = session.get_one(Registration, person.id), get_event_whole(person.event_id)
        tell(Occasion.load(event), row, News(AskedCorrection, reason="El pasaporte"), now())
    assert len(copied(person)) == 1


@pytest.mark.both_databases
def test_the_link_of_a_copy_ends_them_for_good(pages: Pages, person: Registration) -> None:
    name(pages, person)
    link = link_of(copied(person)[0])
    page = pages.get(link)
    assert fresh(person).copy_email == FOCAL, "a GET changes nothing"
    assert page.submit("Receive no more copies").has("You receive no more copies.")
    assert (fresh(person).copy_email, copied(person)) == ("", [])
    pages.get(link, 404)
    assert pages.get(f"{home(person)}/copies").has("Nobody gets copies")
    refused = name(pages, person, FOCAL.upper())
    assert (refused.status, refused.has("This address wants no copies.")) == (422, True)
    decline(db.session.get_one(Event, person.event_id), person)
    assert copied(person) == []


def test_the_person_and_the_team_can_end_them(app: Flask, pages: Pages, person: Registration) -> None:
    name(pages, person)
    pages.get(f"{home(person)}/copies").submit("Send no more copies", status=303)
    assert fresh(person).copy_email == ""
    name(pages, person)
    desk = Pages(app, "en").sign_in(a_team_member(db.session.get_one(Event, person.event_id)))
    address = f"/manage/events/{db.session.get_one(Event, person.event_id).slug}/registrations/{person.reference}"
    page = desk.get(address)
    assert page.has(f"Copies of the messages go to {FOCAL}")
    assert page.submit("End the copies", status=303).follow().has("Nobody gets copies any more.")
    assert [act for act, _detail in history(person)][-4:] == ["copies_named", "copies_ended"] * 2


@pytest.mark.parametrize(
    ("email", "more", "said"),
    [
        ("", {}, "complete mail address"),
        (FOCAL, {"#confirms": False}, "Confirm this to name somebody"),
        ("own", {}, "We write to this address already"),
    ],
)
def test_what_cannot_be_named_is_said(pages: Pages, person: Registration, email: str, more: Any, said: str) -> None:
    page = name(pages, person, person.email if email == "own" else email, **more)
    assert (page.status, any(said in error for error in page.errors())) == (422, True), page.errors()
    assert copied(person) == []


def test_nobody_is_flooded(app: Flask, person: Registration, clock: time_machine.Traveller, monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "are_limits_on", lambda: True)
    for number in range(3):
        copies.name_copy(person.event_id, person.id, f"otra{number}@institucion.example", "es")
    with pytest.raises(TooManyTries):
        copies.name_copy(person.event_id, person.id, FOCAL, "es")
    clock.shift(timedelta(days=2))
    copies.name_copy(person.event_id, person.id, FOCAL, "es")
    assert [message.recipient for message in copied(person)] == [FOCAL], "what waited for others is taken back"


@pytest.mark.parametrize("typed", ["Compre en http://x.example", "Ana " * 40, "Gane 1000 USD", "x@y.example"])
def test_what_is_no_plain_name_is_not_mailed_to_an_address_that_was_typed(app: Flask, typed: str) -> None:
    person = registered(register_somebody(an_event(), given_name=typed.strip()[:190], family_name="Ok"))
    copies.name_copy(person.event_id, person.id, FOCAL, "es")
    (first,) = copied(person)
    assert typed.split()[-1] not in first.text
    assert person.reference in first.text


def test_a_quiet_event_is_named_in_no_subject_of_a_copy(app: Flask) -> None:
    event = an_event(is_quiet=True)
    person = registered(register_somebody(event))
    copies.name_copy(event.id, person.id, FOCAL, "en")
    decline(event, person)
    assert [message.subject for message in copied(person)] == [
        "You now receive copies",
        "Copy: We cannot offer you a place this time",
    ]


def test_what_is_written_to_many_is_copied_without_the_link(pages: Pages, person: Registration) -> None:
    name(pages, person)
    text = WrittenText({"es": "Hotel", "en": "Hotel"}, {"es": "Vea {link}", "en": "See {link}"})
    occasion = Occasion.load(get_event_whole(person.event_id))
    message = written_message(occasion, fresh(person), frozenset(), text, "written/1", now())
    (copy,) = message.beside
    assert (copy.recipient, copy.language, copy.subject) == (FOCAL, "en", "Copy: Hotel")
    assert ":my:" in message.text
    assert ":my:" not in copy.text + copy.html
