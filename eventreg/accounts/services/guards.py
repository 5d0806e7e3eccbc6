"""Limits on trying, counted in the database: they hold over processes and restarts. Every upper room may use them.

A try is counted before it is made, under a lock, so that many at once cannot slip through together; one that succeeds
is forgiven. With `EVENTREG_LIMITS=off` nothing is counted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from eventreg.accounts.models import GuardedAttempt
from eventreg.accounts.queries import count_attempts
from eventreg.accounts.rules.guarding import Limit
from eventreg.db import db, transaction
from eventreg.kernel.clock import now
from eventreg.kernel.tokens import lookup_hash
from eventreg.web.instance import keys
from eventreg.web.limits import are_limits_on


@dataclass(frozen=True)
class Try:
    """A try, by what it is counted: an address, an account, a client's network. Only a keyed hash of it is stored."""

    limit: Limit
    subject: str

    @property
    def key(self) -> tuple[str, str]:
        """Purpose and hashed subject, as stored."""
        return self.limit.purpose, lookup_hash(keys(), f"try/{self.limit.purpose}", self.subject)


def admit(*tries: Try) -> tuple[int, ...] | None:
    """Count one try under each of its limits and return the ids to `forgive`.

    None, with nothing counted, when a limit is reached. Joins the caller's transaction, or is one of its own.
    """
    if not are_limits_on():
        return ()
    at = now()
    with transaction() as session:
        ordered = sorted(tries, key=lambda attempt: attempt.key)
        for attempt in ordered:
            _hold(attempt)
        if any(_is_used_up(attempt, at) for attempt in ordered):
            return None
        rows = [GuardedAttempt(purpose=attempt.key[0], subject=attempt.key[1], at=at) for attempt in ordered]
        session.add_all(rows)
        session.flush()
        return tuple(row.id for row in rows)


def forgive(attempt_ids: Collection[int]) -> None:
    """Take back tries that turned out to be right."""
    if attempt_ids:
        with transaction() as session:
            session.execute(delete(GuardedAttempt).where(GuardedAttempt.id.in_(attempt_ids)))


def forget_old_attempts(before: datetime) -> int:
    """Delete tries older than an instant, for a periodic duty; no limit looks back over a day. Returns how many."""
    with transaction() as session:
        old = session.scalars(delete(GuardedAttempt).where(GuardedAttempt.at < before).returning(GuardedAttempt.id))
        return len(old.all())


def _is_used_up(attempt: Try, at: datetime) -> bool:
    since = at - timedelta(minutes=attempt.limit.minutes)
    return count_attempts(*attempt.key, since=since) >= attempt.limit.most


def _hold(attempt: Try) -> None:
    """Let one count after the other: PostgreSQL has no row to lock yet, SQLite holds the whole database already."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("/".join(attempt.key)))))
