"""Accounts begin, change and end."""

from __future__ import annotations

from sqlalchemy import select, update

from eventreg.accounts.models import Account, AccountSession, SignInLink
from eventreg.accounts.rules.profiles import address_key, checked_address, checked_name
from eventreg.accounts.rules.refusals import AccountReason
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import db, lock_row, transaction
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused


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
