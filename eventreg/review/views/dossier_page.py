"""The page of one registration, for every view that ends on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.accounts.policies import has_second_factor
from eventreg.audit.trail import read_group
from eventreg.events.models import Category, Event
from eventreg.events.queries.for_registration import list_days
from eventreg.events.queries.team import Membership, list_memberships
from eventreg.events.rules.team import Permission, Sight
from eventreg.events.views.desk import render_desk
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, known_languages, own_name
from eventreg.kernel.clock import now
from eventreg.mail.wording import STANDINGS
from eventreg.questionnaires.kinds import Context
from eventreg.registration.models import Registration
from eventreg.registration.queries.requests import list_requests
from eventreg.registration.rules.requests import RequestState, closes_at, concerns, state_of
from eventreg.registration.rules.states import Status
from eventreg.registration.wording import request_title, status_for_team
from eventreg.review.forms.deciding import DecisionForm
from eventreg.review.queries.dossier import Dossier, find_codes, get_dossier, list_exports_since
from eventreg.review.queries.other_registrations import list_other_registrations
from eventreg.review.rules.listing import ListState
from eventreg.review.views.acts_shown import acts_shown
from eventreg.review.views.answers_shown import sections_shown
from eventreg.review.views.changes_marked import changes_marked
from eventreg.review.views.decision_shown import decision_shown
from eventreg.review.views.desk import list_url, registration_url, with_query
from eventreg.review.views.duplicates import doubles_shown
from eventreg.review.views.list_state import categories_in_sight, list_of, read_list_state
from eventreg.review.views.team_words import Faults, Typed, team_words
from eventreg.review.views.timeline_shown import timeline_shown
from eventreg.review.wording import came_by_words
from eventreg.web.access import may
from eventreg.web.templating import language_url_at, plain_in_reader_language

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
    context = Context.of(event, list_days(event.id))
    changed = changes_marked(dossier, event, context, sight.has_contact_data)
    return render_desk(
        "review/registration.html",
        "registrations",
        registration=dossier.registration,
        problem=problem,
        sections=sections_shown(dossier, context, sight.has_contact_data, opened_key, opened, changed),
        consents=list(reversed(dossier.consents)),
        chosen_sessions=dossier.sessions,
        requests=_requests(dossier, event),
        doubles=doubles_shown(dossier.registration),
        others=_others(event, dossier.registration, sight),
        **_timeline(dossier, event, context, state),
        messages=dossier.messages,
        standings=STANDINGS,
        counts_event=sight.scope.is_whole,
        status_label=status_for_team(dossier.registration.status),
        versions=dossier.version_numbers,
        **_rights(),
        **_sending(dossier.registration),
        came_by=_came_by(dossier.registration),
        **_ways_around(event, dossier.registration, categories, state),
        acts=acts_shown(event, dossier.registration),
        **team_words(dossier.registration, event, typed, faults),
        **decision_shown(dossier, event, form),
    )


def _rights() -> dict[str, Any]:
    """Return what of the page the account may see and do."""
    return {
        "can_ask": may(Permission.DECIDE),
        "can_see_sensitive": may(Permission.SEE_SENSITIVE),
        "can_see_messages": may(Permission.SEE_MESSAGES),
        "can_write": may(Permission.SEND_MESSAGES),
    }


def _timeline(dossier: Dossier, event: Event, context: Context, state: ListState) -> dict[str, Any]:
    """Return what happened, as far as the account may see it; of one kind alone where the address says so."""
    return timeline_shown(
        dossier,
        event,
        context,
        has_contact_data=g.event_access.sight.has_contact_data,
        has_messages=may(Permission.SEE_MESSAGES),
        exports=list_exports_since(event.id, dossier.registration) if may(Permission.SEE_HISTORY) else [],
        only=read_group(request.args.get("kind")),
        address=lambda address: with_query(address, state),
    )


def _sending(registration: Registration) -> dict[str, Any]:
    """Return what the account may do about the person's mails, and in which language they are written."""
    return {
        "sends_again": may(Permission.SEND_MESSAGES) and registration.status is not Status.CANCELLED,
        "language_name": own_name(registration.language),
        "languages_known": [(code, own_name(code)) for code in known_languages()],
    }


def _ways_around(
    event: Event, registration: Registration, categories: Sequence[Category], state: ListState
) -> dict[str, Any]:
    """Return where one goes from here: back to the list one came from, and along it."""
    previous, following = list_of(categories, state).neighbours(registration)
    return {
        "language_url": language_url_at(registration_url(event.slug, registration.reference, state)),
        "back_url": list_url(event.slug, state),
        "previous_url": registration_url(event.slug, previous, state) if previous else "",
        "next_url": registration_url(event.slug, following, state) if following else "",
        "here": lambda address: with_query(address, state),
    }


def _came_by(registration: Registration) -> str:
    """Return by which way the person came, beside the public form; "" by none."""
    code = find_codes([registration.access_code_id]).get(registration.access_code_id or 0)
    return came_by_words(registration.came_by, code) if registration.came_by is not None else ""


def _requests(dossier: Dossier, event: Event) -> list[dict[str, Any]]:
    """Return the rows of `review/_requests.html`, the newest first."""
    registration, language = dossier.registration, current_language()
    titles = {section.key: plain_in_reader_language(section.title) for section in dossier.definition.sections}
    rows = []
    for asked in reversed(list_requests(registration.id)):
        closes = closes_at(asked.answer_by, event.changes_until, event.time_zone)
        state = state_of(now(), closes, asked.answered_at, asked.taken_back_at)
        is_asked = concerns(asked.kind, registration.status)
        if state in (RequestState.OPEN, RequestState.LATE) and not is_asked:
            state = RequestState.TAKEN_BACK
        rows.append(
            {
                "id": asked.id,
                "title": request_title(asked.kind, titles.get(asked.section_key, asked.section_key)),
                "state": _request_states()[state],
                "requested_at": asked.requested_at,
                "until": formats.day(asked.answer_by, language)
                if asked.answer_by is not None
                else formats.instant(event.changes_until, event.time_zone, language),
                "reason": asked.reason,
                "is_open": state is RequestState.OPEN,
                "is_waiting": state in (RequestState.OPEN, RequestState.LATE),
            }
        )
    return rows


def _request_states() -> dict[RequestState, str]:
    return {
        RequestState.OPEN: _("Waits for the answer"),
        RequestState.ANSWERED: _("Answered"),
        RequestState.LATE: _("Not answered in time"),
        RequestState.TAKEN_BACK: _("Revoked"),
    }


def _others(event: Event, registration: Registration, sight: Sight) -> list[dict[str, Any]]:
    """Return the rows of `review/_others.html`: at events that the account may see the people of, and at this one."""
    memberships = list_memberships(current_user.id, is_administrator=False)
    seen = {each.event.id: each for each in memberships if _sees_people(each)}
    sights = {event_id: each.grant.sight for event_id, each in seen.items()} | {event.id: sight}
    events = {event_id: each.event for event_id, each in seen.items()} | {event.id: event}
    return [
        {
            "registration": row,
            "event": plain_in_reader_language(events[row.event_id].title) if row.event_id != event.id else "",
            "category": plain_in_reader_language(row.category.name),
            "status": row.status.value,
            "status_label": status_for_team(row.status),
            "why": _("same address") if has_same_address else _("same name"),
            "href": registration_url(events[row.event_id].slug, row.reference),
            "time_zone": events[row.event_id].time_zone,
        }
        for row, has_same_address in list_other_registrations(registration, sights)
    ]


def _sees_people(membership: Membership) -> bool:
    lacks_factor = membership.event.demands_second_factor and not has_second_factor(current_user)
    return membership.grant.allows(Permission.SEE_REGISTRATIONS) and not lacks_factor
