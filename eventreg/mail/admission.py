"""Which of the messages that are due may go now.

Addresses that nobody has get nothing more until somebody says that the address is right. They are kept as keyed hashes, for
all events at once, and let go with the messages that came back. Mail to accounts of the team is always tried: whoever signs in
asked for it, and nobody else could lift it.

Rates a minute, of all mail and of that to each domain, are kept by all workers together. What a rate has no room for is put
off to a turn of its own, after those that were put off before; when it comes it is counted anew, so that nothing rushes after
an outage. Nine tenths go at an even pace and one tenth may be caught up on, so no minute has more than the rate.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, text

from eventreg.db import UtcDateTime, change_rows, db, delete_rows
from eventreg.kernel.text import email_key
from eventreg.kernel.tokens import lookup_hash
from eventreg.mail.models import Lane, MailMessage, Suppression
from eventreg.mail.rules import DeliveryState
from eventreg.web import instance

_SUPPRESS = text("INSERT INTO mail_suppressions (address_hash, noted_at) VALUES (:hash, :at) ON CONFLICT DO NOTHING")
_OPEN_LANE = text("INSERT INTO mail_lanes (name, free_at, taken_until) VALUES (:name, :at, :at) ON CONFLICT DO NOTHING")
_ALL = ""


def suppress(address: str, now: datetime) -> None:
    """Have nothing more sent to an address, in the caller's transaction."""
    db.session.execute(_SUPPRESS.bindparams(_at(), hash=_hash("mail", email_key(address))), {"at": now})


def lift(addresses: Iterable[str]) -> bool:
    """Have mail sent to these addresses again, in the caller's transaction; returns whether there was one that got none."""
    return bool(delete_rows(Suppression, Suppression.address_hash.in_(_by_hash(addresses))))


def let_through(messages: Sequence[MailMessage], now: datetime) -> list[MailMessage]:
    """Return those of these leased messages that may go now; the others are put off or never go. In the caller's transaction."""
    known = _by_hash(message.recipient for message in messages if message.event_id is not None)
    bad = set(db.session.scalars(select(Suppression.address_hash).where(Suppression.address_hash.in_(known))))
    stopped = [
        message.id for message in messages
        if bad and message.event_id is not None and _hash("mail", email_key(message.recipient)) in bad
    ]  # fmt: skip
    if stopped:
        change_rows(MailMessage, MailMessage.id.in_(stopped), state=DeliveryState.SUPPRESSED, due_at=None)
    return _paced([message for message in messages if message.id not in stopped], now)


def _paced(messages: Sequence[MailMessage], now: datetime) -> list[MailMessage]:
    config = instance.config()
    if not messages or not (config.mail_rate or config.mail_domain_rate):
        return list(messages)
    by_message = {message.id: _lanes_of(message) for message in messages}
    lanes = _locked({name for names in by_message.values() for name in names}, now)
    going = []
    # Whoever signs in waits behind nobody's row.
    for message in sorted(messages, key=lambda each: each.event_id is not None):
        of_message = [
            (lanes[name], config.mail_domain_rate if name else config.mail_rate) for name in by_message[message.id]
        ]
        turns = [_turn(lane, rate, now) for lane, rate in of_message]
        if max(turns) <= now:
            going.append(message)
            for (lane, rate), turn in zip(of_message, turns, strict=True):
                lane.free_at = turn + _pace(rate)
        else:
            # By the lanes without room alone: a domain's long row must not be that of all mail.
            full = [(lane, rate, turn) for (lane, rate), turn in zip(of_message, turns, strict=True) if turn > now]
            put_off = max(turns)
            if message.event_id is not None:
                for lane, rate, turn in full:
                    lane.taken_until = max(turn, lane.taken_until + _pace(rate))
                put_off = max(lane.taken_until for lane, *_rest in full)
            change_rows(MailMessage, MailMessage.id == message.id, due_at=put_off, due_set_at=now)
    db.session.flush()
    return going


def _turn(lane: Lane, rate: int, now: datetime) -> datetime:
    """Return when the next message of a lane may go; earlier than now by what may be caught up on."""
    if lane.free_at > now + timedelta(minutes=2):
        # Never so far, but by a clock that was ahead.
        lane.free_at = lane.taken_until = now
    return max(lane.free_at, now - _pace(rate) * max(rate // 10 - 1, 0))


def _pace(rate: int) -> timedelta:
    return timedelta(minutes=1) / max(rate - rate // 10, 1)


def _lanes_of(message: MailMessage) -> list[str]:
    config = instance.config()
    domain = email_key(message.recipient).rpartition("@")[2]
    return ([_ALL] if config.mail_rate else []) + ([_hash("lane", domain)] if config.mail_domain_rate else [])


def _locked(names: Iterable[str], now: datetime) -> dict[str, Lane]:
    # In one order, so that two workers never wait for one another.
    ordered = sorted(names)
    db.session.execute(_OPEN_LANE.bindparams(_at()), [{"name": name, "at": now} for name in ordered])
    found = db.session.scalars(select(Lane).where(Lane.name.in_(ordered)).order_by(Lane.name).with_for_update())
    return {lane.name: lane for lane in found}


def forget_lanes(now: datetime) -> None:
    """Forget what paces nothing any more, in the caller's transaction."""
    delete_rows(Lane, Lane.free_at < now, Lane.taken_until < now - timedelta(hours=1))


def _by_hash(addresses: Iterable[str]) -> set[str]:
    return {_hash("mail", email_key(address)) for address in addresses if address}


def _hash(purpose: str, value: str) -> str:
    return lookup_hash(instance.keys(), purpose, value)


def _at() -> Any:
    return bindparam("at", type_=UtcDateTime())
