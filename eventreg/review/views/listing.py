"""The attendee list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import abort, g, get_template_attribute, jsonify, redirect, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from eventreg.events.models import Category, Event
from eventreg.events.occupancy import occupancy
from eventreg.events.rules.seats import Seats
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.review.forms.saved_views import SavedViewForm
from eventreg.review.queries.saved_views import Around, get_around
from eventreg.review.rules.list_forms import APPLY, MOVE, OPEN
from eventreg.review.rules.listing import ListState
from eventreg.review.views import blueprint
from eventreg.review.views.desk import list_url
from eventreg.review.views.list_acts import acts_of
from eventreg.review.views.list_filters import chips_of, left_out, said_filters, tabs_of
from eventreg.review.views.list_panel import opened_group, panel_of
from eventreg.review.views.list_rows import CHOOSER, Lines, chooser_of, heads_of
from eventreg.review.views.list_state import categories_in_sight, field_words, list_of, list_shape, read_list_state
from eventreg.review.views.saved_views import views_above
from eventreg.web.access import may, requires

__all__ = ["categories_in_sight", "filter_words", "list_registrations", "list_shape", "read_list_state"]


@blueprint.get("/manage/events/<slug>/registrations")
@requires(Permission.SEE_REGISTRATIONS)
def list_registrations(slug: str) -> str | Response:
    """Show one page of the list in the state that the address holds; what a form brought gets an address of its own."""
    # Before the rows are read: what is done meanwhile is then told once too often rather than never.
    around = get_around(g.event.id, current_user.id)
    categories = categories_in_sight()
    state = read_list_state(categories)
    if APPLY in request.args and not state.has_unknown:
        return redirect(_address_of_form(slug, state))
    return _page(slug, categories, state, around)


def _address_of_form(slug: str, state: ListState) -> str:
    """Return the address of what a form asked for; what it wants to see open is named behind."""
    opened = [(OPEN, name) for name in request.args.getlist(OPEN) if name]
    if MOVE in request.args:
        opened.append((OPEN, CHOOSER))
    address = list_url(slug, state)
    return f"{address}{'&' if '?' in address else '?'}{urlencode(opened)}" if opened else address


def _page(slug: str, categories: Sequence[Category], state: ListState, around: Around) -> str:
    event: Event = g.event
    registrations, words = list_of(categories, state), field_words(categories)
    page, counts = registrations.page(), registrations.counts()
    seats = occupancy().seats_of(event)
    acts = acts_of(state, categories, seats, counts.shown, len(page.rows))
    lines = Lines(registrations, categories, words, can_choose=acts.is_offered)
    return render_desk(
        "review/list.html",
        "registrations",
        state=state,
        counts=counts,
        found=found_words(counts.shown),
        rows=lines.shown(page.rows, are_chosen=request.args.get("choose") == "page"),
        previous_url=list_url(slug, page.previous) if page.previous else "",
        next_url=list_url(slug, page.next) if page.next else "",
        heads=heads_of(slug, state, words),
        columns=chooser_of(slug, state, registrations.shape, words),
        tabs=tabs_of(slug, state, counts),
        filters=panel_of(registrations, counts, words),
        chips=chips_of(slug, state, words, page.rows),
        left_out=left_out(request.args.items(multi=True), state, words),
        acts=acts,
        taken=taken_words(seats),
        revision=around.revision,
        views=views_above(slug, state, around.views),
        view_form=SavedViewForm(formdata=None),
        can_export=may(Permission.EXPORT),
        can_add=may(Permission.ADD_PEOPLE),
        finds_contact_data=may(Permission.SEE_CONTACT_DATA),
        **list_addresses(slug, state),
    )


@blueprint.get("/manage/events/<slug>/registrations/filter")
@requires(Permission.SEE_REGISTRATIONS)
def show_filter(slug: str) -> Response:
    """Give the group of one filter with its numbers, for a script to put into the open list."""
    categories = categories_in_sight()
    registrations = list_of(categories, read_list_state(categories))
    name = request.args.get("field", "country")
    if name not in registrations.shape.fields:
        abort(404)
    draw = get_template_attribute("review/list/_filters.html", "group_of")
    return jsonify({"html": str(draw(opened_group(registrations, name, field_words(categories))))})


def found_words(number: int) -> str:
    """Say how many registrations there are."""
    return ngettext("%(num)d registration", "%(num)d registrations", number)


def taken_words(seats: Seats) -> str:
    """Say how many of the event's places are taken; nothing without a limit, and to who sees a part of it only."""
    places = seats.whole
    if places.limit is None or not g.event_access.scope.is_whole:
        return ""
    return _("%(taken)s of %(capacity)s places taken", taken=places.taken, capacity=places.limit)


def filter_words(state: ListState) -> str:
    """Return what a list is narrowed to, in words: for the name and the stamp of a file."""
    return said_filters(state, field_words(categories_in_sight()))


def list_addresses(slug: str, state: ListState) -> dict[str, Any]:
    """Return addresses that keep parts of the state, for the list's forms and links."""
    return {
        "list_url": list_url(slug, ListState()),
        "here_url": list_url(slug, state),
        "export_url": list_url(slug, state.with_(), "review.export_registrations"),
        "choose_export_url": list_url(slug, state.with_(), "review.choose_export"),
        "changes_url": list_url(slug, state.with_(), "review.show_changes"),
        "save_view_url": list_url(slug, state.with_(), "review.save_list_view"),
        "manage_views_url": list_url(slug, state.with_(), "review.list_saved_views"),
        "keep_for_search": state.with_(search="").query(),
        "all_url": list_url(
            slug, ListState(columns=state.columns, order=state.order, is_descending=state.is_descending)
        ),
    }
