"""Every act that a run can do, with what does it to one person: by the same services as singly."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.events.organizers import Organizer
from eventreg.kernel.errors import Refused
from eventreg.registration.rules.deadlines import UNDO_WINDOW
from eventreg.registration.rules.refusals import DecisionReason
from eventreg.registration.rules.states import Action
from eventreg.registration.services.decisions import Telling, decide, undo
from eventreg.registration.services.requests import ask_for_correction
from eventreg.review.models import Run, RunItem, Tag
from eventreg.review.queries.tags import get_tag
from eventreg.review.rules.runs import ACTIONS, DECIDING, ItemOutcome, RunAct, wait_for
from eventreg.review.services.run_items import DONE, ActHandler, ItemResult, count_left, person_of, text_for
from eventreg.review.services.run_writing import write_one
from eventreg.review.services.tags import change_tags_of


def decide_one(run: Run, item: RunItem) -> ItemResult:
    """Approve, wait-list, decline or reopen, with the reason in the person's language; its mail waits for the run's end."""
    person = person_of(item)
    made = decide(
        run.event_id,
        person.reference,
        ACTIONS[run.act],
        text_for(run, "reason", person.language),
        item.seen_revision,
        Organizer.account(run.account_id),
        Telling(not run.details.get("without_mail"), UNDO_WINDOW + wait_for(count_left(run))),
    )
    lacks_place = made.action is Action.APPROVE_WITHOUT_PLACE
    outcome = ItemOutcome.DONE_WITHOUT_PLACE if lacks_place else ItemOutcome.DONE
    return ItemResult(outcome, decision_id=made.decision_id)


def undo_one(run: Run, item: RunItem) -> ItemResult:
    """Take back what the run to undo decided, where no mail told of it yet."""
    undone = select(RunItem.decision_id).where(
        RunItem.run_id == run.undoes_id, RunItem.registration_id == item.registration_id
    )
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


ACTS: dict[RunAct, ActHandler] = {
    **dict.fromkeys(DECIDING, decide_one),
    RunAct.CORRECT: correct_one,
    RunAct.WRITE: write_one,
    RunAct.TAG: tag_one,
    RunAct.UNTAG: untag_one,
    RunAct.UNDO: undo_one,
}
