"""Doing a run: one person a transaction, a second's worth of people a turn.

Each transaction holds the event's row, takes the next person who is still waiting, does the act and says so in the same
breath. So a worker that is killed leaves nobody half done, and two that take the same run do nobody twice.

Every act that a run can do, with what does it to one person: by the same services as singly.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from eventreg.attendees.annotations.tags import change_tags_of, get_tag
from eventreg.attendees.models import Tag
from eventreg.attendees.rules import acts
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.bulk.models import Run, RunItem
from eventreg.bulk.services.writing import DONE, ActHandler, ItemResult, count_left, person_of, text_for, write_one
from eventreg.db import db, revocable, transaction
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import lock_event_in_any_state
from eventreg.events.queries.team import find_grant
from eventreg.events.rules.team import Grant
from eventreg.kernel import clock
from eventreg.kernel.errors import Busy, NotFound, Refused, described
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import in_scope
from eventreg.registration.rules.availability import UNDO_WINDOW
from eventreg.registration.rules.states import Action, DecisionReason
from eventreg.registration.services.decisions import DecisionMail, decide, undo
from eventreg.registration.services.requests import ask_for_correction

log = logging.getLogger(__name__)

RUN_JOB = "review.run"
#: so long others may write between two people
_MAKES_WAY_SECONDS = 0.002


def do_turn(work: Mapping[str, Any], _now: datetime) -> bool:
    """Do as many people of a run as a turn has time for; say whether anybody is left. A long work of the worker."""
    until = time.monotonic() + acts.TURN.total_seconds()
    return do_some(work["run_id"], lambda: time.monotonic() < until)


def do_some(run_id: int, may_go_on: Callable[[], bool]) -> bool:
    """Do one person of a run after the other, as long as `may_go_on` says so. Return whether anybody is left."""
    while do_next(run_id):
        if not may_go_on():
            return True
        time.sleep(_MAKES_WAY_SECONDS)
    return False


def do_next(run_id: int) -> bool:
    """Do the next person of a run in one transaction. False when nobody is left, or it was stopped."""
    now = clock.now()
    with transaction() as session:
        event_id = session.scalar(select(Run.event_id).where(Run.id == run_id))
        if event_id is None:
            return False
        event = lock_event_in_any_state(event_id)
        run = session.get_one(Run, run_id, populate_existing=True)
        if run.begun_at is None or run.stopped_at is not None or run.finished_at is not None:
            return False
        item = session.scalars(
            select(RunItem)
            .where(RunItem.run_id == run_id, RunItem.outcome == acts.ItemOutcome.WAITING)
            .order_by(RunItem.id)
            .limit(1)
        ).first()
        if item is None:
            run.finished_at = now
            return False
        grant = find_grant(event_id, run.account_id)
        if not grant.allows(run.act.needs):
            # Stopped is what somebody began who may not do it any more.
            run.stopped_at = now
            note(event, "run_stopped", SYSTEM, act=run.act.value)
            return False
        result = _result(run, item, grant)
        item.outcome, item.refusal, item.decision_id = result.outcome, result.refusal, result.decision_id
        item.done_at = now
        return True


def _result(run: Run, item: RunItem, grant: Grant) -> ItemResult:
    """Do the act within a savepoint, so that what is refused half way leaves nothing behind."""
    run_id, item_id = run.id, item.id
    try:
        with revocable():
            person = select(Registration).where(Registration.id == item.registration_id)
            if db.session.scalars(in_scope(person, run.event_id, grant.scope)).first() is None:
                return ItemResult(acts.ItemOutcome.LEFT, acts.OUT_OF_SIGHT)
            return ACTS[run.act](run, item)
    except Refused as refused:
        return ItemResult(acts.ItemOutcome.LEFT, str(refused.reason.value))
    except NotFound:
        return ItemResult(acts.ItemOutcome.LEFT, acts.OUT_OF_SIGHT)
    except (Busy, OperationalError):
        raise
    except Exception as error:
        # One person whom the act cannot be done to must not keep the others waiting.
        log.error("Run %d, item %d: %s", run_id, item_id, described(error))
        return ItemResult(acts.ItemOutcome.LEFT, acts.FAULT)


def decide_one(run: Run, item: RunItem) -> ItemResult:
    """Approve, wait-list, decline or reopen, with the reason in the person's language; its mail waits for the run's end."""
    person = person_of(item)
    made = decide(
        run.event_id,
        person.reference,
        acts.ACTIONS[run.act],
        text_for(run, "reason", person.language),
        item.seen_revision,
        Organizer.account(run.account_id),
        DecisionMail(not run.details.get("without_mail"), UNDO_WINDOW + acts.wait_for(count_left(run))),
    )
    lacks_place = made.action is Action.APPROVE_WITHOUT_PLACE
    outcome = acts.ItemOutcome.DONE_WITHOUT_PLACE if lacks_place else acts.ItemOutcome.DONE
    return ItemResult(outcome, decision_id=made.id)


def undo_one(run: Run, item: RunItem) -> ItemResult:
    """Take back what the run to undo decided, where no mail told of it yet."""
    undone = select(RunItem.decision_id).filter_by(run_id=run.undoes_id, registration_id=item.registration_id)
    decision_id = db.session.scalar(undone)
    if decision_id is None:
        raise Refused(DecisionReason.NOT_THE_LAST)
    undo(run.event_id, person_of(item).reference, decision_id, Organizer.account(run.account_id), only_in_silence=True)
    return DONE


def correct_one(run: Run, item: RunItem) -> ItemResult:
    """Ask for the answers that are to be mended, those of them that the person was asked."""
    person, until = person_of(item), run.details.get("until")
    if person.revision != item.seen_revision:
        raise Refused(DecisionReason.CHANGED_MEANWHILE)
    ask_for_correction(
        run.event_id,
        person.reference,
        run.details.get("questions", ()),
        text_for(run, "reason", person.language),
        Organizer.account(run.account_id),
        date.fromisoformat(until) if until else None,
    )
    return DONE


def tag_one(run: Run, item: RunItem) -> ItemResult:
    """Put the run's tag on somebody, whatever changed since they were chosen; whoever carries it already is done as well."""
    change_tags_of(person_of(item), [_tag(run)], [], Actor.account(run.account_id))
    return DONE


def untag_one(run: Run, item: RunItem) -> ItemResult:
    """Take the run's tag off somebody, who may not carry it."""
    change_tags_of(person_of(item), [], [_tag(run)], Actor.account(run.account_id))
    return DONE


def _tag(run: Run) -> Tag:
    return get_tag(run.event_id, str(run.details.get("tag", "")))


ACTS: dict[acts.RunAct, ActHandler] = {
    **dict.fromkeys(acts.DECIDING, decide_one),
    acts.RunAct.CORRECT: correct_one,
    acts.RunAct.WRITE: write_one,
    acts.RunAct.TAG: tag_one,
    acts.RunAct.UNTAG: untag_one,
    acts.RunAct.UNDO: undo_one,
}
