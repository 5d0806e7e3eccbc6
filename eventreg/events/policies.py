"""May this account do this to that event?"""

from dataclasses import dataclass
from typing import Any

from eventreg.accounts.services.second_factor import has_second_factor
from eventreg.events.models import Event
from eventreg.events.queries.team import find_membership, owns_an_event
from eventreg.events.rules.team import Grant, Permission, Scope, Sight, TeamRole


@dataclass(frozen=True)
class TeamAccess:
    """An event as one account may see it."""

    event: Event
    grant: Grant
    #: whether the event demands a second factor that the account does not have
    lacks_second_factor: bool = False

    @property
    def role(self) -> TeamRole | None:
        """The account's role; None for an administrator who is no team member."""
        return self.grant.role

    @property
    def scope(self) -> Scope:
        """Which of the event's registrations the account may know of. Every read and every act keeps to it."""
        return self.grant.scope

    @property
    def sight(self) -> Sight:
        """Which registrations the account may know of, and how much of each."""
        return self.grant.sight

    def may(self, permission: Permission) -> bool:
        """Say whether the account has the permission on this event."""
        return self.grant.allows(permission)


def find_access(slug: str, account: Any) -> TeamAccess | None:
    """Return the event as the account may see it, or None when the account may not know of it."""
    membership = find_membership(slug, account.id, account.is_administrator)
    if membership is None:
        return None
    event = membership.event
    return TeamAccess(event, membership.grant, event.demands_second_factor and not has_second_factor(account))


def may_create_events(account: Any, *, owns_one: bool | None = None) -> bool:
    """Say whether an account makes events: administrators, those who were allowed to, and whoever owns one.

    `owns_one`: where that is known; else it is looked up.
    """
    if account.is_administrator or account.may_create_events:
        return True
    return owns_an_event(account.id) if owns_one is None else owns_one
