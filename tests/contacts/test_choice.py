"""The choice without an account, and the organizers' page: links that die, a GET that does nothing, "nothing" that is told."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.audit.services import SYSTEM, Actor
from eventreg.contacts import services
from eventreg.contacts.emails import ContactDigest, DigestLine, Reader, Waiting
from eventreg.db import db, transaction
from eventreg.events.models import ContactPerson, Event
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.settings import Hears
from eventreg.kernel import clock as clocks
from eventreg.kernel.tokens import personal_token
from eventreg.mail.models import MailMessage
from eventreg.privacy.erasing import erase
from eventreg.privacy.people import of_registration
from eventreg.registration.emails import Occasion
from eventreg.registration.emails.about_registration import Confirmed
from eventreg.registration.emails.addresses import CONTACT_CHOICE
from eventreg.web.instance import keys
from tests.builders import a_registration, an_event
from tests.contacts.test_hearing import DIGEST, set_public, tell_all
from tests.mail.programs import assert_stands_in_every_program
from tests.registration.messages import a_seminar, as_file
from tests.support.pages import Pages

ELENA = {
    "name": "Elena", "email": "elena@anfitriona.example", "phone": "", "language": "en", "hears": Hears.EACH,
    "only_categories": [],
}  # fmt: skip


def link_of(person: ContactPerson) -> str:
    return f"/contact/{personal_token(keys(), CONTACT_CHOICE, person.public_id, person.generation)}"


def fresh(event: Event, **of: Any) -> ContactPerson:
    db.session.rollback()
    return db.session.scalars(select(ContactPerson).filter_by(event_id=event.id, **of)).one()


def test_the_link_shows_the_choice_and_keeps_it_by_a_button(event: Event, pages: Pages, desk: Pages) -> None:
    person = a_registration(event)
    page = pages.get(link_of(fresh(event)))
    assert not page.has(person.family_name)
    assert not page.has(event.contact_email)
    assert fresh(event).hears is Hears.USUAL, "to open it changes nothing"
    page.submit(
        "Save my choice", {"How much": "A summary each week", "Hour of a summary": "17", "Day of a weekly summary": "4"}
    )
    chosen = fresh(event)
    assert (chosen.hears, chosen.hour, chosen.weekday, chosen.declined_at) == (Hears.WEEKLY, 17, 4, None)
    assert desk.get(f"/manage/events/{event.slug}/contacts").has("A summary each week Friday, 17:00")


def test_the_button_of_a_mail_program_chooses_nothing_and_a_forged_form_does_not(event: Event, pages: Pages) -> None:
    pages.post(link_of(fresh(event)), {"hears": "nothing"}, 400)
    assert fresh(event).hears is Hears.USUAL
    pages.post(link_of(fresh(event)), {"List-Unsubscribe": "One-Click"}, 303)
    assert fresh(event).hears is Hears.NOTHING
    assert fresh(event).declined_at is not None


def test_who_chooses_nothing_is_told_to_the_team_which_sets_it_back(event: Event, pages: Pages, desk: Pages) -> None:
    pages.get(link_of(fresh(event)), 200)
    with transaction():
        services.choose(link_of(fresh(event)).split("/")[-1], {"hears": Hears.NOTHING}, clocks.now())
    tell_all(event, [a_registration(event)], Confirmed)
    services.write_news(clocks.now())
    assert db.session.scalars(select(MailMessage)).all() == []
    assert desk.get(f"/manage/events/{event.slug}").has("Contact person hears nothing")
    page = desk.get(f"/manage/events/{event.slug}/contacts")
    page.submit("Set back to the usual")
    assert (fresh(event).hears, fresh(event).declined_at) == (Hears.USUAL, None)


def test_links_die_with_the_person_and_the_address(event: Event, pages: Pages) -> None:
    services.save_contact(event.id, "", ELENA, SYSTEM)
    public, elena = link_of(fresh(event, is_public=True)), fresh(event, is_public=False)
    pages.get(link_of(elena), 200)
    services.save_contact(event.id, elena.public_id, {**ELENA, "email": "otra@anfitriona.example"}, SYSTEM)
    pages.get(link_of(elena), 404)
    changed = link_of(fresh(event, is_public=False))
    services.remove_contact(event.id, elena.public_id, SYSTEM)
    pages.get(changed, 404)
    pages.get(public, 200)
    with transaction() as session:
        session.get_one(Event, event.id).contact_email = "nueva@anfitriona.example"
    pages.get(public, 404)


def test_another_one_is_named_to_the_public_and_each_keeps_choice_and_link(
    event: Event, pages: Pages, owner: Account
) -> None:
    services.save_contact(event.id, "", ELENA, Actor.account(owner.id))
    clara, elena = link_of(fresh(event, is_public=True)), fresh(event, is_public=False).public_id
    services.make_public(event.id, elena, Actor.account(owner.id))
    now = db.session.get_one(Event, event.id, populate_existing=True)
    assert (now.contact_name, now.contact_email) == ("Elena", "elena@anfitriona.example")
    former = fresh(event, is_public=False)
    assert (former.name, former.email) == ("Clara Contacto", "clara@anfitriona.example")
    assert fresh(event, is_public=True).hears is Hears.EACH
    pages.get(clara, 200)
    pages.get(link_of(fresh(event, public_id=elena)), 200)


@pytest.mark.usefixtures("app")
def test_an_erasure_reaches_the_digests_that_name_the_person(clock: time_machine.Traveller) -> None:
    event = an_event()
    set_public(event, hears=Hears.DAILY)
    for _ in range(2):
        gone, stays = a_registration(event), a_registration(event)
        tell_all(event, [gone], Confirmed)
        services.write_news(clocks.now())
        clock.shift(timedelta(days=1))
        services.write_news(clocks.now())
        tell_all(event, [stays], Confirmed)
        services.write_news(clocks.now())
        clock.shift(timedelta(days=1))
        services.write_news(clocks.now())
    tell_all(event, [gone], Confirmed)
    services.write_news(clocks.now())
    reference = gone.reference
    erase(event.id, lambda: of_registration(event.id, gone.id), SYSTEM, clocks.now())
    clock.shift(timedelta(days=1))
    services.write_news(clocks.now())
    db.session.rollback()
    kept = list(db.session.scalars(select(MailMessage).where(MailMessage.template == DIGEST)))
    assert not any(reference in row.text + row.html + row.subject + str(row.news) for row in kept)
    assert sum(bool(row.text) for row in kept) == 3, "the others stay, and what waited is in none"


@pytest.mark.usefixtures("app", "clock")
@pytest.mark.parametrize("language", ["es", "en", "fr"])
def test_the_digest_is_as_it_was_read_and_found_good(language: str, app: Flask) -> None:
    event = get_event_whole(a_seminar(contact_language=language).id)
    since = clocks.now() - timedelta(days=6)
    people = [
        a_registration(
            event, category, reference=f"TAP-00000{number}", family_name=f"Demo {number}", country=country,
            email=f"persona{number}@instituto.example", phone="+502 5555 0100",
        )
        for number, (category, country) in enumerate([("academia", "GT"), ("government", "MX"), ("academia", "GT")])
    ]  # fmt: skip
    lines = [
        DigestLine(people[0], [{"message": "received"}, {"message": "confirmed"}]),
        DigestLine(people[1], [{"message": "confirmed"}]),
        DigestLine(people[2], [{"message": "withdrawn"}]),
    ]
    waiting = [Waiting(event.categories[0].id, "MX", since), Waiting(event.categories[0].id, "GT", clocks.now())]
    reader = Reader.public(event, ContactPerson(public_id="A" * 12, generation=1, is_public=True))
    message = reader.message(
        ContactDigest, Occasion.load(event), clocks.now(), lines, waiting, key="d", record_kind="event", record_id=1
    )
    path = Path(__file__).parent / f"digest.{language}.txt"
    if os.environ.get("EVENTREG_REFRESH_GOLDEN"):
        path.write_text(as_file(message, clocks.now()), encoding="utf-8")
    assert as_file(message, clocks.now()) == path.read_text(encoding="utf-8")
    assert_stands_in_every_program(message.html)
