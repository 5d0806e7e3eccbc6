"""Counts by day for whoever cooks or serves, instead of a list of people."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask import Response as FlaskResponse
from flask import g, request
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import current_language
from eventreg.kernel.clock import now
from eventreg.review.queries.day_counts import list_countable
from eventreg.review.queries.people import list_definitions
from eventreg.review.rules.exports import MEDIA_TYPES, file_name
from eventreg.review.services.day_counts import Counted, count_answers_by_day
from eventreg.review.sheets.csv_file import csv_file
from eventreg.review.views import blueprint
from eventreg.review.views.desk import list_url
from eventreg.web.access import Answer, may, requires
from eventreg.web.downloads import as_attachment
from eventreg.web.templating import plain_in_reader_language


@blueprint.get("/manage/events/<slug>/counts-by-day")
@requires(Permission.EXPORT)
def choose_count(slug: str) -> str:
    """Ask which question is counted."""
    return _page(None)


@blueprint.post("/manage/events/<slug>/counts-by-day")
@requires(Permission.EXPORT)
def show_count(slug: str) -> Answer:
    """Show the counts, or give them as CSV. A POST: counting what is sensitive is recorded."""
    event: Event = g.event
    key, is_file = request.form.get("question", ""), request.form.get("do") == "file"
    sees_sensitive = may(Permission.SEE_SENSITIVE)
    if key not in list_countable(list_definitions(event.id), sees_sensitive=sees_sensitive):
        return _page(None, faults=[("question", _("Choose a question"))]), 422
    counted = count_answers_by_day(
        event.id, key, organizer(), current_language(), sees_sensitive=sees_sensitive, is_file=is_file
    )
    return _file(event, counted) if is_file else _page(counted)


def _file(event: Event, counted: Counted) -> FlaskResponse:
    head = [counted.label, *(day.held_on.isoformat() for day in counted.days)]
    rows = [[words, *(str(day.answers[value]) for day in counted.days)] for value, words in counted.answers]
    rows.append([_("No answer"), *(str(day.unanswered) for day in counted.days)])
    rows.append([_("People on this day"), *(str(day.people) for day in counted.days)])
    local = now().astimezone(ZoneInfo(event.time_zone))
    name = file_name(event.slug, local, current_user.name, f"counts {counted.question.key}", "csv")
    return as_attachment(csv_file(head, rows), name, MEDIA_TYPES["csv"])


def _page(counted: Counted | None, faults: Sequence[tuple[str, str]] = ()) -> str:
    event: Event = g.event
    questions = list_countable(list_definitions(event.id), sees_sensitive=may(Permission.SEE_SENSITIVE))
    return render_desk(
        "review/counts_by_day.html",
        "registrations",
        counted=counted,
        faults=faults,
        questions=[(key, plain_in_reader_language(asked.label)) for key, asked in questions.items()],
        chosen=counted.question.key if counted is not None else "",
        is_whole=g.event_access.scope.is_whole,
        back_url=list_url(event.slug),
    )
