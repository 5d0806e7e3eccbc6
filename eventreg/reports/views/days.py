"""Counts by day for whoever cooks or serves, instead of a list of people; and who signed up for a session."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.attendees.queries.people import list_definitions
from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.programme import get_session
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.exchange.rules.exports import MEDIA_TYPES, file_name
from eventreg.i18n.languages import current_language
from eventreg.kernel import clock, text
from eventreg.reports.queries import days
from eventreg.reports.services import Counted, count_answers_by_day, export_session_people
from eventreg.reports.views import blueprint
from eventreg.web import downloads, templating
from eventreg.web.access import Answer, may, requires


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
    if key not in days.list_countable(list_definitions(event.id), sees_sensitive=sees_sensitive):
        return _page(None, faults=[("question", _("Choose a question"))]), 422
    counted = count_answers_by_day(
        event.id, key, organizer(), current_language(), sees_sensitive=sees_sensitive, is_file=is_file
    )
    return _file(event, counted) if is_file else _page(counted)


def _file(event: Event, counted: Counted) -> Response:
    head = [counted.label, *(day.held_on.isoformat() for day in counted.days)]
    rows = [[words, *(str(day.answers[value]) for day in counted.days)] for value, words in counted.answers]
    rows.append([_("No answer"), *(str(day.unanswered) for day in counted.days)])
    rows.append([_("People on this day"), *(str(day.people) for day in counted.days)])
    local = clock.now().astimezone(ZoneInfo(event.time_zone))
    name = file_name(event.slug, local, current_user.name, f"counts {counted.question.key}", "csv")
    return downloads.as_attachment(text.csv_file(head, rows), name, MEDIA_TYPES["csv"])


def _page(counted: Counted | None, faults: Sequence[tuple[str, str]] = ()) -> str:
    event: Event = g.event
    questions = days.list_countable(list_definitions(event.id), sees_sensitive=may(Permission.SEE_SENSITIVE))
    return render_desk(
        "reports/counts_by_day.html",
        "registrations",
        counted=counted,
        faults=faults,
        questions=[(key, templating.plain_in_reader_language(asked.label)) for key, asked in questions.items()],
        chosen=counted.question.key if counted is not None else "",
    )


@blueprint.get("/manage/events/<slug>/sessions/<public_id>/people")
@requires(Permission.SEE_REGISTRATIONS)
def list_session_people(slug: str, public_id: str) -> str:
    """List who holds a place in a session, as far as one may know of them; the other sessions stand beside it."""
    event: Event = g.event
    sight = g.event_access.sight
    found = get_session(event.id, public_id)
    counts = days.list_session_counts(event.id, sight.scope)
    return render_desk(
        "reports/session_people.html",
        "registrations",
        session=found.session,
        day=found.day,
        people=days.list_session_people(event.id, found.session.id, sight.scope),
        others=[
            {
                "text": templating.plain_in_reader_language(each.session.title),
                "href": url_for("reports.list_session_people", slug=slug, public_id=each.session.public_id),
                "count": f"{each.count}/{each.session.places}" if each.session.places is not None else each.count,
                "current": each.session.id == found.session.id,
            }
            for each in counts
        ],
        is_over=any(each.is_over for each in counts if each.session.id == found.session.id),
    )


@blueprint.post("/manage/events/<slug>/sessions/<public_id>/people.csv")
@requires(Permission.EXPORT)
def export_session(slug: str, public_id: str) -> Response:
    """Give the list as CSV. A POST, since it is recorded who took whose data."""
    content = export_session_people(g.event.id, public_id, g.event_access.sight, acting())
    return downloads.as_attachment(content, f"{slug}-{public_id}.csv", "text/csv; charset=utf-8")
