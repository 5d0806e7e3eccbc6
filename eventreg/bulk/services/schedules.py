"""Messages that wait for their moment: set up, switched on, stopped, and begun or let lapse by the worker.

A schedule is a draft with a moment. The moment is worked out anew at each look, so it follows the event's days, deadlines and
zone; who gets the message is who is on its lists when it begins. It begins once: the draft becomes a run, whose messages
have one key a person in the outbox. So a worker that is killed, two that look at once, and somebody who sends now what is
due later write to nobody twice.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from eventreg.attendees.rules.acts import RunAct, RunReason
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.bulk.emails import Timely
from eventreg.bulk.models import Run, RunItem, Schedule
from eventreg.bulk.queries import runs as of_runs, writing
from eventreg.bulk.rules import Anchor, Dates, Lapse, Moment, ScheduleReason, ScheduleState, hindrance, is_over
from eventreg.bulk.services import runs
from eventreg.db import db, lock_row, transaction
from eventreg.events.models import Event, EventDay
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import lock_event, lock_event_in_any_state
from eventreg.events.queries.team import find_grant
from eventreg.events.rules.publication import ALIVE
from eventreg.events.rules.team import Permission
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.web import instance

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


def dates_of(event: Event) -> Dates:
    """Return what moments of an event hang on: one statement."""
    held_on = select(func.min(EventDay.held_on), func.max(EventDay.held_on)).where(EventDay.event_id == event.id)
    first, last = db.session.execute(held_on).one()
    return Dates(event.time_zone, first, last, event.registration_closes_at, event.changes_until)


def list_planned(event: Event, who: Organizer, *states: ScheduleState) -> list[Planned]:
    """Return the schedules in these states that an account may know of, of each the newest: what comes next first.

    Two statements, one where there are none.
    """
    found = of_runs.seen_runs(event.id, who).join(Schedule, Schedule.run_id == Run.id)
    found = (
        found.where(Schedule.state.in_(states)).order_by(Schedule.changed_at.desc(), Run.id.desc()).limit(_MOST_SHOWN)
    )
    rows = db.session.execute(found).all()
    if not rows:
        return []
    dates = dates_of(event)
    planned = [
        Planned(run, run.schedule, by, run.schedule.moment.due_at(dates))
        for run, by in rows
        if run.schedule is not None
    ]
    return sorted(planned, key=lambda each: (each.due_at is None, each.due_at))


def list_unbegun(event_id: int) -> Sequence[tuple[Schedule, Mapping[str, Any]]]:
    """Return all schedules of an event that have not begun, each with what its draft holds."""
    found = select(Run).join(Schedule, Schedule.run_id == Run.id).where(Run.event_id == event_id)
    runs_ = db.session.scalars(found.where(Schedule.state != ScheduleState.GONE).order_by(Schedule.changed_at, Run.id))
    return [(run.schedule, run.details) for run in runs_ if run.schedule is not None]


def count_reached(run: Run) -> int:
    """Return how many people a draft would reach now, as far as whoever answers for it may know of them."""
    recipients = recipients_of(run)
    people = select(func.count()).select_from(recipients.items).where(recipients.items.run_id == run.id)
    return db.session.scalar(people) or 0


def recipients_of(run: Run) -> writing.Recipients:
    """Return the people of a draft as they are now, in the sight of whoever answers for it."""
    return writing.recipients_in(run, find_grant(run.event_id, run.account_id).sight)


def set_up(event_id: int, message: type[Timely], who: Organizer) -> Run:
    """Return the draft of a ready-made message, off until it is switched on; the one that is there already, where one is."""
    with transaction() as session:
        event = lock_event(event_id)
        mine = of_runs.is_seen(event_id, who)
        live = select(Run).join(Schedule, Schedule.run_id == Run.id).where(mine, Schedule.message == message.key)
        found = session.scalars(live.where(Schedule.state.in_(_LIVE)).order_by(Run.id)).first()
        if found is not None:
            return found
        return put(event, who.id or 0, message.usual, details_of(message))


def details_of(message: type[Timely]) -> dict[str, Any]:
    """Return what the draft of a ready-made message holds."""
    reached = [status.value for status in message.reaches]
    return {"message": message.key, "to": [message.usual_list], "statuses": sorted(reached)}


def put(
    event: Event,
    account_id: int,
    moment: Moment,
    details: dict[str, Any],
    state: ScheduleState = ScheduleState.OFF,
) -> Run:
    """Write a schedule with its draft, in the caller's transaction."""
    run = runs.draft_run(event.id, RunAct.WRITE, None, account_id, details=details)
    run.saved_at = clock.now()
    _attach(run, moment, state)
    db.session.flush()
    return run


def prepare(run_id: int) -> None:
    """Have the draft of a message wait for a moment that is still to be chosen. Raises Refused (BEGUN)."""
    with transaction() as session:
        run, event = _lock(run_id)
        if run.schedule is None:
            local = clock.now().astimezone(ZoneInfo(event.time_zone))
            tomorrow = Moment(Anchor.DAY, 0, _USUAL_HOUR, local.date() + timedelta(days=1))
            _attach(run, tomorrow, ScheduleState.OFF)
            session.flush()


def _attach(run: Run, moment: Moment, state: ScheduleState) -> None:
    run.schedule = Schedule(message=run.details.get("message", ""), state=state, changed_at=clock.now())
    _set(run.schedule, moment)


def _set(schedule: Schedule, moment: Moment) -> None:
    schedule.anchor, schedule.days, schedule.hour, schedule.day = moment.anchor, moment.days, moment.hour, moment.day


def switch_on(run_id: int, moment: Moment, who: Actor, keeps: runs.Chosen | None = None) -> None:
    """Have a message go at a moment, in the name of whoever says so; one that waits already, at another one.

    `keeps`: selects those who are to get it, whoever is on its lists then.
    Raises Refused (BEGUN, NO_DAY, PAST, NOBODY_CHOSEN) and LifecycleRefused.
    """
    with transaction() as session:
        run, event = _lock(run_id)
        due_at = moment.due_at(dates_of(event))
        if due_at is None:
            raise Refused(ScheduleReason.NO_DAY)
        if due_at <= clock.now():
            raise Refused(ScheduleReason.PAST)
        if keeps is not None:
            runs.keep_people(run, keeps)
        if not run.details.get("to") and not session.scalar(select(RunItem.id).filter_by(run_id=run.id).limit(1)):
            raise Refused(RunReason.NOBODY_CHOSEN)
        run.account_id = who.id or run.account_id
        if run.schedule is None:
            _attach(run, moment, ScheduleState.OFF)
        assert run.schedule is not None  # noqa: S101 - it was put there
        _set(run.schedule, moment)
        _turn(event, run.schedule, ScheduleState.ON, "message_scheduled", who)


def aim(run_id: int, to: Sequence[str], who: Actor) -> None:
    """Have a ready-made message be for other lists. It waits no more: whoever switches it on has seen who is on them."""
    with transaction():
        run, _event = _lock(run_id)
        run.details = {**run.details, "to": list(to)}
        stop(run_id, who)


def stop(run_id: int, who: Actor) -> None:
    """Have a message that waits, or that lapsed, wait for no moment any more: it is a draft again, or a run that was stopped."""
    with transaction():
        run = lock_row(select(Run).where(Run.id == run_id))
        event = lock_event(run.event_id)
        if run.schedule is not None and run.schedule.state in (ScheduleState.ON, ScheduleState.LAPSED):
            state = ScheduleState.OFF if run.begun_at is None else ScheduleState.GONE
            _turn(event, run.schedule, state, "schedule_stopped", who)


def send_now(run_id: int, who: Actor, listed: runs.Chosen | None, shown: int | None) -> bool:
    """Begin what waits for its moment, or lapsed. Raises Refused (NOT_ALIVE) and what `begin_run` raises."""
    with transaction():
        run = db.session.get_one(Run, run_id)
        event = lock_event(run.event_id)
        if event.publication not in ALIVE:
            raise Refused(ScheduleReason.NOT_ALIVE)
        return runs.begin_run(run_id, who, listed, shown)


def see_to_schedules(now: datetime) -> None:
    """Begin what is due, and say what lapsed. A duty of the worker: one statement where nothing is due."""
    of_event = EventDay.event_id == Event.id
    first, last = (
        select(each(EventDay.held_on)).where(of_event).correlate(Event).scalar_subquery()
        for each in (func.min, func.max)
    )
    waiting = (
        select(
            Run.id, Schedule.anchor, Schedule.days, Schedule.hour, Schedule.day,
            Event.time_zone, first, last, Event.registration_closes_at, Event.changes_until,
        )
        .join(Schedule, Schedule.run_id == Run.id)
        .join(Event, Event.id == Run.event_id)
        .where(Schedule.state == ScheduleState.ON)
        .order_by(Run.id)
    )  # fmt: skip
    rows = db.session.execute(waiting).all()
    for run_id, *row in rows:
        due_at = Moment(*row[:4]).due_at(Dates(*row[4:]))
        if due_at is not None and due_at <= now:
            _see_to(run_id, now)


def _see_to(run_id: int, now: datetime) -> None:
    """Begin one that is due, have it lapse, or leave it for the next look. It looks again: the event is held now."""
    with transaction() as session:
        run = session.get(Run, run_id)
        if run is None:
            return
        event = lock_event_in_any_state(run.event_id)
        run = lock_row(select(Run).where(Run.id == run_id))
        schedule = run.schedule
        due_at = schedule.moment.due_at(dates_of(event)) if schedule is not None and schedule.is_on else None
        if schedule is None or due_at is None or due_at > now:
            return
        right = find_grant(event.id, run.account_id).allows(Permission.SEND_MESSAGES)
        is_held = event.holds_mail or not instance.config().sends_mail
        lapse = hindrance(event.publication, is_held=is_held, has_right=right)
        recipients = recipients_of(run) if lapse is None else None
        if recipients is not None and None in recipients.lists:
            lapse = Lapse.LIST_GONE
        if is_over(due_at, now):
            _lapse(event, schedule, lapse or Lapse.LATE)
        elif lapse is Lapse.CALLED_OFF:
            _lapse(event, schedule, lapse)
        elif recipients is not None and lapse is None:
            listed: Callable[..., Any] = recipients.listed
            runs.begin_run(run.id, SYSTEM, listed if recipients.lists else None, may_be_nobody=True)


def _lapse(event: Event, schedule: Schedule, lapse: Lapse) -> None:
    """Say that a moment passed without the message. One that went with its event needs nobody to look at it."""
    schedule.lapse = lapse
    state = ScheduleState.OFF if lapse is Lapse.CALLED_OFF else ScheduleState.LAPSED
    _turn(event, schedule, state, "schedule_lapsed", SYSTEM, lapse=lapse.value)


def _turn(event: Event, schedule: Schedule, state: ScheduleState, action: str, who: Actor, **detail: str) -> None:
    schedule.state, schedule.changed_at = state, clock.now()
    if not detail:
        schedule.lapse = None
    note(event, action, who, **detail, message=schedule.message)


def _lock(run_id: int) -> tuple[Run, Event]:
    """Hold a draft that has not begun, with its event, the event first. Raises Refused (BEGUN)."""
    event = lock_event(db.session.get_one(Run, run_id).event_id)
    run = lock_row(select(Run).where(Run.id == run_id))
    if run.begun_at is not None:
        raise Refused(RunReason.BEGUN)
    return run, event
