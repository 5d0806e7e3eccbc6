"""The second factor of an account: set up, confirmed, taken off, and its recovery codes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, update

from eventreg.accounts.devices import known_mark
from eventreg.accounts.emails import Notice, enqueue_notice
from eventreg.accounts.models import AccountSession, RecoveryCode
from eventreg.accounts.queries import get_account
from eventreg.accounts.rules.codes import RECOVERY_CODES, folded, is_timed, new_recovery_code, new_secret, step_of
from eventreg.accounts.rules.guarding import CODE, Visitor
from eventreg.accounts.rules.refusals import AccountReason
from eventreg.accounts.secrets import recovery_hash, seal_secret, secret_of
from eventreg.accounts.services.accounts import end_rows, lock_account
from eventreg.accounts.services.guards import demand_of, forgive
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import db, transaction
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused


def begin_setup(account_id: int) -> None:
    """Give the account a secret that is not asked for until a first code proves that it arrived.

    One that waits to be confirmed is replaced. Raises Refused (FACTOR_IS_ON) and NotFound.
    """
    with transaction():
        account = lock_account(account_id)
        if account.totp_confirmed_at is not None:
            raise Refused(AccountReason.FACTOR_IS_ON)
        account.totp_sealed = seal_secret(account_id, new_secret())
        account.totp_last_step = None


def confirm_setup(account_id: int, code: str, kept: str, who: Visitor) -> Sequence[str]:
    """Turn the second factor on by a first right code, and return the recovery codes: they are shown this once.

    Sessions that began without it end, all but the one with the public id `kept`. Raises Refused: CODE_WRONG,
    FACTOR_IS_ON, FACTOR_IS_OFF (setting up was not begun), TOO_MANY_TRIES; and NotFound.
    """
    counted = demand_of(CODE, str(account_id), who, known_mark(get_account(account_id), who))
    with transaction() as session:
        account = lock_account(account_id)
        if account.totp_confirmed_at is not None:
            raise Refused(AccountReason.FACTOR_IS_ON)
        secret = secret_of(account)
        if secret is None:
            raise Refused(AccountReason.FACTOR_IS_OFF)
        at, typed = now(), folded(code)
        step = step_of(secret, typed, at, None) if is_timed(typed) else None
        if step is None:
            raise Refused(AccountReason.CODE_WRONG)
        forgive(counted)
        account.totp_confirmed_at, account.totp_last_step = at, step
        end_rows(account_id, kept)
        session.execute(update(AccountSession).where(AccountSession.public_id == kept).values(has_second_factor=True))
        note(account, "second_factor_on", Actor.account(account_id))
        enqueue_notice(account, Notice.FACTOR_ON)
        return _renew_codes(account_id)


def make_recovery_codes(account_id: int) -> Sequence[str]:
    """Replace the recovery codes and return the new ones. Raises Refused (FACTOR_IS_OFF) and NotFound."""
    with transaction():
        account = lock_account(account_id)
        if account.totp_confirmed_at is None:
            raise Refused(AccountReason.FACTOR_IS_OFF)
        note(account, "recovery_codes_made", Actor.account(account_id))
        return _renew_codes(account_id)


def remove(account_id: int, by: Actor = SYSTEM) -> None:
    """Take the second factor off: by its owner, or by whoever runs the instance for somebody who lost it.

    Raises Refused (FACTOR_IS_OFF) and NotFound.
    """
    with transaction() as session:
        account = lock_account(account_id)
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
