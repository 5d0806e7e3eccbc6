"""Messages that go by themselves: which there are, what each says to how many people, when; switched on, stopped, sent now."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _, ngettext
from sqlalchemy import func, select

from eventreg.attendees.rules.acts import AT_ONCE, RunAct, RunReason
from eventreg.audit.services import acting
from eventreg.bulk import forms
from eventreg.bulk.emails import READY_MADE
from eventreg.bulk.models import Run, Schedule
from eventreg.bulk.queries.previews import get_figures
from eventreg.bulk.queries.runs import RunLine, is_seen
from eventreg.bulk.rules import Moment, ScheduleState
from eventreg.bulk.services import schedules, steps
from eventreg.bulk.views import blueprint, drafts, writing
from eventreg.db import Part
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer, organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.today import Matter, Seen, TodayItem
from eventreg.events.views.desk import render_desk
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, name_of
from eventreg.kernel.errors import N_, NN_, Refused
from eventreg.web import fields, instance
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.refusals import Refusals

_ALL = "/manage/events/<slug>/messages/scheduled"
_ONE = f"{_ALL}/<public_id>"
#: so many stand among the dates that come
_MOST_AHEAD = 5
_WRITE = writing.WritePage()


@blueprint.get(_ALL)
@requires(Permission.SEND_MESSAGES)
def list_schedules(slug: str) -> str:
    """Show what goes when, to how many it would go now; what lapsed, what could be switched on, what has gone."""
    event, who = get_event_whole(g.event.id), organizer()
    planned = {state: schedules.list_planned(event, who, state) for state in ScheduleState}
    lines = {state.value: [_line(each, event) for each in found] for state, found in planned.items()}
    waiting = (found for state, found in planned.items() if state is not ScheduleState.GONE)
    there = {each.schedule.message for found in waiting for each in found}
    return render_desk(
        "bulk/schedules.html",
        "scheduled",
        lines=lines,
        people=[schedules.count_reached(each.run) for each in planned[ScheduleState.ON]],
        ready=[(each, _said(each.usual)) for each in READY_MADE.values() if each.key not in there],
    )


@blueprint.post(_ALL)
@requires(Permission.SEND_MESSAGES)
def set_up_schedule(slug: str) -> Answer:
    """Have a ready-made message be there to be looked at; it is off."""
    message = READY_MADE.get(request.form.get("message", "")) or abort(404)
    return _to(schedules.set_up(g.event.id, message, organizer()))


@blueprint.post("/manage/events/<slug>/registrations/runs/<public_id>/later")
@requires(Permission.SEND_MESSAGES)
def send_later(slug: str, public_id: str) -> Answer:
    """Keep what was written, and lead to where a time is chosen for it."""
    run, event = drafts.open_draft(public_id, RunAct.WRITE).run, get_event_whole(g.event.id)
    figures = get_figures(run, _WRITE.people(run))
    form: Any = _WRITE.form(event, run, figures)
    is_sound = _WRITE.check(form, event, run, figures)
    with Refusals(form) as outcome:
        drafts.keep(run, _WRITE, form)
        if not is_sound:
            raise Refused("")
        schedules.prepare(run.id)
        return _to(run)
    return drafts.draft_page(drafts.line_of(public_id), form, outcome.problem), outcome.status_code


@blueprint.get(_ONE)
@requires(Permission.SEND_MESSAGES)
def show_schedule(slug: str, public_id: str) -> Answer:
    """Show when a message goes, to whom it would go now, and what it says."""
    line, schedule = _scheduled(public_id)
    if line.run.begun_at is not None:
        return redirect(url_for("bulk.show_run", slug=slug, public_id=public_id))
    return _page(line, schedule, _form(line.run, schedule))


@blueprint.post(_ONE)
@requires(Permission.SEND_MESSAGES)
@sends(Sending.LOOKED_AT)
def save_schedule(slug: str, public_id: str) -> Answer:
    """Switch a message on, for another moment or list; or stop it."""
    line, schedule = _scheduled(public_id)
    run, order, form = line.run, request.form.get("do", ""), _form(line.run, schedule)
    with form.refusals() as outcome:
        to = (form.to.data or "").removeprefix("?")
        if order == "off":
            schedules.stop(run.id, acting())
        elif schedule.message and [to] != run.details["to"] and to in _lists(run):
            schedules.aim(run.id, [to], acting())
            if order != "list":
                raise Refused(RunReason.OTHERS_NOW)
        elif order != "list":
            keeps = _WRITE.listed(run) if form.whom.data == forms.NOW else None
            schedules.switch_on(run.id, form.moment(), acting(), keeps)
            flash(_("It is switched on. Until it goes you can stop it here."))
        return _to(run)
    return _page(*_scheduled(public_id), form, outcome.problem), outcome.status_code


@blueprint.post(f"{_ONE}/now")
@requires(Permission.SEND_MESSAGES)
@sends(Sending.LOOKED_AT)
def send_schedule_now(slug: str, public_id: str) -> Answer:
    """Begin what waits, or lapsed, as if its moment had come."""
    line, schedule = _scheduled(public_id)
    run, form, people = line.run, _form(line.run, schedule), fields.whole_number(request.form.get("people"))
    with form.refusals() as outcome:
        if schedules.send_now(run.id, acting(), _WRITE.listed(run), people) and (people or 0) <= AT_ONCE:
            steps.do_some(run.id, lambda: True)
        return redirect(url_for("bulk.show_run", slug=slug, public_id=public_id), 303)
    return _page(*_scheduled(public_id), form, outcome.problem), outcome.status_code


class Lapsed(TodayItem):
    """Messages whose moment passed without them."""

    icon, right, is_urgent = "clock-alert", Permission.SEND_MESSAGES, True
    title = NN_("Scheduled message that was not sent", "Scheduled messages that were not sent")
    about = N_("Send it now, choose another moment, or leave it unsent.")

    def matters(self, seen: Sequence[Seen]) -> Iterator[Matter]:
        for each in seen:
            who = Organizer("account", each.account_id, each.grant.scope)
            counted: Any = (
                select(func.count(), func.min(Schedule.changed_at))
                .join(Run, Run.id == Schedule.run_id)
                .where(is_seen(each.event.id, who), Schedule.state == ScheduleState.LAPSED)
            )
            yield Matter(each, self, counted, partial(url_for, "bulk.list_schedules", slug=each.event.slug))


def planned_part(event_id: int) -> Part:
    """Return what asks whether anything goes by itself, for who reads other rows of the event with it."""
    is_on = Schedule.run_id.in_(select(Run.id).where(Run.event_id == event_id)) & (Schedule.state == ScheduleState.ON)
    return Part((Schedule.id,), [(Schedule, is_on)])


def coming_shown(event: Event) -> list[tuple[date, str]]:
    """Return what goes by itself next, by days in the event's zone: what, at which hour, to how many it would go now."""
    found, may_know = [], may(Permission.SEND_MESSAGES)
    for each in schedules.list_planned(event, organizer(), ScheduleState.ON)[:_MOST_AHEAD] if may_know else ():
        if each.due_at is not None:
            people, hour = schedules.count_reached(each.run), formats.clock(each.schedule.hour, current_language())
            said = ngettext("%(num)d person", "%(num)d people", people)
            title, _words = writing.first_words(each.run, event)
            text = _("Email, %(hour)s: %(title)s (%(people)s now)", hour=hour, title=title, people=said)
            found.append((each.due_at.astimezone(ZoneInfo(event.time_zone)).date(), text))
    return found


def _scheduled(public_id: str) -> tuple[RunLine, Schedule]:
    """Return a draft that has a moment, and may be changed. Raises NotFound."""
    line = drafts.line_of(public_id)
    return line, line.run.schedule or abort(404)


def _to(run: Run) -> Answer:
    return redirect(url_for("bulk.show_schedule", slug=g.event.slug, public_id=run.public_id), 303)


def _form(run: Run, schedule: Schedule) -> forms.ScheduleForm:
    return forms.ScheduleForm(schedule.moment, to="?" + next(iter(run.details.get("to", ())), ""))


def _lists(run: Run) -> dict[str, str]:
    """Return the lists that a ready-made message can be for: its usual one, that of now, and those that can be written to."""
    message = READY_MADE.get(run.details.get("message", ""))
    own = [*run.details.get("to", ()), *([message.usual_list] if message is not None else [])]
    offered = [pair for group in writing.lists_offered(g.event).values() for pair in group]
    return {query: writing.said_list(query) for query in own} | {query[1:]: title for query, title in offered}


def _page(line: RunLine, schedule: Schedule, form: forms.ScheduleForm, problem: str = "") -> str:
    event, run = get_event_whole(g.event.id), line.run
    figures = get_figures(run, _WRITE.people(run))
    form.to.choices = [(f"?{query}", title) for query, title in _lists(run).items()]
    mails = drafts.mails_shown(event, run, figures, None)
    title, trigger = writing.first_words(run, event)
    return render_desk(
        "bulk/schedule.html",
        "scheduled",
        run=run,
        line=line,
        schedule=schedule,
        form=form,
        problem=problem,
        title=title,
        trigger=trigger if schedule.message else "",
        words_key=schedule.message if may(Permission.EDIT_EVENT) else "",
        due=_when(schedule.moment.due_at(schedules.dates_of(event)), event),
        lists=[writing.said_list(query) for query in run.details.get("to", ())],
        figures=figures,
        language_name=name_of,
        mails=mails,
        mail=next((each for each in mails if each.name == request.args.get("mail")), mails[0] if mails else None),
        mail_leaves=instance.config().sends_mail and not event.holds_mail,
        at=url_for("bulk.show_schedule", slug=event.slug, public_id=run.public_id),
    )


def _line(planned: schedules.Planned, event: Event) -> tuple[Any, ...]:
    """Return what a list shows of one: it, what it is called, to whom, when in words."""
    title, _words = writing.first_words(planned.run, event)
    to = "; ".join(writing.said_list(query) for query in planned.run.details.get("to", ()))
    return planned, title, to or _("Chosen one by one"), _when(planned.due_at, event), _said(planned.schedule.moment)


def _when(due_at: datetime | None, event: Event) -> str:
    """Return an instant in the event's zone, which it names; "" for none."""
    if due_at is None:
        return ""
    moment = formats.instant(due_at, event.time_zone, current_language())
    return _("%(moment)s (%(city)s time)", moment=moment, city=event.city)


def _said(moment: Moment) -> str:
    """Return a moment as it is said: so many days from what, at which hour."""
    language = current_language()
    day = formats.day(moment.day, language) if moment.day is not None else ""
    return ngettext(*moment.anchor.said, moment.days, day=day, hour=formats.clock(moment.hour, language))
