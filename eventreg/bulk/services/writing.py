"""Writing to many as part of a run: each alone, in their language, once; tried on oneself first, stopped while it waits.

What any act of a run is given, and what it says came of one person, stands here as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services.guards import Try, admit
from eventreg.attendees.rules.acts import MOST_WAITED_FOR, TAKEN_BACK, UNVERIFIED, ItemOutcome, RunReason, wait_for
from eventreg.audit.services import Actor, note
from eventreg.bulk.emails import WrittenText, trial_message, written_message
from eventreg.bulk.models import Run, RunItem
from eventreg.db import db, lock_row, transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole, list_credited, lock_event_in_any_state
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import pick
from eventreg.mail.services import drop, enqueue
from eventreg.registration.emails import Occasion
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.rules.availability import UNDO_WINDOW
from eventreg.registration.rules.states import Status


@dataclass(frozen=True)
class ItemResult:
    """What came of one registration: DONE, DONE_WITHOUT_PLACE, or LEFT with the value of a refusal's reason."""

    outcome: ItemOutcome
    refusal: str = ""
    decision_id: int | None = None


DONE = ItemResult(ItemOutcome.DONE)

#: does the act to one person by the service that does it singly, in the transaction of the caller, who holds the event's row
#: and has seen that the person is in sight of whoever began the run. A Refused that it raises leaves the person as they were
ActHandler = Callable[[Run, RunItem], ItemResult]


def person_of(item: RunItem) -> Registration:
    """Return the registration of an item, which the caller has loaded."""
    return db.session.get_one(Registration, item.registration_id)


def count_left(run: Run) -> int:
    """Return how many people of a run are still to come, as far as it matters."""
    waiting = select(RunItem.id).where(RunItem.run_id == run.id, RunItem.outcome == ItemOutcome.WAITING)
    return db.session.scalar(select(func.count()).select_from(waiting.limit(MOST_WAITED_FOR).subquery())) or 0


def text_for(run: Run, name: str, language: str) -> str:
    """Return a text of the run's details in a person's language, else in the first language of the event that has one."""
    texts = {code: text for code, text in run.details.get(name, {}).items() if text}
    if not texts:
        return ""
    return pick(texts, language, db.session.get_one(Event, run.event_id).languages).text


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
