"""The page of one registration, for every view that ends on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, render_template
from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.events.queries.for_registration import list_days
from eventreg.events.rules.team import Permission, Sight
from eventreg.events.views.desk import REGISTRATIONS, desk
from eventreg.i18n.languages import own_name
from eventreg.kernel.clock import now
from eventreg.mail.wording import STANDINGS
from eventreg.questionnaires.kinds import Context
from eventreg.registration.models import Decision, Registration
from eventreg.registration.rules.states import DECISIONS, Action, Status, next_status
from eventreg.registration.services.decisions import LONGEST_REASON
from eventreg.registration.wording import decision_verb, status_for_team
from eventreg.review.forms import DecisionForm
from eventreg.review.queries.access_codes import find_codes
from eventreg.review.queries.dossier import Dossier, get_dossier
from eventreg.review.queries.listing import RegistrationList
from eventreg.review.views.answers_shown import sections_shown
from eventreg.review.views.desk import list_url, registration_url, with_query
from eventreg.review.views.history_shown import history_shown
from eventreg.review.views.listing import categories_in_sight, read_list_state
from eventreg.review.views.requests_shown import requests_shown
from eventreg.review.views.team_words import Faults, Typed, team_words
from eventreg.review.wording import came_by_words
from eventreg.web.access import may
from eventreg.web.instance import config
from eventreg.web.templating import language_url_at

_NOTHING_TYPED = Typed()


def dossier_page(
    reference: str,
    form: DecisionForm | None = None,
    problem: str = "",
    opened_key: str = "",
    opened: Mapping[str, Sequence[str]] | None = None,
    faults: Faults = (),
    typed: Typed = _NOTHING_TYPED,
) -> str:
    """Return the page. `problem`: why a decision was not made; `opened`: sensitive answers shown this once.

    `faults` are what is wrong with what was `typed` of notes and tags.
    """
    event: Event = g.event
    sight: Sight = g.event_access.sight
    dossier = get_dossier(event, reference, sight.scope)
    categories = categories_in_sight()
    state = read_list_state(categories)
    previous, following = RegistrationList(event.id, categories, state, sight).neighbours(dossier.registration)
    context = _context(event)
    return render_template(
        "review/registration.html",
        registration=dossier.registration,
        form=form or _form(dossier),
        problem=problem,
        sections=sections_shown(dossier, context, sight.has_contact_data, opened_key, opened),
        consents=list(reversed(dossier.consents)),
        chosen_sessions=dossier.sessions,
        requests=requests_shown(dossier, event),
        can_ask=may(Permission.DECIDE),
        history=history_shown(dossier, event, context, sight.has_contact_data),
        messages=dossier.messages,
        places=dossier.places,
        counts_event=sight.scope.is_whole,
        holds_place=dossier.holds_place,
        actions=_actions(dossier) if may(Permission.DECIDE) else [],
        standing=_standing(dossier, event),
        status_label=status_for_team(dossier.registration.status),
        standings=STANDINGS,
        mail_leaves=config().sends_mail and not event.holds_mail,
        longest_reason=LONGEST_REASON,
        versions=dossier.version_numbers,
        can_see_sensitive=may(Permission.SEE_SENSITIVE),
        can_see_messages=may(Permission.SEE_MESSAGES),
        language_name=own_name(dossier.registration.language),
        category=dossier.registration.category,
        came_by=_came_by(dossier.registration),
        language_url=language_url_at(registration_url(event.slug, reference, state)),
        back_url=list_url(event.slug, state),
        previous_url=registration_url(event.slug, previous, state) if previous else "",
        next_url=registration_url(event.slug, following, state) if following else "",
        here=lambda address: with_query(address, state),
        **team_words(dossier, event, typed, faults),
        **desk(event, REGISTRATIONS),
    )


def _form(dossier: Dossier) -> DecisionForm:
    return DecisionForm(formdata=None, seen_revision=dossier.registration.revision)


def _came_by(registration: Registration) -> str:
    """Return by which way the person came, beside the public form; "" by none."""
    code = find_codes([registration.access_code_id]).get(registration.access_code_id or 0)
    return came_by_words(registration.came_by, code) if registration.came_by is not None else ""


def _context(event: Event) -> Context:
    return Context.of(event, list_days(event.id))


def _actions(dossier: Dossier) -> list[tuple[str, str, str]]:
    """Return (name, words, look) of each decision that is possible now; only the first looks filled."""
    looks = {Action.APPROVE: "", Action.WAITLIST: "govuk-button--secondary", Action.DECLINE: "govuk-button--warning"}
    verbs = {Action.APPROVE: _("Approve"), Action.WAITLIST: _("Put on the waiting list"), Action.DECLINE: _("Decline")}
    status = dossier.registration.status
    return [
        (action.value, verbs[action], looks[action]) for action in DECISIONS if next_status(status, action) is not None
    ]


def _standing(dossier: Dossier, event: Event) -> dict[str, Any] | None:
    """Return the decision that stands, and what undoing it does now."""
    decision = dossier.standing_decision
    if decision is None:
        return None
    is_silent = now() < decision.mails_at
    return {
        "decision": decision,
        "words": decision_verb(decision.action),
        "by": dossier.names.get(decision.account_id, ""),
        "is_silent": is_silent,
        #: to the second, since it is a minute away
        "mails_at": decision.mails_at.astimezone(ZoneInfo(event.time_zone)).strftime("%H:%M:%S"),
        "lacks_place": decision.action is Action.APPROVE_WITHOUT_PLACE,
        "back_to": status_for_team(decision.status_before),
        #: somebody whose place is gone needs a free one to come back
        "back_needs_place": _counts(decision.status_before, dossier) and not dossier.holds_place,
        "can_undo": may(Permission.DECIDE) and (is_silent or _leads_back(decision)),
    }


def _counts(status: Status, dossier: Dossier) -> bool:
    """Say whether the person takes a place with this status."""
    return status is Status.CONFIRMED or (status is Status.PENDING and dossier.registration.category.pending_counts)


def _leads_back(decision: Decision) -> bool:
    """Say whether a later undo, which is a decision of its own, changes anything."""
    return decision.status_before is not decision.status_after
