"""Taking the list out: what of it, as what, and the file itself."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import g, redirect, request, stream_with_context, url_for
from flask_login import current_user

from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import current_language
from eventreg.review.forms.exporting import EVERY_COLUMN, ON_SCREEN, ExportForm
from eventreg.review.listing import RegistrationList
from eventreg.review.rules.exports import ExportFormat, Wish
from eventreg.review.rules.listing import ListState
from eventreg.review.services.exporting import Begun, Taker, begin_export, file_chunks, first_of
from eventreg.review.views import blueprint
from eventreg.review.views.desk import list_url
from eventreg.review.views.list_state import categories_in_sight, list_shape, read_list_state
from eventreg.review.views.listing import filter_words
from eventreg.web.access import Answer, may, requires
from eventreg.web.downloads import as_attachment


@blueprint.post("/manage/events/<slug>/registrations.csv")
@requires(Permission.EXPORT)
def export_registrations(slug: str) -> FlaskResponse:
    """Give everybody whom the list shows as CSV, with every column. A POST, since it is recorded who took whose data."""
    event: Event = g.event
    state = read_list_state(categories_in_sight())
    return _as_file(begin_export(event.id, state, Wish(ExportFormat.CSV), _taker(), filter_words(state)))


@blueprint.get("/manage/events/<slug>/registrations/export")
@requires(Permission.EXPORT)
def choose_export(slug: str) -> Answer:
    """Ask what is taken out of the list that the address describes."""
    state = read_list_state(categories_in_sight())
    usual = {"format": ExportFormat.XLSX.value, "columns": ON_SCREEN if state.columns else EVERY_COLUMN}
    return _page(_form(formdata=None, with_contact_data=True, **usual), state)


@blueprint.post("/manage/events/<slug>/registrations/export")
@requires(Permission.EXPORT)
def take_out(slug: str) -> Answer:
    """Give the file, or lead to where it can be fetched once it is made."""
    event: Event = g.event
    state = read_list_state(categories_in_sight())
    form = _form(formdata=request.form)
    with form.refusals() as outcome:
        wish = form.wish(_screen_columns(state))
        begun = begin_export(event.id, state, wish, _taker(), filter_words(state))
        if begun.is_aside:
            return redirect(url_for("review.show_export", slug=slug, public_id=begun.public_id), 303)
        return _as_file(begun)
    return _page(form, state), outcome.status_code


def _screen_columns(state: ListState) -> list[str]:
    """Return the names of the columns on the screen, with the reference that stands there below each name."""
    names = list(state.shown_columns)
    return names if "reference" in names else ["reference", *names]


def _taker() -> Taker:
    return Taker(
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


def _form(**values: object) -> ExportForm:
    return ExportForm(
        may_see_contact_data=may(Permission.SEE_CONTACT_DATA), may_see_sensitive=may(Permission.SEE_SENSITIVE), **values
    )


def _page(form: ExportForm, state: ListState) -> str:
    event: Event = g.event
    categories = categories_in_sight()
    registrations = RegistrationList(event.id, categories, state, g.event_access.sight, list_shape(categories))
    here = list_url(event.slug, state.with_(), "review.choose_export")
    return render_desk(
        "review/export.html",
        "registrations",
        form=form,
        count=registrations.count(),
        words=filter_words(state),
        here=here,
        back_url=list_url(event.slug, state.with_()),
        at=here,
    )
