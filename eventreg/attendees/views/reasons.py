"""The ready-made reasons of an event: by act, in each of its languages."""

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _, ngettext
from werkzeug.wrappers import Response

from eventreg.attendees.forms import ReasonForm
from eventreg.attendees.models import ReadyReason
from eventreg.attendees.queries.reasons import get_reason, list_reasons
from eventreg.attendees.rules.acts import REASONED
from eventreg.attendees.services import reasons
from eventreg.attendees.views import blueprint
from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import own_name
from eventreg.web.access import Answer, may, requires

_REASONS = "/manage/events/<slug>/registrations/reasons"


@blueprint.get(_REASONS)
@requires(Permission.DECIDE)
def list_ready_reasons(slug: str) -> Answer:
    """List the reasons, and a form to add one."""
    return _page(ReasonForm(g.event))


@blueprint.post(_REASONS)
@requires(Permission.SHAPE_REVIEW)
def add_ready_reason(slug: str) -> Answer:
    """Add a reason, or those that a team can begin with."""
    event: Event = g.event
    form = ReasonForm(event)
    with form.refusals() as outcome:
        if request.form.get("do") == "start":
            added = reasons.add_starting_reasons(event.id, acting())
            flash(ngettext("%(num)d reason was added.", "%(num)d reasons were added.", added))
        else:
            form.check()
            reasons.add_reason(event.id, form.chosen_act, form.title.data or "", form.text.data, acting())
            flash(_("The reason is added."))
        return _back(slug)
    return _page(form), outcome.status_code


@blueprint.get(f"{_REASONS}/<public_id>")
@requires(Permission.SHAPE_REVIEW)
def edit_ready_reason(slug: str, public_id: str) -> Answer:
    """Show one reason to be changed."""
    row = get_reason(g.event.id, public_id)
    return _one(row, ReasonForm(g.event, row))


@blueprint.post(f"{_REASONS}/<public_id>")
@requires(Permission.SHAPE_REVIEW)
def save_ready_reason(slug: str, public_id: str) -> Answer:
    """Save one reason, move it up or down, or remove it."""
    event: Event = g.event
    row, wish = get_reason(event.id, public_id), request.form.get("do", "")
    if wish in ("up", "down"):
        reasons.move_reason(event.id, public_id, is_up=wish == "up")
        return _back(slug)
    if wish == "remove":
        reasons.remove_reason(event.id, public_id, acting())
        flash(_("The reason is removed."))
        return _back(slug)
    form = ReasonForm(event, row)
    with form.refusals() as outcome:
        form.check()
        reasons.change_reason(event.id, public_id, form.chosen_act, form.title.data or "", form.text.data, acting())
        flash(_("The reason is saved."))
        return _back(slug)
    return _one(row, form), outcome.status_code


def _page(form: ReasonForm) -> str:
    event: Event = g.event
    rows = list_reasons(event.id)
    return render_desk(
        "attendees/reasons.html",
        "reasons",
        form=form,
        groups=[(_(act.title), found) for act in REASONED if (found := [row for row in rows if row.act is act])],
        lacking=lambda row: [own_name(code) for code in event.languages if not row.text.get(code)],
        may_change=may(Permission.SHAPE_REVIEW) and event.publication.effects.is_changeable,
    )


def _one(row: ReadyReason, form: ReasonForm) -> str:
    return render_desk("attendees/reason.html", "reasons", row=row, form=form)


def _back(slug: str) -> Response:
    return redirect(url_for("attendees.list_ready_reasons", slug=slug), 303)
