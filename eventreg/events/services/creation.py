"""Making an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import Base, transaction
from eventreg.events.models import Category, Event, EventDay, Partner, ProgrammeSession
from eventreg.events.rules.plans import EventPlan, check_plan


def create_event(plan: EventPlan, at: datetime, *, actor: Actor = SYSTEM) -> int:
    """Make the event of a plan, with its days, programme, institutions and categories, and return its id.

    Questionnaire, privacy notice and team are given to it afterwards. Raises PlanInvalid, which names the place, and
    IntegrityError when the slug is taken.
    """
    check_plan(plan)
    with transaction() as session:
        event = _event(plan, at)
        event.days = [
            EventDay(**_columns(EventDay, day), sessions=[ProgrammeSession(**vars(each)) for each in day.sessions])
            for day in plan.days
        ]
        event.partners = [Partner(**vars(each), position=place) for place, each in enumerate(plan.partners, 1)]
        event.categories = [Category(**vars(each), position=place) for place, each in enumerate(plan.categories, 1)]
        session.add(event)
        session.flush()
        note(event, "event_created", actor, at, slug=plan.slug)
        return event.id


def _event(plan: EventPlan, at: datetime) -> Event:
    columns = _columns(Event, plan) | {f"contact_{name}": value for name, value in vars(plan.contact).items()}
    window = plan.window
    return Event(
        **columns | {name: list(columns[name]) for name in ("languages", "region", "practical")},
        registration_opens_at=window.opens_at,
        registration_closes_at=window.closes_at,
        changes_until=window.changes_until,
        promotes_until=window.promotes_until,
        created_at=at,
    )


def _columns(model: type[Base], plan: Any) -> dict[str, Any]:
    """Return what of a plan are columns of a table, which bear the same names."""
    return {name: value for name, value in vars(plan).items() if name in model.__table__.c}
