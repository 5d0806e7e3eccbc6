"""Messages that wait for their moment: set up, switched on, stopped, and begun or let lapse by the worker.

A schedule is a draft with a moment. The moment is worked out anew at each look, so it follows the event's days, deadlines and
zone; who gets the message is who is on its lists when it begins. It begins once: the draft becomes a run, whose messages
have one key a person in the outbox. So a worker that is killed, two that look at once, and somebody who sends now what is
due later write to nobody twice.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from eventreg.attendees.rules.acts import RunAct, RunReason
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.bulk import rules
from eventreg.bulk.emails import Timely
from eventreg.bulk.models import Run, RunItem, Schedule
from eventreg.bulk.queries import previews, runs as of_runs, writing
from eventreg.bulk.rules import Dates, Lapse, Moment, ScheduleReason, ScheduleState
from eventreg.bulk.services import runs
from eventreg.db import db, lock_row, transaction
from eventreg.events.models import Event, EventDay
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event, lock_event, lock_event_in_any_state
from eventreg.events.queries.team import find_grant
from eventreg.events.rules.publication import ALIVE
from eventreg.events.rules.team import Permission
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused, described
from eventreg.web import instance

log = logging.getLogger(__name__)

#: of a message that was written by hand, until its writer chooses
_USUAL_HOUR = time(9)
_LIVE = (ScheduleState.ON, ScheduleState.OFF, ScheduleState.LAPSED)
_MOST_SHOWN = 50


class Planned(NamedTuple):
    """A schedule with its run, who answers for it, and when it is due; None: the event has no such day."""

    run: Run
    schedule: Schedule
    by: str
    due_at: datetime | None


_held_on = select(EventDay.held_on).where(EventDay.event_id == Event.id).correlate(Event)
_first, _last = (
    _held_on.order_by(order).limit(1).scalar_subquery() for order in (EventDay.held_on, EventDay.held_on.desc())
)
#: of an event, for `Dates`
_DATES: Sequence[Any] = (Event.time_zone, _first, _last, Event.registration_closes_at, Event.changes_until)


def dates_of(event: Event) -> Dates:
    """Return what moments of an event hang on: one statement."""
    return Dates(*db.session.execute(select(*_DATES).where(Event.id == event.id)).one())


def list_planned(event: Event, who: Organizer, *states: ScheduleState) -> list[Planned]:
    """Return the schedules in these states that an account may know of, of each the newest: what comes next first."""
    found = _with_dates(of_runs.seen_runs(event.id, who)).where(Schedule.state.in_(states))
    rows = db.session.execute(found.order_by(Schedule.changed_at.desc(), Run.id.desc()).limit(_MOST_SHOWN))
    planned = [Planned(run, row, by, row.moment.due_at(Dates(*dates))) for run, by, row, *dates in rows]
    return sorted(planned, key=lambda each: (each.due_at is None, each.due_at))


def _with_dates(statement: Any) -> Any:
    """Have a statement about runs select their schedules as well, and what these hang on."""
    with_schedules = statement.join(Schedule, Schedule.run_id == Run.id).join(Event, Event.id == Run.event_id)
    return with_schedules.add_columns(Schedule, *_DATES)


def list_unbegun(event_id: int) -> Sequence[tuple[Schedule, Mapping[str, Any]]]:
    """Return all schedules of an event that have not begun, each with what its draft holds."""
    found = select(Schedule, Run.details).join(Run, Run.id == Schedule.run_id).where(Run.event_id == event_id)
    rows = db.session.execute(found.where(Schedule.state != ScheduleState.GONE).order_by(Schedule.changed_at, Run.id))
    return [(schedule, details) for schedule, details in rows]


def count_reached(run: Run) -> int:
    """Return how many people a draft would reach now, as far as whoever answers for it may know of them."""
    return previews.get_figures(run, recipients_of(run).items).concerned


def recipients_of(run: Run) -> writing.Recipients:
    """Return the people of a draft as they are now, in the sight of whoever answers for it."""
    return writing.recipients_in(run, find_grant(run.event_id, run.account_id).sight)


def set_up(event_id: int, message: type[Timely], who: Organizer) -> Run:
    """Return the draft of a ready-made message, off until it is switched on; the one that is there already, where one is."""
    with holding_event(event_id) as event:
        live = select(Run).join(Schedule, Schedule.run_id == Run.id).where(of_runs.is_seen(event_id, who))
        live = live.where(Schedule.message == message.key, Schedule.state.in_(_LIVE)).order_by(Run.id)
        return db.session.scalars(live).first() or put(event, who.id or 0, message.usual, details_of(message))


def details_of(message: type[Timely]) -> dict[str, Any]:
    """Return what the draft of a ready-made message holds."""
    reached = sorted(status.value for status in message.reaches)
    of_message = {"message": message.key, "statuses": reached, "can_be_refused": not message.is_essential}
    return {"to": [message.usual_list], **of_message}


def put(
    event: Event, account_id: int, moment: Moment, details: dict[str, Any], state: ScheduleState = ScheduleState.OFF
) -> Run:
    """Write a schedule with its draft, in the caller's transaction."""
    run = runs.draft_run(event.id, RunAct.WRITE, None, account_id, details=details)
    run.saved_at = clock.now()
    _attach(run, moment, state)
    return run


def prepare(run_id: int) -> None:
    """Have the draft of a message wait for a moment that is still to be chosen. Raises Refused (BEGUN)."""
    with transaction():
        event, run = _lock(run_id)
        if run.schedule is None:
            tomorrow = clock.now().astimezone(ZoneInfo(event.time_zone)).date() + timedelta(days=1)
            _attach(run, Moment(rules.Anchor.DAY, 0, _USUAL_HOUR, tomorrow), ScheduleState.OFF)


def _attach(run: Run, moment: Moment, state: ScheduleState) -> None:
    message = run.details.get("message", "")
    run.schedule = Schedule(message=message, state=state, changed_at=clock.now(), **vars(moment))
    db.session.flush()


def switch_on(run_id: int, moment: Moment, who: Actor, keeps: runs.Chosen | None = None) -> None:
    """Have a message go at a moment, in the name of whoever says so; one that waits already, at another one.

    `keeps`: selects those who are to get it, whoever is on its lists then.
    Raises Refused (BEGUN, NO_DAY, PAST, NOBODY_CHOSEN) and LifecycleRefused.
    """
    with transaction() as session:
        event, run = _lock(run_id)
        due_at = moment.due_at(dates_of(event))
        if due_at is None or due_at <= clock.now():
            raise Refused(ScheduleReason.NO_DAY if due_at is None else ScheduleReason.PAST)
        if keeps is not None:
            runs.keep_people(run, keeps)
        if not run.details.get("to") and not session.scalar(select(RunItem.id).filter_by(run_id=run.id).limit(1)):
            raise Refused(RunReason.NOBODY_CHOSEN)
        run.account_id = who.id or run.account_id
        for name, value in vars(moment).items():
            setattr(run.schedule, name, value)
        _turn(event, run, ScheduleState.ON, "message_scheduled", who)


def aim(run_id: int, to: Sequence[str], who: Actor) -> None:
    """Have a ready-made message be for other lists. It waits no more: whoever switches it on has seen who is on them."""
    with transaction():
        _event, run = _lock(run_id)
        run.details = {**run.details, "to": list(to)}
        stop(run_id, who)


def stop(run_id: int, who: Actor) -> None:
    """Have a message that waits, or that lapsed, wait for no moment any more: it is a draft again, or a run that was stopped."""
    with transaction():
        event, run = _lock(run_id, begun=True)
        if run.schedule is not None and run.schedule.state in (ScheduleState.ON, ScheduleState.LAPSED):
            state = ScheduleState.OFF if run.begun_at is None else ScheduleState.GONE
            _turn(event, run, state, "schedule_stopped", who)


def send_now(run_id: int, who: Actor, listed: runs.Chosen | None, shown: int | None) -> bool:
    """Begin what waits for its moment, or lapsed. Raises Refused (NOT_ALIVE) and what `begin_run` raises."""
    with transaction():
        event, _run = _lock(run_id, begun=True)
        if event.publication not in ALIVE:
            raise Refused(ScheduleReason.NOT_ALIVE)
        return runs.begin_run(run_id, who, listed, shown)


def see_to_schedules(now: datetime) -> None:
    """Begin what is due, and say what lapsed. A duty of the worker: one statement where nothing is due."""
    waiting = _with_dates(select(Run.id)).where(Schedule.state == ScheduleState.ON).order_by(Run.id)
    rows = db.session.execute(waiting)
    for run_id, due_at in [(id_, row.moment.due_at(Dates(*dates))) for id_, row, *dates in rows]:
        if due_at is not None and due_at <= now:
            try:
                _see_to(run_id, now)
            except Exception as error:
                # It must not keep the others waiting; the next look tries it again.
                log.error("Run %d, whose moment has come: %s", run_id, described(error))


def _see_to(run_id: int, now: datetime) -> None:
    """Begin one that is due, have it lapse, or leave it for the next look. It looks again: the event is held now."""
    with transaction() as session:
        event = lock_event_in_any_state(session.get_one(Run, run_id).event_id)
        run = lock_row(select(Run).where(Run.id == run_id))
        due_at = (
            run.schedule.moment.due_at(dates_of(event)) if run.schedule is not None and run.schedule.is_on else None
        )
        if due_at is None or due_at > now:
            return
        has_right = find_grant(event.id, run.account_id).allows(Permission.SEND_MESSAGES)
        is_held = event.holds_mail or not instance.config().sends_mail
        lapse = rules.hindrance(event.publication, is_held=is_held, has_right=has_right)
        if rules.is_over(due_at, now):
            lapse = lapse or Lapse.LATE
        elif lapse is None:
            recipients = recipients_of(run)
            if None not in recipients.lists:
                runs.begin_run(run.id, SYSTEM, recipients.listed if recipients.lists else None, may_be_nobody=True)
                return
            lapse = Lapse.LIST_GONE
        elif not lapse.is_final:
            return
        # What goes with its event needs nobody to look at it.
        state = ScheduleState.OFF if lapse is Lapse.CALLED_OFF else ScheduleState.LAPSED
        _turn(event, run, state, "schedule_lapsed", SYSTEM, lapse)


def _turn(event: Event, run: Run, state: ScheduleState, action: str, who: Actor, lapse: Lapse | None = None) -> None:
    schedule = run.schedule
    assert schedule is not None  # noqa: S101 - the caller has seen it
    schedule.state, schedule.lapse, schedule.changed_at = state, lapse, clock.now()
    note(event, action, who, message=schedule.message, **({"lapse": lapse.value} if lapse else {}))


def _lock(run_id: int, *, begun: bool = False) -> tuple[Event, Run]:
    """Hold an event and a draft of it, the event first; one that has `begun` too. Raises Refused (BEGUN)."""
    event = lock_event(db.session.get_one(Run, run_id).event_id)
    run = lock_row(select(Run).where(Run.id == run_id))
    if run.begun_at is not None and not begun:
        raise Refused(RunReason.BEGUN)
    return event, run
