"""The first proof by address and password. `services.sessions.open_session` completes a sign-in."""

from __future__ import annotations

from eventreg.accounts import hashing
from eventreg.accounts.devices import known_mark
from eventreg.accounts.models import Account
from eventreg.accounts.queries import find_account_by_address
from eventreg.accounts.rules.guarding import SIGN_IN, Visitor
from eventreg.accounts.rules.profiles import address_key
from eventreg.accounts.rules.refusals import AccountReason
from eventreg.accounts.services.accounts import lock_account
from eventreg.accounts.services.guards import demand_of, forgive
from eventreg.db import transaction
from eventreg.kernel.errors import NotFound, Refused


def sign_in_with_password(email: str, password: str, who: Visitor) -> Account:
    """Return the account that address and password open.

    Raises Refused: SIGN_IN_WRONG after the same work whether or not there is such an account, TOO_MANY_TRIES
    without looking at the password.
    """
    found = find_account_by_address(email)
    counted = demand_of(SIGN_IN, address_key(email), who, known_mark(found, who))
    stored = found.password_hash if found is not None else ""
    if not hashing.fits(stored, password) or found is None:
        raise Refused(AccountReason.SIGN_IN_WRONG)
    renewed = hashing.hash_of(password) if hashing.is_outdated(stored) else stored
    with transaction():
        account = _lock_unchanged(found.id, stored)
        forgive(counted)
        account.password_hash = renewed
        return account


def _lock_unchanged(account_id: int, stored: str) -> Account:
    """Hold the account, unless it was closed or got another password while this one was checked."""
    try:
        account = lock_account(account_id)
    except NotFound:
        raise Refused(AccountReason.SIGN_IN_WRONG) from None
    if account.password_hash != stored:
        raise Refused(AccountReason.SIGN_IN_WRONG)
    return account
