"""The requests to one person, as the registration's page lists them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.kernel.clock import now
from eventreg.registration.queries.requests import list_requests
from eventreg.registration.rules.requests import RequestState, closes_at, concerns, state_of
from eventreg.registration.wording import request_title
from eventreg.review.queries.dossier import Dossier
from eventreg.web.templating import plain_in_reader_language


def requests_shown(dossier: Dossier, event: Event) -> list[dict[str, Any]]:
    """Return the rows of `review/_requests.html`, the newest first."""
    registration, language = dossier.registration, current_language()
    titles = {section.key: plain_in_reader_language(section.title) for section in dossier.definition.sections}
    rows = []
    for request in reversed(list_requests(registration.id)):
        closes = closes_at(request.answer_by, event.changes_until, event.time_zone)
        state = state_of(now(), closes, request.answered_at, request.taken_back_at)
        is_asked = concerns(request.kind, registration.status)
        if state in (RequestState.OPEN, RequestState.LATE) and not is_asked:
            state = RequestState.TAKEN_BACK
        rows.append(
            {
                "id": request.id,
                "title": request_title(request.kind, titles.get(request.section_key, request.section_key)),
                "state": _state(state),
                "requested_at": request.requested_at,
                "until": formats.day(request.answer_by, language)
                if request.answer_by is not None
                else formats.instant(event.changes_until, event.time_zone, language),
                "reason": request.reason,
                "is_open": state is RequestState.OPEN,
                "is_waiting": state in (RequestState.OPEN, RequestState.LATE),
            }
        )
    return rows


def _state(state: RequestState) -> str:
    return {
        RequestState.OPEN: _("Waits for the answer"),
        RequestState.ANSWERED: _("Answered"),
        RequestState.LATE: _("Not answered in time"),
        RequestState.TAKEN_BACK: _("Taken back"),
    }[state]
