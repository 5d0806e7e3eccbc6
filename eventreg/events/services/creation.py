"""Making an event."""

from __future__ import annotations

from datetime import datetime

from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import transaction
from eventreg.events.models import Category, Event, EventDay, Partner, ProgrammeSession
from eventreg.events.rules.plans import DayPlan, EventPlan, check_plan


def create_event(plan: EventPlan, at: datetime, *, actor: Actor = SYSTEM) -> int:
    """Make the event of a plan, with its days, programme, institutions and categories, and return its id.

    Questionnaire, privacy notice and team are given to it afterwards. Raises PlanInvalid, which names the place, and
    IntegrityError when the slug is taken.
    """
    check_plan(plan)
    with transaction() as session:
        event = _event(plan, at)
        event.days = [_day(day) for day in plan.days]
        event.partners = [
            Partner(organization_id=partner.organization_id, role=partner.role, position=position)
            for position, partner in enumerate(plan.partners, 1)
        ]
        event.categories = [
            Category(
                key=category.key,
                position=position,
                name=dict(category.name),
                description=dict(category.description),
                places=category.places,
                approval=category.approval,
                pending_counts=category.pending_counts,
            )
            for position, category in enumerate(plan.categories, 1)
        ]
        session.add(event)
        session.flush()
        note(event, "event_created", actor, at, slug=plan.slug)
        return event.id


def _event(plan: EventPlan, at: datetime) -> Event:
    return Event(
        slug=plan.slug,
        publication=plan.publication,
        languages=list(plan.languages),
        title=dict(plan.title),
        summary=dict(plan.summary),
        description=dict(plan.description),
        audience=dict(plan.audience),
        practical=[dict(item) for item in plan.practical],
        venue=dict(plan.venue),
        city=plan.city,
        country=plan.country,
        region=list(plan.region),
        time_zone=plan.time_zone,
        demonstration_note=dict(plan.demonstration_note),
        reference_prefix=plan.reference_prefix,
        capacity=plan.capacity,
        few_places=plan.few_places,
        registration_opens_at=plan.window.opens_at,
        registration_closes_at=plan.window.closes_at,
        changes_until=plan.window.changes_until,
        promotes_until=plan.window.promotes_until,
        verifies_addresses=plan.verifies_addresses,
        holds_mail=plan.holds_mail,
        contact_name=plan.contact.name,
        contact_position=dict(plan.contact.position),
        contact_office=dict(plan.contact.office),
        contact_phone=plan.contact.phone,
        contact_email=plan.contact.email,
        contact_language=plan.contact.language,
        created_at=at,
    )


def _day(plan: DayPlan) -> EventDay:
    return EventDay(
        held_on=plan.held_on,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        sessions=[
            ProgrammeSession(
                kind=session.kind,
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                title=dict(session.title),
                note=dict(session.note),
            )
            for session in plan.sessions
        ],
    )
