"""What was taken out: who took what, and one's own files that a worker makes."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import abort, flash, g, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.audit.services import acting
from eventreg.db import get_of_event
from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.review.models import Export
from eventreg.review.queries import exports
from eventreg.review.rules.exports import ExportState
from eventreg.review.services import exporting_store
from eventreg.review.services.exporting_formats import FORMATS
from eventreg.review.views import blueprint
from eventreg.review.views.desk import list_url
from eventreg.web.access import Answer, may, requires
from eventreg.web.downloads import as_attachment


@blueprint.get("/manage/events/<slug>/exports")
@requires(Permission.SEE_REGISTRATIONS)
def list_exports(slug: str) -> str:
    """List who took what: everybody's for those who may read the history, one's own for all others."""
    event: Event = g.event
    sees_all = may(Permission.SEE_HISTORY)
    return render_desk(
        "review/exports.html",
        "registrations",
        exports=exports.list_exports(event.id, None if sees_all else current_user.id),
        sees_all=sees_all,
        most=exports.MOST_SHOWN,
        is_own=lambda export: export.account_id == current_user.id,
        formats=FORMATS,
        state_words=state_words,
        back_url=list_url(slug),
    )


@blueprint.get("/manage/events/<slug>/exports/<public_id>")
@requires(Permission.EXPORT)
def show_export(slug: str, public_id: str) -> str:
    """Show how far one's own file is, and how it is fetched."""
    event: Event = g.event
    export = get_of_event(Export, event.id, public_id=public_id, account_id=current_user.id)
    return render_desk(
        "review/export_made.html",
        "registrations",
        export=export,
        is_making=export.state is ExportState.MAKING,
        is_ready=export.state is ExportState.READY,
        format_title=FORMATS[export.format].title,
        state_words=state_words(export.state),
        back_url=url_for("review.list_exports", slug=slug),
    )


@blueprint.post("/manage/events/<slug>/exports/<public_id>/file")
@requires(Permission.EXPORT)
def fetch_export(slug: str, public_id: str) -> FlaskResponse:
    """Give a file that is ready. A POST, since it is recorded; what one may see is looked at again."""
    try:
        sight, sees_sensitive = g.event_access.sight, may(Permission.SEE_SENSITIVE)
        export, content = exporting_store.fetch_export(
            g.event.id, public_id, acting(), sight, sees_sensitive=sees_sensitive
        )
    except exporting_store.MayNoLonger:
        abort(403)
    return as_attachment(content, export.details["file_name"], export.plan.media_type, export.size)


@blueprint.post("/manage/events/<slug>/exports/<public_id>/delete")
@requires(Permission.EXPORT)
def delete_export(slug: str, public_id: str) -> Answer:
    """Delete one's own file before its time."""
    exporting_store.delete_export(g.event.id, public_id, acting())
    flash(_("The file is deleted. That it was made stays in the audit log."))
    return redirect(url_for("review.list_exports", slug=slug), 303)


def state_words(state: ExportState) -> str:
    """Return where a file stands."""
    return {
        ExportState.MAKING: _("In progress"),
        ExportState.READY: _("Ready"),
        ExportState.GIVEN: _("Downloaded at once"),
        ExportState.FAILED: _("Export failed"),
        ExportState.EXPIRED: _("Deleted"),
    }[state]
