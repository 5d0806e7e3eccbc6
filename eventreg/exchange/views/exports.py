"""Taking the list out: what of it and as what, the file itself, who took what, and one's own files that a worker makes."""

from flask import Response as FlaskResponse, abort, flash, g, redirect, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.attendees.listing import READY_MADE, ReadyMade, RegistrationList
from eventreg.attendees.rules.listing import ListState
from eventreg.attendees.views import desk, listing
from eventreg.audit.services import acting
from eventreg.db import get_of_event
from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.exchange.forms import EVERY_COLUMN, ON_SCREEN, ExportForm
from eventreg.exchange.models import Export
from eventreg.exchange.rules.exports import ExportFormat, ExportRequest
from eventreg.exchange.services import files, formats
from eventreg.exchange.services.exporting import Begun, ExportedBy, begin_export, file_chunks, first_of, list_recipients
from eventreg.exchange.views import blueprint
from eventreg.i18n.languages import current_language
from eventreg.web.access import Answer, may, requires
from eventreg.web.downloads import as_attachment


@blueprint.post("/manage/events/<slug>/registrations.csv")
@requires(Permission.EXPORT)
def export_registrations(slug: str) -> FlaskResponse:
    """Give everybody whom the list shows as CSV, with every column. A POST, since it is recorded who took whose data."""
    event: Event = g.event
    state = desk.read_list_state(desk.categories_in_sight())
    return _as_file(
        begin_export(event.id, state, ExportRequest(ExportFormat.CSV), _taker(), listing.filter_words(state))
    )


@blueprint.get("/manage/events/<slug>/registrations/export")
@requires(Permission.EXPORT)
def choose_export(slug: str) -> Answer:
    """Ask what is taken out of the list that the address describes."""
    state, ready = desk.read_list_state(desk.categories_in_sight()), _ready_made()
    usual = {
        "format": ready.format if ready else ExportFormat.XLSX.value,
        "columns": ON_SCREEN if state.columns else EVERY_COLUMN,
        "names": _screen_columns(state),
    }
    # A hotel or the entrance needs names: what is made ready for them begins without addresses.
    with_contact_data = ready is None or "email" in ready.columns
    return _page(_form(state, formdata=None, with_contact_data=with_contact_data, **usual), state)


@blueprint.post("/manage/events/<slug>/registrations/export")
@requires(Permission.EXPORT)
def take_out(slug: str) -> Answer:
    """Give the file, or lead to where it can be fetched once it is made."""
    event: Event = g.event
    state = desk.read_list_state(desk.categories_in_sight())
    form = _form(state, formdata=request.form)
    with form.refusals() as outcome:
        wish = form.wish()
        begun = begin_export(event.id, state, wish, _taker(), _said(state))
        if begun.is_aside:
            return redirect(url_for("exchange.show_export", slug=slug, public_id=begun.public_id), 303)
        return _as_file(begun)
    return _page(form, state), outcome.status_code


def _screen_columns(state: ListState) -> list[str]:
    """Return the names of the columns on the screen, with the reference that stands there below each name.

    What is made ready for somebody outside has its columns alone.
    """
    names = list(state.shown_columns)
    return names if "reference" in names or _ready_made() else ["reference", *names]


def _ready_made() -> ReadyMade | None:
    return READY_MADE.get(request.args.get("ready", ""))


def _said(state: ListState) -> str:
    """Return what a file holds, in words: for which purpose it was made ready, and what the list is narrowed to."""
    ready, words = _ready_made(), listing.filter_words(state)
    return "; ".join(filter(None, (str(ready.title), words))) if ready else words


def _taker() -> ExportedBy:
    return ExportedBy(
        actor=acting(),
        name=current_user.name,
        sight=g.event_access.sight,
        sees_sensitive=may(Permission.SEE_SENSITIVE),
        language=current_language(),
    )


def _as_file(begun: Begun) -> FlaskResponse:
    """Return the download, sent as it is written. What cannot be made is known before anything is sent."""
    chunks = stream_with_context(first_of(file_chunks(begun)))
    return as_attachment(chunks, begun.plan.file_name, begun.plan.media_type)


def _form(state: ListState, **values: object) -> ExportForm:
    words = desk.field_words(desk.categories_in_sight())
    names = dict.fromkeys((*_screen_columns(state), *words.shape.columns))
    return ExportForm(
        [(name, words.title(name)) for name in names],
        list_recipients(g.event),
        may_see_contact_data=may(Permission.SEE_CONTACT_DATA),
        may_see_sensitive=may(Permission.SEE_SENSITIVE),
        **values,
    )


def _page(form: ExportForm, state: ListState) -> str:
    event: Event = g.event
    categories = desk.categories_in_sight()
    registrations = RegistrationList(event.id, categories, state, g.event_access.sight, desk.list_shape(categories))
    ready = _ready_made()
    kept = {"ready": request.args["ready"]} if ready else {}
    here = desk.list_url(event.slug, state.with_(), "exchange.choose_export", **kept)
    return render_desk(
        "exchange/export.html",
        "registrations",
        form=form,
        ready=ready,
        count=registrations.count(),
        words=listing.filter_words(state),
        here=here,
        back_url=desk.list_url(event.slug, state.with_()),
        at=here,
    )


@blueprint.get("/manage/events/<slug>/exports")
@requires(Permission.SEE_REGISTRATIONS)
def list_exports(slug: str) -> str:
    """List who took what: everybody's for those who may read the history, one's own for all others."""
    event: Event = g.event
    sees_all = may(Permission.SEE_HISTORY)
    return render_desk(
        "exchange/exports.html",
        "exports",
        exports=files.list_exports(event.id, None if sees_all else current_user.id),
        sees_all=sees_all,
        most=files.MOST_SHOWN,
        is_own=lambda export: export.account_id == current_user.id,
        formats=formats.FORMATS,
    )


@blueprint.get("/manage/events/<slug>/exports/<public_id>")
@requires(Permission.EXPORT)
def show_export(slug: str, public_id: str) -> str:
    """Show how far one's own file is, and how it is fetched."""
    event: Event = g.event
    export = get_of_event(Export, event.id, public_id=public_id, account_id=current_user.id)
    return render_desk(
        "exchange/export_made.html",
        "exports",
        export=export,
        format_title=formats.FORMATS[export.format].title,
    )


@blueprint.post("/manage/events/<slug>/exports/<public_id>/file")
@requires(Permission.EXPORT)
def fetch_export(slug: str, public_id: str) -> FlaskResponse:
    """Give a file that is ready. A POST, since it is recorded; what one may see is looked at again."""
    try:
        sight, sees_sensitive = g.event_access.sight, may(Permission.SEE_SENSITIVE)
        export, content = files.fetch_export(g.event.id, public_id, acting(), sight, sees_sensitive=sees_sensitive)
    except files.MayNoLonger:
        abort(403)
    return as_attachment(content, export.details["file_name"], export.plan.media_type, export.size)


@blueprint.post("/manage/events/<slug>/exports/<public_id>/delete")
@requires(Permission.EXPORT)
def delete_export(slug: str, public_id: str) -> Answer:
    """Delete one's own file before its time."""
    files.delete_export(g.event.id, public_id, acting())
    flash(_("The file is deleted. That it was made stays in the audit log."))
    return redirect(url_for("exchange.list_exports", slug=slug), 303)
