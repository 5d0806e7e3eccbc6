"""Registering by the service: what comes of it, who is told what, and what never happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import lock_event_in_any_state
from eventreg.kernel import clock as clocks
from eventreg.kernel.errors import Refused
from eventreg.mail.content import render_content
from eventreg.mail.models import MailMessage
from eventreg.registration.emails import Occasion, occasions
from eventreg.registration.models import Answer, Consent, Place, Registration
from eventreg.registration.rules.states import Action, RegisteringReason, Status
from eventreg.registration.services import registering
from eventreg.registration.services.decisions import decide
from eventreg.registration.services.links import SEND_LINK_JOB, send_link
from eventreg.registration.services.registering import Outcome, Receipt, register
from eventreg.selfservice.services import verify_address, withdraw
from tests.builders import (
    AT_ONCE,
    BY_ORGANIZER,
    a_notice,
    a_questionnaire,
    a_registration,
    a_submission,
    a_team_member,
    an_event,
    register_somebody,
)
from tests.questionnaire import DEFINITION
from tests.registration.records import history, jobs_of, last_mail, places_of, registered, told

pytestmark = pytest.mark.usefixtures("app")

WAITS = {"key": "government", "name": {"es": "G", "en": "G"}, "approval": BY_ORGANIZER}


@pytest.mark.parametrize(
    ("category", "capacity", "expected"),
    [
        ({"approval": AT_ONCE}, None, Status.CONFIRMED),
        ({"approval": AT_ONCE}, 1, Status.CONFIRMED),
        ({"approval": AT_ONCE}, 0, Status.WAITLISTED),
        ({"approval": BY_ORGANIZER, "pending_counts": True}, 1, Status.PENDING),
        ({"approval": BY_ORGANIZER, "pending_counts": True}, 0, Status.WAITLISTED),
        ({"approval": BY_ORGANIZER, "pending_counts": False}, 0, Status.PENDING),
        ({"approval": AT_ONCE, "places": 0}, 50, Status.WAITLISTED),
    ],
)
def test_outcome_follows_category_and_places(
    category: dict[str, object], capacity: int | None, expected: Status
) -> None:
    event = an_event(categories=[{**WAITS, **category}], capacity=capacity)
    registration = registered(register_somebody(event))
    assert registration.status is expected
    counts = expected is Status.CONFIRMED or (expected is Status.PENDING and bool(category.get("pending_counts")))
    assert (registration.id in places_of(event)) is counts
    assert (registration.waitlisted_at is not None) is (expected is Status.WAITLISTED)
    assert history(registration) == [(f"registered_{expected.value}", {})]


@pytest.mark.parametrize(
    ("category", "message"), [("government", "confirmed"), ("academia", "received")], ids=["at-once", "by-organizer"]
)
def test_each_side_gets_one_message(category: str, message: str) -> None:
    """A category that confirms at once says "confirmed", and not also "received"."""
    registration = registered(register_somebody(an_event(), category))
    assert told(registration) == told(registration, "contact") == [message]


def test_messages_are_in_the_language_of_whom_they_reach() -> None:
    """Case 34."""
    event = an_event(contact_language="en")
    registration = registered(register_somebody(event, language="es"))
    assert last_mail(registration).subject.startswith("Su lugar está confirmado")
    assert last_mail(registration, "contact").subject.startswith("Registration confirmed")
    assert last_mail(registration, "contact").language == "en"


def test_messages_reach_one_person_each_and_each_side_answers_the_other() -> None:
    """Case 36."""
    event = an_event()
    registration = registered(register_somebody(event, email="eva@instituto.example"))
    mail, notice = last_mail(registration), last_mail(registration, "contact")
    assert (mail.recipient, notice.recipient) == ("eva@instituto.example", event.contact_email)
    assert (mail.reply_to, notice.reply_to) == (event.contact_email, "eva@instituto.example")
    assert event.contact_email in mail.text  # who answers is named
    assert "eva@" not in notice.text + notice.html


def test_the_same_form_again_gives_the_same_receipt() -> None:
    """Case 17."""
    event = an_event()
    submission = a_submission(event)
    first, again = (register(event.id, submission, Occasion.load(event)) for _ in range(2))
    assert again.outcome is Outcome.RECEIPT
    assert registered(again).id == registered(first).id
    assert told(registered(first)) == ["confirmed"]
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 1


def test_the_same_form_again_gives_its_receipt_also_after_closing(clock: time_machine.Traveller) -> None:
    event = an_event()
    submission = a_submission(event)
    first = register(event.id, submission, Occasion.load(event))
    clock.shift(timedelta(days=29))
    assert registered(register(event.id, submission, Occasion.load(event))).id == registered(first).id


@pytest.mark.parametrize("status", [Status.PENDING, Status.CONFIRMED, Status.WAITLISTED, Status.DECLINED])
def test_a_live_address_changes_nothing_and_its_holder_gets_the_link(status: Status) -> None:
    """Also a declined person: nobody registers again by the public form."""
    event = an_event()
    holder = a_registration(event, status=status, email="Eva@Instituto.example", given_name="Eva")
    receipt = register_somebody(event, email="eva@instituto.EXAMPLE", given_name="Mallory")
    assert receipt == Receipt(Outcome.ALREADY_LIVE, None)
    assert db.session.scalars(select(Registration.given_name)).all() == ["Eva"]
    assert db.session.scalar(select(func.count()).select_from(MailMessage)) == 0
    (job,) = jobs_of(SEND_LINK_JOB)
    send_link(**job.payload)
    assert told(holder) == ["link"]
    assert last_mail(holder).recipient == holder.email
    assert "Mallory" not in last_mail(holder).text


def test_a_withdrawn_address_registers_anew() -> None:
    event = an_event()
    first = registered(register_somebody(event, email="eva@instituto.example"))
    withdraw(event.id, first.id)
    again = registered(register_somebody(event, email="eva@instituto.example"))
    assert again.id != first.id
    assert again.status is Status.CONFIRMED


def test_a_declined_person_stays_declined() -> None:
    event = an_event()
    organizer = a_team_member(event)
    person = registered(register_somebody(event, "academia", email="eva@instituto.example"))
    decide(
        event.id, person.reference, Action.DECLINE, "No es su tema.", person.revision, Organizer.account(organizer.id)
    )
    assert register_somebody(event, email="eva@instituto.example").outcome is Outcome.ALREADY_LIVE


def test_addresses_of_other_events_do_not_matter() -> None:
    register_somebody(an_event(), email="eva@instituto.example")
    assert register_somebody(an_event(), email="eva@instituto.example").outcome is Outcome.RECEIPT


def test_the_holder_is_written_to_a_few_times_an_hour_at_most(make_app: object, clock: time_machine.Traveller) -> None:
    app: Flask = make_app(limits=True)  # type: ignore[operator]
    with app.app_context():
        event = an_event()
        holder = a_registration(event, email="eva@instituto.example")
        for _ in range(8):
            assert register_somebody(event, email="eva@instituto.example").outcome is Outcome.ALREADY_LIVE
            for job in jobs_of(SEND_LINK_JOB):
                send_link(**job.payload)
                db.session.delete(job)
                db.session.commit()
            clock.shift(1)
        assert told(holder) == ["link"] * 5
        db.session.remove()


@pytest.mark.parametrize(
    ("shift", "reason"),
    [(timedelta(days=-2), RegisteringReason.NOT_OPEN_YET), (timedelta(days=28), RegisteringReason.CLOSED)],
    ids=["before", "after"],
)
def test_registration_outside_its_time_is_refused_under_the_lock(
    clock: time_machine.Traveller, shift: timedelta, reason: RegisteringReason
) -> None:
    event = an_event()
    clock.shift(shift)
    with pytest.raises(Refused) as refused:
        register_somebody(event)
    assert refused.value.reason is reason
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 0


def test_a_category_that_is_gone_is_refused() -> None:
    event = an_event()
    submission = a_submission(event)
    gone = type(submission)(**{**submission.__dict__, "category_key": "press"})
    with pytest.raises(Refused) as refused:
        register(event.id, gone, Occasion.load(event))
    assert refused.value.reason is RegisteringReason.UNKNOWN_CATEGORY


def test_consents_are_recorded_with_their_words_version_and_time(clock: time_machine.Traveller) -> None:
    """Case 29."""
    event = an_event()
    a_questionnaire(event, DEFINITION)
    version = a_submission(event).questionnaire_id
    registration = registered(register_somebody(event, language="en", agrees="yes"))
    consents = {row.purpose: row for row in db.session.scalars(select(Consent))}
    assert {purpose: row.is_given for purpose, row in consents.items()} == {"agrees": True, "listed": False}
    assert {row.questionnaire_id for row in consents.values()} == {version}
    assert consents["agrees"].text == "I agree to the use of my data"
    assert {row.language for row in consents.values()} == {"en"}
    assert {row.at for row in consents.values()} == {clocks.now()}
    assert {row.registration_id for row in consents.values()} == {registration.id}


def test_the_notice_that_was_shown_is_recorded_and_no_other_events() -> None:
    event, other = an_event(), an_event()
    shown, foreign = a_notice(event, version=2), a_notice(other, version=2)
    for given, recorded in ((shown.id, shown.id), (foreign.id, None), (987_654, None)):
        submission = a_submission(event)
        sent = type(submission)(**{**submission.__dict__, "privacy_notice_id": given})
        registration = registered(register(event.id, sent, Occasion.load(event)))
        kept = db.session.get_one(Registration, registration.id, populate_existing=True)
        assert kept.privacy_notice_id == recorded


def test_answers_are_kept_as_rows_and_columns() -> None:
    event = an_event()
    registration = registered(
        register_somebody(event, given_name="María José", family_name="de la O’Farrill Núñez", topics=["law", "data"])
    )
    rows = db.session.scalars(select(Answer).order_by(Answer.question_key, Answer.position)).all()
    assert [(row.question_key, row.value) for row in rows if row.question_key == "topics"] == [
        ("topics", "law"),
        ("topics", "data"),
    ]
    assert registration.full_name == "María José de la O’Farrill Núñez"
    assert registration.sort_name == "de la o’farrill nunez maria jose"
    assert "nunez" in registration.search_text


@pytest.mark.both_databases
def test_two_random_codes_that_meet_are_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    event = an_event()
    taken = registered(register_somebody(event)).reference
    drawn = iter([taken, "PRU-234567"])
    monkeypatch.setattr(registering, "new_reference", lambda _prefix: next(drawn))
    assert registered(register_somebody(event)).reference == "PRU-234567"
    assert db.session.scalar(select(func.count()).select_from(Place)) == 2


def test_verifying_event_answers_everybody_alike(clock: time_machine.Traveller) -> None:
    event = an_event(verifies_addresses=True)
    submission = a_submission(event, email="eva@instituto.example")
    receipts = [
        register(event.id, submission, Occasion.load(event)),
        register(event.id, submission, Occasion.load(event)),
        register_somebody(event, email="eva@instituto.example"),
        register_somebody(event, email="luz@instituto.example"),
    ]
    assert receipts == [Receipt(Outcome.CHECK_MAIL)] * 4


def test_unverified_registration_counts_nowhere_until_verified() -> None:
    event = an_event(verifies_addresses=True, capacity=1)
    register_somebody(event, email="eva@instituto.example")
    eva = db.session.scalars(select(Registration)).one()
    assert eva.status is Status.UNVERIFIED
    assert places_of(event) == {}
    assert (told(eva), told(eva, "contact")) == (["verify"], [])
    verify_address(event.id, eva.id)
    verify_address(event.id, eva.id)
    assert db.session.get_one(Registration, eva.id, populate_existing=True).status is Status.CONFIRMED
    assert (told(eva), told(eva, "contact")) == (["verify", "confirmed"], ["confirmed"])
    assert [action for action, _ in history(eva)] == ["registered_unverified", "address_verified"]


def test_places_are_decided_when_the_address_is_verified_not_before() -> None:
    event = an_event(verifies_addresses=True, capacity=1)
    for email in ("eva@instituto.example", "luz@instituto.example"):
        register_somebody(event, email=email)
    eva, luz = db.session.scalars(select(Registration).order_by(Registration.id))
    verify_address(event.id, luz.id)
    verify_address(event.id, eva.id)
    assert _status(luz) is Status.CONFIRMED
    assert _status(eva) is Status.WAITLISTED
    assert db.session.get_one(Registration, eva.id).waitlisted_at is not None


def test_an_unverified_address_in_another_form_gets_its_verifying_message_again() -> None:
    event = an_event(verifies_addresses=True)
    register_somebody(event, email="eva@instituto.example")
    register_somebody(event, email="eva@instituto.example")
    (job,) = jobs_of(SEND_LINK_JOB)
    send_link(**job.payload)
    eva = db.session.scalars(select(Registration)).one()
    assert told(eva) == ["verify", "verify"]


def _status(registration: Registration) -> Status:
    return db.session.get_one(Registration, registration.id, populate_existing=True).status


def test_messages_are_composed_before_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """While they are composed everybody else can write."""
    event, order = an_event(), []
    register_somebody(event)

    def noted(act: Callable[..., Any], name: str) -> Callable[..., Any]:
        return lambda *args, **parts: (order.append(name), act(*args, **parts))[1]

    monkeypatch.setattr(occasions, "render_content", noted(render_content, "composed"))
    monkeypatch.setattr(registering, "lock_event_in_any_state", noted(lock_event_in_any_state, "locked"))
    register_somebody(event)
    assert order == ["composed", "locked"], "the contact person's is written by the worker"


def test_whoever_comes_to_something_else_than_the_last_is_told_of_that() -> None:
    """The messages that were ready tell of a place; there is none any more."""
    event = an_event(capacity=2)
    people = [registered(register_somebody(event, email=f"persona@{number}.example")) for number in range(4)]
    assert [told(person) for person in people] == [["confirmed"], ["confirmed"], ["waitlisted"], ["waitlisted"]]
    assert [told(person, "contact") for person in people] == [told(person) for person in people]
    assert [len(person.calendar_uids) for person in people] == [1, 1, 0, 0]
    assert [person.calendar_revision for person in people] == [1, 1, 0, 0]
    assert [bool(last_mail(person).calendar) for person in people] == [True, True, False, False]


def test_an_event_that_changes_before_the_lock_is_told_as_it_is() -> None:
    event = an_event()
    submission, occasion = a_submission(event), Occasion.load(event)
    change_title(event)
    mail = last_mail(registered(register(event.id, submission, occasion)))
    assert "Otro título" in mail.subject
    assert "Otro título" in mail.calendar


def test_twin_that_does_not_look_again_tells_of_the_event_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Occasion, "is_still", lambda _occasion, _event: True)
    event = an_event()
    submission, occasion = a_submission(event), Occasion.load(event)
    change_title(event)
    assert "Otro título" not in last_mail(registered(register(event.id, submission, occasion))).subject


def change_title(event: Event) -> None:
    """Change an event's title in a transaction of its own, behind the back of who has read it."""
    with transaction() as session:
        session.execute(update(Event).where(Event.id == event.id).values(title={"es": "Otro título"}))
