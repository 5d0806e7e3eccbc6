"""Passwords are set and changed. Every other session of the account ends with that."""

from __future__ import annotations

from eventreg.accounts import hashing
from eventreg.accounts.emails import Notice, enqueue_notice
from eventreg.accounts.models import Account
from eventreg.accounts.queries import get_account
from eventreg.accounts.rules.guarding import Visitor
from eventreg.accounts.rules.passwords import check_new_password
from eventreg.accounts.services.accounts import end_ways_in, lock_account
from eventreg.accounts.services.proving import check_password
from eventreg.accounts.strength import check_strength
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import transaction
from eventreg.web.instance import site_name


def set_password(account_id: int, password: str, by: Actor = SYSTEM, kept: str = "") -> Account:
    """Set a password; every session but the one with the public id `kept` ends, and every unused link.

    Returns the account, with the new generation that the cookie of the session that is kept needs.

    Raises Refused (PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_EASY) and NotFound.
    """
    check_new_password(password)
    person = get_account(account_id)
    check_strength(password, (person.name, person.email, site_name()))
    # Hashing takes as long as fifty small transactions: it is done before the lock.
    stored = hashing.hash_of(password)
    with transaction():
        account = lock_account(account_id)
        account.password_hash = stored
        end_ways_in(account, kept)
        note(account, "password_set", by)
        enqueue_notice(account, Notice.PASSWORD_CHANGED)
        return account


def change_password(
    account_id: int, old_password: str | None, new_password: str, who: Visitor, kept: str = ""
) -> Account:
    """Change one's own password. `old_password` is None for somebody who has just come by a sign-in link.

    Returns the account as `set_password` does. Raises Refused: PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG,
    PASSWORD_EASY, OLD_PASSWORD_WRONG, TOO_MANY_TRIES; and NotFound.
    """
    check_new_password(new_password)
    account = get_account(account_id)
    if account.password_hash and old_password is not None:
        check_password(account, old_password, who)
    return set_password(account_id, new_password, Actor.account(account_id), kept)
