"""What each role may do on its event."""

from __future__ import annotations

import enum


class TeamRole(enum.Enum):
    """A team member's role."""

    OWNER = "owner"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    DOOR = "door"
    VIEWER = "viewer"


class Permission(enum.Enum):
    """Something that a role may allow on one event."""

    #: know that one belongs to the event and open its front page
    ENTER = "enter"
    #: counts, no person
    SEE_FIGURES = "see_figures"
    #: the attendee list and each registration, without sensitive answers
    SEE_REGISTRATIONS = "see_registrations"
    #: sensitive answers and files, each look being an audit entry
    SEE_SENSITIVE = "see_sensitive"
    DECIDE = "decide"
    #: messages as they arrive, with personal links left out; release what is held
    SEE_MESSAGES = "see_messages"
    SEND_MESSAGES = "send_messages"
    EXPORT = "export"


_REVIEWING = {
    Permission.ENTER,
    Permission.SEE_FIGURES,
    Permission.SEE_REGISTRATIONS,
    Permission.DECIDE,
    Permission.SEE_MESSAGES,
}
_MANAGING = _REVIEWING | {Permission.SEE_SENSITIVE, Permission.SEND_MESSAGES, Permission.EXPORT}

#: role to what it allows. A funder's viewer sees figures and no person; the door sees nothing here but its event's name.
PERMISSIONS: dict[TeamRole, frozenset[Permission]] = {
    TeamRole.OWNER: frozenset(_MANAGING),
    TeamRole.MANAGER: frozenset(_MANAGING),
    TeamRole.REVIEWER: frozenset(_REVIEWING),
    TeamRole.DOOR: frozenset({Permission.ENTER}),
    TeamRole.VIEWER: frozenset({Permission.ENTER, Permission.SEE_FIGURES}),
}

#: an administrator runs the instance, and knows of every event what a viewer knows
ADMINISTRATOR_PERMISSIONS: frozenset[Permission] = PERMISSIONS[TeamRole.VIEWER]


def allows(role: TeamRole | None, is_administrator: bool, permission: Permission) -> bool:
    """Say whether a person with this role on an event (None: no team member) may do it there."""
    allowed = PERMISSIONS[role] if role is not None else frozenset()
    return permission in allowed or (is_administrator and permission in ADMINISTRATOR_PERMISSIONS)
