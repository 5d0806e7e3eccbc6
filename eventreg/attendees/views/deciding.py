"""Decisions on one registration, and taking the last one back; the ready-made reasons of an event, by act."""

from zoneinfo import ZoneInfo

from flask import Response as FlaskResponse, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _, ngettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from eventreg.attendees.forms import ReasonForm, read_action
from eventreg.attendees.models import ReadyReason
from eventreg.attendees.queries.person import get_dossier
from eventreg.attendees.queries.reasons import get_reason, list_reasons
from eventreg.attendees.rules.acts import REASONED
from eventreg.attendees.services import reasons
from eventreg.attendees.views import blueprint, cards, desk
from eventreg.attendees.views.person import dossier_page
from eventreg.audit.services import acting
from eventreg.events.announcing import Announcing, announced
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, own_name
from eventreg.kernel.clock import now
from eventreg.registration.emails import Occasion
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Action
from eventreg.registration.services.decisions import LONGEST_REASON, DecisionMail, compose_decision, decide, undo
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.fields import whole_number
from eventreg.web.refusals import Refusals


@blueprint.post("/manage/events/<slug>/registrations/<reference>/decision")
@requires(Permission.DECIDE)
@sends(Sending.ANNOUNCED)
def decide_registration(slug: str, reference: str) -> Answer:
    """Approve, wait-list or decline what was seen; if it is no longer that, say what happened instead."""
    event: Event = g.event
    person = desk.the_registration(reference)
    form = cards.decision_form(event, person.language)
    # The last one: the button that was pressed stands behind what is confirmed.
    word, _space, then = (request.form.getlist("action") or [""])[-1].partition(" ")
    action, seen_revision = read_action(word), whole_number(form.seen_revision.data)
    if action is None or seen_revision is None:
        abort(400)
    # Before it is decided on: the decision may take the person to another place in the list, or out of it.
    following = desk.neighbours(person)[1] if then else None
    announcing = Announcing(organizer(), request.form.get("announced", ""))
    with form.refusals() as outcome:
        telling = DecisionMail(has_mail=not form.without_mail.data)
        decision = decide(
            event.id, reference, action, form.told_reason, seen_revision, announcing.who, telling, announcing
        )
        if following is not None:
            flash(_told(person, decision.action))
        if announcing.people:
            at = formats.clock(decision.mails_at.astimezone(ZoneInfo(event.time_zone)).time(), current_language())
            flash(
                _(
                    "Next from the waiting list at %(time)s, unless this is undone: %(names)s.",
                    time=at,
                    names=announcing.names(),
                )
            )
        return desk.back_to(following or reference)
    announcement = announced(outcome, may_be_quiet=False)
    shown = form if form.errors or announcement else None
    return dossier_page(reference, shown, outcome.problem, announcement=announcement), outcome.status_code


def _told(person: Registration, action: Action) -> Markup:
    """Return what the next person's page says of the one before, with the way back to it."""
    said = _("%(name)s: %(decision)s.", name=person.full_name, decision=_(action.title))
    link = Markup('<span>{} <a class="govuk-link" href="{}">{}</a></span>')
    return link.format(said, desk.url_of(person.reference), _("Look at it or undo it"))


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
@sends(Sending.ANNOUNCED)
def undo_decision(slug: str, reference: str) -> Answer:
    """Take the last decision back: silently while its mail waits, else by a new decision with a mail of its own."""
    decision_id = whole_number(request.form.get("decision"))
    if decision_id is None:
        abort(400)
    announcing = Announcing(organizer(), request.form.get("announced", ""))
    with Refusals() as outcome:
        undo(g.event.id, reference, decision_id, announcing.who, announcing=announcing)
        return desk.back_to(reference)
    announcement = announced(outcome, may_be_quiet=False)
    return dossier_page(reference, problem=outcome.problem, announcement=announcement), outcome.status_code


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
