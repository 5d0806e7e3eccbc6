"""The attendee list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, render_template, request
from flask_babel import gettext as _

from eventreg.events.models import Category, Event
from eventreg.events.occupancy import occupancy
from eventreg.events.queries.categories import list_categories
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import REGISTRATIONS, desk
from eventreg.mail.queries import list_latest_states
from eventreg.mail.rules import Standing
from eventreg.registration.rules.states import Status
from eventreg.registration.wording import status_for_team
from eventreg.review.queries.listing import Counts, RegistrationList
from eventreg.review.queries.scoping import is_shown
from eventreg.review.rules.columns import ON_SCREEN, ORDER_OF
from eventreg.review.rules.listing import STATUS_ORDER, ListState, read_state
from eventreg.review.views import blueprint
from eventreg.review.views.desk import list_url, registration_url
from eventreg.review.wording import column_title
from eventreg.web.access import may, requires
from eventreg.web.templating import plain_in_reader_language


@blueprint.get("/manage/events/<slug>/registrations")
@requires(Permission.SEE_REGISTRATIONS)
def list_registrations(slug: str) -> str:
    """Show one page of the list in the state that the address holds."""
    event: Event = g.event
    categories = categories_in_sight()
    state = read_list_state(categories)
    registrations = RegistrationList(event.id, categories, state, g.event_access.sight)
    page, counts = registrations.page(), registrations.counts()
    standings = list_latest_states(event.id, [row.id for row in page.rows])
    return render_template(
        "review/list.html",
        state=state,
        counts=counts,
        rows=page.rows,
        previous_url=list_url(slug, page.previous) if page.previous else "",
        next_url=list_url(slug, page.next) if page.next else "",
        heads=_heads(slug, state),
        tabs=_tabs(slug, state, counts),
        choices=_choices(state, categories, counts),
        chips=_chips(slug, state, categories),
        category_of={category.id: category for category in categories},
        status_label=status_for_team,
        can_export=may(Permission.EXPORT),
        troubled={id_ for id_, standing in standings.items() if standing is Standing.FAILED},
        taken=_taken(event),
        finds_contact_data=may(Permission.SEE_CONTACT_DATA),
        **list_addresses(slug, state),
        **desk(event, REGISTRATIONS),
    )


def categories_in_sight() -> list[Category]:
    """Return the categories of this request's event that the account may know people of."""
    scope = g.event_access.scope
    return [category for category in list_categories([g.event.id]) if is_shown(category, scope)]


def read_list_state(categories: Sequence[Category]) -> ListState:
    """Return the list's state that the address of this request holds."""
    return read_state(request.args.to_dict(flat=False), [category.key for category in categories])


def list_addresses(slug: str, state: ListState) -> dict[str, Any]:
    """Return addresses that keep parts of the state, for the list's forms and links."""
    return {
        "list_url": list_url(slug, state.with_(search="", statuses=(), categories=())),
        "export_url": list_url(slug, state.with_(), "review.export_registrations"),
        "url_of": lambda row: registration_url(slug, row.reference, state),
        "keep_for_search": state.with_(search="").query(),
        "keep_for_filters": state.with_(categories=()).query(),
        "all_url": list_url(slug, ListState(order=state.order, is_descending=state.is_descending)),
    }


def _taken(event: Event) -> int | None:
    """Return how many of the event's places are taken; None without a limit, and for who sees a part of it only."""
    if event.capacity is None or not g.event_access.scope.is_whole:
        return None
    return occupancy().count_taken(event.id).total


def _heads(slug: str, state: ListState) -> list[tuple[str, str, str]]:
    """Return (text, address that orders by it, direction in force) of each column."""
    heads = []
    for column in ON_SCREEN:
        order = ORDER_OF.get(column)
        direction = ("descending" if state.is_descending else "ascending") if order is state.order else ""
        heads.append((column_title(column), list_url(slug, state.ordered_by(order)) if order else "", direction))
    return heads


def _tabs(slug: str, state: ListState, counts: Counts) -> list[dict[str, Any]]:
    every = {
        "text": _("All"),
        "href": list_url(slug, state.with_(statuses=())),
        "count": counts.any_status,
        "current": not state.statuses,
    }
    shown = [status for status in STATUS_ORDER if status is not Status.UNVERIFIED or counts.by_status.get(status)]
    return [every] + [
        {
            "text": status_for_team(status),
            "href": list_url(slug, state.with_(statuses=(status,))),
            "count": counts.by_status.get(status, 0),
            "current": state.statuses == (status,),
        }
        for status in shown
    ]


def _choices(state: ListState, categories: Sequence[Category], counts: Counts) -> list[dict[str, Any]]:
    return [
        {
            "value": category.key,
            "text": plain_in_reader_language(category.name),
            "count": counts.by_category.get(category.id, 0),
            "checked": category.key in state.categories,
        }
        for category in categories
    ]


def _chips(slug: str, state: ListState, categories: Sequence[Category]) -> list[dict[str, Any]]:
    chips = [
        {
            "text": plain_in_reader_language(category.name),
            "href": list_url(
                slug, state.with_(categories=tuple(key for key in state.categories if key != category.key))
            ),
            "remove": _("Remove filter:"),
        }
        for category in categories
        if category.key in state.categories
    ]
    if state.search:
        text = _("“%(text)s”", text=state.search)
        chips.append({"text": text, "href": list_url(slug, state.with_(search="")), "remove": _("Remove search:")})
    return chips
