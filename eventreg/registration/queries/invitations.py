"""Finding invitations: by personal link, by the team within one event, by address."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select

from eventreg.db import db, lock_row
from eventreg.mail.queries import list_latest_states
from eventreg.mail.rules import Standing
from eventreg.registration.models import Invitation, Registration
from eventreg.registration.queries.invitation_links import RECORD_KIND
from eventreg.registration.rules.invitations import Story
from eventreg.registration.rules.states import Status


def lock_invitation(event_id: int, public_id: str) -> Invitation:
    """Load an invitation afresh inside the transaction; the caller holds the event's row already. Raises NotFound."""
    return lock_row(select(Invitation).where(Invitation.event_id == event_id, Invitation.public_id == public_id))


def find_open_keys(event_id: int, emails: Collection[str], now: datetime) -> set[str]:
    """Return which of these folded addresses an invitation has that can still be used."""
    return set(
        db.session.scalars(
            select(Invitation.email_key).where(
                Invitation.event_id == event_id,
                Invitation.email_key.in_(emails),
                Invitation.used_at.is_(None),
                Invitation.declined_at.is_(None),
                Invitation.taken_back_at.is_(None),
                or_(Invitation.expires_at.is_(None), Invitation.expires_at > now),
            )
        )
    )


def find_live_keys(event_id: int, emails: Collection[str]) -> dict[str, Registration]:
    """Return the live registrations with these folded addresses, by address."""
    rows = db.session.scalars(
        select(Registration).where(
            Registration.event_id == event_id,
            Registration.email_key.in_(emails),
            Registration.status != Status.CANCELLED,
        )
    )
    return {row.email_key: row for row in rows}


def tell_stories(event_id: int, invitations: Sequence[Invitation]) -> dict[int, Story]:
    """Return what has happened to each of these invitations of an event, by id: two statements."""
    standings = list_latest_states(event_id, [row.id for row in invitations], RECORD_KIND)
    live = find_live_keys(event_id, {row.email_key for row in invitations if row.email_key and row.used_at is None})
    return {
        row.id: Story(
            sent_at=row.sent_at,
            reminded_at=row.reminded_at,
            used_at=row.used_at,
            declined_at=row.declined_at,
            taken_back_at=row.taken_back_at,
            expires_at=row.expires_at,
            has_trouble=standings.get(row.id) is Standing.FAILED,
            is_in_doubt=standings.get(row.id) is Standing.DOUBTFUL,
            is_registered_otherwise=row.email_key in live,
        )
        for row in invitations
    }
