"""Links that sign in once: made, asked for, used."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update

from eventreg.accounts.devices import known_mark
from eventreg.accounts.emails import enqueue_sign_in_link
from eventreg.accounts.links import link_id_of, sign_in_token
from eventreg.accounts.models import Account, SignInLink
from eventreg.accounts.queries import find_account_by_address
from eventreg.accounts.rules.guarding import LINK, Visitor
from eventreg.accounts.rules.profiles import address_key
from eventreg.accounts.rules.refusals import AccountReason
from eventreg.accounts.services.accounts import lock_account
from eventreg.accounts.services.guards import Try, admit, demand
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import db, transaction
from eventreg.jobs.services import schedule
from eventreg.kernel.clients import client_network
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound, Refused
from eventreg.kernel.tokens import new_public_id

#: the job that looks the account up and mails the link; its payload is {"email": …}
SEND_LINK_JOB = "accounts.send_sign_in_link"
MAILED_LINK_MINUTES = 20


def make_sign_in_link(account_id: int, minutes: int = MAILED_LINK_MINUTES, by: Actor = SYSTEM) -> str:
    """Make a link that signs in once within `minutes`, and return its token. Raises NotFound.

    Only whoever gets the token can use it: nothing in the database makes it without the instance's key.
    """
    with transaction():
        return sign_in_token(_add_link(lock_account(account_id), minutes, by).public_id)


def ask_for_sign_in_link(email: str, who: Visitor) -> None:
    """Have a link mailed to `email` if an account has it.

    Does the same whether or not there is one: it counts the try and leaves a job, and the worker looks the address up.
    Where strangers have asked often, none is sent a few minutes long: the last one still works. A device that the account
    knows is sent one all the same. Raises Refused (TOO_MANY_TRIES).
    """
    device = known_mark(find_account_by_address(email), who)
    with transaction():
        if device is None or admit(Try(LINK.by_device, device)) is None:
            demand(Try(LINK.by_client, client_network(who.client)))
            if admit(Try(LINK.by_account, address_key(email))) is None:
                return
        key = f"{SEND_LINK_JOB}:{new_public_id()}"
        schedule(SEND_LINK_JOB, key=key, payload={"email": address_key(email)}, due_at=now())


def send_sign_in_link(email: str) -> bool:
    """Make a link for the account of this address and queue its mail. False when there is no such account."""
    with transaction():
        found = find_account_by_address(email)
        if found is None:
            return False
        account = lock_account(found.id)
        link = _add_link(account, MAILED_LINK_MINUTES, Actor.account(account.id))
        enqueue_sign_in_link(account, link.public_id, MAILED_LINK_MINUTES)
        return True


def use_sign_in_link(token: str) -> Account:
    """Use a link up and return its account; of two at once one succeeds. Raises Refused (LINK_OVER)."""
    public_id = link_id_of(token)
    if public_id is None:
        raise Refused(AccountReason.LINK_OVER)
    with transaction() as session:
        at = now()
        account_id = session.scalar(
            update(SignInLink)
            .where(SignInLink.public_id == public_id, SignInLink.used_at.is_(None), SignInLink.expires_at > at)
            .values(used_at=at)
            .returning(SignInLink.account_id)
        )
        try:
            account = lock_account(account_id or 0)
        except NotFound:
            raise Refused(AccountReason.LINK_OVER) from None
        note(account, "sign_in_link_used", Actor.account(account.id))
        return account


def forget_old_links(before: datetime) -> int:
    """Delete links that ended before an instant, for a periodic duty. Returns how many."""
    with transaction() as session:
        old = session.scalars(delete(SignInLink).where(SignInLink.expires_at < before).returning(SignInLink.id))
        return len(old.all())


def _add_link(account: Account, minutes: int, by: Actor) -> SignInLink:
    at = now()
    link = SignInLink(
        account_id=account.id,
        public_id=new_public_id(),
        created_at=at,
        expires_at=at + timedelta(minutes=minutes),
    )
    db.session.add(link)
    db.session.flush()
    note(account, "sign_in_link_made", by, minutes=minutes)
    return link
