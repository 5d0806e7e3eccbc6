"""One registration of a run: what its act is given, and what it says came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel.text import pick
from eventreg.registration.models import Registration
from eventreg.review.models import Run, RunItem
from eventreg.review.rules.runs import MOST_WAITED_FOR, ItemOutcome


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
