"""Links that sign in once: made, asked for, used.

The first proof by address and password. `services.sessions.open_session` completes a sign-in.

What an administrator does for other people's accounts: makes them, and sends links into them.

Passwords are set and changed. Every other session of the account ends with that.
"""

from datetime import datetime, timedelta

from sqlalchemy import update

from eventreg.accounts import emails, passwords, queries, sessions
from eventreg.accounts.emails import Notice, enqueue_notice, enqueue_sign_in_link, enqueue_welcome
from eventreg.accounts.models import Account, SignInLink
from eventreg.accounts.rules.guarding import INVITATION_BY_ACCOUNT, LINK, SIGN_IN, Visitor
from eventreg.accounts.rules.profiles import AccountReason, address_key, check_new_password
from eventreg.accounts.services import accounts, second_factor
from eventreg.accounts.services.guards import Try, admit, demand, demand_of, forgive
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import db, delete_rows, transaction
from eventreg.jobs.services import schedule
from eventreg.kernel import clients, clock, tokens
from eventreg.kernel.errors import NotFound, Refused
from eventreg.web.instance import site_name

#: the job that looks the account up and mails the link; its payload is {"email": …}
SEND_LINK_JOB = "accounts.send_sign_in_link"
MAILED_LINK_MINUTES = 20


def make_sign_in_link(account_id: int, minutes: int = MAILED_LINK_MINUTES, by: Actor = SYSTEM) -> str:
    """Make a link that signs in once within `minutes`, and return its token. Raises NotFound.

    Only whoever gets the token can use it: nothing in the database makes it without the instance's key.
    """
    with transaction():
        return emails.sign_in_token(_add_link(accounts.lock_account(account_id), minutes, by).public_id)


def ask_for_sign_in_link(email: str, who: Visitor) -> None:
    """Have a link mailed to `email` if an account has it.

    Does the same whether or not there is one: it counts the try and leaves a job, and the worker looks the address up.
    Where strangers have asked often, none is sent a few minutes long: the last one still works. A device that the account
    knows is sent one all the same. Raises Refused (TOO_MANY_TRIES).
    """
    device = sessions.known_mark(queries.find_account_by_address(email), who)
    with transaction():
        if device is None or admit(Try(LINK.by_device, device)) is None:
            demand(Try(LINK.by_client, clients.client_network(who.client)))
            if admit(Try(LINK.by_account, address_key(email))) is None:
                return
        key = f"{SEND_LINK_JOB}:{tokens.new_public_id()}"
        schedule(SEND_LINK_JOB, key=key, payload={"email": address_key(email)}, due_at=clock.now())


def send_sign_in_link(email: str) -> bool:
    """Make a link for the account of this address and queue its mail. False when there is no such account."""
    with transaction():
        found = queries.find_account_by_address(email)
        if found is None:
            return False
        account = accounts.lock_account(found.id)
        link = _add_link(account, MAILED_LINK_MINUTES, Actor.account(account.id))
        enqueue_sign_in_link(account, link.public_id, MAILED_LINK_MINUTES)
        return True


def use_sign_in_link(token: str) -> Account:
    """Use a link up and return its account; of two at once one succeeds. Raises Refused (LINK_OVER)."""
    public_id = emails.link_id_of(token)
    if public_id is None:
        raise Refused(AccountReason.LINK_OVER)
    with transaction() as session:
        at = clock.now()
        account_id = session.scalar(
            update(SignInLink)
            .where(SignInLink.public_id == public_id, SignInLink.used_at.is_(None), SignInLink.expires_at > at)
            .values(used_at=at)
            .returning(SignInLink.account_id)
        )
        try:
            account = accounts.lock_account(account_id or 0)
        except NotFound:
            raise Refused(AccountReason.LINK_OVER) from None
        note(account, "sign_in_link_used", Actor.account(account.id))
        return account


def forget_old_links(before: datetime) -> int:
    """Delete links that ended before an instant, for a periodic duty. Returns how many."""
    with transaction():
        return delete_rows(SignInLink, SignInLink.expires_at < before)


def _add_link(account: Account, minutes: int, by: Actor) -> SignInLink:
    at = clock.now()
    link = SignInLink(
        account_id=account.id,
        public_id=tokens.new_public_id(),
        created_at=at,
        expires_at=at + timedelta(minutes=minutes),
    )
    db.session.add(link)
    db.session.flush()
    note(account, "sign_in_link_made", by, minutes=minutes)
    return link


def sign_in_with_password(email: str, password: str, who: Visitor) -> Account:
    """Return the account that address and password open.

    Raises Refused: SIGN_IN_WRONG after the same work whether or not there is such an account, TOO_MANY_TRIES
    without looking at the password.
    """
    found = queries.find_account_by_address(email)
    counted = demand_of(SIGN_IN, address_key(email), who, sessions.known_mark(found, who))
    stored = found.password_hash if found is not None else ""
    if not passwords.fits(stored, password) or found is None:
        raise Refused(AccountReason.SIGN_IN_WRONG)
    renewed = passwords.hash_of(password) if passwords.is_outdated(stored) else stored
    with transaction():
        account = _lock_unchanged(found.id, stored)
        forgive(counted)
        account.password_hash = renewed
        return account


def _lock_unchanged(account_id: int, stored: str) -> Account:
    """Hold the account, unless it was closed or got another password while this one was checked."""
    try:
        account = accounts.lock_account(account_id)
    except NotFound:
        raise Refused(AccountReason.SIGN_IN_WRONG) from None
    if account.password_hash != stored:
        raise Refused(AccountReason.SIGN_IN_WRONG)
    return account


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
        account_id = accounts.create_account(email, name, language, is_administrator, by)
        account = accounts.lock_account(account_id)
        if may_create_events:
            account.may_create_events = True
            note(account, "may_create_events", by)
        token = make_sign_in_link(account_id, WELCOME_DAYS * _MINUTES_A_DAY, by)
        enqueue_welcome(account, emails.link_id_of(token) or "", WELCOME_DAYS)
        return token


def send_link_to(account_id: int, by: Actor) -> str:
    """Mail an account a link that signs in once, and return its token. Raises NotFound, Refused (TOO_MANY_TRIES).

    A second factor is asked for all the same.
    """
    with transaction():
        demand(Try(INVITATION_BY_ACCOUNT, str(by.id)))
        account: Account = accounts.lock_account(account_id)
        token = make_sign_in_link(account_id, MAILED_LINK_MINUTES, by)
        enqueue_sign_in_link(account, emails.link_id_of(token) or "", MAILED_LINK_MINUTES)
        return token


def set_password(account_id: int, password: str, by: Actor = SYSTEM, kept: str = "") -> Account:
    """Set a password; every session but the one with the public id `kept` ends, and every unused link.

    Returns the account, with the new generation that the cookie of the session that is kept needs.

    Raises Refused (PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_EASY) and NotFound.
    """
    check_new_password(password)
    person = queries.get_account(account_id)
    passwords.check_strength(password, (person.name, person.email, site_name()))
    # Hashing takes as long as fifty small transactions: it is done before the lock.
    stored = passwords.hash_of(password)
    with transaction():
        account = accounts.lock_account(account_id)
        account.password_hash = stored
        accounts.end_ways_in(account, kept)
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
    account = queries.get_account(account_id)
    if account.password_hash and old_password is not None:
        second_factor.check_password(account, old_password, who)
    return set_password(account_id, new_password, Actor.account(account_id), kept)
