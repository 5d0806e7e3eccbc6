"""Decisions without a mail: nobody is told, the next one knows what the person knows, and undoing tells nobody either."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from time_machine import Traveller

from eventreg.accounts.models import Account
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.kernel import clock as clocks
from eventreg.kernel.errors import Refused
from eventreg.mail.models import MailMessage
from eventreg.registration.emails import OWN_PAGE
from eventreg.registration.models import Decision, Registration
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.states import Action, DecisionReason, Status
from eventreg.registration.services.decisions import DecisionMail, decide, undo
from eventreg.selfservice.views.page import OwnRegistration
from tests.builders import a_registration, a_team_member, an_event

pytestmark = pytest.mark.both_databases

QUIETLY = DecisionMail(has_mail=False)
LATER = timedelta(minutes=2)


@pytest.fixture
def event(app: Flask, clock: Traveller) -> Event:
    return an_event()


@pytest.fixture
def account(event: Event) -> Account:
    return a_team_member(event)


def now_is(person: Registration) -> Registration:
    db.session.remove()
    return db.session.get_one(Registration, person.id)


def last() -> Decision:
    return db.session.scalars(select(Decision).order_by(Decision.id.desc()).limit(1)).one()


def told() -> list[tuple[str, str]]:
    """Return the messages to participants, with what they do to a calendar."""
    db.session.remove()
    rows = db.session.execute(
        select(MailMessage.template, MailMessage.calendar_method)
        .where(MailMessage.audience == "participant")
        .order_by(MailMessage.id)
    )
    return [(row[0].removeprefix("registration/"), row[1]) for row in rows]


def test_nobody_is_told_neither_the_person_nor_the_contact(event: Event, account: Account) -> None:
    person = a_registration(event, "academia", "pending")
    made = decide(event.id, person.reference, Action.DECLINE, "", 1, Organizer.account(account.id), QUIETLY)
    assert made.status_after is Status.DECLINED
    assert list(db.session.scalars(select(MailMessage.id))) == []
    assert (last().has_mail, last().mail_keys) == (False, [])


def test_with_a_mail_whoever_is_declined_is_told_why(event: Event, account: Account) -> None:
    person = a_registration(event, "academia", "pending")
    with pytest.raises(Refused) as refused:
        decide(event.id, person.reference, Action.DECLINE, "", 1, Organizer.account(account.id))
    assert refused.value.reason is DecisionReason.REASON_MISSING


def test_the_next_decision_takes_nothing_out_of_a_calendar_that_was_never_put_in(
    event: Event, account: Account, clock: Traveller
) -> None:
    person = a_registration(event, "academia", "pending")
    decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(account.id), QUIETLY)
    clock.shift(LATER)
    decide(event.id, person.reference, Action.DECLINE, "No hay lugar.", 2, Organizer.account(account.id))
    assert last().status_known is Status.PENDING
    assert told() == [("declined", "")]


def test_whoever_was_confirmed_by_mail_and_taken_back_quietly_is_told_all_of_it_later(
    event: Event, account: Account, clock: Traveller
) -> None:
    person = a_registration(event, "academia", "pending")
    decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(account.id))
    clock.shift(LATER)
    decide(event.id, person.reference, Action.REOPEN, "", 2, Organizer.account(account.id), QUIETLY)
    clock.shift(LATER)
    decide(event.id, person.reference, Action.DECLINE, "No hay lugar.", 3, Organizer.account(account.id))
    assert last().status_known is Status.CONFIRMED
    assert told() == [("confirmed", "REQUEST"), ("declined", "CANCEL")]


def test_an_undone_decision_between_does_not_hide_what_the_person_knows(
    event: Event, account: Account, clock: Traveller
) -> None:
    person = a_registration(event, "academia", "pending")
    decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(account.id), QUIETLY)
    made = decide(event.id, person.reference, Action.DECLINE, "No.", 2, Organizer.account(account.id))
    assert not undo(event.id, person.reference, made.id, Organizer.account(account.id)).is_new_decision
    assert now_is(person).status is Status.CONFIRMED
    decide(event.id, person.reference, Action.DECLINE, "No hay lugar.", 4, Organizer.account(account.id))
    assert last().status_known is Status.PENDING


def test_undoing_tells_nobody_in_time_and_later(event: Event, account: Account, clock: Traveller) -> None:
    person = a_registration(event, "academia", "pending")
    made = decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(account.id), QUIETLY)
    assert not undo(event.id, person.reference, made.id, Organizer.account(account.id)).is_new_decision
    made = decide(event.id, person.reference, Action.APPROVE, "", 3, Organizer.account(account.id), QUIETLY)
    clock.shift(LATER)
    undone = undo(event.id, person.reference, made.id, Organizer.account(account.id), only_in_silence=True)
    assert (undone.is_new_decision, undone.status) == (True, Status.PENDING)
    assert told() == []


def test_what_was_told_is_not_undone_in_silence(event: Event, account: Account, clock: Traveller) -> None:
    person = a_registration(event, "academia", "pending")
    made = decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(account.id))
    clock.shift(LATER)
    with pytest.raises(Refused) as refused:
        undo(event.id, person.reference, made.id, Organizer.account(account.id), only_in_silence=True)
    assert refused.value.reason is DecisionReason.TOLD_ALREADY
    assert now_is(person).status is Status.CONFIRMED


def test_ones_own_page_shows_the_status_and_no_reason(event: Event, account: Account, clock: Traveller) -> None:
    person = a_registration(event, "academia", "pending")
    decide(event.id, person.reference, Action.DECLINE, "Para el equipo.", 1, Organizer.account(account.id), QUIETLY)
    token = own_token(person, OWN_PAGE)
    assert OwnRegistration.open(token).status is Status.PENDING
    clock.shift(LATER)
    own = OwnRegistration.open(token)
    assert (own.status, own.reason) == (Status.DECLINED, "")


def test_the_mails_can_wait_longer_and_the_place_with_them(event: Event, account: Account) -> None:
    person = a_registration(event)
    at = clocks.now() + LATER
    decide(event.id, person.reference, Action.DECLINE, "No.", 1, Organizer.account(account.id), DecisionMail(due_at=at))
    due = db.session.scalars(select(MailMessage.due_at)).first()
    assert due == last().mails_at == at
