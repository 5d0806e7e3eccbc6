"""The list as a file."""

from __future__ import annotations

from flask import Response, g, stream_with_context
from flask_login import current_user

from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.i18n.languages import current_language
from eventreg.review.rules.exports import ExportFormat, Wish
from eventreg.review.services.exporting import Begun, Taker, begin_export
from eventreg.review.services.exporting_files import file_chunks
from eventreg.review.views import blueprint
from eventreg.review.views.listing import categories_in_sight, filter_words, read_list_state
from eventreg.web.access import may, requires
from eventreg.web.downloads import as_attachment


@blueprint.post("/manage/events/<slug>/registrations.csv")
@requires(Permission.EXPORT)
def export_registrations(slug: str) -> Response:
    """Give everybody whom the list shows as CSV, with every column. A POST, since it is recorded who took whose data."""
    event: Event = g.event
    state = read_list_state(categories_in_sight())
    begun = begin_export(event.id, state, Wish(ExportFormat.CSV), taker(), filter_words(state))
    return as_file(begun)


def taker() -> Taker:
    """Return whoever is signed in as one who takes files out of this request's event."""
    return Taker(
        account_id=current_user.id,
        name=current_user.name,
        sight=g.event_access.sight,
        sees_sensitive=may(Permission.SEE_SENSITIVE),
        language=current_language(),
    )


def as_file(begun: Begun) -> Response:
    """Return the download of an export that goes straight to whoever asked, as it is written."""
    chunks = stream_with_context(file_chunks(begun))
    return as_attachment(chunks, begun.plan.file_name, begun.plan.media_type)
