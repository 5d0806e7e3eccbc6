"""What colleagues change while a list is open: asked every few seconds by a script, nearly always for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, get_template_attribute, jsonify, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from eventreg.events.occupancy import occupancy
from eventreg.events.rules.team import Permission
from eventreg.review.listing import RegistrationList
from eventreg.review.queries.changes import Change, list_changes, newest_position
from eventreg.review.views import blueprint
from eventreg.review.views.list_acts import are_acts_offered
from eventreg.review.views.list_filters import tabs_of
from eventreg.review.views.list_rows import Lines
from eventreg.review.views.list_state import categories_in_sight, field_words, list_of, read_list_state
from eventreg.review.views.listing import found_words, taken_words
from eventreg.web.access import requires
from eventreg.web.fields import whole_number

#: a page has fifty lines
_MOST_SHOWN = 100
_LONGEST_REFERENCE = 16


@blueprint.get("/manage/events/<slug>/registrations/changes")
@requires(Permission.SEE_REGISTRATIONS)
def show_changes(slug: str) -> Response:
    """Tell what was done to the lines shown since a moment of the event's history; nothing when nothing happened.

    Nothing costs one statement beside those that find the account and the event.
    """
    since, loaded = whole_number(request.args.get("since")), whole_number(request.args.get("loaded"))
    revision = newest_position(g.event.id)
    if since is None or loaded is None or revision <= since:
        return Response(status=204, mimetype="application/json")
    return jsonify({"revision": revision, **_changes(slug, since, loaded, _shown())})


def _shown() -> list[str]:
    """Return the references of the lines that the page shows, as it names them."""
    named = request.args.get("shown", "").split(".")[:_MOST_SHOWN]
    return [each for each in named if each and each.isascii() and len(each) <= _LONGEST_REFERENCE]


def _changes(slug: str, since: int, loaded: int, references: Sequence[str]) -> Mapping[str, Any]:
    categories = categories_in_sight()
    state = read_list_state(categories)
    registrations = list_of(categories, state)
    ids = registrations.find_in_sight(references)
    changes = list_changes(g.event.id, since, ids.values())
    arrived = registrations.count_arrived(loaded)
    gone = [reference for reference in references if reference not in ids]
    if not changes and not gone and not arrived:
        return {}
    counts, words = registrations.counts(), field_words(categories)
    return {
        "rows": _drawn(registrations, Lines(registrations, categories, words, can_choose=are_acts_offered()), changes),
        "gone": gone,
        "counts": {tab["key"]: tab["count"] for tab in tabs_of(slug, state, counts)},
        "found": found_words(counts.shown),
        "taken": taken_words(occupancy().seats_of(g.event)),
        "said": _said(changes),
        "news": ngettext("%(num)d new: show", "%(num)d new: show", arrived) if arrived else "",
    }


def _drawn(registrations: RegistrationList, lines: Lines, changes: Sequence[Change]) -> dict[str, str]:
    """Return the lines that changed, drawn as on the page, by reference."""
    rows = registrations.lines([change.registration_id for change in changes])
    shown = lines.shown(rows, changed_by={change.registration_id: _by(change) for change in changes})
    draw = get_template_attribute("review/list/_rows.html", "line")
    return {row.reference: str(draw(row, lines.columns)) for row in shown}


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
