"""Accounts begin, change and end.

Closing an account: everything that it opens ends at once. What it has elsewhere is given up by the rooms above.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import func, select, update

from eventreg.accounts.models import Account, AccountSession, SignInLink
from eventreg.accounts.rules.profiles import AccountReason, address_key, checked_address, checked_name
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import db, lock_row, transaction
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import LocalizedText
from eventreg.web.sockets import Socket


def create_account(email: str, name: str, language: str, is_administrator: bool = False, by: Actor = SYSTEM) -> int:
    """Make an account without a password and return its id; a sign-in link opens it.

    One that only stands in for its person becomes theirs. Raises Refused: NAME_MISSING, ADDRESS_INVALID, ADDRESS_TAKEN (an
    account that was closed keeps its address).
    """
    shown_name, address = checked_name(name), checked_address(email)
    with transaction() as session:
        account = session.scalar(select(Account).where(Account.email_key == address_key(address)))
        if account is None:
            account = Account(email_key=address_key(address))
            session.add(account)
        elif not account.stands_in:
            raise Refused(AccountReason.ADDRESS_TAKEN)
        account.email, account.name, account.language = address, shown_name, language
        account.is_administrator = is_administrator
        account.created_at, account.closed_at = now(), None
        session.flush()
        note(account, "account_created", by, is_administrator=is_administrator)
        return account.id


def change_profile(account_id: int, name: str, language: str) -> None:
    """Change one's own name and the language of one's mails. Raises Refused (NAME_MISSING) and NotFound."""
    shown_name = checked_name(name)
    with transaction():
        account = lock_account(account_id)
        changed = [
            part
            for part, old, new in (("name", account.name, shown_name), ("language", account.language, language))
            if old != new
        ]
        if changed:
            account.name, account.language = shown_name, language
            note(account, "profile_changed", Actor.account(account_id), changed=changed)


def set_roomy_rows(account_id: int, has_roomy_rows: bool) -> None:
    """Have lists drawn with comfortable rows or dense ones for an account, wherever it signs in. Raises NotFound."""
    with transaction():
        lock_account(account_id).has_roomy_rows = has_roomy_rows


def close_account(account_id: int, by: Actor = SYSTEM) -> None:
    """End an account: its sessions and links stop at once, what it did stays under its name. Raises NotFound."""
    with transaction():
        account = lock_account(account_id)
        account.closed_at = now()
        account.password_hash = ""
        end_ways_in(account)
        note(account, "account_closed", by)


def lock_account(account_id: int) -> Account:
    """Load an open account afresh and hold it until the transaction ends. Raises NotFound."""
    return lock_row(select(Account).where(Account.id == account_id, Account.closed_at.is_(None)))


def end_ways_in(account: Account, kept: str = "") -> None:
    """End the account's sessions but `kept` and void its unused links, in the caller's transaction.

    The generation is raised as well, so the browser of the session that is kept needs the new cookie.
    """
    account.session_generation += 1
    end_rows(account.id, kept)
    db.session.execute(
        update(SignInLink)
        .where(SignInLink.account_id == account.id, SignInLink.used_at.is_(None))
        .values(used_at=now())
    )


def end_rows(account_id: int, kept: str = "") -> None:
    """End the open sessions of an account but the one with this public id, in the caller's transaction."""
    db.session.execute(
        update(AccountSession)
        .where(
            AccountSession.account_id == account_id,
            AccountSession.ended_at.is_(None),
            AccountSession.public_id != kept,
        )
        .values(ended_at=now())
    )


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


belongings: Socket[Belongings] = Socket("belongings")


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


#: an account that nobody signed in with for so long is closed
UNUSED_AFTER = timedelta(days=730)


def close_unused(at: datetime) -> int:
    """Close the accounts that nobody uses any more; returns how many. A duty of the worker.

    Administrators' stay, and what owns an event alone: somebody has to be there for it. What they did stays under their name.
    """
    used = func.coalesce(Account.last_signed_in_at, Account.created_at)
    unused = select(Account.id).where(Account.closed_at.is_(None), ~Account.is_administrator, used < at - UNUSED_AFTER)
    closed = 0
    for account_id in db.session.scalars(unused.order_by(Account.id)).all():
        if not belongings().list_owned_alone(account_id):
            close_everywhere(account_id)
            closed += 1
    return closed
