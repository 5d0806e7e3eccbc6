"""Who acts at the desk of an event: the one value that every act of the team takes."""

from dataclasses import dataclass

from flask import g
from flask_login import current_user

from eventreg.audit.services import Actor
from eventreg.events.rules.team import WHOLE, Scope


@dataclass(frozen=True)
class Organizer(Actor):
    """An account that acts, with what it may know of: an act looks under its own lock, and reaches nobody out of scope."""

    scope: Scope = WHOLE

    @property
    def account_id(self) -> int:
        """The account's id."""
        assert self.id is not None  # noqa: S101 - made by `organizer` and `account` alone
        return self.id


def organizer() -> Organizer:
    """Return who is signed in, with what they may know of the event at hand: a view hands it to the service that it calls."""
    return Organizer("account", current_user.id, g.event_access.scope)
