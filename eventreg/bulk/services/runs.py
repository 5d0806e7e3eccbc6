"""Runs: one act on many registrations, chosen first, looked at, confirmed, and done in batches.

A draft holds who was chosen and at which revision; that of a message also lists, whose people are those of
the moment when it is begun. Then `steps` does it; a run of a few people at once, a longer one by the worker. Whatever dies
meanwhile, what is done is done once, and what is left is done by the next turn.
"""

import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, and_, case, cast, delete, func, insert, literal, select, update

from eventreg.attendees.listing import RegistrationList
from eventreg.attendees.rules import acts
from eventreg.attendees.rules.acts import DRAFTS_KEPT_FOR, MOST_CHOSEN, ItemOutcome, RunAct, RunReason, wait_for
from eventreg.audit.services import Actor, note
from eventreg.bulk.models import Run, RunItem
from eventreg.bulk.queries.runs import can_be_undone, count_items
from eventreg.bulk.rules import ScheduleReason, ScheduleState
from eventreg.bulk.services.steps import RUN_JOB
from eventreg.db import db, delete_rows, found, lock_row, transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import lock_event
from eventreg.events.rules.team import Sight
from eventreg.jobs.services import schedule
from eventreg.kernel import clock, files, tokens
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import folded
from eventreg.programme.rules.materials import check_file
from eventreg.programme.services import materials
from eventreg.registration.models import Decision, Registration
from eventreg.registration.queries.scoping import in_scope
from eventreg.registration.rules.availability import UNDO_WINDOW
from eventreg.registration.rules.states import DecisionReason
from eventreg.registration.services import promotion, statuses

#: makes the statement that selects who is chosen, of the columns it is given
Chosen = Callable[..., Select[Any]]


def all_of(registrations: RegistrationList) -> Chosen:
    """Choose everybody whom a list shows, on whichever page."""
    return registrations.select


def these(event_id: int, seen: Mapping[str, int], sight: Sight) -> Chosen:
    """Choose registrations by reference, each as it was seen; none that is not in sight. Raises Refused (TOO_MANY_CHOSEN)."""
    if len(seen) > MOST_CHOSEN:
        raise Refused(RunReason.TOO_MANY_CHOSEN, limit=MOST_CHOSEN)

    def chosen(*columns: Any) -> Select[Any]:
        statement = select(*columns).where(Registration.event_id == event_id, Registration.reference.in_(seen))
        return in_scope(statement, event_id, sight.scope)

    return chosen


def draft_run(
    event_id: int,
    act: RunAct,
    chosen: Chosen | None,
    account_id: int,
    *,
    details: Mapping[str, Any] | None = None,
    seen: Mapping[str, int] | None = None,
    submission_key: str = "",
) -> Run:
    """Keep who was chosen, in the order in which they were received, to be looked at before anything is done.

    `chosen`: None for the draft of a message, to which people are added later. `seen`: which revision of each, by reference;
    those of now where it is not given. The same form sent twice is one draft. Raises Refused (NOBODY_CHOSEN).
    """
    now = clock.now()
    # What a form brings is nobody else's key, whatever it is.
    of_form = f"{event_id}/{account_id}/{submission_key or secrets.token_urlsafe(18)}"
    key = hashlib.sha256(of_form.encode("utf-8", "replace")).hexdigest()
    with transaction() as session:
        earlier = session.scalars(select(Run).where(Run.submission_key == key)).first()
        if earlier is not None:
            return earlier
        run = Run(
            public_id=tokens.new_public_id(),
            event_id=event_id,
            account_id=account_id,
            act=act,
            details={},
            submission_key=key,
            created_at=now,
        )
        _keep(run, details or {})
        session.add(run)
        session.flush()
        if chosen is None:
            return run
        # What was seen is told by cases, of which there are few.
        _add(run, chosen, case(seen, value=Registration.reference, else_=0) if seen else Registration.revision)
        if not session.scalar(select(func.count()).where(RunItem.run_id == run.id)):
            raise Refused(RunReason.NOBODY_CHOSEN)
        return run


def save_details(run_id: int, details: Mapping[str, Any], seen: str | None = None) -> None:
    """Keep what was written for a draft. `seen`: as `seen_of` said of the draft that was opened; what somebody else saved
    since, as "saved_by" of the details tells, is not overwritten. Raises Refused (BEGUN, SAVED_MEANWHILE).
    """
    with transaction():
        run = _lock_draft(run_id)
        if seen not in (None, seen_of(run)) and run.details.get("saved_by") != details.get("saved_by"):
            raise Refused(RunReason.SAVED_MEANWHILE)
        _keep(run, details)
        if run.act is RunAct.WRITE:
            run.saved_at = clock.now()


def seen_of(run: Run) -> str:
    """Return what tells one state of a saved draft from the next."""
    return run.saved_at.isoformat() if run.saved_at is not None else ""


def discard(run_id: int, actor: Actor) -> None:
    """Delete a draft; the history keeps who did, where it was saved and others could know of it. Raises Refused (BEGUN)."""
    with transaction() as session:
        run = _lock_draft(run_id)
        if run.saved_at is not None:
            _note(session.get_one(Event, run.event_id), run, "run_discarded", actor)
        session.delete(run)


def take_in(run_id: int, registration_ids: Collection[int]) -> None:
    """Add people to a draft one by one, also those who were left out of it. Raises Refused (BEGUN)."""
    with transaction():
        run = _lock_draft(run_id)
        left_out = [id_ for id_ in run.details.get("left_out", ()) if id_ not in registration_ids]
        run.details = {**run.details, "left_out": left_out}
        _add(run, lambda *columns: select(*columns).where(Registration.id.in_(registration_ids)))


def keep_people(run: Run, listed: Chosen) -> None:
    """Have a draft that the caller holds be for those who are on its lists now, whoever is on them later."""
    _add(run, listed)
    run.details = {**run.details, "to": [], "left_out": []}


def leave_out(run_id: int, registration_id: int) -> None:
    """Take somebody out of a draft, of its lists as well. Raises Refused (BEGUN)."""
    with transaction() as session:
        run = _lock_draft(run_id)
        session.execute(delete(RunItem).where(RunItem.run_id == run.id, RunItem.registration_id == registration_id))
        if run.act is RunAct.WRITE:
            run.details = {**run.details, "left_out": [*run.details.get("left_out", ()), registration_id]}


def take_as_they_are(run_id: int) -> None:
    """Have those who changed since they were chosen count as seen, once somebody has looked. Raises Refused (BEGUN)."""
    with transaction() as session:
        run = _lock_draft(run_id)
        now_is = select(Registration.revision).where(Registration.id == RunItem.registration_id).scalar_subquery()
        session.execute(update(RunItem).where(RunItem.run_id == run.id).values(seen_revision=now_is))


def begin_run(
    run_id: int,
    actor: Actor | None = None,
    listed: Chosen | None = None,
    shown: int | None = None,
    *,
    may_be_nobody: bool = False,
) -> bool:
    """Confirm a draft, or have a stopped run go on: the worker does it from now on. False: it had been begun before, or is
    being taken back. The moment that it waited for is of no account then.

    `actor`: who says so, in whose name it is done. `listed`: selects the people of its lists; `shown`: how many it had
    altogether when its page was shown. Raises NotFound, LifecycleRefused and Refused (OTHERS_NOW, NOBODY_CHOSEN).
    """
    now = clock.now()
    with transaction():
        event, run = _lock_event_and_run(run_id)
        if run.finished_at is not None or (run.begun_at is not None and run.stopped_at is None) or _is_taken_back(run):
            return False
        is_new = run.begun_at is None
        if is_new and listed is not None:
            _add(run, listed)
            total = count_items([run.id])[run.id].total
            if not (total or may_be_nobody):
                raise Refused(RunReason.NOBODY_CHOSEN)
            if shown is not None and shown != total:
                raise Refused(RunReason.OTHERS_NOW)
        if is_new and actor is not None:
            run.account_id = actor.id or run.account_id
        run.begun_at, run.stopped_at = run.begun_at or now, None
        if run.schedule is not None:
            run.schedule.state, run.schedule.lapse, run.schedule.changed_at = ScheduleState.GONE, None, now
        schedule(RUN_JOB, f"{RUN_JOB}:{run.id}", {"run_id": run.id}, now)
        _note(event, run, "run_begun" if is_new else "run_resumed", actor or Actor.account(run.account_id))
        return True


def stop_run(run_id: int, actor: Actor) -> None:
    """Leave undone what is not done yet of a run that goes on. Nothing happens to one that is over."""
    with transaction():
        _stop(*_lock_event_and_run(run_id), actor)


def undo_run(run_id: int, actor: Actor) -> Run:
    """Begin to take back what a run decided, the last first, as far as no mail has told of it; returns the new run.

    One that still goes on is stopped for good. The mails that have not gone wait meanwhile. For whom it is too late is
    left, and named. Asked twice it is one run. Raises Refused (NOTHING_TO_UNDO).
    """
    now = clock.now()
    with transaction() as session:
        event, run = _lock_event_and_run(run_id)
        key = f"undo-{run.public_id}"
        earlier = session.scalars(select(Run).where(Run.submission_key == key)).first()
        if earlier is not None:
            return earlier
        made = select(RunItem.decision_id).where(RunItem.run_id == run.id, RunItem.decision_id.is_not(None))
        to_undo = session.scalar(
            select(func.count()).select_from(Decision).where(Decision.id.in_(made), *can_be_undone(now))
        )
        if not to_undo:
            raise Refused(RunReason.NOTHING_TO_UNDO)
        # Else it would go on deciding behind what takes it back.
        _stop(event, run, actor)
        undoing = Run(
            public_id=tokens.new_public_id(),
            event_id=event.id,
            account_id=actor.id,
            act=RunAct.UNDO,
            details={"list": run.details.get("list", "")},
            submission_key=key,
            created_at=now,
            begun_at=now,
            undoes_id=run.id,
        )
        session.add(undoing)
        session.flush()
        _choose_to_undo(undoing, run, now)
        until = now + UNDO_WINDOW + wait_for(RunAct.UNDO, to_undo)
        statuses.hold_back(made, now, until)
        promotion.schedule_passing_on(event.id, until)
        schedule(RUN_JOB, f"{RUN_JOB}:{undoing.id}", {"run_id": undoing.id}, now)
        _note(event, undoing, "run_begun", actor)
        return undoing


def _choose_to_undo(undoing: Run, run: Run, now: datetime) -> None:
    """Take over everybody whom a run decided on, the last first: whoever waits for a place goes before a place is free."""
    is_possible = and_(*can_be_undone(now))
    told_already, not_the_last = DecisionReason.TOLD_ALREADY.value, DecisionReason.NOT_THE_LAST.value
    people = (
        select(
            literal(undoing.id),
            RunItem.registration_id,
            Registration.revision,
            case((is_possible, ItemOutcome.WAITING.value), else_=ItemOutcome.LEFT.value),
            case((is_possible, ""), (Decision.undone_at.is_(None), told_already), else_=not_the_last),
        )
        .select_from(RunItem)
        .join(Decision, Decision.id == RunItem.decision_id)
        .join(Registration, Registration.id == RunItem.registration_id)
        .where(RunItem.run_id == run.id)
        .order_by(RunItem.id.desc())
    )
    columns = ["run_id", "registration_id", "seen_revision", "outcome", "refusal"]
    db.session.execute(insert(RunItem).from_select(columns, people))


def attach(run_id: int, name: str, content: bytes) -> None:
    """Have a file go with the message of a draft. Raises Refused (FILE_TOO_LARGE, TOO_MANY_FILES, a MaterialReason, BEGUN)."""
    if len(content) > acts.MOST_FILE_BYTES:
        raise Refused(RunReason.FILE_TOO_LARGE)
    media_type, file_id = check_file(content), tokens.new_public_id()
    materials.store_material_file(file_id, content)
    with transaction():
        run = _lock_draft(run_id)
        standing = run.details.get("files", [])
        if len(standing) >= acts.MOST_FILES:
            raise Refused(RunReason.TOO_MANY_FILES, limit=acts.MOST_FILES)
        file = [file_id, files.safe_name(name, media_type), media_type, len(content)]
        run.details = {**run.details, "files": [*standing, file]}


def detach(run_id: int, file_id: str) -> None:
    """Take a file off the message of a draft; it leaves the disk with the next sweep. Raises Refused (BEGUN)."""
    with transaction():
        run = _lock_draft(run_id)
        run.details = {**run.details, "files": [each for each in run.details.get("files", ()) if each[0] != file_id]}


def list_file_ids() -> set[str]:
    """Return the ids of all files that go, or went, with messages."""
    named = select(Run.details).where(Run.act == RunAct.WRITE, cast(Run.details, Text).contains('"files"'))
    return {each[0] for details in db.session.scalars(named) for each in details.get("files", ())}


def find_file(registration_id: int, file_id: str) -> list[Any]:
    """Return a file (id, name, media type, size) that was written to somebody. Raises NotFound."""
    written = select(Run.details).join(RunItem, RunItem.run_id == Run.id)
    own = written.where(RunItem.registration_id == registration_id, RunItem.outcome == ItemOutcome.DONE)
    rows = (each for details in db.session.scalars(own) for each in details.get("files", ()))
    return found(next((each for each in rows if each[0] == file_id), None))


def sweep_drafts(now: datetime) -> int:
    """Forget runs that nobody confirmed within a day, drafts that were saved apart; returns how many. A duty of the worker."""
    with transaction() as session:
        old = session.scalars(
            select(Run.id).where(
                Run.begun_at.is_(None), Run.saved_at.is_(None), Run.created_at <= now - DRAFTS_KEPT_FOR
            )
        ).all()
        if old:
            delete_rows(Run, Run.id.in_(old))
        return len(old)


def _keep(run: Run, details: Mapping[str, Any]) -> None:
    run.details = {**run.details, **details}
    if run.act is RunAct.WRITE:
        words = [text for part in ("subject", "body") for text in run.details.get(part, {}).values()]
        run.search_text = folded(" ".join(words))


def _add(run: Run, chosen: Chosen, revision: Any = Registration.revision) -> None:
    """Add whom a statement selects, if they are not in the draft already: one statement, however many they are."""
    there = select(RunItem.registration_id).where(RunItem.run_id == run.id)
    people = chosen(literal(run.id), Registration.id, revision).where(Registration.id.not_in(there)).order_by(None)
    people = people.order_by(Registration.submitted_at, Registration.id)
    db.session.execute(insert(RunItem).from_select(["run_id", "registration_id", "seen_revision"], people))


def _lock_event_and_run(run_id: int) -> tuple[Event, Run]:
    """Hold a run and its event, the event first: whoever does the run holds them in this order too."""
    event_id = found(db.session.scalar(select(Run.event_id).where(Run.id == run_id)))
    return lock_event(event_id), _lock_run(run_id)


def _stop(event: Event, run: Run, actor: Actor) -> None:
    if run.begun_at is not None and run.finished_at is None and run.stopped_at is None:
        run.stopped_at = clock.now()
        _note(event, run, "run_stopped", actor)


def _is_taken_back(run: Run) -> bool:
    return db.session.scalar(select(Run.id).where(Run.undoes_id == run.id).limit(1)) is not None


def _lock_run(run_id: int) -> Run:
    return lock_row(select(Run).where(Run.id == run_id))


def _lock_draft(run_id: int) -> Run:
    run = _lock_run(run_id)
    if run.begun_at is not None:
        raise Refused(RunReason.BEGUN)
    if run.schedule is not None and (run.schedule.is_on or run.schedule.message):
        raise Refused(ScheduleReason.ON)
    return run


def _note(event: Event, run: Run, action: str, actor: Actor) -> None:
    people = db.session.scalar(select(func.count()).where(RunItem.run_id == run.id)) or 0
    note(event, action, actor, act=run.act.value, people=people)
