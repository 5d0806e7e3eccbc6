"""Which messages that were sent can go once more: those that still tell what is."""

from __future__ import annotations

from eventreg.registration.rules.states import Status

_ROOM = "registration/"
#: what tells of a status holds while the registration has it
_OF_STATUS = {
    "received": Status.PENDING,
    "confirmed": Status.CONFIRMED,
    "waitlisted": Status.WAITLISTED,
    "declined": Status.DECLINED,
    "reopened": Status.PENDING,
    "verify": Status.UNVERIFIED,
    "handed_to": Status.CONFIRMED,
}
#: what takes entries out of calendars, or goes to an address that was left, told its news once
_ONCE = frozenset(
    {
        "confirm_address", "address_left", "days_left", "old_entry", "team_days_left", "withdrawn", "team_withdrawn", "handed_on",
        "promoted", "event_cancelled", "event_reinstated",
    }
)  # fmt: skip


def may_go_again(template: str, audience: str, recipient: str, address: str, status: Status) -> bool:
    """Say whether a message about a registration still tells what is, and goes to the person's address of now."""
    name = template.removeprefix(_ROOM)
    if audience != "participant" or recipient != address or status is Status.CANCELLED or name in _ONCE:
        return False
    return name not in _OF_STATUS or _OF_STATUS[name] is status
