"""The figures of an event: who registered, from where, when; what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from eventreg.events.models import Category, Event
from eventreg.events.queries.categories import list_categories
from eventreg.events.queries.for_registration import list_days
from eventreg.events.rules.team import Permission, Scope
from eventreg.events.views.desk import render_desk
from eventreg.kernel.clock import now
from eventreg.questionnaires.rules.schema import Definition, Stage
from eventreg.registration.queries.scoping import is_shown
from eventreg.registration.rules.states import Status
from eventreg.review.queries.breakdowns import Breakdown, Wanted, break_down
from eventreg.review.queries.figures import count_places
from eventreg.review.queries.people import list_definitions
from eventreg.review.rules.asked import day_keys_of, sex_question
from eventreg.review.rules.figures import Counting, is_told, spans
from eventreg.site.deadlines import coming_deadlines
from eventreg.site.figure_rows import FigureRows
from eventreg.site.views import blueprint
from eventreg.site.views.mail_figures import mail_rows
from eventreg.web.access import may, requires
from eventreg.web.templating import plain_in_reader_language


@blueprint.get("/manage/events/<slug>/figures")
@requires(Permission.SEE_FIGURES)
def show_figures(slug: str) -> str:
    """Show the figures. Each leads to its list for who may see the people; others are told of no small group."""
    event: Event = g.event
    scope: Scope = g.event_access.scope
    sees_people, at = may(Permission.SEE_REGISTRATIONS), now()
    counting = _counting() if sees_people else Counting.LIVE
    definitions, days = list_definitions(event.id), list_days(event.id)
    categories = [category for category in list_categories([event.id]) if is_shown(category, scope)]
    sex = sex_question(definitions.values())
    wanted = Wanted(
        counting.statuses, event.time_zone, sex.key if sex is not None else "", day_keys_of(definitions.values())
    )
    found = break_down(event.id, scope, wanted, at)
    rows = FigureRows(slug, found, counting, sees_people)
    return render_desk(
        "site/figures.html",
        "overview",
        total=found.total,
        sees_people=sees_people,
        choices=_choices(slug, counting) if sees_people else [],
        places=_places(event, scope, categories, found, sees_people),
        deadlines=coming_deadlines(event, days, at, _follow_ups(definitions)),
        over_time=rows.over_time(spans(list(found.received.items()), _until(event, at))),
        tables=rows.tables(categories, days, sex),
        waiting=_waiting(rows, at) if sees_people else None,
        mail=mail_rows(slug) if sees_people else [],
        troubled=found.troubled,
        troubled_url=rows.href_of({"trouble": ["mail"]}),
        as_of=at,
    )


def _counting() -> Counting:
    wanted = request.args.get("count", "")
    return next((each for each in Counting if each.value == wanted), Counting.LIVE)


def _choices(slug: str, counting: Counting) -> list[dict[str, Any]]:
    words = {Counting.LIVE: _("All but the cancelled"), Counting.CONFIRMED: _("The confirmed"), Counting.ALL: _("All")}
    return [
        {
            "text": text,
            "href": url_for("site.show_figures", slug=slug, count=None if each is Counting.LIVE else each.value),
            "current": each is counting,
        }
        for each, text in words.items()
    ]


def _places(
    event: Event, scope: Scope, categories: Sequence[Category], found: Breakdown, sees_people: bool
) -> dict[str, Any] | None:
    """Return the places; None where they would tell a reader who sees no people of a few of them."""
    seats = count_places(event.id, scope, event.capacity if scope.is_whole else None)
    whole = seats.whole
    live = sum(number for status, number in found.by_status.items() if status in Counting.LIVE.statuses)
    if not sees_people and not (is_told(whole.taken) and is_told(max(live - whole.taken, 0))):
        return None
    names: Mapping[int, str] = {each.id: plain_in_reader_language(each.name) for each in categories}
    return {
        "whole": whole,
        "is_whole": scope.is_whole,
        "by_category": [
            {"text": names[each.id], "taken": seats.taken.get(each.id, 0), "places": each.places}
            for each in (categories if sees_people else ())
        ],
    }


def _waiting(rows: FigureRows, at: datetime) -> dict[str, Any]:
    """Return the decisions that wait, and for how long."""
    since = rows.found.waiting_since
    longest = max((at - since).days, 0) if since is not None else 0
    return {
        "number": rows.found.by_status.get(Status.PENDING, 0),
        "rows": rows.waiting(),
        "longest": ngettext(
            "The longest has waited for %(num)d day.", "The longest has waited for %(num)d days.", longest
        )
        if longest
        else _("All of them came today."),
        "href": rows.href_of({"status": [Status.PENDING.value]}) + "&order=received" if since is not None else "",
    }


def _follow_ups(definitions: Mapping[int, Definition]) -> list[tuple[date, str]]:
    """Return until when what is asked of the confirmed is answered."""
    newest = next(iter(definitions.values()), None)
    return [
        (section.answer_by, _("Answers are due: %(section)s", section=plain_in_reader_language(section.title)))
        for section in (newest.sections if newest is not None else ())
        if section.stage is Stage.FOLLOW_UP and section.answer_by is not None
    ]


def _until(event: Event, at: datetime) -> date:
    """Return the last day that is drawn: today, or the day on which registration closed."""
    zone = ZoneInfo(event.time_zone)
    return min(at, event.registration_closes_at).astimezone(zone).date()
