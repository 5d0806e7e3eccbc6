"""Who works on an event, by mail address.

People of the team in an event's file: by mail address, which is all that two instances share.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.accounts.rules.profiles import address_key, is_like_address
from eventreg.accounts.services.accounts import create_account
from eventreg.db import db
from eventreg.events.bundles import fields
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import TeamMember
from eventreg.events.rules.team import WITHHOLDABLE, TeamRole
from eventreg.i18n.languages import known_languages
from eventreg.kernel.errors import N_, Refused

_MOST = 5000


def _read_days(value: Any, place: str, fitting: fields.Fitting) -> list[str]:
    found: list[date] = [
        fields.MOVED_DAY.read(entry, where, fitting) for where, entry in fields.listed(value, place, 400)
    ]
    return [day.isoformat() for day in found]


_MEMBER = fields.Record(
    fields.Field("role", fields.choice(TeamRole)),
    fields.Field("only_categories", fields.texts(40), []),
    fields.Field("only_days", fields.Kind(list, _read_days), []),
    fields.Field("withheld", fields.texts(40), []),
    fields.Field("added_at", fields.optional(fields.INSTANT), None),
)


class TeamPart(Document):
    """Members with their roles and what narrows them. Invitations that nobody accepted yet stay behind.

    Days and categories come along, since a member is narrowed to them: a narrowing that means nothing would be wider.
    """

    key = "team"
    title = N_("Team with its rights")
    needs = frozenset({"days", "categories"})
    is_about_people = True

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        rows = db.session.execute(
            select(TeamMember, Account)
            .join(Account, Account.id == TeamMember.account_id)
            .where(TeamMember.event_id == event_id, Account.closed_at.is_(None))
        )
        ordered = sorted(rows, key=lambda row: row.Account.email_key)
        return {"members": [{**taken_account(row.Account), **_MEMBER.taken(row.TeamMember)} for row in ordered]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. Somebody whose account was closed here does not come back by it."""
        for place, data in fields.listed(entry.get("members"), "members", _MOST):
            values = _MEMBER.given(data, place, intake.fitting)
            _check(values, place)
            account = find_or_add_account(data, place)
            intake.claim("member", account.email_key, place)
            if account.closed_at is None:
                member = TeamMember(event_id=intake.event_id, account_id=account.id, **values)
                intake.add(member, "member", account.email_key)


def _check(values: dict[str, Any], place: str) -> None:
    """Refuse a narrowing that is not understood: what is passed over would give more than was agreed. Raises BundleInvalid."""
    known = {permission.value for permission in WITHHOLDABLE}
    if not set(values["withheld"]) <= known:
        raise fields.BundleInvalid(f"{place}.withheld: holds a right that is not known")


_ACCOUNT = fields.Record(
    fields.Field("email", fields.text(320)),
    fields.Field("name", fields.text(200)),
    fields.Field("language", fields.text(12)),
)


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
        raise fields.BundleInvalid(f"{place}: cannot be an account ({refused})") from refused
    made = db.session.get_one(Account, account_id)
    if closed_at is not None:
        made.created_at = made.closed_at = closed_at
    return made


def _find(email: str) -> Account | None:
    """Return the account of an address, a closed one too."""
    if not is_like_address(email):
        return None
    return db.session.scalar(select(Account).where(Account.email_key == address_key(email)))
