"""Case 36: a cancelled event drops what is queued and tells who is registered, each once, in their own language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.services import Actor
from eventreg.contacts.services import write_news
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.rules.publication import LifecycleRefused, Publication, Step
from eventreg.events.services.publication import change_publication
from eventreg.jobs.models import Job
from eventreg.jobs.running import run_due
from eventreg.jobs.services import job_registry
from eventreg.kernel import clock as clocks
from eventreg.kernel.errors import Refused
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Action, ChangeReason, DecisionReason, Status
from eventreg.registration.services import cancelling
from eventreg.registration.services.decisions import decide, undo
from eventreg.registration.services.promotion import pass_on_places
from eventreg.selfservice.services import verify_address, withdraw
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.registration.records import entries, fresh, jobs_of, last_mail, registered, status_of, told

NOTE = {"es": "El río creció y el paso está cerrado.", "en": "The river rose and the road is closed."}
CANCELLED, REINSTATED = "event_cancelled", "event_reinstated"


def take(event: Event, step: Step, **more: Any) -> Publication:
    """Take a step as an owner of the event."""
    owner = a_team_member(event)
    note = NOTE if step is Step.CANCEL else None
    return change_publication(event.id, step, Actor.account(owner.id), is_permitted=True, reason=note, **more)


def do_jobs(limit: int = 100) -> int:
    """Let the worker do what is due."""
    return run_due(job_registry(), limit)


def cancelled(event: Event) -> None:
    take(event, Step.CANCEL)
    do_jobs()


def to_contact(event: Event, template: str) -> list[MailMessage]:
    """Return the messages to the contact person about the event as a whole."""
    db.session.rollback()
    return list(
        db.session.scalars(
            select(MailMessage).where(
                MailMessage.event_id == event.id,
                MailMessage.audience == "contact",
                MailMessage.template == f"registration/{template}",
                MailMessage.state != DeliveryState.DROPPED,
            )
        )
    )


@pytest.fixture
def people(app: Flask) -> tuple[Event, dict[str, Registration]]:
    """An event with one person of each status."""
    event = an_event()
    found = {status.value: a_registration(event, status=status) for status in Status}
    return event, found


@pytest.mark.both_databases
def test_who_lives_with_the_event_is_told_once_and_nobody_else(
    people: tuple[Event, dict[str, Registration]],
) -> None:
    event, found = people
    cancelled(event)
    do_jobs()
    assert {name: told(person) for name, person in found.items()} == {
        "unverified": [],
        "pending": [CANCELLED],
        "confirmed": [CANCELLED],
        "waitlisted": [CANCELLED],
        "declined": [],
        "cancelled": [],
    }
    assert len(to_contact(event, CANCELLED)) == 1
    assert {name: status_of(person).value for name, person in found.items()} == {name: name for name in found}


def test_each_in_their_own_language_with_the_reason(app: Flask) -> None:
    event = an_event(contact_language="en")
    ana, john = a_registration(event, language="es"), a_registration(event, language="en")
    cancelled(event)
    for person, language, heading in ((ana, "es", "no se realizará"), (john, "en", "will not take place")):
        message = last_mail(person)
        assert message.language == language
        assert NOTE[language].split()[-1] in message.text
        assert heading in message.subject
    write_news(clocks.now())
    [contact] = to_contact(event, CANCELLED)
    assert contact.language == "en"
    assert "2 people" in contact.text
    assert NOTE["en"] in " ".join(contact.text.split())


def test_calendars_of_the_confirmed_are_cleared_and_of_nobody_else(app: Flask) -> None:
    event = an_event()
    confirmed = registered(register_somebody(event))
    pending = registered(register_somebody(event, "academia"))
    invited = entries(last_mail(confirmed))
    cancelled(event)
    taken_back = entries(last_mail(confirmed))
    assert last_mail(confirmed).calendar_method == "CANCEL"
    assert [entry["UID"] for entry in taken_back] == [entry["UID"] for entry in invited]
    assert {str(entry["STATUS"]) for entry in taken_back} == {"CANCELLED"}
    assert int(taken_back[0]["SEQUENCE"]) > int(invited[0]["SEQUENCE"])
    assert entries(last_mail(pending)) == []


def test_only_the_days_somebody_comes_leave_the_calendar(app: Flask) -> None:
    event = an_event()
    first = str(event.days[0].id)
    person = registered(register_somebody(event, days=[first]))
    cancelled(event)
    assert len(entries(last_mail(person))) == 1


def test_what_is_queued_is_dropped(app: Flask) -> None:
    event, other = an_event(), an_event()
    person, elsewhere = registered(register_somebody(event)), registered(register_somebody(other))
    assert told(person) == ["confirmed"]
    take(event, Step.CANCEL)
    assert told(person) == []
    assert told(person, "contact") == []
    do_jobs()
    assert told(person) == [CANCELLED]
    assert told(elsewhere) == ["confirmed"]


def test_what_a_worker_has_in_hand_stays(app: Flask) -> None:
    event = an_event()
    person = registered(register_somebody(event))
    with transaction() as session:
        message = session.get_one(MailMessage, last_mail(person).id)
        message.state = DeliveryState.SENDING
    take(event, Step.CANCEL)
    assert told(person) == ["confirmed"]


def test_a_decision_nobody_was_told_of_is_as_if_it_were_not(app: Flask) -> None:
    """Declined half a minute ago, mails not gone: the person believes in a place, and has it in the calendar."""
    event = an_event()
    account = a_team_member(event)
    person = a_registration(event)
    decide(event.id, person.reference, Action.DECLINE, "Sin lugar.", 1, Organizer.account(account.id))
    cancelled(event)
    assert told(person) == [CANCELLED]
    assert last_mail(person).calendar_method == "CANCEL"


def test_somebody_approved_a_moment_ago_has_nothing_to_clear(app: Flask) -> None:
    event = an_event()
    account = a_team_member(event)
    person = a_registration(event, "academia", "pending")
    decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(account.id))
    cancelled(event)
    assert told(person) == [CANCELLED]
    assert last_mail(person).calendar == ""


def test_many_are_told_in_steps_each_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancelling, "PEOPLE_A_STEP", 3)
    event = an_event()
    people = [a_registration(event) for _ in range(8)]
    take(event, Step.CANCEL)
    steps = 0
    while do_jobs(1):
        steps += 1
        assert len(jobs_of(cancelling.TELL_JOB)) <= 1
    assert steps == 4
    assert [told(person) for person in people] == [[CANCELLED]] * 8
    assert jobs_of(cancelling.TELL_JOB) == []


@pytest.mark.both_databases
@pytest.mark.parametrize("dies_after", range(5))
def test_a_worker_that_dies_leaves_nobody_out_and_tells_nobody_twice(
    app: Flask, monkeypatch: pytest.MonkeyPatch, dies_after: int
) -> None:
    """Killed after any number of people of a step: the step is undone with its job, and done anew."""
    monkeypatch.setattr(cancelling, "PEOPLE_A_STEP", 3)
    event = an_event()
    people = [a_registration(event) for _ in range(5)]
    take(event, Step.CANCEL)
    written, whole = 0, cancelling.participant_message

    def until_killed(*args: Any, **more: Any) -> Any:
        nonlocal written
        if written == dies_after:
            written += 1
            raise RuntimeError("killed")
        written += 1
        return whole(*args, **more)

    monkeypatch.setattr(cancelling, "participant_message", until_killed)
    do_jobs()
    with transaction() as session:
        for job in session.scalars(select(Job).where(Job.kind == cancelling.TELL_JOB)):
            job.due_at = clocks.now()
    do_jobs()
    assert [told(person) for person in people] == [[CANCELLED]] * 5


def test_the_twin_without_one_transaction_tells_somebody_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the step's messages committed apart from where the next one begins, a kill between would repeat them."""
    event = an_event()
    person = a_registration(event)
    take(event, Step.CANCEL)
    [job] = jobs_of(cancelling.TELL_JOB)
    work = dict(job.payload)
    with transaction():
        cancelling.tell_some(work, clocks.now())
    with transaction() as session:
        session.get_one(Job, job.id).payload = work
    with transaction():
        cancelling.tell_some(work, clocks.now())
    assert told(person) == [CANCELLED, CANCELLED]


def test_nothing_is_decided_at_a_cancelled_event(app: Flask) -> None:
    event = an_event()
    account = a_team_member(event)
    person, late = a_registration(event, "academia", "pending"), a_registration(event, status="unverified")
    made = decide(event.id, person.reference, Action.DECLINE, "Sin lugar.", 1, Organizer.account(account.id))
    take(event, Step.CANCEL)
    for act in (
        lambda: decide(
            event.id, person.reference, Action.APPROVE, "", fresh(person).revision, Organizer.account(account.id)
        ),
        lambda: undo(event.id, person.reference, made.id, Organizer.account(account.id)),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason is DecisionReason.CALLED_OFF
    with pytest.raises(Refused) as unverified:
        verify_address(event.id, late.id)
    assert unverified.value.reason is ChangeReason.CALLED_OFF


@pytest.mark.parametrize(
    ("publication", "promoted"),
    [
        (Publication.PUBLISHED, "confirmed"),
        (Publication.REGISTRATION_CLOSED, "confirmed"),
        (Publication.CANCELLED, "waitlisted"),
    ],
)
def test_withdrawing_stays_possible_and_the_list_moves_only_at_an_event_that_is_on(
    app: Flask, publication: Publication, promoted: str
) -> None:
    event = an_event(capacity=1)
    first, second = a_registration(event), a_registration(event, status="waitlisted")
    with transaction() as session:
        session.get_one(Event, event.id).publication = publication
    withdraw(event.id, first.id)
    assert status_of(first) is Status.CANCELLED
    assert status_of(second).value == promoted
    assert pass_on_places(event.id) == []


def test_an_archived_event_is_left_as_it_is(app: Flask) -> None:
    event = an_event(publication=Publication.ARCHIVED)
    account = a_team_member(event)
    person = a_registration(event)
    acts: list[Callable[[], object]] = [
        lambda: decide(event.id, person.reference, Action.DECLINE, "No.", 1, Organizer.account(account.id)),
        lambda: withdraw(event.id, person.id),
    ]
    for act in acts:
        with pytest.raises(LifecycleRefused):
            act()
    assert pass_on_places(event.id) == []
    assert status_of(person) is Status.CONFIRMED


def test_reinstated_everybody_is_told_and_the_dates_come_back(app: Flask) -> None:
    event = an_event()
    confirmed = a_registration(event)
    pending = a_registration(event, "academia", "pending")
    cancelled(event)
    sequence = int(entries(last_mail(confirmed))[0]["SEQUENCE"])
    with transaction() as session:
        for message in session.scalars(select(MailMessage)):
            message.state = DeliveryState.SENT
    assert take(event, Step.REINSTATE) is Publication.PUBLISHED
    do_jobs()
    assert [told(person) for person in (confirmed, pending)] == [[CANCELLED, REINSTATED]] * 2
    back = last_mail(confirmed)
    assert back.calendar_method == "REQUEST"
    assert {str(entry["STATUS"]) for entry in entries(back)} == {"CONFIRMED"}
    assert int(entries(back)[0]["SEQUENCE"]) > sequence
    assert entries(last_mail(pending)) == []
    assert len(to_contact(event, REINSTATED)) == 1
    db.session.rollback()
    assert db.session.get_one(Event, event.id).cancellation_note == {}


def test_reinstated_at_once_what_still_waits_of_the_cancellation_is_dropped(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job of the cancellation is overtaken half way: nobody hears of it after that."""
    monkeypatch.setattr(cancelling, "PEOPLE_A_STEP", 2)
    event = an_event()
    people = [a_registration(event) for _ in range(5)]
    take(event, Step.CANCEL)
    do_jobs(1)
    take(event, Step.REINSTATE)
    do_jobs()
    assert [told(person) for person in people] == [[REINSTATED]] * 5
    assert to_contact(event, CANCELLED) == []


def test_work_that_a_newer_change_replaced_is_left_undone(app: Flask) -> None:
    """A worker that took the job of the cancellation just before it was reinstated."""
    event = an_event()
    person = a_registration(event)
    take(event, Step.CANCEL)
    [job] = jobs_of(cancelling.TELL_JOB)
    stale = dict(job.payload)
    take(event, Step.REINSTATE)
    with transaction():
        assert cancelling.tell_some(stale, clocks.now()) == 0
    assert told(person) == []


def test_cancelled_twice_is_told_twice(app: Flask) -> None:
    event = an_event()
    person = a_registration(event)
    for step in (Step.CANCEL, Step.REINSTATE, Step.CANCEL):
        take(event, step)
        do_jobs()
        with transaction() as session:
            for message in session.scalars(select(MailMessage)):
                message.state = DeliveryState.SENT
    assert told(person) == [CANCELLED, REINSTATED, CANCELLED]
    assert len(to_contact(event, CANCELLED)) == 2
