"""Loading the seminar, or finding it loaded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventreg.accounts.models import Account
from eventreg.accounts.queries import find_account_by_address
from eventreg.accounts.rules.profiles import address_key
from eventreg.accounts.services.accounts import create_account
from eventreg.db import db, transaction
from eventreg.demo.rules.seminar import documents, read
from eventreg.events.bundles.parts import part_registry
from eventreg.events.bundles.reading import DocumentBundle
from eventreg.events.models import Event, TeamMember
from eventreg.events.rules.team import TeamRole
from eventreg.events.services import settings, team
from eventreg.kernel.errors import Refused
from eventreg.making.services.wholes import Placing, insert_event
from eventreg.questionnaires.services import publish


@dataclass(frozen=True)
class Loaded:
    """The demo's seminar as it is in the database."""

    event_id: int
    slug: str
    #: the organizer's account, owner of this event only
    account_id: int
    #: whether this call made it
    is_new: bool


def load_seminar(now: datetime) -> Loaded:
    """Make the Tapachula seminar with all that belongs to it, or find it: whole or not at all, however often it is called.

    `now` dates it: registration opens at once, the first day is 45 days later. Its mail is held.
    """
    data = read("seminar")
    found = _find_whole(data)
    if found is not None:
        return found
    try:
        with transaction():
            return _load(data, now)
    except (IntegrityError, Refused):
        # Somebody else loaded it while this call waited for its turn.
        with transaction():
            return _load(data, now)


def find_seminar() -> Loaded | None:
    """Return the seminar when it is loaded and nothing of it is missing; makes nothing."""
    return _find_whole(read("seminar"))


def _find_whole(data: dict[str, Any]) -> Loaded | None:
    """Return the seminar when nothing of it is missing, without taking the lock."""
    row = db.session.execute(
        select(Event.id, TeamMember.account_id)
        .join(TeamMember, TeamMember.event_id == Event.id)
        .join(Account, Account.id == TeamMember.account_id)
        .where(
            Event.slug == data["slug"],
            Account.email_key == address_key(data["demonstration"]["organizer"]["email"]),
            Account.closed_at.is_(None),
            TeamMember.role == TeamRole.OWNER,
        )
    ).one_or_none()
    return Loaded(row.id, data["slug"], row.account_id, is_new=False) if row is not None else None


def _load(data: dict[str, Any], now: datetime) -> Loaded:
    event_id = db.session.scalar(select(Event.id).where(Event.slug == data["slug"]))
    is_new = event_id is None
    if event_id is None:
        event_id = _make(data, now)
    account_id = _organizer(data["demonstration"]["organizer"])
    team.add_team_member(event_id, account_id, TeamRole.OWNER, now)
    if is_new:
        # Last: the program's part of it is made of all that is set.
        settings.publish_notice(event_id, **read("notice"))
    return Loaded(event_id, data["slug"], account_id, is_new)


def _make(data: dict[str, Any], now: datetime) -> int:
    event, parts = documents(data, read("programme"), now)
    placing = Placing(data["slug"], now, action="event_created")
    event_id = insert_event(DocumentBundle(event, parts), placing, part_registry().whole(parts.keys()))
    publish(event_id, read("questionnaire"))
    return event_id


def _organizer(entry: dict[str, str]) -> int:
    account = find_account_by_address(entry["email"])
    if account is not None:
        return account.id
    return create_account(entry["email"], entry["name"], entry["language"])
