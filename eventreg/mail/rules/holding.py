"""What may leave the machine.

Nothing does until a mail server is configured; and what an event holds back goes to addresses ending in `.example`
only, which nobody has (RFC 2606).
"""

from __future__ import annotations

from eventreg.mail.rules.states import DeliveryState


def is_fictional(address: str) -> bool:
    """Say whether nobody can have this address."""
    return address.rpartition("@")[2].lower().endswith(".example")


def must_stay(recipient: str, *, is_held_back: bool, sends_held_back: bool) -> bool:
    """Say whether a message may not be sent whatever is configured.

    `sends_held_back` is the setting EVENTREG_DEMO_MAIL=send, for tests against a server on loopback.
    """
    return is_held_back and not sends_held_back and not is_fictional(recipient)


def first_state(recipient: str, *, has_server: bool, is_held_back: bool, sends_held_back: bool) -> DeliveryState:
    """Return the state in which a new message is written."""
    if not has_server or must_stay(recipient, is_held_back=is_held_back, sends_held_back=sends_held_back):
        return DeliveryState.HELD
    return DeliveryState.QUEUED
