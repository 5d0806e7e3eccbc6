"""Decisions made while the machine's clock was ahead, once it has come back (see `db.due`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from eventreg.db import SKEW, db, transaction
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.registration.models import Decision, OptionPlace, Place, Registration
from eventreg.registration.services.promotion import schedule_passing_on


def pull_back_decisions(now: datetime) -> None:
    """Have the time to undo such decisions end, and what they set free be free, as long from now as from when they were
    made. A duty of the worker: their mails and jobs are pulled back by themselves."""
    ahead = (Decision.mails_at > now, Decision.decided_at > now + SKEW)
    events = select(Registration.event_id).join(Decision, Decision.registration_id == Registration.id)
    for event_id in db.session.scalars(events.where(*ahead).distinct()).all():
        with transaction() as session:
            lock_event_in_any_state(event_id)
            decisions = session.scalars(
                select(Decision)
                .join(Registration, Registration.id == Decision.registration_id)
                .where(Registration.event_id == event_id, *ahead)
            ).all()
            for decision in decisions:
                at = now + (decision.mails_at - decision.decided_at)
                for held in (Place, OptionPlace):
                    session.execute(
                        update(held)
                        .where(held.registration_id == decision.registration_id, held.released_at == decision.mails_at)
                        .values(released_at=at)
                        .execution_options(synchronize_session=False)
                    )
                decision.mails_at, decision.decided_at = at, now
                schedule_passing_on(event_id, at)
