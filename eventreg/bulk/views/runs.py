"""Runs on many registrations: chosen on the list, looked at, begun, followed, stopped."""

from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.attendees.listing import RegistrationList
from eventreg.attendees.rules.acts import AT_ONCE, DECIDING, ItemOutcome, RunAct
from eventreg.attendees.views.desk import categories_in_sight, list_url, read_list_state
from eventreg.audit.services import acting
from eventreg.bulk.queries import runs
from eventreg.bulk.queries.writing import query_of
from eventreg.bulk.services import steps, writing
from eventreg.bulk.services.runs import Chosen, all_of, begin_run, draft_run, stop_run, these, undo_run
from eventreg.bulk.views import blueprint
from eventreg.bulk.views.drafts import draft_page, line_of
from eventreg.bulk.views.pages import PAGES, ActPage
from eventreg.bulk.wording import act_on, left_words, outcome_words
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk, tabs_by_state
from eventreg.kernel.clock import now
from eventreg.web import fields, instance
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.refusals import REFUSAL, Refusals

_RUNS = "/manage/events/<slug>/registrations/runs"
#: a reference and a revision are short
_LONGEST_CHOSEN = 40


@blueprint.get(_RUNS)
@requires(Permission.SEE_REGISTRATIONS)
def list_all_runs(slug: str) -> str:
    """Show what was done to many, the newest first."""
    event: Event = g.event
    lines, before = runs.list_runs(event.id, organizer(), fields.whole_number(request.args.get("before")))
    return render_desk(
        "bulk/runs.html",
        "runs",
        lines=lines,
        title_of=lambda line: act_on(line.run.act, line.counts.total),
        next_url=url_for("bulk.list_all_runs", slug=slug, before=before) if before else "",
    )


@blueprint.post(_RUNS)
@requires(Permission.SEE_REGISTRATIONS)
def create_run(slug: str) -> Answer:
    """Keep who was chosen on the list, and what is to be done, to be looked at before it is done."""
    event: Event = g.event
    act = next((each for each in RunAct if each.value == request.form.get("act")), None)
    if act is None or act not in PAGES:
        abort(400)
    _check_may(act)
    categories = categories_in_sight()
    state = read_list_state(categories)
    sight, seen = g.event_access.sight, None if request.form.get("all") else _read_chosen()
    key = request.form.get("submission_key", "")[:64]
    details: dict[str, Any] = {"list": urlencode(state.query())}
    chosen: Chosen | None
    with Refusals() as outcome:
        everybody = RegistrationList(event.id, categories, state, sight)
        chosen = all_of(everybody) if seen is None else these(event.id, seen, sight)
        if seen is None and act is RunAct.WRITE and everybody.count():
            # Who is on the list is found anew whenever the draft is looked at.
            chosen, details["to"] = None, [query_of(state)]
        run = draft_run(event.id, act, chosen, current_user.id, details=details, seen=seen, submission_key=key)
        return redirect(run_url(slug, run.public_id), 303)
    flash(outcome.problem, REFUSAL)
    return redirect(list_url(slug, state), 303)


@blueprint.get(f"{_RUNS}/<public_id>")
@requires(Permission.SEE_REGISTRATIONS)
def show_run(slug: str, public_id: str) -> Answer:
    """Show a draft to be confirmed, or how far a run has come."""
    line = line_of(public_id)
    if line.run.begun_at is not None:
        return _progress_page(line)
    schedule = line.run.schedule
    if schedule is not None and (schedule.is_on or schedule.message):
        return redirect(url_for("bulk.show_schedule", slug=slug, public_id=public_id, mail=request.args.get("mail")))
    return draft_page(line)


@blueprint.post(f"{_RUNS}/<public_id>/stop")
@requires(Permission.SEE_REGISTRATIONS)
@sends(Sending.LOOKED_AT)
def stop(slug: str, public_id: str) -> Answer:
    """Leave undone what is not done yet; or have what was stopped go on."""
    line = line_of(public_id)
    _check_may(line.run.act)
    if line.run.begun_at is None:
        abort(404)
    if request.form.get("do") == "go_on":
        begin_run(line.run.id, acting())
    else:
        stop_run(line.run.id, acting())
        if line.run.act is RunAct.WRITE:
            writing.take_back_messages(line.run.id, acting())
    return redirect(run_url(slug, public_id), 303)


@blueprint.post(f"{_RUNS}/<public_id>/undo")
@requires(Permission.DECIDE)
@sends(Sending.NAMED)
def undo_many(slug: str, public_id: str) -> Answer:
    """Take back what a run decided, as far as no mail has told of it."""
    line = line_of(public_id)
    if line.run.act not in DECIDING or line.run.begun_at is None:
        abort(404)
    with Refusals() as outcome:
        undoing = undo_run(line.run.id, acting())
        if line.counts.done <= AT_ONCE:
            steps.do_some(undoing.id, lambda: True)
        return redirect(run_url(slug, undoing.public_id), 303)
    return _progress_page(line, outcome.problem), outcome.status_code


def run_url(slug: str, public_id: str, **values: Any) -> str:
    """Return the address of a run."""
    return url_for("bulk.show_run", slug=slug, public_id=public_id, **values)


def _check_may(act: RunAct) -> None:
    if not may(act.needs):
        abort(403)


def _read_chosen() -> dict[str, int]:
    """Return who was chosen one by one, by reference, with the revision that was shown; what is no such thing is left out."""
    seen = {}
    for value in request.form.getlist("chosen"):
        reference, _dot, revision = value[:_LONGEST_CHOSEN].rpartition(".")
        number = fields.whole_number(revision)
        if reference.isascii() and reference.isprintable() and number is not None:
            seen[reference] = number
    return seen


def _progress_page(line: runs.RunLine, problem: str = "") -> str:
    event: Event = g.event
    run, counts = line.run, line.counts
    scope, after = g.event_access.scope, fields.whole_number(request.args.get("after")) or 0
    shown = next((each for each in ItemOutcome if each.value == request.args.get("state")), None)
    items, more = runs.list_items(run, scope, [shown] if shown else [], after)
    undoable = runs.get_undoable(run, now()) if run.act in DECIDING else None
    page = PAGES.get(run.act, ActPage())
    here, said = partial(run_url, event.slug, run.public_id), partial(outcome_words, run.act)
    return render_desk(
        "bulk/run.html",
        page.sent_page,
        line=line,
        run=run,
        problem=problem,
        counts=counts,
        is_going=run.finished_at is None and run.stopped_at is None,
        title=act_on(run.act, counts.total),
        tabs=tabs_by_state(ItemOutcome, counts.by_outcome, shown, here, _("All"), said),
        items=items,
        decided=runs.list_decided_since(run, [item for item in items if item.outcome is ItemOutcome.LEFT]),
        next_url=here(after=more, state=shown.value if shown else None) if more else "",
        outcome_words=said,
        left_words=left_words,
        can_act=may(run.act.needs),
        undoable=undoable,
        mails_at=moment_of(undoable.mails_at, event.time_zone) if undoable and undoable.mails_at else "",
        undoing=runs.find_undoing(run) if run.act in DECIDING else None,
        mail_leaves=instance.config().sends_mail and not event.holds_mail,
        address=here(),
        at=here(),
        after_partial=page.after_template,
        **page.after(event, run),
    )


def moment_of(at: datetime, time_zone: str) -> str:
    """Return a time of the day to the second, since it is a minute away."""
    return at.astimezone(ZoneInfo(time_zone)).strftime("%H:%M:%S")
