"""How much a contact person hears: ten at once and one digest, what needs action, filters, and what is taken back. Case 34."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from eventreg.audit.services import SYSTEM
from eventreg.contacts.services import choose_own, save_contact, tell_failure, write_news
from eventreg.db import db, transaction
from eventreg.events.models import ContactPerson, Event, TeamMember
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.settings import Hears, digest_due
from eventreg.kernel import clock as clocks
from eventreg.mail.bounces import Taken, take_in
from eventreg.mail.delivery import deliver_due
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import drop, enqueue_all
from eventreg.registration.emails import News, Occasion, contact_message, tell
from eventreg.registration.emails.about_registration import AboutRegistration, Confirmed
from eventreg.registration.emails.addresses import OwnLink
from eventreg.registration.emails.changing import Withdrawn
from eventreg.registration.emails.deciding import Declined
from eventreg.registration.models import Registration
from tests.builders import a_registration, a_team_member, an_event
from tests.mail.reports import a_report
from tests.selfservice.test_concurrency import at_once
from tests.support.apps import AppMaker
from tests.support.killed import Work

DIGEST = "registration/contact_digest"


def tell_all(event: Event, people: Sequence[Registration], message: type[AboutRegistration]) -> list[str]:
    """Queue what tells the contact persons of all these, as the acts do; returns the keys."""
    occasion = Occasion.load(get_event_whole(event.id))
    with transaction():
        rows = [contact_message(occasion, each, News(message), clocks.now()) for each in people]
        enqueue_all(rows)
    return [row.key for row in rows]


def gone(recipient: str = "", **of: Any) -> Counter[str]:
    """Count what is written and may go, by template."""
    db.session.rollback()
    rows = db.session.scalars(select(MailMessage).where(MailMessage.news.is_(None)))
    return Counter(row.template for row in rows if recipient in row.recipient)


def the_digest() -> MailMessage:
    db.session.rollback()
    return db.session.scalars(select(MailMessage).where(MailMessage.template == DIGEST, MailMessage.text != "")).one()


def set_public(event: Event, **values: Any) -> ContactPerson:
    """Set what the public contact person chose."""
    with transaction() as session:
        person = session.scalars(select(ContactPerson).where(ContactPerson.event_id == event.id)).one()
        for name, value in values.items():
            setattr(person, name, value)
    return person


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
def test_of_a_day_of_many_ten_come_at_once_one_digest_and_what_needs_action(clock: time_machine.Traveller) -> None:
    event = an_event(first_day=(clocks.now() + timedelta(days=1)).date(), capacity=None)
    people = [a_registration(event) for _ in range(300)]
    tell_all(event, people[:2], Confirmed)
    write_news(clocks.now())
    assert gone() == {"registration/confirmed": 2}, "two registrations: two messages at once"
    tell_all(event, people[2:], Confirmed)
    write_news(clocks.now())
    clock.shift(timedelta(hours=2))
    tell_all(event, people[:200], Declined)
    tell_all(event, people[299:], Withdrawn)
    write_news(clocks.now())
    assert gone() == {"registration/confirmed": 10, "registration/withdrawn": 1}
    clock.move_to(datetime(2027, 1, 12, 5, 59, tzinfo=UTC))
    write_news(clocks.now())
    assert gone().total() == 11
    clock.move_to(datetime(2027, 1, 12, 6, 0, tzinfo=UTC))  # midnight in Mexico City
    write_news(clocks.now())
    write_news(clocks.now())
    assert gone() == {"registration/confirmed": 10, "registration/withdrawn": 1, DIGEST: 1}
    assert db.session.scalar(select(MailMessage.id).where(MailMessage.news.is_not(None))) is None
    digest = the_digest()
    assert "298" not in digest.subject
    assert people[50].full_name in digest.text
    assert len(digest.html) < 100_000


@pytest.mark.both_databases
def test_two_workers_count_together(app: Flask) -> None:
    event = an_event()
    tell_all(event, [a_registration(event) for _ in range(30)], Confirmed)
    at_once(app, *[lambda: write_news(clocks.now())] * 3)
    assert gone()["registration/confirmed"] == 10


@pytest.mark.usefixtures("app", "clock")
def test_what_is_taken_back_is_in_no_digest(clock: time_machine.Traveller) -> None:
    event = an_event()
    set_public(event, hears=Hears.DAILY)
    stays, undone = a_registration(event), a_registration(event)
    tell_all(event, [stays], Confirmed)
    keys = tell_all(event, [undone], Declined)
    write_news(clocks.now())
    assert drop(keys, clocks.now()) == {*keys}
    clock.shift(timedelta(days=1))
    write_news(clocks.now())
    assert stays.reference in the_digest().text
    assert undone.reference not in the_digest().text


@pytest.mark.usefixtures("app")
def test_a_digest_of_nothing_does_not_go(clock: time_machine.Traveller) -> None:
    event = an_event()
    set_public(event, hears=Hears.DAILY)
    keys = tell_all(event, [a_registration(event)], Confirmed)
    write_news(clocks.now())
    drop(keys, clocks.now())
    clock.shift(timedelta(days=2))
    write_news(clocks.now())
    assert gone() == {}


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(240)
def test_a_digest_goes_once_although_the_worker_is_killed(app: Flask, work: Work) -> None:
    event = an_event()
    set_public(event, hears=Hears.DAILY)
    people = [a_registration(event) for _ in range(3)]
    tell_all(event, people, Confirmed)
    write_news(clocks.now())
    with transaction() as session:
        for row in session.scalars(select(MailMessage)):
            row.due_at = clocks.now()
    killed = work("eventreg.contacts.services.enqueue_all", dies_at=1, is_after=True)
    assert killed == -signal.SIGKILL
    assert gone() == {}
    assert work() == 0
    assert gone() == {DIGEST: 1}
    assert work() == 0
    assert gone() == {DIGEST: 1}


@pytest.mark.usefixtures("app", "clock")
def test_each_hears_in_their_language_of_their_categories_what_they_chose() -> None:
    event = an_event()
    values = {"phone": "", "language": "en", "only_categories": ["academia"], "hears": Hears.EACH}
    save_contact(event.id, "", {"name": "John", "email": "john@anfitriona.example", **values}, SYSTEM)
    action = {**values, "only_categories": [], "hears": Hears.ACTION}
    save_contact(event.id, "", {"name": "Ana", "email": "ana@anfitriona.example", **action}, SYSTEM)
    expert, official = a_registration(event, "academia"), a_registration(event)
    tell_all(event, [expert, official], Confirmed)
    failed = MailMessage(id=7, event_id=event.id, record_kind="registration", record_id=official.id, subject="Lugar")
    with transaction():
        tell_failure(failed, clocks.now())
    write_news(clocks.now())
    assert gone("clara") == {"registration/confirmed": 2, "registration/failed": 1}
    assert gone("john") == {"registration/confirmed": 1}
    assert gone("ana@anfitriona") == {"registration/failed": 1}
    told = db.session.scalars(select(MailMessage).where(MailMessage.recipient.startswith("john"))).one()
    assert (told.language, told.record_id) == ("en", expert.id)
    assert "Dear John" in told.text


@pytest.mark.usefixtures("app", "clock")
def test_what_cannot_be_written_of_one_event_keeps_no_other_waiting() -> None:
    before, broken, after = (an_event() for _ in range(3))
    with transaction() as session:
        session.add(ContactPerson(event_id=broken.id, name="Eva", email="no address", language="es"))
    for event in (before, broken, after):
        tell_all(event, [a_registration(event)], Confirmed)
    deliver_due(10)
    assert gone("clara") == {"registration/confirmed": 2}


@pytest.mark.usefixtures("clock")
def test_what_is_held_makes_nothing_that_goes(make_app: AppMaker, clock: time_machine.Traveller) -> None:
    with make_app(mail_server="127.0.0.1", mail_default_sender="equipo@oficina.example").app_context():
        event = an_event()
        tell_all(event, [a_registration(event) for _ in range(11)], Confirmed)
        with transaction() as session:
            # As a restore has it beside an instance that goes on.
            session.execute(update(MailMessage).values(state=DeliveryState.HELD))
        for _day in range(2):
            write_news(clocks.now())
            clock.shift(timedelta(days=1))
        assert gone("clara") == {"registration/confirmed": 10, DIGEST: 1}
        assert set(db.session.scalars(select(MailMessage.state))) == {DeliveryState.HELD}


@pytest.mark.usefixtures("app", "clock")
def test_a_message_that_came_back_is_told_at_once() -> None:
    event = an_event()
    person = a_registration(event)
    with transaction():
        (key,) = tell(Occasion.load(get_event_whole(event.id)), person, News(OwnLink), clocks.now())
    with transaction() as session:
        message = session.scalars(select(MailMessage).where(MailMessage.key == key)).one()
        message.state, message.due_at = DeliveryState.SENT, None
    assert take_in(a_report(message, "5.1.1", "550 5.1.1 unknown"), clocks.now()) is Taken.NOTED
    write_news(clocks.now())
    assert gone("clara") == {"registration/failed": 1}


@pytest.mark.usefixtures("app", "clock")
def test_a_colleague_hears_of_those_in_sight_and_no_address_that_is_withheld(clock: time_machine.Traveller) -> None:
    event = an_event()
    seen, unseen = a_registration(event, "academia"), a_registration(event)
    account = a_team_member(event, "reviewer", email="eva@equipo.example")
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).one()
        member.only_categories, member.withheld = ["academia"], ["see_contact_data"]
    choose_own(event.id, account.id, {"hears": Hears.DAILY, "hour": 8, "weekday": 0}, SYSTEM)
    set_of = select(ContactPerson).where(ContactPerson.is_public)
    with transaction() as session:
        session.scalars(set_of).one().hears = Hears.NOTHING
    tell_all(event, [seen, unseen], Confirmed)
    write_news(clocks.now())
    clock.shift(timedelta(days=1))
    write_news(clocks.now())
    digest = the_digest()
    assert (digest.recipient, digest.audience) == ("eva@equipo.example", "team")
    assert seen.reference in digest.text
    assert unseen.reference not in digest.text
    assert seen.email not in digest.text + digest.html


@pytest.mark.usefixtures("app", "clock")
def test_many_that_need_action_together_are_one_message() -> None:
    event = an_event(first_day=(clocks.now() + timedelta(days=1)).date())
    tell_all(event, [a_registration(event, status="cancelled") for _ in range(9)], Withdrawn)
    write_news(clocks.now())
    assert gone() == {"registration/withdrawn": 3, DIGEST: 1}


@pytest.mark.parametrize(
    ("hears", "now", "due"),
    [
        (Hears.USUAL, "2027-03-13T22:00-05:00", "2027-03-14T00:00-05:00"),
        # The clocks of New York go forward at 2 on this day, and back on 7 November.
        (Hears.DAILY, "2027-03-13T09:00-05:00", "2027-03-14T08:00-04:00"),
        (Hears.DAILY, "2027-11-06T09:00-04:00", "2027-11-07T08:00-05:00"),
        (Hears.WEEKLY, "2027-03-08T09:00-05:00", "2027-03-15T08:00-04:00"),
        (Hears.WEEKLY, "2027-03-08T07:00-05:00", "2027-03-08T08:00-05:00"),
    ],
)
def test_a_digest_is_due_by_the_clocks_of_the_place(hears: Hears, now: str, due: str) -> None:
    at = digest_due(hears, 8, 0, "America/New_York", datetime.fromisoformat(now))
    assert at == datetime.fromisoformat(due)
