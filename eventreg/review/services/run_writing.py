"""Writing to many as part of a run: each alone, in their language, once; tried on oneself first, stopped while it waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services.guards import Try, admit
from eventreg.audit.services import Actor, note
from eventreg.db import lock_row, transaction
from eventreg.events.queries.for_registration import get_event_whole, list_credited, lock_event_in_any_state
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.mail.services import drop, enqueue
from eventreg.registration.emails import Occasion
from eventreg.registration.emails.written import WrittenText, trial_message, written_message
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.rules.deadlines import UNDO_WINDOW
from eventreg.registration.rules.states import Status
from eventreg.review.models import Run, RunItem
from eventreg.review.rules.runs import TAKEN_BACK, UNVERIFIED, ItemOutcome, RunReason, wait_for
from eventreg.review.services.run_items import DONE, ItemResult, count_left, person_of

#: trials to one's own address
_TRIALS = Limit("written-trial/account", 30, 60)
#: what a statement names at once
_KEYS_AT_ONCE = 500


def text_of(run: Run) -> WrittenText:
    """Return what a run writes."""
    return WrittenText(dict(run.details.get("subject", {})), dict(run.details.get("body", {})))


def message_key(run: Run, public_id: str) -> str:
    """Return the key of the outbox for a run's message to one person: there is one, however often the run is taken up."""
    return f"registration/{public_id}/written/{run.public_id}/participant"


def write_one(run: Run, item: RunItem) -> ItemResult:
    """Write to one person, whatever changed since they were chosen. The message waits until the time to stop it is over.

    Whoever has not confirmed the address is left: it may be anybody's.
    """
    person = person_of(item)
    if person.status is Status.UNVERIFIED:
        return ItemResult(ItemOutcome.LEFT, UNVERIFIED)
    occasion = _occasion(run)
    due_at = clock.now() + UNDO_WINDOW + wait_for(count_left(run))
    key = message_key(run, person.public_id)
    enqueue(written_message(occasion, person, find_day_ids(person), text_of(run), key, due_at))
    note(person, "written_to", Actor.account(run.account_id))
    return DONE


def try_on_oneself(run_id: int, person: Registration, email: str, actor: Actor) -> None:
    """Send a draft as `person` would get it to the address of whoever wrote it. Raises Refused (TOO_MANY_TRIALS)."""
    now = clock.now()
    with transaction():
        run = lock_row(select(Run).where(Run.id == run_id))
        if admit(Try(_TRIALS, str(actor.id))) is None:
            raise Refused(RunReason.TOO_MANY_TRIALS)
        days = find_day_ids(person) if person.id else frozenset[int]()
        key = f"run/{run.public_id}/trial/{now.timestamp():.6f}"
        occasion = _occasion(run)
        enqueue(trial_message(occasion, person, days, text_of(run), email, key, now))


def take_back_messages(run_id: int, actor: Actor) -> int:
    """Stop those messages of a run that have not gone; returns how many. Their people count as left, and can be written to."""
    now = clock.now()
    with transaction() as session:
        event_id = session.scalars(select(Run.event_id).where(Run.id == run_id)).one()
        event = lock_event_in_any_state(event_id)
        run = lock_row(select(Run).where(Run.id == run_id))
        done = session.execute(
            select(RunItem, Registration.public_id)
            .join(Registration, Registration.id == RunItem.registration_id)
            .where(RunItem.run_id == run_id, RunItem.outcome == ItemOutcome.DONE)
        ).all()
        items = {message_key(run, public_id): item for item, public_id in done}
        dropped = _drop(list(items), now)
        for key in dropped:
            items[key].outcome, items[key].refusal = ItemOutcome.LEFT, TAKEN_BACK
        if dropped:
            note(event, "run_messages_stopped", actor, people=len(dropped))
        return len(dropped)


def _drop(keys: Sequence[str], now: datetime) -> set[str]:
    dropped: set[str] = set()
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        dropped |= drop(keys[start : start + _KEYS_AT_ONCE], now)
    return dropped


def _occasion(run: Run) -> Occasion:
    event = get_event_whole(run.event_id)
    return Occasion(event, event.days, list_credited(event.id))
