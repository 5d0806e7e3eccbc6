"""The attendee list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
from eventreg.questionnaires.queries import definition_of, find_newest_version
from eventreg.registration.rules.requests import RequestKind
from eventreg.registration.rules.states import Status
from eventreg.registration.wording import status_for_team
from eventreg.review.queries.access_codes import find_codes
from eventreg.review.queries.listing import Counts, RegistrationList, get_shape
from eventreg.review.queries.scoping import is_shown
from eventreg.review.rules.columns import ON_SCREEN
from eventreg.review.rules.listing import STATUS_ORDER, ListShape, ListState, Unanswered, is_, read_state
from eventreg.review.views import blueprint
from eventreg.review.views.desk import list_url, registration_url
from eventreg.review.wording import asked_title, came_by_words, column_title
from eventreg.web.access import may, requires
from eventreg.web.templating import plain_in_reader_language


@blueprint.get("/manage/events/<slug>/registrations")
@requires(Permission.SEE_REGISTRATIONS)
def list_registrations(slug: str) -> str:
    """Show one page of the list in the state that the address holds."""
    event: Event = g.event
    categories = categories_in_sight()
    state = read_list_state(categories)
    registrations = RegistrationList(event.id, categories, state, g.event_access.sight, list_shape(categories))
    page, counts = registrations.page(), registrations.counts()
    asked = unanswered_shown(event.id, counts.unanswered, state.unanswered)
    standings = list_latest_states(event.id, [row.id for row in page.rows])
    codes = find_codes([row.access_code_id for row in page.rows])
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
        unanswered=[{**each, "checked": each["asked"] in state.unanswered} for each in asked],
        chips=_chips(slug, state, categories) + _asked_chips(slug, state, asked),
        category_of={category.id: category for category in categories},
        came_by=lambda row: came_by_words(row.came_by, codes.get(row.access_code_id or 0)),
        status_label=status_for_team,
        can_export=may(Permission.EXPORT),
        can_add=may(Permission.ADD_PEOPLE),
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


def list_shape(categories: Sequence[Category]) -> ListShape:
    """Return what the list of this request's event offers to the account; read once a request."""
    if "list_shape" not in g:
        g.list_shape = get_shape(g.event.id, categories, g.event_access.sight)
    found: ListShape = g.list_shape
    return found


def read_list_state(categories: Sequence[Category]) -> ListState:
    """Return the list's state that the address of this request holds."""
    return read_state(request.args.to_dict(flat=False), list_shape(categories))


def filter_words(state: ListState) -> str:
    """Return what a list is narrowed to, in words: for the name and the stamp of a file."""
    categories = categories_in_sight()
    asked = unanswered_shown(g.event.id, {}, state.unanswered)
    chips = _chips(g.event.slug, state, categories) + _asked_chips(g.event.slug, state, asked)
    words = [status_for_team(status) for status in state.statuses] + [chip["text"] for chip in chips]
    return "; ".join(words)


def list_addresses(slug: str, state: ListState) -> dict[str, Any]:
    """Return addresses that keep parts of the state, for the list's forms and links."""
    return {
        "list_url": list_url(slug, state.with_(search="", filters=())),
        "export_url": list_url(slug, state.with_(), "review.export_registrations"),
        "url_of": lambda row: registration_url(slug, row.reference, state),
        "keep_for_search": state.with_(search="").query(),
        "keep_for_filters": state.narrowed(category=(), unanswered=()).query(),
        "all_url": list_url(slug, ListState(order=state.order, is_descending=state.is_descending)),
    }


#: in the order in which they are shown
_KINDS = tuple(RequestKind)


def unanswered_shown(
    event_id: int, counts: Mapping[Unanswered, int], chosen: Collection[Unanswered] = ()
) -> list[dict[str, Any]]:
    """Return what people have not answered, each with its name and how many; what is `chosen` with nobody left too."""
    every = {**counts, **{asked: 0 for asked in chosen if asked not in counts}}
    titles = follow_up_titles(event_id) if any(asked.section_key for asked in every) else {}
    return [
        {
            "asked": asked,
            "value": asked.value,
            "text": asked_title(asked.kind, titles.get(asked.section_key, asked.section_key)),
            "count": number,
        }
        for asked, number in sorted(every.items(), key=lambda each: (_KINDS.index(each[0].kind), each[0].section_key))
    ]


def follow_up_titles(event_id: int) -> dict[str, str]:
    """Return what the follow-ups of an event are called now, by key."""
    version = find_newest_version(event_id)
    sections = definition_of(version).sections if version is not None else ()
    return {each.key: plain_in_reader_language(each.title) for each in sections}


def _asked_chips(slug: str, state: ListState, asked: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "text": _("Not answered: %(what)s", what=each["text"]),
            "href": list_url(slug, state.without("unanswered", is_(each["asked"].value))),
            "remove": _("Remove filter:"),
        }
        for each in asked
        if each["asked"] in state.unanswered
    ]


def _taken(event: Event) -> int | None:
    """Return how many of the event's places are taken; None without a limit, and for who sees a part of it only."""
    if event.capacity is None or not g.event_access.scope.is_whole:
        return None
    return occupancy().count_taken(event.id).total


def _heads(slug: str, state: ListState) -> list[tuple[str, str, str]]:
    """Return (text, address that orders by it, direction in force) of each column."""
    heads = []
    for column in ON_SCREEN:
        direction = ("descending" if state.is_descending else "ascending") if column.value == state.order else ""
        heads.append((column_title(column), list_url(slug, state.ordered_by(column.value)), direction))
    return heads


def _tabs(slug: str, state: ListState, counts: Counts) -> list[dict[str, Any]]:
    every = {
        "text": _("All"),
        "href": list_url(slug, state.narrowed(status=())),
        "count": counts.any_status,
        "current": not state.statuses,
    }
    shown = [status for status in STATUS_ORDER if status is not Status.UNVERIFIED or counts.by_status.get(status)]
    return [every] + [
        {
            "text": status_for_team(status),
            "href": list_url(slug, state.narrowed(status=[status.value])),
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
            "href": list_url(slug, state.without("category", is_(category.key))),
            "remove": _("Remove filter:"),
        }
        for category in categories
        if category.key in state.categories
    ]
    if state.search:
        text = _("“%(text)s”", text=state.search)
        chips.append({"text": text, "href": list_url(slug, state.with_(search="")), "remove": _("Remove search:")})
    return chips
