"""The card of a registration's page on which one decides: what stands, what can be decided, and with which words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventreg.audit.trail import by_id, name_of
from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.kernel.clock import now
from eventreg.registration.models import Decision
from eventreg.registration.rules.admission import needs_place
from eventreg.registration.rules.states import DECISIONS, Action, Status, next_status
from eventreg.registration.services.decisions import LONGEST_REASON
from eventreg.registration.wording import decision_verb, status_for_team
from eventreg.review.forms.deciding import DecisionForm
from eventreg.review.queries.dossier import Dossier
from eventreg.review.queries.reasons import list_reasons
from eventreg.web.access import may
from eventreg.web.instance import config

_LOOKS = {
    Action.APPROVE: "",
    Action.WAITLIST: "govuk-button--secondary",
    Action.DECLINE: "govuk-button--warning",
    Action.REOPEN: "govuk-button--secondary",
}


def decision_shown(dossier: Dossier, event: Event, form: DecisionForm | None) -> Mapping[str, Any]:
    """Return what `review/_decision.html` needs. `form`: one that was sent and is shown again."""
    category = dossier.registration.category
    return {
        "form": form or decision_form(event, dossier.registration.language, dossier.registration.revision),
        "places": dossier.seats.of(category.id),
        "event_places": dossier.seats.whole if category.counts_toward_event else None,
        "holds_place": dossier.holds_place,
        "actions": _actions(dossier.registration.status) if may(Permission.DECIDE) else [],
        "standing": _standing(dossier, event),
        "mail_leaves": config().sends_mail and not event.holds_mail,
        "longest_reason": LONGEST_REASON,
        "can_preview": may(Permission.SEE_MESSAGES),
    }


def decision_form(event: Event, language: str, revision: int | None = None) -> DecisionForm:
    """Return the form; with a revision an empty one for what is shown, else filled from what was sent."""
    values = {"formdata": None, "seen_revision": revision} if revision is not None else {}
    return DecisionForm(list_reasons(event.id) if may(Permission.DECIDE) else (), language, **values)


def _actions(status: Status) -> list[tuple[str, str, str]]:
    """Return (name, words, look) of each decision that is possible now; only the first looks filled."""
    verbs = {
        Action.APPROVE: _("Approve"),
        Action.WAITLIST: _("Put on the waiting list"),
        Action.DECLINE: _("Decline"),
        Action.REOPEN: _("Return to review"),
    }
    return [
        (action.value, verbs[action], _LOOKS[action]) for action in DECISIONS if next_status(status, action) is not None
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
        "by": name_of(decision.account_id, by_id("account"), dossier.names),
        "is_silent": is_silent,
        #: to the second, since it is a minute away
        "mails_at": decision.mails_at.astimezone(ZoneInfo(event.time_zone)).strftime("%H:%M:%S"),
        "has_mail": decision.has_mail,
        "lacks_place": decision.action is Action.APPROVE_WITHOUT_PLACE,
        "back_to": status_for_team(decision.status_before),
        #: somebody whose place is gone needs a free one to come back
        "back_needs_place": needs_place(decision.status_before, dossier.registration.category.pending_counts)
        and not dossier.holds_place,
        "can_undo": may(Permission.DECIDE) and (is_silent or _leads_back(decision)),
    }


def _leads_back(decision: Decision) -> bool:
    """Say whether a later undo, which is a decision of its own, changes anything."""
    return decision.status_before is not decision.status_after
