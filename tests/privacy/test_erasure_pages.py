"""Erasure as it is asked for: by the person, by the team, by an administrator. Cases 9, 50, 73."""

from __future__ import annotations

import io
import os
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update

from eventreg.attendees.annotations.notes import Written, write_note
from eventreg.attendees.services.team_acts import TeamAct
from eventreg.audit.services import SYSTEM
from eventreg.cli import eventreg
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.jobs.running import run_due
from eventreg.jobs.services import job_registry
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.kernel.tokens import personal_token
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.onbehalf.services.moving import NewPerson, hand_on
from eventreg.privacy import copies, erasing, ledger
from eventreg.privacy.erasure_requests import ask, carry_out, confirm, erase_address
from eventreg.privacy.models import DataCopy
from eventreg.privacy.people import of_registration
from eventreg.registration.emails import ERASE, OWN_PAGE
from eventreg.registration.models import ErasureRequest, Registration
from eventreg.registration.queries.registrations import own_token
from eventreg.web.instance import config, keys
from tests.builders import a_registration, a_team_member, an_account, an_event, register_somebody
from tests.exchange.exporting import an_export
from tests.privacy.held import a_hold, no_hold
from tests.privacy.test_erasing import EMAIL, FAMILY, GIVEN, _in_tables
from tests.support.pages import Pages


def _somebody(event: Event) -> Registration:
    person = register_somebody(event, email=EMAIL, given_name=GIVEN, family_name=FAMILY).registration
    assert person is not None
    return person


def _messages() -> list[str]:
    query = select(MailMessage.template).where(MailMessage.template.like("erasure/%")).order_by(MailMessage.id)
    return list(db.session.scalars(query))


def _work() -> None:
    run_due(job_registry(), 20, read_clock=lambda: now() + timedelta(seconds=1))
    db.session.expire_all()


def _link(asked: ErasureRequest) -> str:
    return f"/my/erase/{personal_token(keys(), ERASE, asked.public_id, 1)}"


def test_asked_for_on_ones_own_page_and_confirmed_by_mail(app: Flask, pages: Pages) -> None:
    event = an_event()
    a_team_member(event)
    own = f"/my/{own_token(_somebody(event), OWN_PAGE)}"
    page = pages.get(own).click("Delete my data")
    page.submit("Send me the message")
    assert _messages() == ["erasure/confirm"]
    asked = db.session.scalars(select(ErasureRequest)).one()
    link = _link(asked)
    confirming = pages.get(link)
    assert db.session.query(Registration).count() == 1, "looking changes nothing"
    assert confirming.submit("Delete my data").follow().has("Your request has arrived")
    assert _messages() == ["erasure/confirm", "erasure/received"]
    _work()
    assert db.session.query(Registration).count() == 0
    assert pages.get(link).has("is deleted")
    pages.get(own, 404)
    assert _messages() == ["erasure/confirm", "erasure/received", "erasure/done", "erasure/to_tell"]
    assert GIVEN not in "".join(db.session.scalars(select(MailMessage.text)))
    assert db.session.scalars(select(ErasureRequest.email)).all() == [""]
    # The receipts go, and with them the address.
    with transaction() as session:
        session.execute(update(MailMessage).values(state=DeliveryState.SENT))
        session.flush()
        erasing.forget_left({"ids": list(db.session.scalars(select(MailMessage.id)))}, now())
    assert _in_tables() == {}


def test_a_receipt_that_cannot_go_does_not_keep_the_address(app: Flask, clock: time_machine.Traveller) -> None:
    event = an_event()
    person = _somebody(event)
    said = CliRunner().invoke(eventreg, ["--help"])
    assert "erase" in said.output
    list(_everywhere(person.email, tells=True))
    assert _in_tables().keys() == {"mail_messages"}, "it waits for a mail server"
    for _day in range(4):
        clock.shift(timedelta(days=1))
        _work()
    assert _in_tables() == {}


def _everywhere(email: str, *, tells: bool) -> list[str]:
    from eventreg.audit.services import SYSTEM
    from eventreg.privacy.erasure_requests import erase_address

    return [each.event.slug for each in erase_address(email, SYSTEM, tells=tells)]


def test_a_link_dies_with_the_next_and_with_time(app: Flask, pages: Pages, clock: time_machine.Traveller) -> None:
    event = an_event()
    own = f"/my/{own_token(_somebody(event), OWN_PAGE)}/erase"
    pages.get(own).submit("Send me the message")
    pages.get(own).submit("Send me the message")
    first, second = db.session.scalars(select(ErasureRequest).order_by(ErasureRequest.id)).all()
    assert pages.get(_link(first)).has("works no more")
    clock.shift(timedelta(hours=73))
    assert pages.get(_link(second)).has("works no more")
    with pytest.raises(Refused):
        confirm(_link(second).rpartition("/")[2])
    assert db.session.query(Registration).count() == 1


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_refused_while_the_law_holds_it(app: Flask, pages: Pages, when: str) -> None:
    event = an_event()
    own = f"/my/{own_token(_somebody(event), OWN_PAGE)}/erase"
    if when == "meanwhile":
        pages.get(own).submit("Send me the message")
        asked = db.session.scalars(select(ErasureRequest)).one()
        pages.get(_link(asked)).submit("Delete my data")
    a_hold(event)
    page = pages.get(own)
    assert page.has("4 May 2031")
    assert page.has("Art. 12 LGR")
    _work()
    assert db.session.query(Registration).count() == 1
    if when == "meanwhile":
        assert (
            pages.get(_link(db.session.scalars(select(ErasureRequest)).one())).heading
            == "Your data are not deleted yet"
        )
    assert _messages() == (["erasure/confirm", "erasure/received", "erasure/held"] if when == "meanwhile" else [])


def test_the_team_erases_and_learns_whom_to_tell(app: Flask, desk: Pages, event: Event) -> None:
    person = a_registration(event, given_name=GIVEN, family_name=FAMILY, email=EMAIL, at=now() - timedelta(days=2))
    an_export(event, a_team_member(event, name="Olga Exporta"))
    page = desk.get(f"/manage/events/{event.slug}/registrations/{person.reference}")
    done = page.click("Delete the data of the person").submit(
        "Delete the data", {"Reason": "It was a mistake or a trial"}
    )
    listed = done.follow()
    assert listed.has("It was a mistake or a trial")
    assert listed.has("Olga Exporta")
    assert not listed.has(GIVEN)
    assert db.session.query(Registration).count() == 0
    history = desk.get(f"/manage/events/{event.slug}/history")
    assert history.has("Deleted the data of a person")
    assert not history.has(GIVEN)
    assert desk.get(f"/manage/events/{event.slug}/exports").has("Deleted: somebody in it was erased")


def test_who_is_only_announced_is_not_in_the_ledger(app: Flask) -> None:
    event = an_event(capacity=1)
    person = a_registration(event)
    a_registration(event, status="waitlisted")
    desk = Pages(app, "en").sign_in(a_team_member(event))
    page = desk.get(f"/manage/events/{event.slug}/registrations/{person.reference}/erase").submit("Delete the data")
    assert page.has("1 person will be written to")
    assert ledger.read(config().erased).ids == set()
    page.submit("Confirm and write to 1 person")
    assert ledger.read(config().erased).ids == {person.public_id}


def test_an_administrator_erases_an_address_at_every_event(app: Flask, pages: Pages) -> None:
    first, second = an_event(), an_event()
    for event in (first, second):
        _somebody(event)
    a_hold(second)
    pages.sign_in(an_account(is_administrator=True))
    page = pages.get("/manage/erasures").submit("Look it up", {"Email address": EMAIL})
    assert page.has(first.title["en"])
    assert page.has("4 May 2031")
    assert db.session.query(Registration).count() == 2
    page.submit("Delete at every event")
    assert db.session.scalars(select(Registration.event_id)).all() == [second.id]


@pytest.mark.parametrize("language", ["es", "en", "fr"])
def test_the_words_of_the_mails(app: Flask, clock: time_machine.Traveller, language: str) -> None:
    """They are what the golden file says, which EVENTREG_REFRESH_GOLDEN=1 writes anew; nobody is named in them."""
    clock.move_to(datetime(2027, 1, 4, 12, tzinfo=UTC))
    event = an_event(
        slug="encuentro", first_day=date(2027, 3, 11), languages=["es", "en", "fr"],
        title={"es": "Encuentro de prueba", "en": "Trial meeting", "fr": "Rencontre d’essai"},
    )  # fmt: skip
    a_team_member(event, language=language, name="Olga Organizadora")
    person = register_somebody(event, email=EMAIL, given_name=GIVEN, family_name=FAMILY, language=language).registration
    assert person is not None
    ask(event.id, person.id)
    request = db.session.scalars(select(ErasureRequest)).one()
    confirm(_link(request).rpartition("/")[2])
    a_hold(event)
    _work()
    no_hold()
    with transaction():
        db.session.execute(update(ErasureRequest).values(email=EMAIL))
    carry_out({"request_id": request.id}, now())
    query = select(MailMessage).where(MailMessage.template.like("erasure/%")).order_by(MailMessage.id)
    parts = [f"{each.subject}\n\n{each.text}" for each in db.session.scalars(query)]
    said = "\n========\n".join(parts).replace(request.public_id, "NUMBER")
    said = re.sub(r"\[\[.*?\]\]", "[personal link]", said)
    path = Path(__file__).with_name(f"mails.{language}.txt")
    if os.environ.get("EVENTREG_REFRESH_GOLDEN"):
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")
    assert GIVEN not in said


@pytest.mark.both_databases
def test_a_place_that_was_handed_on_tells_its_new_holder_nothing_of_the_former_one(app: Flask, pages: Pages) -> None:
    event = an_event(is_quiet=True)
    owner = Organizer.account(a_team_member(event).id)
    person = _somebody(event)
    write_note(event.id, person.reference, Written("Habla con calma", ()), owner)
    copies.ask_for_copy(event.id, person.id)
    _work()
    made, waiting = copies.find_copy(person.id), DataCopy(public_id="w" * 12, registration_id=person.id, asked_at=now())
    assert made is not None
    assert made.ready_at is not None
    ask(event.id, person.id)
    link = _link(db.session.scalars(select(ErasureRequest)).one())
    with transaction() as session:
        session.add(waiting)
    new = NewPerson("Berta", "Nueva", "berta@instituto.example", "es", "Gracias por avisar")
    db.session.expire_all()
    hand_on(event.id, person.reference, new, TeamAct(owner, person.revision, tells=True))
    db.session.remove()
    person = db.session.scalars(select(Registration)).one()
    # Neither the copies, made or waiting, nor the link that erases everything are any longer the former one's to use.
    own = f"/my/{own_token(person, OWN_PAGE)}"
    assert pages.get(f"{own}/data").texts("button")[-1] == "Ask for my copy"
    copies.make_copy({"public_id": "w" * 12}, now())
    pages.post(f"{own}/data/copy.zip", {}, 404, token=True)
    assert pages.get(link).has("This link works no more")
    with pytest.raises(Refused):
        confirm(link.rpartition("/")[2])
    copies.ask_for_copy(event.id, person.id)
    _work()
    with zipfile.ZipFile(io.BytesIO(b"".join(copies.open_copy(person.id, now())[1]))) as archive:
        told = archive.read("data.html").decode() + archive.read("data.json").decode()
    assert "berta@instituto.example" in told
    marks = (GIVEN, FAMILY, EMAIL, "Habla con calma", "Gracias por avisar")
    assert [mark for mark in marks if mark in told] == []
    # The former one can still be erased, by address, and the new one stays.
    (found,) = erase_address(EMAIL, SYSTEM, tells=False)
    assert found.person.others > 2
    assert db.session.query(Registration).count() == 1
    # A name of one word is many people's; the note is on the registration.
    assert set().union(*_in_tables().values()) <= {GIVEN, FAMILY}
    assert not [mail for mail in db.session.scalars(select(MailMessage)) if event.title["es"] in mail.subject]


def test_the_link_that_erases_dies_with_the_address_and_says_so_when_the_team_was_faster(
    app: Flask, pages: Pages
) -> None:
    event = an_event()
    people = [a_registration(event), a_registration(event)]
    for person in people:
        ask(event.id, person.id)
    first, second = (_link(asked) for asked in db.session.scalars(select(ErasureRequest).order_by(ErasureRequest.id)))
    with transaction() as session:
        moved = session.get_one(Registration, people[0].id)
        moved.email = moved.email_key = "nueva@instituto.example"
    assert pages.get(first).has("This link works no more")
    erasing.erase(event.id, partial(of_registration, event.id, people[1].id), SYSTEM, now())
    assert pages.get(second).has("Everything that we held about you for this event is deleted.")
    with pytest.raises(Refused):
        confirm(second.rpartition("/")[2])
    assert "" not in db.session.scalars(select(MailMessage.recipient).where(MailMessage.template == "erasure/received"))
