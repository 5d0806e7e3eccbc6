"""What the pages have in common on which the team acts on one registration for the person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import abort, g
from flask_babel import gettext as _
from markupsafe import Markup

from eventreg.audit.queries import TrailFilter, list_trail
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.for_registration import list_days
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires.kinds import Context
from eventreg.registration.models import Registration
from eventreg.registration.rules.refusals import ChangeReason
from eventreg.registration.services.team_acts import TeamAct
from eventreg.review.forms.team_acts import ActForm
from eventreg.review.queries.dossier import get_dossier
from eventreg.review.views.desk import registration_url, with_query
from eventreg.review.views.history_shown import history_shown
from eventreg.review.views.list_state import categories_in_sight, read_list_state, the_registration, url_of
from eventreg.web.access import may
from eventreg.web.refusals import Refusals


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
    act = form.act(organizer())
    if act is None:
        abort(400)
    return act


def act_page(
    template: str, registration: Registration, form: Any, outcome: Refusals | None = None, **values: Any
) -> str:
    """Return the page of an act. Was it refused since something happened meanwhile, what happened stands on it.

    The form then holds the state of now, so that sending it again is an answer to what is shown.
    """
    happened = []
    if outcome is not None and outcome.is_for(ChangeReason.CHANGED_MEANWHILE):
        happened = _since(g.event, registration, form.entry)
        form.seen_revision.data = str(the_registration(registration.reference).revision)
    state = read_list_state(categories_in_sight())
    return render_desk(
        template,
        "registrations",
        registration=registration,
        form=form,
        problem=outcome.problem if outcome is not None else "",
        happened=happened,
        back_url=url_of(registration.reference),
        here=lambda address: with_query(address, state),
        **values,
    )


def _since(event: Event, registration: Registration, entry: int) -> list[dict[str, Any]]:
    """Return what happened to a registration after an entry of its history, as `components/timeline.html` shows it."""
    dossier = get_dossier(event, registration.reference, g.event_access.scope)
    dossier = replace(dossier, traces=[trace for trace in dossier.traces if trace.entry.position > entry])
    context = Context.of(event, list_days(event.id))
    return history_shown(dossier, event, context, g.event_access.sight.has_contact_data)


def taken_words(reference: str) -> str:
    """Say that an address is registered, with the way to that registration for whoever may see it."""
    link = link_to(reference)
    if link is None:
        return _("There is already a registration with this address.")
    return Markup("{} {}").format(_("There is already a registration with this address:"), link)


def link_to(reference: str) -> Markup | None:
    """Return the way to a registration for whoever may see it."""
    try:
        there = the_registration(reference)
    except NotFound:
        return None
    address = registration_url(g.event.slug, reference)
    return Markup('<a class="govuk-link" href="{}">{}, {}</a>').format(address, there.full_name, reference)
