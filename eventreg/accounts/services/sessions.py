"""Sessions as rows: begun, proved again, ended, swept. The cookie names a row; a row that has ended opens nothing."""

from datetime import datetime

from sqlalchemy import select, update

from eventreg.accounts.models import Account, AccountSession
from eventreg.accounts.rules.codes import SEEN_EVERY, SESSION_LASTS, SignInWay
from eventreg.accounts.services.accounts import end_rows, lock_account
from eventreg.audit.services import Actor, Target, note
from eventreg.db import db, delete_rows, lock_row, transaction
from eventreg.kernel import clock, tokens


def open_session(
    account_id: int, way: SignInWay, client: str, *, has_second_factor: bool, replaced: str = ""
) -> tuple[Account, str]:
    """Begin a session: the one place that completes a sign-in, whichever way somebody came.

    `client` is browser and system in words, `replaced` the session that this browser had before. Returns the account and
    the public id of the session. Raises NotFound.
    """
    with transaction() as session:
        account = lock_account(account_id)
        at = clock.now()
        row = AccountSession(
            public_id=tokens.new_public_id(),
            account_id=account.id,
            began_at=at,
            seen_at=at,
            proved_at=at,
            way=way.value,
            has_second_factor=has_second_factor,
            client=client[:120],
        )
        session.add(row)
        _end(replaced)
        account.last_signed_in_at = at
        detail = {"by": way.value, "second_factor": has_second_factor}
        note(account, "signed_in", Actor.account(account.id), **detail)
        session.flush()
        return account, row.public_id


def prove_again(account_id: int, public_id: str) -> None:
    """Note that whoever is signed in has just proved who they are. Raises NotFound when the session has ended."""
    with transaction():
        row = _lock_session(account_id, public_id)
        row.proved_at = row.seen_at = clock.now()
        note(Target(Account, account_id), "proved_again", Actor.account(account_id))


def note_seen(public_id: str) -> None:
    """Note that a session was used, unless that was noted a short while ago."""
    with transaction() as session:
        at = clock.now()
        session.execute(
            update(AccountSession)
            .where(AccountSession.public_id == public_id, AccountSession.seen_at <= at - SEEN_EVERY)
            .values(seen_at=at)
        )


def end_session_of(account_id: int, public_id: str) -> None:
    """End one session of an account: its next request is refused. Raises NotFound when it is not one of them."""
    with transaction():
        _lock_session(account_id, public_id).ended_at = clock.now()
        note(Target(Account, account_id), "session_ended", Actor.account(account_id))


def end_other_sessions_of(account_id: int, kept: str) -> Account:
    """End every session of an account but the one with this public id, and what makes other devices known to it.

    Returns the account, with the new generation that the cookie of the session that is kept needs. Raises NotFound.
    """
    with transaction():
        account = lock_account(account_id)
        account.session_generation += 1
        end_rows(account_id, kept)
        note(account, "sessions_ended", Actor.account(account_id))
        return account


def forget_old_sessions(at: datetime) -> int:
    """Delete sessions that nobody can use any more at an instant, for a periodic duty. Returns how many."""
    over = (AccountSession.began_at <= at - SESSION_LASTS) | (AccountSession.ended_at <= at - SESSION_LASTS)
    with transaction():
        return delete_rows(AccountSession, over)


def _end(public_id: str) -> None:
    db.session.execute(
        update(AccountSession)
        .where(AccountSession.public_id == public_id, AccountSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def _lock_session(account_id: int, public_id: str) -> AccountSession:
    return lock_row(select(AccountSession).filter_by(public_id=public_id, account_id=account_id, ended_at=None))
