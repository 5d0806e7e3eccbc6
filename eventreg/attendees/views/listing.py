"""The attendee list, the bar of acts below it, and what colleagues change while it is open.

A script asks for the changes every few seconds, nearly always for nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import abort, g, get_template_attribute, jsonify, redirect, request
from flask_babel import gettext as _, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from eventreg.attendees.forms import SavedViewForm
from eventreg.attendees.listing import READY_MADE, RegistrationList
from eventreg.attendees.queries.people import Person
from eventreg.attendees.queries.person import Change, list_changes, newest_position
from eventreg.attendees.queries.reasons import Around, get_around
from eventreg.attendees.rules.acts import ACTIONS, RunAct
from eventreg.attendees.rules.listing import ListState
from eventreg.attendees.rules.saved_views import APPLY, MOVE, OPEN
from eventreg.attendees.views import blueprint, desk, filters, narrowing, saved_views
from eventreg.attendees.views.columns import CHOOSER, Lines, chooser_of, heads_of, keep_rows
from eventreg.events.checks import occupancy
from eventreg.events.models import Category, Event
from eventreg.events.rules.seats import Seats
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.registration.rules.states import Status, next_status
from eventreg.web import access, fields, templating


@blueprint.get("/manage/events/<slug>/registrations")
@access.requires(Permission.SEE_REGISTRATIONS)
def list_registrations(slug: str) -> str | Response:
    """Show one page of the list in the state that the address holds; what a form brought gets an address of its own."""
    # Before the rows are read: what is done meanwhile is then told once too often rather than never.
    around = get_around(g.event.id, current_user.id)
    categories = desk.categories_in_sight()
    desk.list_shape(categories, around.newest)
    state = desk.read_list_state(categories)
    if APPLY in request.args and not state.has_unknown:
        keep_rows()
        return redirect(_address_of_form(slug, state))
    return _page(slug, categories, state, around)


def _address_of_form(slug: str, state: ListState) -> str:
    """Return the address of what a form asked for; what it wants to see open is named behind."""
    opened = [(OPEN, name) for name in request.args.getlist(OPEN) if name]
    if MOVE in request.args:
        opened.append((OPEN, CHOOSER))
    address = desk.list_url(slug, state)
    return f"{address}{'&' if '?' in address else '?'}{urlencode(opened)}" if opened else address


def _page(slug: str, categories: Sequence[Category], state: ListState, around: Around) -> str:
    event: Event = g.event
    registrations, words = desk.list_of(categories, state), desk.field_words(categories)
    counts = registrations.counts(around.newest)
    page = registrations.page(few=counts.few, of_many=counts.are_many)
    # Not kept: the worker lets a place go without a word in the history, a minute after the decision that did.
    seats = occupancy().seats_of(event)
    acts = acts_of(state, categories, seats, counts.shown, page.rows)
    lines = Lines(registrations, categories, words, can_choose=acts.is_offered)
    return render_desk(
        "attendees/list.html",
        "registrations",
        state=state,
        counts=counts,
        found=found_words(counts.shown),
        rows=lines.shown(page.rows, are_chosen=request.args.get("choose") == "page"),
        previous_url=desk.list_url(slug, page.previous) if page.previous else "",
        next_url=desk.list_url(slug, page.next) if page.next else "",
        heads=heads_of(slug, state, words),
        columns=chooser_of(slug, state, registrations.shape, words),
        tabs=narrowing.tabs_of(slug, state, counts),
        filters=filters.panel_of(registrations, counts, words),
        chips=narrowing.chips_of(slug, state, words, page.rows),
        left_out=narrowing.left_out(request.args.items(multi=True), state, words),
        acts=acts,
        taken=taken_words(seats),
        revision=around.revision,
        views=saved_views.views_above(slug, state, around.views),
        view_form=SavedViewForm(formdata=None),
        **list_addresses(slug, state),
    )


@blueprint.get("/manage/events/<slug>/registrations/filter")
@access.requires(Permission.SEE_REGISTRATIONS)
def show_filter(slug: str) -> Response:
    """Give the group of one filter with its numbers, for a script to put into the open list."""
    categories = desk.categories_in_sight()
    registrations = desk.list_of(categories, desk.read_list_state(categories))
    name = request.args.get("field", "country")
    if name not in registrations.shape.fields:
        abort(404)
    draw = get_template_attribute("attendees/list/_filters.html", "group_of")
    return jsonify({"html": str(draw(filters.opened_group(registrations, name, desk.field_words(categories))))})


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
    return narrowing.said_filters(state, desk.field_words(desk.categories_in_sight()))


def list_addresses(slug: str, state: ListState) -> dict[str, Any]:
    """Return addresses that keep parts of the state, for the list's forms and links."""
    shape, export = desk.list_shape(desk.categories_in_sight()), "exchange.choose_export"
    return {
        "list_url": desk.list_url(slug, ListState()),
        "here_url": desk.list_url(slug, state),
        "export_url": desk.list_url(slug, state.with_(), "exchange.export_registrations"),
        "choose_export_url": desk.list_url(slug, state.with_(), export),
        "ready_made": [
            (each.title, desk.list_url(slug, each.state(state, shape), export, ready=name))
            for name, each in READY_MADE.items()
            if each.is_for(shape)
        ],
        "changes_url": desk.list_url(slug, state.with_(), "attendees.show_changes"),
        "save_view_url": desk.list_url(slug, state.with_(), "attendees.save_list_view"),
        "manage_views_url": desk.list_url(slug, state.with_(), "attendees.list_saved_views"),
        "keep_for_search": state.with_(search="").query(),
        "all_url": desk.list_url(
            slug, ListState(columns=state.columns, order=state.order, is_descending=state.is_descending)
        ),
    }


_ENDPOINT = "bulk.create_run"
_FIRST = (RunAct.APPROVE, RunAct.WAITLIST, RunAct.DECLINE, RunAct.WRITE)
_MORE = (RunAct.REOPEN, RunAct.CORRECT, RunAct.TAG, RunAct.UNTAG)


class Offered(NamedTuple):
    """A button."""

    act: str
    text: str
    #: the statuses it changes; empty: it does something to everybody
    on: str


class PlacesLeft(NamedTuple):
    """How many places are left: of the event, or of a category by its key."""

    of: str
    left: int
    #: with {left} and {need}
    fits: str
    #: with {left}, {need} and {over}
    over: str


@dataclass(frozen=True)
class Acts:
    """The bar."""

    address: str
    page_url: str
    total: int
    on_page: int
    #: with {count}, of one and of more
    told_one: str
    told_some: str
    first: Sequence[Offered]
    more: Sequence[Offered]
    places: Sequence[PlacesLeft]

    @property
    def is_offered(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.first or self.more)

    @property
    def can_decide(self) -> bool:
        """Whether decisions are among it."""
        return any(each.act == RunAct.APPROVE.value for each in self.first)

    @property
    def every(self) -> str:
        """What it is called to choose all pages."""
        return ngettext("All %(num)d that match", "All %(num)d that match", self.total)


def acts_of(
    state: ListState, categories: Sequence[Category], seats: Seats, total: int, people: Sequence[Person]
) -> Acts:
    """Return what this request's account may do to people of the list; what would change none of those shown comes last."""
    slug = g.event.slug
    statuses = {each.status for each in people}
    fitting = [act for act in (*_FIRST, *_MORE) if _changes_some(act, statuses)]
    first = _offered(fitting[: len(_FIRST)])
    more = _offered([*fitting[len(_FIRST) :], *(act for act in (*_FIRST, *_MORE) if act not in fitting)])
    return Acts(
        address=desk.list_url(slug, state.with_(), _ENDPOINT) if first or more else "",
        page_url=_with_page(desk.list_url(slug, state)),
        total=total,
        on_page=len(people),
        told_one=ngettext("%(count)s chosen", "%(count)s chosen", 1, count="{count}"),
        told_some=ngettext("%(count)s chosen", "%(count)s chosen", 2, count="{count}"),
        first=first,
        more=more,
        places=list(_places(categories, seats)) if access.may(Permission.DECIDE) else [],
    )


def are_acts_offered() -> bool:
    """Say whether this request's account may do anything to people of the list."""
    return bool(_offered(_FIRST) or _offered(_MORE))


def _changes_some(act: RunAct, statuses: Collection[Status]) -> bool:
    """Say whether an act does anything to somebody of these statuses; what decides nothing always may."""
    action = ACTIONS.get(act)
    return action is None or any(next_status(status, action) for status in statuses)


def _offered(acts: Sequence[RunAct]) -> list[Offered]:
    return [Offered(act.value, _(act.title), _changing(act)) for act in acts if access.may(act.needs)]


def _changing(act: RunAct) -> str:
    return " ".join(each.value for each in Status if act in ACTIONS and _changes_some(act, {each}))


def _places(categories: Sequence[Category], seats: Seats) -> Iterator[PlacesLeft]:
    """Yield what is left, as far as the account may know: it is told nothing of people out of its scope."""
    scope, left = g.event_access.scope, seats.whole.left
    if scope.is_whole and left is not None:
        yield PlacesLeft(
            "",
            max(left, 0),
            _("{left} places left, {need} needed"),
            _("{left} places left, {need} needed: {over} too many"),
        )
    if scope.days is not None:
        return
    for category in categories:
        left = seats.in_category(category.id).left
        if left is not None:
            name = templating.plain_in_reader_language(category.name).replace("{", "").replace("}", "")
            yield PlacesLeft(
                category.key,
                max(left, 0),
                _("%(category)s: {left} places left, {need} needed", category=name),
                _("%(category)s: {left} places left, {need} needed: {over} too many", category=name),
            )


def _with_page(address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}choose=page"


#: a page has fifty lines
_MOST_SHOWN = 100
_LONGEST_REFERENCE = 16


@blueprint.get("/manage/events/<slug>/registrations/changes")
@access.requires(Permission.SEE_REGISTRATIONS)
def show_changes(slug: str) -> Response:
    """Tell what was done to the lines shown since a moment of the event's history; nothing when nothing happened.

    Nothing costs one statement beside those that find the account and the event.
    """
    since, loaded = fields.whole_number(request.args.get("since")), fields.whole_number(request.args.get("loaded"))
    revision = newest_position(g.event.id)
    if since is None or loaded is None or revision <= since:
        return Response(status=204, mimetype="application/json")
    return jsonify({"revision": revision, **_changes(slug, since, loaded, _shown())})


def _shown() -> list[str]:
    """Return the references of the lines that the page shows, as it names them."""
    named = request.args.get("shown", "").split(".")[:_MOST_SHOWN]
    return [each for each in named if each and each.isascii() and len(each) <= _LONGEST_REFERENCE]


def _changes(slug: str, since: int, loaded: int, references: Sequence[str]) -> Mapping[str, Any]:
    categories = desk.categories_in_sight()
    state = desk.read_list_state(categories)
    registrations = desk.list_of(categories, state)
    ids = registrations.find_in_sight(references)
    changes = list_changes(g.event.id, since, ids.values())
    arrived = registrations.count_arrived(loaded)
    gone = [reference for reference in references if reference not in ids]
    if not changes and not gone and not arrived:
        return {}
    counts, words = registrations.counts(), desk.field_words(categories)
    return {
        "rows": _drawn(registrations, Lines(registrations, categories, words, can_choose=are_acts_offered()), changes),
        "gone": gone,
        "counts": {tab["key"]: tab["count"] for tab in narrowing.tabs_of(slug, state, counts)},
        "found": found_words(counts.shown),
        "taken": taken_words(occupancy().seats_of(g.event)),
        "said": _said(changes),
        "news": ngettext("%(num)d new: show", "%(num)d new: show", arrived) if arrived else "",
    }


def _drawn(registrations: RegistrationList, lines: Lines, changes: Sequence[Change]) -> dict[str, str]:
    """Return the lines that changed, drawn as on the page, by reference."""
    rows = registrations.lines([change.registration_id for change in changes])
    shown = lines.shown(rows, changed_by={change.registration_id: _by(change) for change in changes})
    draw = get_template_attribute("attendees/list/_rows.html", "line")
    return {row.person.reference: str(draw(row, lines.columns)) for row in shown}


def _by(change: Change) -> str:
    if change.actor_kind == "participant":
        return _("changed by the person just now")
    if change.actor_name:
        return _("changed by %(name)s just now", name=change.actor_name)
    return _("changed just now")


def _said(changes: Sequence[Change]) -> str:
    """Return what a screen reader says of changes, in one sentence."""
    if not changes:
        return ""
    names = dict.fromkeys(change.actor_name for change in changes if change.actor_name)
    number = len(changes)
    if not names:
        return ngettext("%(num)d line changed.", "%(num)d lines changed.", number)
    return ngettext(
        "%(num)d line changed by %(names)s.", "%(num)d lines changed by %(names)s.", number, names=", ".join(names)
    )
