"""Taking the list of a session away: recorded with who did."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.audit.services import Actor, note
from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.events.queries.programme import get_session
from eventreg.events.rules.team import Sight
from eventreg.i18n.languages import current_language
from eventreg.kernel.text import pick
from eventreg.registration.wording import status_for_team
from eventreg.review.queries.session_people import list_session_people
from eventreg.review.sheets.csv_file import csv_file


def export_session_people(event_id: int, public_id: str, sight: Sight, actor: Actor) -> bytes:
    """Return who signed up for a session as CSV (RFC 4180, UTF-8 with a byte order mark, cells inert), and record it.

    Mail addresses are in it for whoever may see them. Raises NotFound.
    """
    with transaction():
        event = lock_event_in_any_state(event_id)
        session = get_session(event_id, public_id).session
        title = pick(session.title, event.languages[0], event.languages).text
        people = list_session_people(event_id, session.id, sight.scope)
        note(event, "exported", actor, format="csv", count=len(people), sessions=[title])
        head = [_("Reference"), _("Person"), _("Institution"), _("Country"), _("Category"), _("Status")]
        lines = []
        for person in people:
            category = pick(person.category.name, current_language(), event.languages).text
            line = [person.reference, person.full_name, person.institution, person.country, category]
            line.append(status_for_team(person.status))
            lines.append(line + ([person.email] if sight.has_contact_data else []))
    return csv_file(head + ([_("Email address")] if sight.has_contact_data else []), lines)
