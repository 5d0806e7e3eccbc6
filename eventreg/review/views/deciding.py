"""Decisions on one registration, and taking the last one back."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import abort, g, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.kernel.clock import now
from eventreg.registration.emails import Occasion
from eventreg.registration.rules.refusals import DecisionReason, DecisionRefused
from eventreg.registration.rules.states import Action
from eventreg.registration.services.decision_news import compose_decision
from eventreg.registration.services.decisions import LONGEST_REASON, Telling
from eventreg.registration.wording import decision_refused
from eventreg.review.forms import read_action
from eventreg.review.queries.dossier import get_dossier
from eventreg.review.queries.scoping import get_in_scope
from eventreg.review.services.deciding import decide_in_scope, undo_in_scope
from eventreg.review.views import blueprint
from eventreg.review.views.decision_shown import decision_form
from eventreg.review.views.desk import registration_url
from eventreg.review.views.dossier_page import dossier_page
from eventreg.review.views.listing import categories_in_sight, read_list_state
from eventreg.review.views.mail_frames import mail_in_frame
from eventreg.web.access import requires
from eventreg.web.fields import whole_number

#: refusals about what was written into the form, not about what happened meanwhile
_ABOUT_THE_REASON = (DecisionReason.REASON_MISSING, DecisionReason.REASON_TOO_LONG)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/decision")
@requires(Permission.DECIDE)
def decide_registration(slug: str, reference: str) -> Response | tuple[str, int]:
    """Approve, wait-list or decline what was seen; if it is no longer that, say what happened instead."""
    event: Event = g.event
    person = get_in_scope(event.id, reference, g.event_access.scope)
    form = decision_form(event, person.language)
    action, seen_revision = read_action(request.form.get("action", "")), whole_number(form.seen_revision.data)
    if action is None or seen_revision is None:
        abort(400)
    try:
        telling, scope = Telling(has_mail=not form.without_mail.data), g.event_access.scope
        decide_in_scope(event.id, reference, action, form.told_reason, seen_revision, current_user.id, scope, telling)
    except DecisionRefused as refused:
        if refused.reason in _ABOUT_THE_REASON:
            form.reason.errors = [decision_refused(refused)]
            return dossier_page(reference, form=form), 422
        return dossier_page(reference, problem=decision_refused(refused)), 409
    return _back(event, reference)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/decision/mail")
@requires(Permission.SEE_MESSAGES)
def preview_decision(slug: str, reference: str) -> FlaskResponse:
    """Show the mail that a decision would bring, as the person would get it, for the frame of the page. Writes nothing."""
    event, action = get_event_whole(g.event.id), read_action(request.form.get("action", ""))
    dossier = get_dossier(event, reference, g.event_access.scope)
    person = dossier.registration
    if action is Action.APPROVE and not dossier.holds_place and not dossier.seats.of(person.category_id).has_free:
        action = Action.APPROVE_WITHOUT_PLACE
    reason = decision_form(event, person.language).told_reason[:LONGEST_REASON]
    message = compose_decision(Occasion.load(event), person, action, reason, now()) if action is not None else None
    if message is None:
        abort(400)
    return mail_in_frame(message)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/undo")
@requires(Permission.DECIDE)
def undo_decision(slug: str, reference: str) -> Response | tuple[str, int]:
    """Take the last decision back: silently while its mail waits, else by a new decision with a mail of its own."""
    event: Event = g.event
    decision_id = whole_number(request.form.get("decision"))
    if decision_id is None:
        abort(400)
    try:
        undo_in_scope(event.id, reference, decision_id, current_user.id, g.event_access.scope)
    except DecisionRefused as refused:
        return dossier_page(reference, problem=decision_refused(refused)), 409
    return _back(event, reference)


def _back(event: Event, reference: str) -> Response:
    state = read_list_state(categories_in_sight())
    return redirect(registration_url(event.slug, reference, state), 303)
