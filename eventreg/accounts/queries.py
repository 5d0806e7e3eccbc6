"""Reads of accounts and of the links that open them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from eventreg.accounts.models import Account, GuardedAttempt, SignInLink
from eventreg.accounts.rules.profiles import address_key
from eventreg.db import db
from eventreg.kernel.errors import NotFound


def get_account(account_id: int) -> Account:
    """Return an account that is not closed. Raises NotFound."""
    account = db.session.scalars(
        select(Account).where(Account.id == account_id, Account.closed_at.is_(None))
    ).one_or_none()
    if account is None:
        raise NotFound
    return account


def find_session_account(account_id: int, generation: int) -> Account | None:
    """Return the account that a session cookie names, unless it is closed or its sessions were ended."""
    return db.session.scalars(
        select(Account).where(
            Account.id == account_id, Account.session_generation == generation, Account.closed_at.is_(None)
        )
    ).one_or_none()


def find_account_by_address(email: str) -> Account | None:
    """Return the account of a mail address, however it is capitalized, unless it is closed."""
    return db.session.scalars(
        select(Account).where(Account.email_key == address_key(email), Account.closed_at.is_(None))
    ).one_or_none()


def list_accounts() -> Sequence[Account]:
    """Return every account, closed ones too, by name."""
    return db.session.scalars(select(Account).order_by(Account.name, Account.id)).all()


def list_account_names(account_ids: Collection[int]) -> Mapping[int, str]:
    """Return the names of these accounts by id, closed ones too: what they did stays theirs."""
    if not account_ids:
        return {}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(sorted(set(account_ids)))))
    return {row.id: row.name for row in rows}


def find_open_link(public_id: str, at: datetime) -> SignInLink | None:
    """Return a sign-in link that can still be used at this instant."""
    return db.session.scalars(
        select(SignInLink)
        .join(Account, Account.id == SignInLink.account_id)
        .where(
            SignInLink.public_id == public_id,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > at,
            Account.closed_at.is_(None),
        )
    ).one_or_none()


def count_attempts(purpose: str, subject: str, since: datetime) -> int:
    """Return how often something was tried by this subject (a keyed hash) after an instant."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(GuardedAttempt)
            .where(GuardedAttempt.purpose == purpose, GuardedAttempt.subject == subject, GuardedAttempt.at > since)
        )
        or 0
    )
