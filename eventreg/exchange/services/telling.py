"""People whom the team has put in from a file are told, where that was wanted: by a job, some people a step."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.queries.events import lock_event_in_any_state
from eventreg.jobs.services import schedule
from eventreg.mail.services import enqueue_all
from eventreg.registration.emails import News, Occasion, participant_message
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import list_day_ids
from eventreg.registration.services.registering import NEWS_OF

TELL_ADDED_JOB = "registration.tell_added"
#: people written to in one step: a second of work, in which nobody else can write to a small database
PEOPLE_A_STEP = 50


def schedule_telling(event_id: int, key: str, registration_ids: Sequence[int], now: datetime) -> None:
    """Have these people told what came of their registration, in the caller's transaction. `key` names the file."""
    if registration_ids:
        work = {"event_id": event_id, "key": key, "ids": list(registration_ids)}
        schedule(TELL_ADDED_JOB, f"{TELL_ADDED_JOB}:{key}", work, now)


def tell_added(work: Mapping[str, Any], now: datetime) -> int:
    """Write to the next people; returns to how many. A job of the worker, in its transaction.

    Whoever was decided on meanwhile was told by that; whoever is declined with the file, or withdrew, is not written to.
    """
    event = lock_event_in_any_state(work["event_id"])
    if event.is_called_off:
        return 0
    ids = list(work["ids"])
    people = db.session.scalars(
        select(Registration)
        .where(Registration.event_id == event.id, Registration.id.in_(ids[:PEOPLE_A_STEP]))
        .order_by(Registration.id)
    ).all()
    told = [each for each in people if each.status in NEWS_OF and each.status_changed_at == each.submitted_at]
    occasion, days = Occasion.load(event), list_day_ids(told)
    enqueue_all([participant_message(occasion, each, News(NEWS_OF[each.status], days[each.id]), now) for each in told])
    schedule_telling(event.id, work["key"], ids[PEOPLE_A_STEP:], now)
    return len(told)
