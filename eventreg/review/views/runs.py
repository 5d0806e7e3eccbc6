"""Runs on many registrations: chosen on the list, looked at, begun, followed, stopped."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import REGISTRATIONS, desk
from eventreg.kernel.errors import Refusal
from eventreg.review.forms import read_number
from eventreg.review.queries.listing import RegistrationList
from eventreg.review.queries.runs import RunLine, get_run, list_items, list_runs
from eventreg.review.rules.runs import NEEDED, ItemOutcome, RunAct
from eventreg.review.services.runs import all_of, begin_run, draft_run, stop_run, these
from eventreg.review.views import blueprint
from eventreg.review.views.desk import list_url
from eventreg.review.views.listing import categories_in_sight, read_list_state
from eventreg.review.views.run_drafts import draft_page
from eventreg.review.views.run_pages import PAGES
from eventreg.review.wording.runs import act_on, left_words, outcome_words, run_refused
from eventreg.web.access import may, requires

Answer = str | Response | tuple[str, int]
_RUNS = "/manage/events/<slug>/registrations/runs"
#: a reference and a revision are short
_LONGEST_CHOSEN = 40


@blueprint.get(_RUNS)
@requires(Permission.SEE_REGISTRATIONS)
def list_all_runs(slug: str) -> str:
    """Show what was done to many, the newest first."""
    event: Event = g.event
    lines, before = list_runs(event.id, current_user.id, g.event_access.scope, read_number(request.args.get("before")))
    return render_template(
        "review/runs.html",
        lines=lines,
        title_of=lambda line: act_on(line.run.act, line.counts.total),
        next_url=url_for("review.list_all_runs", slug=slug, before=before) if before else "",
        **desk(event, REGISTRATIONS),
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
    sight, seen = g.event_access.sight, None
    if request.form.get("all"):
        chosen = all_of(RegistrationList(event.id, categories, state, sight))
    else:
        seen = _read_chosen()
        chosen = these(event.id, seen, sight)
    try:
        run = draft_run(
            event.id,
            act,
            chosen,
            current_user.id,
            details={"list": urlencode(state.query())},
            seen=seen,
            submission_key=request.form.get("submission_key", "")[:64],
        )
    except Refusal as refused:
        flash(run_refused(refused))
        return redirect(list_url(slug, state), 303)
    return redirect(run_url(slug, run.public_id), 303)


@blueprint.get(f"{_RUNS}/<public_id>")
@requires(Permission.SEE_REGISTRATIONS)
def show_run(slug: str, public_id: str) -> Answer:
    """Show a draft to be confirmed, or how far a run has come."""
    line = _line(public_id)
    return draft_page(line) if line.run.begun_at is None else _progress_page(line)


@blueprint.post(f"{_RUNS}/<public_id>/stop")
@requires(Permission.SEE_REGISTRATIONS)
def stop(slug: str, public_id: str) -> Answer:
    """Leave undone what is not done yet; or have what was stopped go on."""
    line = _line(public_id)
    _check_may(line.run.act)
    if line.run.begun_at is None:
        abort(404)
    if request.form.get("do") == "go_on":
        begin_run(line.run.id)
    else:
        stop_run(line.run.id, current_user.id)
    return redirect(run_url(slug, public_id), 303)


def run_url(slug: str, public_id: str, **values: Any) -> str:
    """Return the address of a run."""
    return url_for("review.show_run", slug=slug, public_id=public_id, **values)


def _line(public_id: str) -> RunLine:
    return get_run(g.event.id, public_id, current_user.id, g.event_access.scope)


def _check_may(act: RunAct) -> None:
    if not may(NEEDED[act]):
        abort(403)


def _read_chosen() -> dict[str, int]:
    """Return who was chosen one by one, by reference, with the revision that was shown; what is no such thing is left out."""
    seen = {}
    for value in request.form.getlist("chosen"):
        reference, _dot, revision = value[:_LONGEST_CHOSEN].rpartition(".")
        number = read_number(revision)
        if reference and number is not None:
            seen[reference] = number
    return seen


def _progress_page(line: RunLine) -> str:
    event: Event = g.event
    run, counts = line.run, line.counts
    scope, after = g.event_access.scope, read_number(request.args.get("after")) or 0
    shown = next((each for each in ItemOutcome if each.value == request.args.get("state")), None)
    items, more = list_items(run, scope, [shown] if shown else [], after)
    address = run_url(event.slug, run.public_id)
    return render_template(
        "review/run.html",
        line=line,
        run=run,
        counts=counts,
        is_going=run.finished_at is None and run.stopped_at is None,
        title=act_on(run.act, counts.total),
        items=items,
        shown=shown,
        next_url=run_url(event.slug, run.public_id, after=more, **({"state": shown.value} if shown else {}))
        if more
        else "",
        outcome_words=lambda outcome: outcome_words(run.act, outcome),
        left_words=left_words,
        can_act=may(NEEDED[run.act]),
        address=address,
        **desk(event, REGISTRATIONS),
    )
