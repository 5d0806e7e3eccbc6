"""Closing an account: everything that it opens ends at once. What it has elsewhere is given up by the rooms above."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import Flask, current_app

from eventreg.accounts.rules.refusals import AccountReason
from eventreg.accounts.services.accounts import close_account
from eventreg.audit.services import SYSTEM, Actor
from eventreg.db import transaction
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import LocalizedText

_EXTENSION = "eventreg_belongings"


@dataclass(frozen=True)
class OwnedAlone:
    """An event that nobody else owns."""

    slug: str
    title: LocalizedText


class NeedsSuccessor(Refused):
    """The account owns something alone, and nobody was named to take it over."""

    def __init__(self) -> None:
        super().__init__(AccountReason.SUCCESSOR_MISSING)


class Belongings(Protocol):
    """What accounts have in the rooms above this one. The assembly plugs it in."""

    def count_roles(self, account_ids: Collection[int]) -> Mapping[int, int]:
        """Return on how many events each of these accounts has a role; those with none may be left out."""

    def list_owned_alone(self, account_id: int) -> Sequence[OwnedAlone]:
        """Return the events that nobody else owns."""

    def give_up(self, account_id: int, successor_id: int | None, by: Actor) -> None:
        """End every right of an account in the caller's transaction. Raises NeedsSuccessor."""


def init_belongings(app: Flask, belongings: Belongings) -> None:
    """Tell `app` what accounts have elsewhere."""
    app.extensions[_EXTENSION] = belongings


def belongings() -> Belongings:
    """Return what accounts have elsewhere."""
    plugged: Belongings = current_app.extensions[_EXTENSION]
    return plugged


def close_everywhere(account_id: int, successor_id: int | None = None, by: Actor = SYSTEM) -> None:
    """End an account with its rights on all events, its invitations, sessions and links: all of it or nothing.

    What it owns alone goes to `successor_id`. Raises NotFound; NeedsSuccessor; Refused (OWN_ACCOUNT: an administrator
    does not close the account that closes).
    """
    if by == Actor.account(account_id):
        raise Refused(AccountReason.OWN_ACCOUNT)
    with transaction():
        belongings().give_up(account_id, successor_id, by)
        close_account(account_id, by)
