"""Doing a run: up to fifty people a transaction, a second's worth of people a turn.

Each transaction holds the event's row, takes the next people who are still waiting, does the act to one after the other and
says so in the same breath. So a worker that is killed leaves nobody half done, and two that take the same run do nobody
twice. Each is done within a savepoint: whoever is refused, or cannot be done, spoils nothing of the others.

Every act that a run can do, with what does it to one person: by the same services as singly.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from eventreg.attendees.annotations.tags import change_tags_of
from eventreg.attendees.rules import acts
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.bulk import rules
from eventreg.bulk.models import Run, RunItem
from eventreg.bulk.services.writing import DONE, ActHandler, Batch, ItemResult, send_off, text_for, write_one
from eventreg.db import db, revocable, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import lock_event_in_any_state
from eventreg.events.queries.team import find_grant
from eventreg.events.rules.publication import ALIVE
from eventreg.events.rules.team import Grant
from eventreg.kernel import clock
from eventreg.kernel.errors import Busy, NotFound, Refused, described
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import in_scope
from eventreg.registration.rules.states import Action, DecisionReason
from eventreg.registration.services.decisions import DecisionMail, decide_held, undo_held
from eventreg.registration.services.requests import ask_for_correction_held

log = logging.getLogger(__name__)

RUN_JOB = "review.run"
#: so many people are done in one transaction, as long as nobody else has to wait for longer than this
_AT_ONCE, _HOLDS_SECONDS = 50, 0.15
#: so long others may write between two transactions
_MAKES_WAY_SECONDS = 0.002


def do_turn(work: Mapping[str, Any], _now: datetime) -> bool:
    """Do as many people of a run as a turn has time for; say whether anybody is left. A long work of the worker."""
    until = time.monotonic() + acts.TURN.total_seconds()
    return do_some(work["run_id"], lambda: time.monotonic() < until)


def do_some(run_id: int, may_go_on: Callable[[], bool]) -> bool:
    """Do one person of a run after the other, as long as `may_go_on`, asked after each, says so. Return whether anybody is
    left."""
    goes_on = True

    def asked() -> bool:
        nonlocal goes_on
        goes_on = may_go_on()
        return goes_on

    while goes_on:
        if not _do_batch(run_id, asked):
            return False
        time.sleep(_MAKES_WAY_SECONDS)
    return True


def _do_batch(run_id: int, may_go_on: Callable[[], bool]) -> bool:
    """Do the next people of a run in one transaction. False when nobody is left, or it was stopped."""
    now, until = clock.now(), time.monotonic() + _HOLDS_SECONDS
    with transaction() as session:
        event_id = session.scalar(select(Run.event_id).where(Run.id == run_id))
        if event_id is None:
            return False
        event = lock_event_in_any_state(event_id)
        run = session.get_one(Run, run_id, populate_existing=True)
        if run.begun_at is None or run.stopped_at is not None or run.finished_at is not None:
            return False
        waiting = select(RunItem).where(RunItem.run_id == run_id, RunItem.outcome == acts.ItemOutcome.WAITING)
        items = session.scalars(waiting.order_by(RunItem.id).limit(_AT_ONCE)).all()
        if not items:
            run.finished_at = now
            return False
        grant = find_grant(event_id, run.account_id)
        if not grant.allows(run.act.needs) or _is_too_late(run, event, now):
            # Stopped is what somebody began who may not do it any more.
            run.stopped_at = now
            note(event, "run_stopped", SYSTEM, act=run.act.value)
            return False
        batch, results = Batch(run, event, _hold(event_id, items, grant)), {}
        for item in items:
            results[item] = _result(batch, item)
            if not may_go_on() or time.monotonic() > until:
                break
        _send_off(batch, results)
        for item, result in results.items():
            item.outcome, item.refusal, item.decision_id = result.outcome, result.refusal, result.decision_id
            item.done_at = now
        return True


def _is_too_late(run: Run, event: Event, now: datetime) -> bool:
    """Say whether what began by its schedule is for nobody any more: the event is off, or half a day went by meanwhile."""
    schedule = run.schedule
    if schedule is None or schedule.state is not rules.ScheduleState.GONE:
        return False
    if rules.is_over(schedule.changed_at, now):
        schedule.state, schedule.lapse, schedule.changed_at = rules.ScheduleState.LAPSED, rules.Lapse.LATE, now
        note(event, "schedule_lapsed", SYSTEM, lapse=rules.Lapse.LATE.value, message=schedule.message)
        return True
    return event.publication not in ALIVE


def _hold(event_id: int, items: Sequence[RunItem], grant: Grant) -> Sequence[Registration]:
    """Load and hold those of the people who are in sight, afresh."""
    ids = [item.registration_id for item in items]
    people = select(Registration).where(Registration.id.in_(ids)).order_by(Registration.id)
    held = in_scope(people, event_id, grant.scope).with_for_update(of=Registration)
    return db.session.scalars(held.execution_options(populate_existing=True)).all()


def _result(batch: Batch, item: RunItem) -> ItemResult:
    person = batch.people.get(item.registration_id)
    if person is None:
        return ItemResult(acts.ItemOutcome.LEFT, acts.OUT_OF_SIGHT)
    seats = batch.count.seats
    result = _tried(f"Run {batch.run.id}, item {item.id}", partial(ACTS[batch.run.act], batch, item, person))
    if result.outcome is acts.ItemOutcome.LEFT:
        batch.count.seats = seats
    return result


def _send_off(batch: Batch, results: dict[RunItem, ItemResult]) -> None:
    """Queue what was written to all of them at once, or to each alone where that cannot be done."""
    messages = {item: result.message for item, result in results.items() if result.message is not None}
    whole = {item.registration_id: message for item, message in messages.items()}
    if not whole or _tried(f"Run {batch.run.id}, together", partial(send_off, batch, whole)) is DONE:
        return
    for item, message in messages.items():
        alone = partial(send_off, batch, {item.registration_id: message})
        results[item] = _tried(f"Run {batch.run.id}, item {item.id}", alone)


def _tried(what: str, act: Callable[[], ItemResult]) -> ItemResult:
    """Act within a savepoint, so that what is refused half way leaves nothing behind."""
    try:
        with revocable():
            return act()
    except Refused as refused:
        return ItemResult(acts.ItemOutcome.LEFT, str(refused.reason.value))
    except NotFound:
        return ItemResult(acts.ItemOutcome.LEFT, acts.OUT_OF_SIGHT)
    except (Busy, OperationalError):
        raise
    except Exception as error:
        # One person whom the act cannot be done to must not keep the others waiting.
        log.error("%s: %s", what, described(error))
        return ItemResult(acts.ItemOutcome.LEFT, acts.FAULT)


def decide_one(batch: Batch, item: RunItem, person: Registration) -> ItemResult:
    """Approve, wait-list, decline or reopen, with the reason in the person's language; its mail waits for the run's end."""
    run = batch.run
    made = decide_held(
        batch,
        person,
        acts.ACTIONS[run.act],
        text_for(run, "reason", person.language),
        item.seen_revision,
        Organizer.account(run.account_id),
        DecisionMail(not run.details.get("without_mail"), batch.due_at),
    )
    lacks_place = made.action is Action.APPROVE_WITHOUT_PLACE
    outcome = acts.ItemOutcome.DONE_WITHOUT_PLACE if lacks_place else acts.ItemOutcome.DONE
    return ItemResult(outcome, decision_id=made.id)


def undo_one(batch: Batch, item: RunItem, person: Registration) -> ItemResult:
    """Take back what the run to undo decided, where no mail told of it yet."""
    run = batch.run
    undone = select(RunItem.decision_id).filter_by(run_id=run.undoes_id, registration_id=person.id)
    decision_id = db.session.scalar(undone)
    if decision_id is None:
        raise Refused(DecisionReason.NOT_THE_LAST)
    undo_held(batch, person, decision_id, Organizer.account(run.account_id), only_in_silence=True)
    return DONE


def correct_one(batch: Batch, item: RunItem, person: Registration) -> ItemResult:
    """Ask for the answers that are to be mended, those of them that the person was asked."""
    run = batch.run
    until = run.details.get("until")
    if person.revision != item.seen_revision:
        raise Refused(DecisionReason.CHANGED_MEANWHILE)
    ask_for_correction_held(
        batch.occasion,
        person,
        run.details.get("questions", ()),
        text_for(run, "reason", person.language),
        Organizer.account(run.account_id),
        date.fromisoformat(until) if until else None,
    )
    return DONE


def tag_one(batch: Batch, _item: RunItem, person: Registration) -> ItemResult:
    """Put the run's tag on somebody, whatever changed since they were chosen; whoever carries it already is done as well."""
    change_tags_of(person, [batch.tag], [], Actor.account(batch.run.account_id))
    return DONE


def untag_one(batch: Batch, _item: RunItem, person: Registration) -> ItemResult:
    """Take the run's tag off somebody, who may not carry it."""
    change_tags_of(person, [], [batch.tag], Actor.account(batch.run.account_id))
    return DONE


ACTS: dict[acts.RunAct, ActHandler] = {
    **dict.fromkeys(acts.DECIDING, decide_one),
    acts.RunAct.CORRECT: correct_one,
    acts.RunAct.WRITE: write_one,
    acts.RunAct.TAG: tag_one,
    acts.RunAct.UNTAG: untag_one,
    acts.RunAct.UNDO: undo_one,
}
