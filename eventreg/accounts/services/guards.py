"""Limits on trying, counted in the database: they hold over processes and restarts. Every upper room may use them.

A try is counted before it is made, under a lock, so that many at once cannot slip through together; one that succeeds
is forgiven. With `EVENTREG_LIMITS=off` nothing is counted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from eventreg.accounts.models import GuardedAttempt
from eventreg.accounts.queries import list_attempts
from eventreg.accounts.rules.guarding import Guard, Limit, Visitor
from eventreg.accounts.rules.profiles import TooManyTries
from eventreg.db import SKEW, db, delete_rows, transaction
from eventreg.kernel import clients, clock, tokens
from eventreg.web import instance, limits


@dataclass(frozen=True)
class Try:
    """A try, by what it is counted: an address, an account, a client's network. Only a keyed hash of it is stored."""

    limit: Limit
    subject: str

    @property
    def key(self) -> tuple[str, str]:
        """Purpose and hashed subject, as stored."""
        return self.limit.purpose, tokens.lookup_hash(instance.keys(), f"try/{self.limit.purpose}", self.subject)


def admit(*tries: Try) -> tuple[int, ...] | None:
    """Count one try under each of its limits and return the ids to `forgive`.

    None, with nothing counted, when a limit is reached. Joins the caller's transaction, or is one of its own.
    """
    if not limits.are_limits_on():
        return ()
    at = clock.now()
    with transaction() as session:
        ordered = sorted(tries, key=lambda attempt: attempt.key)
        for attempt in ordered:
            _hold(attempt)
        if any(_free_at(attempt, at) > at for attempt in ordered):
            return None
        rows = [GuardedAttempt(purpose=attempt.key[0], subject=attempt.key[1], at=at) for attempt in ordered]
        session.add_all(rows)
        session.flush()
        return tuple(row.id for row in rows)


def demand(*tries: Try) -> tuple[int, ...]:
    """Count one try as `admit` does. Raises TooManyTries."""
    counted = admit(*tries)
    if counted is None:
        raise TooManyTries(free_at(*tries))
    return counted


def demand_of(guard: Guard, subject: str, visitor: Visitor, device: str | None) -> tuple[int, ...]:
    """Count one try of a visitor and return the ids to `forgive`. Raises TooManyTries.

    `device` is the mark by which the account knows the visitor's device (`accounts.sessions.known_mark`): then it is counted
    by that alone, and neither by the account nor by the network, which strangers use up.
    """
    if device is not None:
        return demand(Try(guard.by_device, device))
    return demand(Try(guard.by_account, subject), Try(guard.by_client, clients.client_network(visitor.client)))


def free_at(*tries: Try) -> datetime:
    """Return when a try that all of these limits count would be admitted, if nobody tries before."""
    at = clock.now()
    return max(_free_at(attempt, at) for attempt in tries)


def forgive(attempt_ids: Collection[int]) -> None:
    """Take back tries that turned out to be right."""
    if attempt_ids:
        with transaction() as session:
            session.execute(delete(GuardedAttempt).where(GuardedAttempt.id.in_(attempt_ids)))


def forget(*tries: Try) -> None:
    """Delete what was counted under these, in the caller's transaction: nothing of an address is to stay."""
    for attempt in tries:
        purpose, subject = attempt.key
        db.session.execute(
            delete(GuardedAttempt).where(GuardedAttempt.purpose == purpose, GuardedAttempt.subject == subject)
        )


def forget_old_attempts(before: datetime) -> int:
    """Delete tries older than an instant, for a periodic duty; no limit looks back over a day. Returns how many."""
    with transaction():
        return delete_rows(GuardedAttempt, GuardedAttempt.at < before)


def _free_at(attempt: Try, at: datetime) -> datetime:
    """Return when the limit admits one more: now, or when the oldest of those that fill it has left the window."""
    limit, window = attempt.limit, timedelta(minutes=attempt.limit.minutes)
    # What a clock noted that was ahead since came back would keep somebody out for as long as it was ahead.
    newest = list_attempts(*attempt.key, since=at - window, until=at + SKEW, most=limit.most)
    if len(newest) < limit.most:
        return at
    free = newest[-1] + window
    return min(free, newest[0] + timedelta(minutes=limit.one_more_after)) if limit.one_more_after else free


def _hold(attempt: Try) -> None:
    """Let one count after the other: PostgreSQL has no row to lock yet, SQLite holds the whole database already."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("/".join(attempt.key)))))
