"""The second factor of an account: set up, confirmed, taken off, and its recovery codes; the secret sealed for its account;
who has one and who must.

Proving who one is by a code, at signing in and again before a dangerous act.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select, update

from eventreg.accounts import passwords, queries
from eventreg.accounts.emails import Notice, enqueue_notice
from eventreg.accounts.models import Account, AccountSession, RecoveryCode
from eventreg.accounts.rules.codes import (
    RECOVERY_CODES,
    folded,
    is_recovery,
    is_timed,
    new_recovery_code,
    new_secret,
    step_of,
)
from eventreg.accounts.rules.guarding import CODE, OLD_PASSWORD, Visitor
from eventreg.accounts.rules.profiles import AccountReason
from eventreg.accounts.services import accounts, guards, sessions
from eventreg.accounts.sessions import known_mark
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import db, transaction
from eventreg.kernel import sealing, tokens
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound, Refused
from eventreg.settings.queries import current_settings
from eventreg.web.instance import keys


def has_second_factor(account: Any) -> bool:
    """Say whether the account is asked for a code when it signs in."""
    return account.totp_confirmed_at is not None


def lacks_second_factor(account: Any) -> bool:
    """Say whether the instance demands a second factor that this account does not have."""
    return not has_second_factor(account) and current_settings().demands_second_factor


def begin_setup(account_id: int) -> None:
    """Give the account a secret that is not asked for until a first code proves that it arrived.

    One that waits to be confirmed is replaced. Raises Refused (FACTOR_IS_ON) and NotFound.
    """
    with transaction():
        account = accounts.lock_account(account_id)
        if account.totp_confirmed_at is not None:
            raise Refused(AccountReason.FACTOR_IS_ON)
        account.totp_sealed = seal_secret(account_id, new_secret())
        account.totp_last_step = None


def confirm_setup(account_id: int, code: str, kept: str, who: Visitor) -> Sequence[str]:
    """Turn the second factor on by a first right code, and return the recovery codes: they are shown this once.

    Sessions that began without it end, all but the one with the public id `kept`. Raises Refused: CODE_WRONG,
    FACTOR_IS_ON, FACTOR_IS_OFF (setting up was not begun), TOO_MANY_TRIES; and NotFound.
    """
    counted = guards.demand_of(CODE, str(account_id), who, known_mark(queries.get_account(account_id), who))
    with transaction() as session:
        account = accounts.lock_account(account_id)
        if account.totp_confirmed_at is not None:
            raise Refused(AccountReason.FACTOR_IS_ON)
        secret = secret_of(account)
        if secret is None:
            raise Refused(AccountReason.FACTOR_IS_OFF)
        at, typed = now(), folded(code)
        step = step_of(secret, typed, at, None) if is_timed(typed) else None
        if step is None:
            raise Refused(AccountReason.CODE_WRONG)
        guards.forgive(counted)
        account.totp_confirmed_at, account.totp_last_step = at, step
        accounts.end_rows(account_id, kept)
        session.execute(update(AccountSession).where(AccountSession.public_id == kept).values(has_second_factor=True))
        note(account, "second_factor_on", Actor.account(account_id))
        enqueue_notice(account, Notice.FACTOR_ON)
        return _renew_codes(account_id)


def make_recovery_codes(account_id: int) -> Sequence[str]:
    """Replace the recovery codes and return the new ones. Raises Refused (FACTOR_IS_OFF) and NotFound."""
    with transaction():
        account = accounts.lock_account(account_id)
        if account.totp_confirmed_at is None:
            raise Refused(AccountReason.FACTOR_IS_OFF)
        note(account, "recovery_codes_made", Actor.account(account_id))
        return _renew_codes(account_id)


def remove(account_id: int, by: Actor = SYSTEM) -> None:
    """Take the second factor off: by its owner, or by whoever runs the instance for somebody who lost it.

    Raises Refused (FACTOR_IS_OFF) and NotFound.
    """
    with transaction() as session:
        account = accounts.lock_account(account_id)
        if account.totp_sealed is None:
            raise Refused(AccountReason.FACTOR_IS_OFF)
        was_on = account.totp_confirmed_at is not None
        account.totp_sealed = account.totp_confirmed_at = account.totp_last_step = None
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        if was_on:
            note(account, "second_factor_off", by)
            enqueue_notice(account, Notice.FACTOR_OFF)


def _renew_codes(account_id: int) -> Sequence[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(account_id=account_id, code_hash=recovery_hash(account_id, folded(code))) for code in codes
    )
    db.session.flush()
    return codes


def give_code(account_id: int, generation: int, code: str, who: Visitor) -> Account:
    """Return the account after a right code of its app or a recovery code, which is used up; of two at once one is.

    `generation` is that of the account when the first proof was given. Raises Refused: CODE_WRONG,
    TOO_MANY_TRIES without looking at the code, SIGN_IN_OVER when the account changed meanwhile.
    """
    try:
        device = known_mark(queries.get_account(account_id), who)
        counted = guards.demand_of(CODE, str(account_id), who, device)
    except NotFound:
        raise Refused(AccountReason.SIGN_IN_OVER) from None
    with transaction():
        account = accounts.lock_account(account_id)
        if account.session_generation != generation:
            raise Refused(AccountReason.SIGN_IN_OVER)
        _use_code(account, folded(code))
        guards.forgive(counted)
        return account


def prove(account_id: int, session_id: str, password: str, code: str, who: Visitor) -> None:
    """Prove again who is signed in: by the password where there is one, and by a code where there is a second factor.

    Raises Refused: OLD_PASSWORD_WRONG, CODE_WRONG, TOO_MANY_TRIES, and LINK_NEEDED for an account that has
    neither; and NotFound.
    """
    account = queries.get_account(account_id)
    asks_code = account.totp_confirmed_at is not None
    if not account.password_hash and not asks_code:
        raise Refused(AccountReason.LINK_NEEDED)
    if account.password_hash:
        check_password(account, password, who)
    if asks_code:
        give_code(account_id, account.session_generation, code, who)
    sessions.prove_again(account_id, session_id)


def check_password(account: Account, password: str, who: Visitor) -> None:
    """Check the present password of whoever is signed in. Raises Refused (OLD_PASSWORD_WRONG, TOO_MANY_TRIES)."""
    counted = guards.demand_of(OLD_PASSWORD, str(account.id), who, known_mark(account, who))
    if not passwords.fits(account.password_hash, password):
        raise Refused(AccountReason.OLD_PASSWORD_WRONG)
    guards.forgive(counted)


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


def seal_secret(account_id: int, secret: str) -> bytes:
    """Return a secret as it is stored: it opens with the instance's keys, for this account alone."""
    return sealing.seal(keys(), secret.encode("ascii"), secret_place(account_id))


def secret_of(account: Account) -> str | None:
    """Return the secret of an account, None when it has none. Raises CannotUnseal."""
    if account.totp_sealed is None:
        return None
    return sealing.unseal(keys(), account.totp_sealed, secret_place(account.id)).decode("ascii")


def recovery_hash(account_id: int, code: str) -> str:
    """Return what is stored of a folded recovery code."""
    return tokens.lookup_hash(keys(), f"recovery/{account_id}", code)


def secret_place(account_id: int) -> str:
    """Return the place that an account's secret is bound to."""
    return f"accounts/{account_id}/totp"
