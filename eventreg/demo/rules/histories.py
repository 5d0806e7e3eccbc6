"""What happened to a fictional registration before now."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventreg.events.rules.categories import ApprovalRule
from eventreg.registration.rules.bulk import CategoryRule
from eventreg.registration.rules.states import Action, Status

_REASONS = {
    "es": "Los lugares de este seminario son para otras áreas de trabajo (demostración).",
    "en": "The places of this seminar are for other fields of work (demonstration).",
}
_LONGEST_WAIT = timedelta(hours=20)


@dataclass(frozen=True)
class Decided:
    """An organizer's decision."""

    action: Action
    before: Status
    after: Status
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class History:
    """How a registration came to its status."""

    first_status: Status
    submitted_at: datetime
    decided: Decided | None = None
    withdrew_at: datetime | None = None

    @property
    def changed_at(self) -> datetime:
        """When the status last changed."""
        return self.withdrew_at or (self.decided.at if self.decided else self.submitted_at)

    @property
    def revision(self) -> int:
        """How often the status was set."""
        return 1 + (self.decided is not None) + (self.withdrew_at is not None)


def invent_history(
    rule: CategoryRule, status: Status, language: str, submitted_at: datetime, now: datetime, chance: random.Random
) -> History:
    """Return a history that ends in `status`, between submitting and now."""
    first = Status.CONFIRMED if rule.approval is ApprovalRule.AT_ONCE else Status.PENDING
    later = submitted_at + min(_LONGEST_WAIT, now - submitted_at) * chance.random()
    if status is Status.CANCELLED:
        return History(first, submitted_at, withdrew_at=later)
    if status is Status.DECLINED:
        return History(first, submitted_at, Decided(Action.DECLINE, first, Status.DECLINED, later, _REASONS[language]))
    if status is Status.CONFIRMED and first is Status.PENDING:
        return History(first, submitted_at, Decided(Action.APPROVE, first, Status.CONFIRMED, later))
    return History(status, submitted_at)
