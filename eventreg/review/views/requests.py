"""What one person is asked to answer: seen, reminded, taken back, put off; and asking to check answers."""

from __future__ import annotations

from datetime import date

from flask import abort, flash, g, redirect, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.registration.queries.asked import find_asked
from eventreg.registration.rules.refusals import RequestRefused
from eventreg.registration.services.answers import CONSENT_KIND
from eventreg.registration.services.request_care import put_off, remind_now, take_back
from eventreg.registration.services.requests import LONGEST_REASON, ask_for_correction
from eventreg.registration.wording import request_refused
from eventreg.review.queries.scoping import get_in_scope
from eventreg.review.views import blueprint
from eventreg.review.views.desk import registration_url
from eventreg.review.views.dossier_page import dossier_page
from eventreg.review.views.listing import categories_in_sight, read_list_state
from eventreg.web.access import Answer, requires
from eventreg.web.templating import plain_in_reader_language


@blueprint.get("/manage/events/<slug>/registrations/<reference>/correction")
@requires(Permission.DECIDE)
def choose_answers(slug: str, reference: str) -> Answer:
    """Show which answers the person can be asked to check."""
    return _page(reference)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/correction")
@requires(Permission.DECIDE)
def ask_correction(slug: str, reference: str) -> Answer:
    """Ask the person to check some answers, with the reason that the person reads."""
    event: Event = g.event
    get_in_scope(event.id, reference, g.event_access.scope)
    day, is_day = _read_day(request.form.get("until", ""))
    if not is_day:
        return _page(reference, _("Write the day as in 2027-03-05"), "until"), 422
    keys, reason = request.form.getlist("question"), request.form.get("reason", "")
    try:
        ask_for_correction(event.id, reference, keys, reason, current_user.id, day)
    except RequestRefused as refused:
        return _page(reference, request_refused(refused), _FIELDS.get(refused.reason.value, "send")), 422
    flash(_("The person is asked and gets an email."))
    return _back(event, reference)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/requests/<int(max=2147483647):request_id>")
@requires(Permission.DECIDE)
def see_to_request(slug: str, reference: str, request_id: int) -> Answer:
    """Remind the person now, take the request back, or let it be answered until another day."""
    event: Event = g.event
    get_in_scope(event.id, reference, g.event_access.scope)
    try:
        flash(_act(event, reference, request_id))
    except RequestRefused as refused:
        return dossier_page(reference, problem=request_refused(refused)), 409
    return _back(event, reference)


#: the input that a refusal is about
_FIELDS = {"nothing_chosen": "question", "reason_missing": "reason", "reason_too_long": "reason", "past": "until"}


def _act(event: Event, reference: str, request_id: int) -> str:
    wish, account_id = request.form.get("do"), current_user.id
    if wish == "remind":
        remind_now(event.id, reference, request_id, account_id)
        return _("The reminder is written.")
    if wish == "take_back":
        take_back(event.id, reference, request_id, account_id)
        return _("The request is taken back.")
    day, is_day = _read_day(request.form.get("until", ""))
    if wish != "put_off" or day is None or not is_day:
        abort(400)
    put_off(event.id, reference, request_id, day, account_id)
    return _("The deadline is put off.")


def _page(reference: str, problem: str = "", field: str = "") -> str:
    event: Event = g.event
    registration = get_in_scope(event.id, reference, g.event_access.scope)
    asked = find_asked(registration).definition.questions_for(registration.category.key)
    offered = [
        (question.key, plain_in_reader_language(question.label))
        for question in asked
        if question.kind != CONSENT_KIND and question.column != "email"
    ]
    return render_desk(
        "review/correction.html",
        "registrations",
        registration=registration,
        offered=offered,
        chosen=set(request.form.getlist("question")),
        reason=request.form.get("reason", ""),
        until=request.form.get("until", ""),
        errors=[(field, problem)] if problem else [],
        longest_reason=LONGEST_REASON,
        back_url=registration_url(event.slug, reference, read_list_state(categories_in_sight())),
    )


def _read_day(text: str) -> tuple[date | None, bool]:
    """Return the day, and whether what was typed is one; nothing typed is no day, and in order."""
    if not text.strip():
        return None, True
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None, False
    # Beyond it the end of the day could not be told in every zone.
    return (day, True) if 1 < day.year < 9999 else (None, False)


def _back(event: Event, reference: str) -> Response:
    return redirect(registration_url(event.slug, reference, read_list_state(categories_in_sight())), 303)
