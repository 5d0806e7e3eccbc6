"""Decisions on one registration, and taking the last one back."""

from flask import Response as FlaskResponse, abort, g, request

from eventreg.attendees.forms import read_action
from eventreg.attendees.queries.person import get_dossier
from eventreg.attendees.views import blueprint, cards, desk
from eventreg.attendees.views.person import dossier_page
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.kernel.clock import now
from eventreg.registration.emails import Occasion
from eventreg.registration.rules.states import Action
from eventreg.registration.services.decisions import LONGEST_REASON, DecisionMail, compose_decision, decide, undo
from eventreg.web.access import Answer, requires
from eventreg.web.fields import whole_number
from eventreg.web.refusals import Refusals


@blueprint.post("/manage/events/<slug>/registrations/<reference>/decision")
@requires(Permission.DECIDE)
def decide_registration(slug: str, reference: str) -> Answer:
    """Approve, wait-list or decline what was seen; if it is no longer that, say what happened instead."""
    event: Event = g.event
    form = cards.decision_form(event, desk.the_registration(reference).language)
    action, seen_revision = read_action(request.form.get("action", "")), whole_number(form.seen_revision.data)
    if action is None or seen_revision is None:
        abort(400)
    with form.refusals() as outcome:
        telling = DecisionMail(has_mail=not form.without_mail.data)
        decide(event.id, reference, action, form.told_reason, seen_revision, organizer(), telling)
        return desk.back_to(reference)
    return dossier_page(reference, form if form.errors else None, outcome.problem), outcome.status_code


@blueprint.post("/manage/events/<slug>/registrations/<reference>/decision/mail")
@requires(Permission.SEE_MESSAGES)
def preview_decision(slug: str, reference: str) -> FlaskResponse:
    """Show the mail that a decision would bring, as the person would get it, for the frame of the page. Writes nothing."""
    event, action = get_event_whole(g.event.id), read_action(request.form.get("action", ""))
    dossier = get_dossier(event, reference, g.event_access.scope)
    person = dossier.registration
    if action is Action.APPROVE and not dossier.holds_place and not dossier.seats.of(person.category_id).has_free:
        action = Action.APPROVE_WITHOUT_PLACE
    reason = cards.decision_form(event, person.language).told_reason[:LONGEST_REASON]
    message = compose_decision(Occasion.load(event), person, action, reason, now()) if action is not None else None
    if message is None:
        abort(400)
    return desk.mail_in_frame(message)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/undo")
@requires(Permission.DECIDE)
def undo_decision(slug: str, reference: str) -> Answer:
    """Take the last decision back: silently while its mail waits, else by a new decision with a mail of its own."""
    decision_id = whole_number(request.form.get("decision"))
    if decision_id is None:
        abort(400)
    with Refusals() as outcome:
        undo(g.event.id, reference, decision_id, organizer())
        return desk.back_to(reference)
    return dossier_page(reference, problem=outcome.problem), outcome.status_code
