"""Erasing, in the browser: on one's own page and by the link in the mail, for the team, for an administrator everywhere."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext
from sqlalchemy import select
from wtforms import BooleanField, RadioField

from eventreg.accounts.queries import list_account_names
from eventreg.attendees.views import desk
from eventreg.audit.services import acting
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.exchange.models import Export
from eventreg.kernel.clock import now
from eventreg.onbehalf.forms import ActForm
from eventreg.onbehalf.views.acting import act_of, act_page, newest_entry
from eventreg.privacy import erasure_requests
from eventreg.privacy.erasing import check_not_held
from eventreg.privacy.views import blueprint
from eventreg.registration.forms import AddressForm
from eventreg.registration.models import ErasureRequest
from eventreg.registration.rules.states import Because
from eventreg.registration.views.form_pages import occasion_of, page_frame
from eventreg.selfservice.views.page import OwnRegistration
from eventreg.web.access import Answer, Sending, administrators_only, personal, requires, sends
from eventreg.web.forms import choices, lazy_gettext
from eventreg.web.limits import limited
from eventreg.web.refusals import Refusals, said

_BY_TEAM = (Because.ASKED, Because.MISTAKE, Because.LAW)
_MOST_SHOWN = 200


@blueprint.route("/my/<token>/erase", methods=["GET", "POST"])
@personal
@limited("30 per hour")
def ask_erasure(token: str) -> Answer:
    """Say what is erased, then send the link that confirms it; while the law holds it, say until when."""
    own = OwnRegistration.open(token)
    with Refusals() as outcome:
        check_not_held(own.event, own.now)
        if request.method == "POST":
            erasure_requests.ask(own.event.id, own.registration.id)
            return own.back(_("We have sent you a message. Your data are deleted when you confirm it there."))
    page = render_template("privacy/erase_own.html", refusal=outcome.problem, **own.frame())
    return page, outcome.status_code if outcome.problem and request.method == "POST" else 200


@blueprint.route("/my/erase/<token>", methods=["GET", "POST"])
@personal
@limited("60 per 10 minutes")
def confirm_erasure(token: str) -> Answer:
    """Show a button; pressed, everything is erased."""
    asked = erasure_requests.find_request(token)
    occasion = occasion_of(get_event_whole(asked.event_id))
    with Refusals() as outcome:
        if request.method == "POST":
            erasure_requests.confirm(token)
            return redirect(url_for("privacy.confirm_erasure", token=token), 303)
    asked = erasure_requests.find_request(token)
    is_done = asked.done_at is not None or erasure_requests.is_gone(asked)
    is_open = asked.expires_at is not None and asked.expires_at > now() and erasure_requests.is_theirs(asked)
    is_over = asked.confirmed_at is None and not is_open
    is_held = asked.confirmed_at is not None and not asked.email
    page = render_template(
        "privacy/confirm_erasure.html",
        asked=asked,
        is_done=is_done,
        is_over=is_over,
        is_held=is_held,
        refusal=outcome.problem,
        **page_frame(occasion),
    )
    return page, outcome.status_code if outcome.problem else 200


class ErasingForm(ActForm):
    """Why the team erases somebody."""

    because = RadioField(lazy_gettext("Reason"), choices=lambda: choices(_BY_TEAM), default=Because.ASKED.value)
    tells = BooleanField(
        lazy_gettext("Tell the person by email that it is done"),
        description=lazy_gettext("The address is forgotten once the message has gone."),
    )


_ONE = "/manage/events/<slug>/registrations/<reference>/erase"


@blueprint.get(_ONE)
@requires(Permission.SEE_TO_DATA)
def ask_to_erase(slug: str, reference: str) -> Answer:
    """Ask once more before somebody is erased."""
    registration = desk.the_registration(reference)
    with Refusals(to_team=True) as outcome:
        check_not_held(g.event, now())
    form = ErasingForm(None, registration, newest_entry(registration))
    return act_page("privacy/erase_person.html", registration, form, outcome, is_held=bool(outcome.problem))


@blueprint.post(_ONE)
@requires(Permission.SEE_TO_DATA)
@sends(Sending.ANNOUNCED)
def erase_person(slug: str, reference: str) -> Answer:
    """Erase the person."""
    registration = desk.the_registration(reference)
    form = ErasingForm(request.form, registration, newest_entry(registration))
    with form.refusals(to_team=True) as outcome:
        form.check()
        erasure_requests.erase_for(g.event.id, reference, Because(form.because.data), act_of(form))
        flash(_("The data are deleted. What had left the system before cannot be called back: see whom to tell."))
        return redirect(url_for("privacy.list_erasures", slug=slug), 303)
    db.session.expire_all()
    page = act_page("privacy/erase_person.html", desk.the_registration(reference), form, outcome, is_held=False)
    return page, outcome.status_code


@blueprint.get("/manage/events/<slug>/erasures")
@requires(Permission.SEE_TO_DATA)
def list_erasures(slug: str) -> str:
    """Show what was erased, without anybody's name, and whom to tell."""
    event: Event = g.event
    done = select(ErasureRequest).where(ErasureRequest.event_id == event.id, ErasureRequest.done_at.is_not(None))
    found = db.session.scalars(done.order_by(ErasureRequest.done_at.desc(), ErasureRequest.id).limit(_MOST_SHOWN)).all()
    named = {public_id for each in found for public_id in each.exports}
    exports = {each.public_id: each for each in db.session.scalars(select(Export).where(Export.public_id.in_(named)))}
    by = [each.account_id for each in found] + [each.account_id for each in exports.values()]
    return render_desk(
        "privacy/erasures.html", "erasures",
        erasures=found, exports=exports, names=list_account_names([id_ for id_ in by if id_ is not None]),
    )  # fmt: skip


class EverywhereForm(AddressForm):
    """Whose data are erased at every event."""

    tells = BooleanField(lazy_gettext("Tell the person by email that it is done"), default=True)


@blueprint.get("/manage/erasures")
@administrators_only
def ask_for_address() -> str:
    """Ask for an address."""
    return _address_page(EverywhereForm(formdata=None))


@blueprint.post("/manage/erasures")
@administrators_only
@sends(Sending.LOOKED_AT)
def erase_address() -> Answer:
    """Show what every event has of an address; confirmed, erase it."""
    form = EverywhereForm()
    with form.refusals() as outcome:
        form.check()
        email = form.email.address
        if "erase" not in request.form:
            form.tells.data = True
            return _address_page(form, found=_told(erasure_requests.find_address(email)))
        done = erasure_requests.erase_address(email, acting(), tells=form.tells.data)
        return _address_page(EverywhereForm(formdata=None), done=_told(done))
    return _address_page(form, problem=outcome.problem), outcome.status_code


def _told(found: Any) -> list[dict[str, Any]]:
    return [
        {
            "event": each.event,
            "count": ngettext("%(num)d registration", "%(num)d registrations", len(each.person.registrations)),
            "others": each.person.others,
            "held": said(each.held) if each.held is not None else "",
        }
        for each in found
    ]


def _address_page(form: EverywhereForm, **values: Any) -> str:
    return render_template("privacy/erase_address.html", form=form, **{"found": None, "done": None} | values)
