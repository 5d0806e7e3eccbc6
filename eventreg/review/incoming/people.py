"""Who of a file is there already: found by the reference, else by the address of a live registration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select

from eventreg.db import db
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status

Item = TypeVar("Item")
_CHUNK = 400


@dataclass(frozen=True)
class There:
    """A registration that is there."""

    id: int
    reference: str
    email_key: str
    status: Status
    revision: int
    is_live: bool


class PeopleThere:
    """The registrations of an event that a file could be about."""

    def __init__(self, event_id: int, references: Sequence[str], email_keys: Sequence[str]) -> None:
        self._event_id = event_id
        self.by_reference: dict[str, There] = {}
        self.by_email: dict[str, There] = {}
        for some in chunks(sorted(set(references))):
            self._load(Registration.reference.in_(some))
        live = Registration.status != Status.CANCELLED
        for some in chunks(sorted(set(email_keys))):
            self._load(Registration.email_key.in_(some) & live)

    def _load(self, condition: ColumnElement[bool]) -> None:
        rows = db.session.execute(
            select(
                Registration.id,
                Registration.reference,
                Registration.email_key,
                Registration.status,
                Registration.revision,
            ).where(Registration.event_id == self._event_id, or_(condition))
        )
        for row in rows:
            there = There(*row, is_live=row.status is not Status.CANCELLED)
            self.by_reference[there.reference] = there
            if there.is_live:
                self.by_email[there.email_key] = there


def chunks(items: Sequence[Item], size: int = _CHUNK) -> Iterator[Sequence[Item]]:
    """Yield the items some hundreds at a time: databases take no more values in one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
