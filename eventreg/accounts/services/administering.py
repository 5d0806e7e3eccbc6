"""What an administrator does for other people's accounts: makes them, and sends links into them."""

from __future__ import annotations

from eventreg.accounts.emails import enqueue_sign_in_link, enqueue_welcome
from eventreg.accounts.links import link_id_of
from eventreg.accounts.models import Account
from eventreg.accounts.rules.guarding import INVITATION_BY_ACCOUNT
from eventreg.accounts.services.accounts import create_account, lock_account
from eventreg.accounts.services.guards import Try, demand
from eventreg.accounts.services.sign_in_links import MAILED_LINK_MINUTES, make_sign_in_link
from eventreg.audit.services import Actor, note
from eventreg.db import transaction

#: how long the first link of an account that an administrator made lasts
WELCOME_DAYS = 7
_MINUTES_A_DAY = 24 * 60


def add_account(
    email: str, name: str, language: str, *, is_administrator: bool, may_create_events: bool, by: Actor
) -> str:
    """Make an account, mail it a link that signs in once within seven days, and return the link's token.

    Raises Refused: NAME_MISSING, ADDRESS_INVALID, ADDRESS_TAKEN, TOO_MANY_TRIES.
    """
    with transaction():
        demand(Try(INVITATION_BY_ACCOUNT, str(by.id)))
        account_id = create_account(email, name, language, is_administrator, by)
        account = lock_account(account_id)
        if may_create_events:
            account.may_create_events = True
            note(account, "may_create_events", by)
        token = make_sign_in_link(account_id, WELCOME_DAYS * _MINUTES_A_DAY, by)
        enqueue_welcome(account, link_id_of(token) or "", WELCOME_DAYS)
        return token


def send_link_to(account_id: int, by: Actor) -> str:
    """Mail an account a link that signs in once, and return its token. Raises NotFound, Refused (TOO_MANY_TRIES).

    A second factor is asked for all the same.
    """
    with transaction():
        demand(Try(INVITATION_BY_ACCOUNT, str(by.id)))
        account: Account = lock_account(account_id)
        token = make_sign_in_link(account_id, MAILED_LINK_MINUTES, by)
        enqueue_sign_in_link(account, link_id_of(token) or "", MAILED_LINK_MINUTES)
        return token
