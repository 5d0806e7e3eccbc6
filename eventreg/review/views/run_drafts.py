"""A run before it is begun: who is concerned, what is written to them, whether there are places."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import abort, g, redirect, request, url_for
from flask_login import current_user

from eventreg.audit.services import acting
from eventreg.events.organizers import organizer
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.rules.publication import EFFECTS
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import own_name
from eventreg.kernel.errors import NotFound, Refused
from eventreg.registration.wording import decision_verb, status_for_team
from eventreg.review.queries.run_previews import fits, forecast_places, get_figures, list_without_place
from eventreg.review.queries.runs import RunLine, get_run, list_decided_since, list_items
from eventreg.review.rules.runs import AT_ONCE, DECIDING, MAILING, NEEDED, RunAct, RunReason
from eventreg.review.services.run_steps import do_some
from eventreg.review.services.runs import begin_run, leave_out, save_details, take_as_they_are
from eventreg.review.views import blueprint
from eventreg.review.views.run_mails import mails_shown
from eventreg.review.views.run_pages import PAGES
from eventreg.review.wording.acts import act_verb
from eventreg.review.wording.runs import act_on, begin_on
from eventreg.web.access import Answer, may, requires
from eventreg.web.fields import whole_number
from eventreg.web.instance import config
from eventreg.web.refusals import Refusals

_RUN = "/manage/events/<slug>/registrations/runs/<public_id>"


@blueprint.post(_RUN)
@requires(Permission.SEE_REGISTRATIONS)
def save_run(slug: str, public_id: str) -> Answer:
    """Keep what was written for a draft and show it again, with somebody left out, or taken as they are now."""
    line = draft_of_ones_own(public_id)
    event, run = get_event_whole(g.event.id), line.run
    figures = get_figures(run)
    page = PAGES[run.act]
    form = page.form(event, run, figures)
    form.validate()
    left_out = whole_number(request.form.get("leave_out"))
    # Begun by another press meanwhile it is kept as it was begun, and its page says so.
    with suppress(Refused):
        save_details(run.id, page.details(form))
        if left_out is not None:
            leave_out(run.id, left_out)
        if request.form.get("as_they_are"):
            take_as_they_are(run.id)
    return redirect(url_for("review.show_run", slug=slug, public_id=public_id), 303)


@blueprint.post(f"{_RUN}/begin")
@requires(Permission.SEE_REGISTRATIONS)
def begin(slug: str, public_id: str) -> Answer:
    """Confirm a draft. A few people are done before the page comes; more by the worker."""
    line = get_run(g.event.id, public_id, organizer())
    run = line.run
    if not may(NEEDED[run.act]):
        abort(403)
    to_run = redirect(url_for("review.show_run", slug=slug, public_id=public_id), 303)
    if run.begun_at is not None:
        return to_run
    event = get_event_whole(g.event.id)
    figures = get_figures(run)
    page = PAGES[run.act]
    form: Any = page.form(event, run, figures)
    is_sound = page.check(form, event, run, figures)
    try:
        save_details(run.id, page.details(form))
    except Refused:
        return to_run  # begun by another press of the same button
    line = get_run(event.id, public_id, organizer())
    with Refusals(form) as outcome:
        if not is_sound:
            raise Refused("")
        forecast, shown = forecast_places(event, run), whole_number(form.without_place.data)
        if forecast is not None and shown is not None and forecast.without_place > shown:
            raise Refused(RunReason.FEWER_PLACES)
        if begin_run(run.id, acting()) and line.counts.total <= AT_ONCE:
            do_some(run.id, lambda: True)
        return to_run
    return draft_page(line, form, outcome.problem), outcome.status_code


def draft_page(line: RunLine, form: Any = None, problem: str = "") -> str:
    """Return the page on which a draft is looked at and confirmed."""
    event = get_event_whole(g.event.id)
    run, page = line.run, PAGES[line.run.act]
    figures, forecast = get_figures(run), forecast_places(event, run)
    form = form if form is not None else page.form(event, run, figures)
    form.without_place.data = str(forecast.without_place) if forecast is not None else ""
    after = whole_number(request.args.get("after")) or 0
    items, more = list_items(run, g.event_access.scope, after=after)
    mails = mails_shown(event, run, figures, forecast)
    return render_desk(
        "review/run_draft.html",
        "registrations",
        run=run,
        form=form,
        problem=problem,
        figures=figures,
        forecast=forecast,
        title=act_on(run.act, figures.total),
        button=begin_on(run.act, figures.concerned),
        verb=act_verb(run.act),
        items=items,
        decided=list_decided_since(run, [item for item in items if item.has_changed]),
        decision_verb=decision_verb,
        mails=mails,
        mail=next((each for each in mails if each.name == request.args.get("mail")), mails[0] if mails else None),
        mail_leaves=config().sends_mail and not event.holds_mail,
        without_place=list_without_place(event, run, forecast) if forecast is not None else (),
        fits=lambda item: fits(run.act, item.status),
        next_url=url_for("review.show_run", slug=event.slug, public_id=run.public_id, after=more) if more else "",
        status_label=status_for_team,
        language_name=own_name,
        category_of={category.id: category for category in event.categories},
        partial=page.template,
        has_mail=run.act in MAILING,
        can_undo_later=run.act in DECIDING,
        can_act=may(NEEDED[run.act]) and EFFECTS[event.publication].is_changeable,
        list_query=run.details.get("list", ""),
        at=url_for("review.show_run", slug=event.slug, public_id=run.public_id),
        **page.shown(form, event, run, figures),
    )


def draft_of_ones_own(public_id: str, act: RunAct | None = None) -> RunLine:
    """Return a draft of one's own, of an act where one is named. Raises NotFound."""
    line = get_run(g.event.id, public_id, organizer())
    if act is not None and line.run.act is not act:
        raise NotFound
    if line.run.begun_at is not None or line.run.account_id != current_user.id:
        abort(409)
    if not may(NEEDED[line.run.act]):
        abort(403)
    return line
