"""Letting go what is due, in turns of about a second; what an event sets of it; what the law keeps; and what is told before.

Each transaction takes so few rows that nobody waits for it longer than a moment, holds the event's row, looks once more
whether anything stands in the way, and adds to the receipt what it let go. So a worker that is killed leaves a receipt
that is true, and the next one does the rest.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _, ngettext
from sqlalchemy import select

from eventreg.accounts.emails import enqueue_to_account
from eventreg.accounts.models import Account
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import db, get_of_event, transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole, holding_event_in_any_state, lock_event_in_any_state
from eventreg.events.queries.team import list_grants
from eventreg.events.rules.settings import LONGEST_KEPT, check_seen
from eventreg.events.rules.team import Permission
from eventreg.i18n import formats, languages
from eventreg.jobs.services import schedule
from eventreg.kernel import clock, text
from eventreg.kernel.errors import N_, NotFound, Refused
from eventreg.mail.content import MailContent
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import forget_messages
from eventreg.privacy import rules
from eventreg.privacy.holdings import HOLDINGS, RECEIPT
from eventreg.privacy.models import Deletion, Hold
from eventreg.privacy.retention import Amount, Line, Plan, find_hold, get_plan, today_of
from eventreg.reports.services import keep_figures, last_kept
from eventreg.reports.views.figures import told_figures
from eventreg.web.instance import address_of, site_name

#: kinds that are named; the page has them all
_NAMED = 6


def enqueue_before_deletion(owner: Account, event: Event, first: datetime, amounts: Sequence[Amount]) -> None:
    """Tell an owner what goes when, in the caller's transaction; once for each first day."""
    with languages.speaking(owner.language) as language:
        content = before_deletion(owner, event, first, amounts, language).quietened(event.is_quiet)
        key = f"account/before-deletion/{event.id}/{owner.id}/{first.date().isoformat()}"
        enqueue_to_account(owner, content, language, key, "privacy/before_deletion", is_held_back=event.holds_mail)


def before_deletion(
    owner: Account, event: Event, first: datetime, amounts: Sequence[Amount], language: str
) -> MailContent:
    """Return what an owner is told."""
    title = text.pick(event.title, language, event.languages).text

    def day(at: datetime | None) -> str:
        return formats.plain_day((at or first).astimezone(ZoneInfo(event.time_zone)).date(), language)

    facts = [(day(line.due_at), f"{_(line.holding.title)} ({number})") for line, number in amounts[:_NAMED]]
    more = len(amounts) - len(facts)
    return MailContent(
        subject=_("Data will soon be deleted: %(event)s", event=title),
        heading=_("Data will soon be deleted"),
        greeting=_("Dear %(name)s,", name=owner.name),
        paragraphs=(
            _(
                "The people who registered were told for how long their data are kept. From %(day)s on, what has reached "
                "the end of its period is deleted automatically. It cannot be brought back.",
                day=day(first),
            ),
            _(
                "The event's public page, its programme, its conclusions and its figures stay. The figures of today were kept."
            ),
            _(
                "Download before that day what you must keep. If the law obliges you to keep the data, place a hold on the page."
            ),
            *(
                [ngettext("%(num)d more kind is on the page.", "%(num)d more kinds are on the page.", more)]
                if more
                else []
            ),
        ),
        facts=tuple(facts),
        action=(_("Open data and retention"), address_of("privacy.show_retention", slug=event.slug)),
        is_link_personal=False,
        footer=(_("You receive this message because you own the event."), site_name()),
    )


RETENTION_JOB = "privacy.retention"
_TURN_SECONDS = 1.0
#: rows of the first transaction, which are few; then as many as let it end in this time, whatever their kind takes. With less
#: than that a transaction is mostly its own beginning and end
_FIRST, _LEAST, _HEAVY, _MOST, _AIMS_AT_SECONDS = 50, 200, 25, 1_000, 0.02
#: the next one may take so much longer than the longest before it
_MARGIN = 1.5
#: mails to accounts of the team: they are on no screen
ACCOUNT_MESSAGES = timedelta(days=90)
#: so much longer than that others may write between two
_MAKES_WAY = 2
#: rows that are looked up at once
_LOOKED_UP = 4_000
_NO_DAY = N_("Choose a day from today on, ten years ahead at most")


def see_to_retention(now: datetime) -> None:
    """Have each event's data looked at of which something is due, or is to be announced. A daily duty of the worker."""
    for event_id in db.session.scalars(select(Event.id).order_by(Event.id)).all():
        plan = get_plan(event_id, now)
        db.session.rollback()
        if any(line.is_due(now + rules.TOLD_BEFORE) for line in plan.lines):
            schedule_retention(event_id, now)


def forget_messages_of_accounts(now: datetime) -> int:
    """Forget what was mailed to accounts of the team a while ago, some at a time; returns of how many. A daily duty."""
    over = (MailMessage.account_id.is_not(None), MailMessage.created_at <= now - ACCOUNT_MESSAGES)
    known = select(MailMessage.id).where(*over, MailMessage.recipient != "", MailMessage.state != DeliveryState.SENDING)
    forgotten = 0
    while ids := db.session.scalars(known.limit(_FIRST)).all():
        db.session.rollback()
        with transaction():
            forget_messages(ids, now)
        forgotten += len(ids)
    return forgotten


def schedule_retention(event_id: int, now: datetime) -> None:
    """Have the data of an event looked at, by the worker."""
    schedule(RETENTION_JOB, f"{RETENTION_JOB}:{event_id}", {"event_id": event_id}, now)


def let_some_go(work: Mapping[str, Any], now: datetime) -> bool:
    """Let go what is due of an event, for a second at most; say whether anything is left. A long work of the worker."""
    began, longest = time.monotonic(), 0.0
    try:
        plan = get_plan(work["event_id"], now)
    except NotFound:
        return False
    if _tell_before(plan, now):
        return True
    stepped = time.monotonic()
    for line in plan.due(now):
        portion, least = (_HEAVY, _HEAVY) if line.holding.is_heavy else (_FIRST, _LEAST)
        while ids := line.some(_LOOKED_UP):
            while ids:
                db.session.rollback()
                held = _let_go(plan, line, ids[:portion], now)
                if held is None:
                    return True
                del ids[:portion]
                portion = max(least, min(_MOST, portion * 2, int(portion * _AIMS_AT_SECONDS / held)))
                time.sleep(_MAKES_WAY * held)
                before, stepped = stepped, time.monotonic()
                longest = max(longest, stepped - before)
                if stepped + _MARGIN * longest > began + _TURN_SECONDS:
                    return True
    _end_receipts(plan.event_id, now)
    return False


def let_all_go(event_id: int, now: datetime) -> list[Deletion]:
    """Let go everything of an event that is due, and return the receipts."""
    ended = select(Deletion).where(Deletion.event_id == event_id, Deletion.ended_at.is_not(None)).order_by(Deletion.id)
    before = {each.id for each in db.session.scalars(ended)}
    while let_some_go({"event_id": event_id}, now):
        pass
    return [each for each in db.session.scalars(ended) if each.id not in before]


def due_amounts(event_id: int, now: datetime) -> list[Amount]:
    """Return what `let_all_go` would let go, to the number."""
    plan = get_plan(event_id, now)
    return plan.amounts(plan.due(now))


def _let_go(plan: Plan, line: Line, ids: list[int], now: datetime) -> float | None:
    """Let these rows go, as far as they are still there; return for how many seconds others had to wait.

    None: what was planned holds no longer.
    """
    with transaction():
        began = time.monotonic()
        event = lock_event_in_any_state(plan.event_id)
        held = find_hold(event.id, today_of(event, now))
        if (event.settings_revision, held.id if held is not None else None) != plan.made_under:
            return None
        if there := line.still(ids):
            _add_to_receipt(event.id, line, line.holding.let_go(there), now)
    return time.monotonic() - began


def _add_to_receipt(event_id: int, line: Line, number: int, now: datetime) -> None:
    rule = (Deletion.event_id == event_id, Deletion.holding == line.holding.key, Deletion.days == line.days)
    receipt = db.session.scalar(select(Deletion).where(*rule, Deletion.ended_at.is_(None)))
    if receipt is None:
        receipt = Deletion(
            event_id=event_id, holding=line.holding.key, days=line.days, number=0, began_at=now, ended_at=None
        )
        db.session.add(receipt)
    receipt.number += number


def _end_receipts(event_id: int, now: datetime) -> None:
    """Write what went into the event's history, once nothing more is due."""
    with holding_event_in_any_state(event_id) as event:
        under_way = select(Deletion).where(Deletion.event_id == event_id, Deletion.ended_at.is_(None))
        for receipt in db.session.scalars(under_way.order_by(Deletion.id)):
            receipt.ended_at = now
            note(event, RECEIPT, SYSTEM, now, holding=receipt.holding, count=receipt.number, kept_days=receipt.days)


def _tell_before(plan: Plan, now: datetime) -> bool:
    """Keep the figures and tell the owners, once, before the first of an event's data goes; again where a hold put it off.

    Says whether it did, which takes most of a turn where many registered.
    """
    told = last_kept(plan.event_id)
    if told is not None and _has_begun(plan.event_id):
        return False
    first = plan.first_due()
    if first is None or not rules.is_to_be_told(first, told, now):
        return False
    amounts = [amount for amount in plan.amounts() if amount.line.due_at is not None]
    # Counted before others have to wait: of many people that takes a while.
    figures = told_figures(get_event_whole(plan.event_id), now)
    db.session.rollback()
    with holding_event_in_any_state(plan.event_id) as event:
        if last_kept(event.id) != told:
            return True
        keep_figures(event, figures, SYSTEM, now)
        for account, grant in list_grants(event.id):
            if grant.allows(Permission.OWN):
                enqueue_before_deletion(account, event, first, amounts)
    return True


def _has_begun(event_id: int) -> bool:
    short_lived = [holding.key for holding in HOLDINGS if holding.made is not None]
    began = select(Deletion.id).where(Deletion.event_id == event_id, Deletion.holding.not_in(short_lived))
    return db.session.scalar(began.limit(1)) is not None


def save_periods(event_id: int, seen_revision: int | None, days: Mapping[str, int], actor: Actor) -> None:
    """Keep data as long as `days` says, by key of a holding; what is shorter than before counts at once, for everybody.

    Raises Refused (CHANGED_MEANWHILE), and NotFound.
    """
    usual = {holding.key: holding.period.days for holding in HOLDINGS if holding.is_chosen}
    with holding_event_in_any_state(event_id) as event:
        check_seen(event.settings_revision, seen_revision)
        before = usual | {key: kept for key, kept in event.retention.items() if key in usual}
        changed = {key: [before[key], kept] for key, kept in days.items() if kept != before[key]}
        if not changed:
            return
        event.retention = {key: kept for key, kept in (before | dict(days)).items() if kept != usual[key]}
        event.settings_revision += 1
        note(event, "periods_changed", actor, changed={f"kept_{key}": both for key, both in changed.items()})
        schedule_retention(event_id, clock.now())


def read_until(text: str) -> date:
    """Return the day that a form names. Raises Refused."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(_NO_DAY, field="until") from None


def place_hold(event_id: int, reason: str, until: date, actor: Actor) -> None:
    """Keep everything of an event, for a reason in law, up to a day. For owners. Raises Refused, and NotFound."""
    with holding_event_in_any_state(event_id) as event:
        today = today_of(event, clock.now())
        if not today <= until <= today + timedelta(days=LONGEST_KEPT):
            raise Refused(_NO_DAY, field="until")
        hold = Hold(event_id=event_id, reason=reason, until=until, placed_by_id=actor.id, placed_at=clock.now())
        db.session.add(hold)
        db.session.flush()
        note(hold, "hold_placed", actor, until=until.isoformat(), reason=reason)


def lift_hold(event_id: int, hold_id: int, because: str, actor: Actor) -> None:
    """Let the periods count again. For owners. Raises NotFound, also for a hold that stands no more."""
    with holding_event_in_any_state(event_id):
        hold = get_of_event(Hold, event_id, id=hold_id, lifted_at=None)
        hold.lifted_at, hold.lifted_by_id, hold.lifted_because = clock.now(), actor.id, because
        note(hold, "hold_lifted", actor, reason=because)
        schedule_retention(event_id, clock.now())


def list_receipts(event_id: int) -> Iterator[Deletion]:
    """Yield what went of an event, the newest first; what is under way before."""
    order = (Deletion.ended_at.is_not(None), Deletion.ended_at.desc(), Deletion.id)
    yield from db.session.scalars(select(Deletion).where(Deletion.event_id == event_id).order_by(*order))
