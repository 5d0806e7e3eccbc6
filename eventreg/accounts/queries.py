"""Reads of accounts and of the links that open them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from eventreg.accounts.models import Account, AccountSession, GuardedAttempt, RecoveryCode, SignInLink
from eventreg.accounts.rules import codes, profiles
from eventreg.db import db, found


def get_account(account_id: int) -> Account:
    """Return an account that is not closed. Raises NotFound."""
    account: Account = found(
        db.session.scalar(select(Account).where(Account.id == account_id, Account.closed_at.is_(None)))
    )
    return account


#: built once, since every page asks it
_SESSION = (
    select(Account, AccountSession)
    .join(AccountSession, AccountSession.account_id == Account.id)
    .where(
        Account.id == bindparam("account_id"),
        Account.session_generation == bindparam("generation"),
        Account.closed_at.is_(None),
        AccountSession.public_id == bindparam("public_id"),
        AccountSession.ended_at.is_(None),
        AccountSession.began_at > bindparam("since"),
    )
)


def find_session(
    account_id: int, generation: int, public_id: str, at: datetime
) -> tuple[Account, AccountSession] | None:
    """Return the account and the session that a cookie names, in one statement.

    None when the account is closed, or the session has ended or is too old at this instant.
    """
    given = {
        "account_id": account_id,
        "generation": generation,
        "public_id": public_id,
        "since": at - codes.SESSION_LASTS,
    }
    row = db.session.execute(_SESSION, given).one_or_none()
    return None if row is None else (row.Account, row.AccountSession)


def list_open_sessions(account_id: int, at: datetime) -> Sequence[AccountSession]:
    """Return the sessions in which an account is signed in at this instant, the newest first."""
    return db.session.scalars(
        select(AccountSession)
        .where(
            AccountSession.account_id == account_id,
            AccountSession.ended_at.is_(None),
            AccountSession.began_at > at - codes.SESSION_LASTS,
        )
        .order_by(AccountSession.began_at.desc(), AccountSession.id.desc())
    ).all()


def find_account_by_address(email: str) -> Account | None:
    """Return the account of a mail address, however it is capitalized, unless it is closed. What is no address has none."""
    if not profiles.is_like_address(email):
        return None
    return db.session.scalars(
        select(Account).where(Account.email_key == profiles.address_key(email), Account.closed_at.is_(None))
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


def count_recovery_codes(account_id: int) -> int:
    """Return how many recovery codes of an account were not used yet."""
    unused = RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def list_attempts(purpose: str, subject: str, since: datetime, until: datetime, most: int) -> Sequence[datetime]:
    """Return when something was tried by this subject (a keyed hash) between two instants: the `most` newest, newest first."""
    return db.session.scalars(
        select(GuardedAttempt.at)
        .where(
            GuardedAttempt.purpose == purpose,
            GuardedAttempt.subject == subject,
            GuardedAttempt.at > since,
            GuardedAttempt.at <= until,
        )
        .order_by(GuardedAttempt.at.desc())
        .limit(most)
    ).all()
