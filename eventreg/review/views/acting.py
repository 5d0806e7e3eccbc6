"""What the pages have in common on which the team acts on one registration for the person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import abort, g, redirect
from flask_login import current_user
from werkzeug.wrappers import Response

from eventreg.audit.queries import TrailFilter, list_trail
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_whole, list_days
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.questionnaires.kinds import Context
from eventreg.registration.models import Registration
from eventreg.registration.rules.refusals import ChangeReason, ChangeRefused
from eventreg.registration.services.team_acts import TeamAct
from eventreg.review.forms.team_acts import ActForm
from eventreg.review.queries.dossier import get_dossier
from eventreg.review.queries.scoping import get_in_scope
from eventreg.review.views.desk import registration_url, with_query
from eventreg.review.views.history_shown import history_shown
from eventreg.review.views.listing import categories_in_sight, read_list_state
from eventreg.review.wording.acts import act_refused
from eventreg.web.access import may


def the_registration(reference: str) -> Registration:
    """Return the registration of this request's address, if it is in sight. Raises NotFound."""
    return get_in_scope(g.event.id, reference, g.event_access.scope)


def the_event() -> Event:
    """Return the event of this request with what messages and questions need of it."""
    return get_event_whole(g.event.id)


def check_may(*permissions: Permission) -> None:
    """Refuse whoever lacks one of these, beside what the view asks for."""
    if not all(may(permission) for permission in permissions):
        abort(403)


def newest_entry(registration: Registration) -> int:
    """Return the position of the newest entry of a registration's history."""
    about = TrailFilter(record_kind="registration", record_id=registration.id)
    return max((trace.entry.position for trace in list_trail(registration.event_id, about, 1)), default=0)


def act_of(form: ActForm) -> TeamAct:
    """Return the act that a form was sent for, or end the request."""
    act = form.act(current_user.id)
    if act is None:
        abort(400)
    return act


def act_page(
    template: str, registration: Registration, form: Any, refused: ChangeRefused | None = None, **values: Any
) -> str:
    """Return the page of an act. Was it refused since something happened meanwhile, what happened stands on it.

    The form then holds the state of now, so that sending it again is an answer to what is shown.
    """
    event: Event = g.event
    state = read_list_state(categories_in_sight())
    happened = []
    if refused is not None and refused.reason is ChangeReason.CHANGED_MEANWHILE:
        happened = _since(event, registration, form.entry)
        form.seen_revision.data = str(the_registration(registration.reference).revision)
    return render_desk(
        template,
        "registrations",
        registration=registration,
        form=form,
        problem=act_refused(refused) if refused is not None else "",
        happened=happened,
        back_url=registration_url(event.slug, registration.reference, state),
        here=lambda address: with_query(address, state),
        **values,
    )


def back_to(registration: Registration, anchor: str = "") -> Response:
    """Lead back to the registration's page."""
    address = registration_url(g.event.slug, registration.reference, read_list_state(categories_in_sight()))
    return redirect(f"{address}#{anchor}" if anchor else address, 303)


def _since(event: Event, registration: Registration, entry: int) -> list[dict[str, Any]]:
    """Return what happened to a registration after an entry of its history, as `components/timeline.html` shows it."""
    dossier = get_dossier(event, registration.reference, g.event_access.scope)
    dossier = replace(dossier, traces=[trace for trace in dossier.traces if trace.entry.position > entry])
    context = Context.of(event, list_days(event.id))
    return history_shown(dossier, event, context, g.event_access.sight.has_contact_data)
