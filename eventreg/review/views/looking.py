"""One registration; its sensitive answers and files, by POST and with a trace."""

from __future__ import annotations

import io

from flask import Response, g, request, send_file

from eventreg.events.organizers import organizer
from eventreg.events.rules.team import Permission
from eventreg.review.services.looking import look_at_section, take_file
from eventreg.review.views import blueprint
from eventreg.review.views.dossier_page import dossier_page
from eventreg.web.access import requires

#: what came from outside is shown by no page of ours, whatever a browser would make of it
_FILE_POLICY = "default-src 'none'; sandbox"


@blueprint.get("/manage/events/<slug>/registrations/<reference>")
@requires(Permission.SEE_REGISTRATIONS)
def show_registration(slug: str, reference: str) -> str:
    """Show one registration, its sensitive answers masked."""
    return dossier_page(reference)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/sensitive")
@requires(Permission.SEE_SENSITIVE)
def show_sensitive(slug: str, reference: str) -> str:
    """Show the page with the sensitive answers of one section, in this answer alone."""
    section = request.form.get("section", "")
    opened = look_at_section(g.event.id, reference, section, organizer())
    return dossier_page(reference, opened_key=section, opened=opened)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/files/<public_id>")
@requires(Permission.SEE_SENSITIVE)
def download_file(slug: str, reference: str, public_id: str) -> Response:
    """Give a file as an attachment, its type being the one found from its content."""
    opened = take_file(g.event.id, reference, public_id, organizer())
    response = send_file(
        io.BytesIO(opened.content), mimetype=opened.media_type, as_attachment=True, download_name=opened.name
    )
    response.headers["Content-Security-Policy"] = _FILE_POLICY
    return response
