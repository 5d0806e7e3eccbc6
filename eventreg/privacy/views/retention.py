"""Data and retention, on the desk: for how long what is kept, what goes when, what went, and what the law keeps."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import g, redirect, url_for
from wtforms import HiddenField, StringField

from eventreg.accounts.queries import list_account_names
from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.rules.settings import LONGEST_KEPT
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_
from eventreg.privacy import running
from eventreg.privacy.acts import title_of
from eventreg.privacy.holdings import HOLDINGS
from eventreg.privacy.retention import find_hold, get_plan, period_of, today_of
from eventreg.privacy.views import blueprint
from eventreg.reports.services import list_kept
from eventreg.web.access import Answer, Sending, requires, sends
from eventreg.web.fields import NumberField, TextField, whole_number
from eventreg.web.forms import BaseForm, lazy_gettext

_DAYS = N_("Write a number of days from %(least)s to %(most)s")
CHOSEN = tuple(holding for holding in HOLDINGS if holding.is_chosen)


class HoldForm(BaseForm):
    """Why the law keeps the event's data, and until when."""

    reason = TextField(
        lazy_gettext("Legal reason"), limit=500, is_area=True, missing=N_("Write the legal reason"),
        description=lazy_gettext("The law or the order that obliges you. Do not name participants."),
    )  # fmt: skip
    until = StringField(lazy_gettext("Until"))


class LiftForm(BaseForm):
    """Why a hold is lifted before its last day."""

    hold = HiddenField()
    because = TextField(lazy_gettext("Why it is lifted"), limit=500, missing=N_("Write why it is lifted"))


class PeriodsForm(BaseForm):
    """The days for which each kind is kept, under the key of its holding."""

    revision = HiddenField()


for _holding in CHOSEN:
    _field = NumberField(
        lazy_gettext(_holding.title), least=1, most=LONGEST_KEPT, fault=_DAYS, missing=_DAYS,
        description=lazy_gettext(_holding.purpose),
    )  # fmt: skip
    setattr(PeriodsForm, _holding.key, _field)


@blueprint.get("/manage/events/<slug>/retention")
@requires(Permission.SEE_TO_DATA)
def show_retention(slug: str) -> str:
    """Show the periods, what goes when, what went and what is held."""
    return _page()


@blueprint.post("/manage/events/<slug>/retention")
@requires(Permission.SEE_TO_DATA)
@sends(Sending.NAMED)
def save_retention(slug: str) -> Answer:
    """Save the periods, all or none."""
    form = PeriodsForm()
    with form.refusals() as outcome:
        form.check()
        days = {holding.key: form[holding.key].number for holding in CHOSEN}
        running.save_periods(g.event.id, whole_number(form.revision.data), days, acting())
        return redirect(url_for("privacy.show_retention", slug=slug, saved=1), 303)
    return _page(form=form, problem=outcome.problem), outcome.status_code


@blueprint.post("/manage/events/<slug>/retention/hold")
@requires(Permission.OWN)
def place_hold(slug: str) -> Answer:
    """Keep everything of the event for a reason in law."""
    form = HoldForm()
    with form.refusals() as outcome:
        form.check()
        running.place_hold(g.event.id, form.reason.data or "", running.read_until(form.until.data or ""), acting())
        return redirect(url_for("privacy.show_retention", slug=slug, saved=1), 303)
    return _page(hold_form=form, problem=outcome.problem), outcome.status_code


@blueprint.post("/manage/events/<slug>/retention/hold/lift")
@requires(Permission.OWN)
@sends(Sending.NAMED)
def lift_hold(slug: str) -> Answer:
    """Let the periods count again."""
    form = LiftForm()
    with form.refusals() as outcome:
        form.check()
        running.lift_hold(g.event.id, whole_number(form.hold.data) or 0, form.because.data or "", acting())
        return redirect(url_for("privacy.show_retention", slug=slug, saved=1), 303)
    return _page(lift_form=form, problem=outcome.problem), outcome.status_code


def _page(
    form: PeriodsForm | None = None,
    hold_form: HoldForm | None = None,
    lift_form: LiftForm | None = None,
    problem: str = "",
) -> str:
    event: Event = g.event
    at = now()
    plan, hold, zone = get_plan(event.id, at), find_hold(event.id, today_of(event, at)), ZoneInfo(event.time_zone)
    receipts, kept = list(running.list_receipts(event.id)), list_kept(event.id)
    names = list_account_names({account for account in (hold and hold.placed_by_id,) if account})
    shown: Any = form or PeriodsForm(
        formdata=None,
        revision=event.settings_revision,
        **{holding.key: period_of(holding, event.retention) for holding in CHOSEN},
    )
    return render_desk(
        "privacy/retention.html",
        "retention",
        form=shown,
        fields=[shown[holding.key] for holding in CHOSEN],
        fixed=[holding for holding in HOLDINGS if not holding.is_chosen],
        counted=plan.counted,
        has_days=plan.has_days,
        amounts=[
            {
                "text": title_of(line.holding.key),
                "days": line.days,
                "on": line.due_at.astimezone(zone).date() if line.due_at is not None else None,
                "number": number,
            }
            for line, number in plan.amounts()
        ],
        hold=hold,
        placed_by=names.get(hold.placed_by_id, "") if hold is not None else "",
        hold_form=hold_form or HoldForm(formdata=None),
        lift_form=lift_form or LiftForm(formdata=None, hold=hold.id if hold is not None else None),
        receipts=[(title_of(each.holding), each) for each in receipts],
        kept=kept[0] if kept else None,
        problem=problem,
        faults=[
            (bound.id, bound.errors[0]) for each in (hold_form, lift_form) if each for bound in each if bound.errors
        ],
    )
