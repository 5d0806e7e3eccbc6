"""The list as a file."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Response, g, stream_with_context
from flask_login import current_user

from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.i18n.languages import current_language
from eventreg.kernel.clock import now
from eventreg.review.services.exporting import begin_export, csv_chunks
from eventreg.review.views import blueprint
from eventreg.review.views.listing import categories_in_sight, read_list_state
from eventreg.web.access import requires


@blueprint.post("/manage/events/<slug>/registrations.csv")
@requires(Permission.EXPORT)
def export_registrations(slug: str) -> Response:
    """Give everybody whom the list shows as CSV. A POST, since it is recorded who took whose data."""
    event: Event = g.event
    state = read_list_state(categories_in_sight())
    export = begin_export(event.id, state, current_user.id, g.event_access.sight)
    chunks = stream_with_context(csv_chunks(export, current_language()))
    response = Response(chunks, content_type="text/csv; charset=utf-8")
    today = now().astimezone(ZoneInfo(event.time_zone)).date()
    name = f"{event.slug}-{today.isoformat()}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
