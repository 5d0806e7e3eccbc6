"""People of the team in an event's file: by mail address, which is all that two instances share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.accounts.rules.profiles import address_key, is_like_address
from eventreg.accounts.services.accounts import create_account
from eventreg.db import db
from eventreg.events.bundles.faults import BundleInvalid
from eventreg.events.bundles.fields import Field, Record, text
from eventreg.i18n.languages import known_languages
from eventreg.kernel.errors import Refused

_ACCOUNT = Record(Field("email", text(320)), Field("name", text(200)), Field("language", text(12)))


def taken_account(account: Account) -> dict[str, Any]:
    """Return what a record says of somebody."""
    return _ACCOUNT.taken(account)


def find_or_add_account(data: Any, place: str, *, closed_at: datetime | None = None) -> Account:
    """Return the account with the address of a record; one that is not here is made, without a password.

    Nobody is written to: who is to work here is told by people, and signs in by a link asked for at the sign-in page.
    With `closed_at` a new account is closed from the beginning: it stands in for somebody who once decided. One that was closed
    here stays closed. Raises BundleInvalid.
    """
    values = _ACCOUNT.given(data, place)
    account = _find(values["email"])
    if account is not None and not (account.stands_in and closed_at is None):
        return account
    language = values["language"] if values["language"] in known_languages() else known_languages()[0]
    try:
        account_id = create_account(values["email"], values["name"], language)
    except Refused as refused:
        raise BundleInvalid(f"{place}: cannot be an account ({refused})") from refused
    made = db.session.get_one(Account, account_id)
    if closed_at is not None:
        made.created_at = made.closed_at = closed_at
    return made


def _find(email: str) -> Account | None:
    """Return the account of an address, a closed one too."""
    if not is_like_address(email):
        return None
    return db.session.scalar(select(Account).where(Account.email_key == address_key(email)))
