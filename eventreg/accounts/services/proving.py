"""Proving who one is by a code, at signing in and again before a dangerous act."""

from __future__ import annotations

from sqlalchemy import func, select, update

from eventreg.accounts import hashing
from eventreg.accounts.devices import known_mark
from eventreg.accounts.emails import Notice, enqueue_notice
from eventreg.accounts.models import Account, RecoveryCode
from eventreg.accounts.queries import get_account
from eventreg.accounts.rules.codes import folded, is_recovery, is_timed, step_of
from eventreg.accounts.rules.guarding import CODE, OLD_PASSWORD, Visitor
from eventreg.accounts.rules.refusals import AccountReason
from eventreg.accounts.secrets import recovery_hash, secret_of
from eventreg.accounts.services.accounts import lock_account
from eventreg.accounts.services.guards import demand_of, forgive
from eventreg.accounts.services.sessions import prove_again
from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound, Refused


def give_code(account_id: int, generation: int, code: str, who: Visitor) -> Account:
    """Return the account after a right code of its app or a recovery code, which is used up; of two at once one is.

    `generation` is that of the account when the first proof was given. Raises Refused: CODE_WRONG,
    TOO_MANY_TRIES without looking at the code, SIGN_IN_OVER when the account changed meanwhile.
    """
    try:
        device = known_mark(get_account(account_id), who)
        counted = demand_of(CODE, str(account_id), who, device)
    except NotFound:
        raise Refused(AccountReason.SIGN_IN_OVER) from None
    with transaction():
        account = lock_account(account_id)
        if account.session_generation != generation:
            raise Refused(AccountReason.SIGN_IN_OVER)
        _use_code(account, folded(code))
        forgive(counted)
        return account


def prove(account_id: int, session_id: str, password: str, code: str, who: Visitor) -> None:
    """Prove again who is signed in: by the password where there is one, and by a code where there is a second factor.

    Raises Refused: OLD_PASSWORD_WRONG, CODE_WRONG, TOO_MANY_TRIES, and LINK_NEEDED for an account that has
    neither; and NotFound.
    """
    account = get_account(account_id)
    asks_code = account.totp_confirmed_at is not None
    if not account.password_hash and not asks_code:
        raise Refused(AccountReason.LINK_NEEDED)
    if account.password_hash:
        check_password(account, password, who)
    if asks_code:
        give_code(account_id, account.session_generation, code, who)
    prove_again(account_id, session_id)


def check_password(account: Account, password: str, who: Visitor) -> None:
    """Check the present password of whoever is signed in. Raises Refused (OLD_PASSWORD_WRONG, TOO_MANY_TRIES)."""
    counted = demand_of(OLD_PASSWORD, str(account.id), who, known_mark(account, who))
    if not hashing.fits(account.password_hash, password):
        raise Refused(AccountReason.OLD_PASSWORD_WRONG)
    forgive(counted)


def _use_code(account: Account, code: str) -> None:
    """Use a code up, under the lock of the account. Raises Refused (CODE_WRONG)."""
    secret = secret_of(account) if account.totp_confirmed_at is not None else None
    if secret is not None and is_timed(code):
        step = step_of(secret, code, now(), account.totp_last_step)
        if step is not None:
            account.totp_last_step = step
            return
    if secret is not None and is_recovery(code) and _use_recovery_code(account, code):
        return
    raise Refused(AccountReason.CODE_WRONG)


def _use_recovery_code(account: Account, code: str) -> bool:
    unused = RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None)
    used = db.session.scalar(
        update(RecoveryCode)
        .where(*unused, RecoveryCode.code_hash == recovery_hash(account.id, code))
        .values(used_at=now())
        .returning(RecoveryCode.id)
    )
    if used is None:
        return False
    left = db.session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0
    note(account, "recovery_code_used", Actor.account(account.id), left=left)
    enqueue_notice(account, Notice.RECOVERY_CODE_USED, left=left)
    return True
