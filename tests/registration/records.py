"""What tests of this room ask of the database afterwards."""

from __future__ import annotations

from typing import Any

from icalendar import Calendar, Event as Entry
from sqlalchemy import func, select

from eventreg.audit.queries import list_traces
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.jobs.models import Job
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import Place, Registration
from eventreg.registration.rules.states import Status
from eventreg.registration.services.registering import Receipt


def fresh(registration: Registration) -> Registration:
    """Return a registration as it stands in the database now."""
    db.session.rollback()
    return db.session.get_one(Registration, registration.id, populate_existing=True)


def status_of(registration: Registration) -> Status:
    """Return the status that a registration has in the database now."""
    return fresh(registration).status


def registered(receipt: Receipt) -> Registration:
    """Return the registration of a receipt."""
    assert receipt.registration is not None
    return receipt.registration


def mails(about: Registration, audience: str = "participant") -> list[MailMessage]:
    """Return the messages about a registration that will go or went, in the order of queuing."""
    db.session.rollback()
    found = db.session.scalars(
        select(MailMessage)
        .where(
            MailMessage.record_kind == "registration",
            MailMessage.record_id == about.id,
            MailMessage.audience == audience,
            MailMessage.state != DeliveryState.DROPPED,
        )
        .order_by(MailMessage.id)
    )
    return list(found)


def told(about: Registration, audience: str = "participant") -> list[str]:
    """Return which messages somebody gets, by name."""
    return [mail.template.removeprefix("registration/") for mail in mails(about, audience)]


def last_mail(about: Registration, audience: str = "participant") -> MailMessage:
    """Return the newest message about a registration."""
    return mails(about, audience)[-1]


def entries(mail: MailMessage) -> list[Entry]:
    """Return the calendar entries of a message, parsed; none when it carries no calendar."""
    if not mail.calendar:
        assert mail.calendar_method == ""
        return []
    calendar = Calendar.from_ical(mail.calendar)
    assert calendar["METHOD"] == mail.calendar_method
    return list(calendar.walk("VEVENT"))


def history(registration: Registration) -> list[tuple[str, dict[str, Any]]]:
    """Return what the audit says of a registration, oldest first: action and detail."""
    traces = list_traces(registration.event_id, "registration", registration.id)
    return [(trace.entry.action, trace.detail) for trace in reversed(traces)]


def places_of(event: Event) -> dict[int, Place]:
    """Return the places that are taken at an event, by registration."""
    db.session.rollback()
    return {
        place.registration_id: place for place in db.session.scalars(select(Place).where(Place.event_id == event.id))
    }


def jobs_of(kind: str) -> list[Job]:
    """Return the jobs of a kind that wait, the first due first."""
    db.session.rollback()
    return list(db.session.scalars(select(Job).where(Job.kind == kind).order_by(Job.due_at)))


def the_registration() -> Registration:
    """Return the only registration there is."""
    db.session.rollback()
    return db.session.scalars(select(Registration)).one()


def count_registrations() -> int:
    """Return how many registrations there are in the database now."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Registration)) or 0
