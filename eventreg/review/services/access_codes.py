"""Taking the access codes of an event away, to send them out: recorded with who did."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.audit.services import note
from eventreg.db import transaction
from eventreg.events.organizers import Organizer
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.events.rules.moments import written_moment
from eventreg.i18n.languages import current_language
from eventreg.kernel.clock import now
from eventreg.kernel.text import pick
from eventreg.review.queries.access_codes import list_codes
from eventreg.review.sheets.csv_file import csv_file
from eventreg.review.wording.ways_in import code_standing


def export_codes(event_id: int, who: Organizer) -> bytes:
    """Return the codes of an event and scope as CSV (RFC 4180, UTF-8 with a byte order mark, cells inert), and record it."""
    at = now()
    with transaction():
        event = lock_event_in_any_state(event_id)
        codes = list_codes(event_id, who.scope, at)
        note(event, "access_codes_exported", who, at, format="csv", count=len(codes))
        head = [_("Code"), _("Intended for"), _("Category"), _("Uses"), _("Maximum uses"), _("Until"), _("State")]
        lines = []
        for each in codes:
            code = each.code
            lines.append(
                [
                    code.code,
                    code.label,
                    pick(each.category.name, current_language(), event.languages).text,
                    str(each.uses),
                    str(code.most_uses or ""),
                    written_moment(code.expires_at, event.time_zone) if code.expires_at is not None else "",
                    code_standing(each.refusal),
                ]
            )
        return csv_file(head, lines)
