"""What an event leaves to those who make policy: its public remarks and recommendations, on one page that prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, render_template
from werkzeug.wrappers import Response as BaseResponse

from eventreg.events.crediting import credits_of
from eventreg.events.models import SessionOutcome
from eventreg.events.queries.for_registration import list_days
from eventreg.events.queries.materials import list_sessions
from eventreg.events.queries.outcomes import list_outcomes, list_public_of_session
from eventreg.events.queries.public import get_credited_event
from eventreg.events.rules.programme import OutcomeKind
from eventreg.kernel.errors import NotFound
from eventreg.site.views import blueprint
from eventreg.site.views.presenting import cacheable, frame
from eventreg.web.access import public


@blueprint.get("/events/<slug>/conclusions")
@public
def show_conclusions(slug: str) -> BaseResponse:
    """Show what the sessions concluded and recommend. There is no such page while nothing of it is public."""
    found = get_credited_event(slug)
    event = g.event = found.event
    by_session: dict[int, list[SessionOutcome]] = {}
    for outcome in list_outcomes(event.id, only_public=True):
        by_session.setdefault(outcome.session_id, []).append(outcome)
    if not by_session:
        raise NotFound
    sessions = [each for each in list_sessions(event.id) if each.session.id in by_session]
    page = render_template(
        "site/conclusions.html",
        event=event,
        days=[day.held_on for day in list_days(event.id)],
        groups=[(each, outcomes_by_kind(by_session[each.session.id])) for each in sessions],
        credits=credits_of(event),
        **frame(found, "site.show_conclusions"),
    )
    return cacheable(page)


def session_outcomes(session_id: int) -> dict[str, Any]:
    """Return what is public of one session, for `site/_outcomes.html`."""
    return {"outcomes": outcomes_by_kind(list_public_of_session(session_id))}


def outcomes_by_kind(outcomes: Sequence[SessionOutcome]) -> dict[str, list[SessionOutcome]]:
    """Return "recommendation" and "remark", each with its outcomes in their order; a kind without any is left out."""
    kinds = (OutcomeKind.RECOMMENDATION, OutcomeKind.REMARK)
    found = {kind.value: [outcome for outcome in outcomes if outcome.kind is kind] for kind in kinds}
    return {kind: members for kind, members in found.items() if members}
