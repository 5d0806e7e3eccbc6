"""Sessions of the programme chosen on the form: places are taken with the registration, or once it is confirmed."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel.errors import Refused
from eventreg.registration.models import Answer, Registration, SessionPlace
from eventreg.registration.rules.sessions import SessionReason
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.places import choose_sessions
from eventreg.registration.services.statuses import move
from tests.belongings import a_session
from tests.builders import a_questionnaire, a_registration, an_event, register_somebody
from tests.questionnaire import EVERY_KIND
from tests.registration.filling import open_form
from tests.registration.records import count_registrations, the_registration
from tests.registration.test_submission_keys import address_of, typed
from tests.support.pages import Pages


def asking() -> Event:
    event = an_event()
    a_questionnaire(event, EVERY_KIND)
    return event


def held(registration_id: int) -> list[int]:
    return list(
        db.session.scalars(select(SessionPlace.session_id).where(SessionPlace.registration_id == registration_id))
    )


def answer(registration_id: int) -> list[str | None]:
    rows = select(Answer.value).where(Answer.registration_id == registration_id, Answer.question_key == "workshops")
    return list(db.session.scalars(rows.order_by(Answer.position)))


@pytest.mark.both_databases
def test_who_is_confirmed_at_once_has_the_place(app: Flask) -> None:
    event = asking()
    session = a_session(event, takes_sign_up=True, places=1)
    receipt = register_somebody(event, workshops=[session.public_id])
    assert receipt.registration is not None
    assert held(receipt.registration.id) == [session.id]


@pytest.mark.both_databases
def test_place_that_is_gone_under_the_lock_registers_nobody(app: Flask) -> None:
    event = asking()
    session = a_session(event, takes_sign_up=True, places=1)
    register_somebody(event, workshops=[session.public_id])
    with pytest.raises(Refused) as refused:
        register_somebody(event, email="otra@instituto.example", workshops=[session.public_id])
    assert refused.value.reason is SessionReason.FULL
    assert count_registrations() == 1


def test_full_session_is_refused_beside_the_question(pages: Pages) -> None:  # case 27
    event = asking()
    session = a_session(event, takes_sign_up=True, places=1)
    page = open_form(pages, event)
    assert "1 place left" in page.text
    register_somebody(event, workshops=[session.public_id])
    again = pages.post(address_of(event), typed(event, workshops=session.public_id, given_name="Zoe"), 422, token=True)
    assert 'href="#q-workshops"' in again.html
    assert 'value="Zoe"' in again.html
    assert count_registrations() == 1


def test_wish_is_met_when_the_registration_is_confirmed(app: Flask) -> None:
    event = asking()
    session = a_session(event, takes_sign_up=True, places=1)
    receipt = register_somebody(event, category="academia", workshops=[session.public_id])
    assert receipt.registration is not None
    person = db.session.get_one(Registration, receipt.registration.id)
    assert person.status is Status.PENDING
    assert held(person.id) == []
    from eventreg.db import transaction
    from eventreg.kernel.clock import now

    with transaction():
        move(person, Action.APPROVE, now())
    assert held(person.id) == [session.id]
    assert answer(person.id) == [session.public_id]


def test_wish_for_what_is_full_is_not_met(app: Flask) -> None:
    event = asking()
    session = a_session(event, takes_sign_up=True, places=1)
    person = a_registration(event, "academia", "pending", answers={"workshops": [session.public_id]})
    register_somebody(event, workshops=[session.public_id])
    from eventreg.db import transaction
    from eventreg.kernel.clock import now

    with transaction():
        move(db.session.get_one(Registration, person.id), Action.APPROVE, now())
    assert held(person.id) == []
    assert answer(person.id) == []


def test_answer_follows_what_is_chosen_later(app: Flask) -> None:
    event = asking()
    session = a_session(event, takes_sign_up=True)
    receipt = register_somebody(event, workshops=[session.public_id])
    assert receipt.registration is not None
    choose_sessions(event.id, receipt.registration.id, [])
    assert answer(receipt.registration.id) == []
    choose_sessions(event.id, receipt.registration.id, [session.public_id])
    assert answer(the_registration().id) == [session.public_id]
