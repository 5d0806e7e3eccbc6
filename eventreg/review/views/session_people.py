"""Who signed up for a session of the programme."""

from __future__ import annotations

from flask import Response, g, url_for

from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.queries.programme import get_session
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.registration.wording import status_for_team
from eventreg.review.queries import session_people
from eventreg.review.services.session_people import export_session_people
from eventreg.review.views import blueprint
from eventreg.review.views.desk import list_url, registration_url
from eventreg.web.access import may, requires
from eventreg.web.downloads import as_attachment
from eventreg.web.templating import plain_in_reader_language


@blueprint.get("/manage/events/<slug>/sessions/<public_id>/people")
@requires(Permission.SEE_REGISTRATIONS)
def list_session_people(slug: str, public_id: str) -> str:
    """List who holds a place in a session, as far as one may know of them; the other sessions stand beside it."""
    event: Event = g.event
    sight = g.event_access.sight
    found = get_session(event.id, public_id)
    counts = session_people.list_session_counts(event.id, sight.scope)
    return render_desk(
        "review/session_people.html",
        "registrations",
        session=found.session,
        day=found.day,
        people=session_people.list_session_people(event.id, found.session.id, sight.scope),
        others=[
            {
                "text": plain_in_reader_language(each.session.title),
                "href": url_for("review.list_session_people", slug=slug, public_id=each.session.public_id),
                "count": f"{each.count}/{each.session.places}" if each.session.places is not None else each.count,
                "current": each.session.id == found.session.id,
            }
            for each in counts
        ],
        is_over=any(each.is_over for each in counts if each.session.id == found.session.id),
        is_whole=sight.scope.is_whole,
        status_label=status_for_team,
        url_of=lambda person: registration_url(slug, person.reference),
        list_url=list_url(slug),
        can_export=may(Permission.EXPORT),
    )


@blueprint.post("/manage/events/<slug>/sessions/<public_id>/people.csv")
@requires(Permission.EXPORT)
def export_session(slug: str, public_id: str) -> Response:
    """Give the list as CSV. A POST, since it is recorded who took whose data."""
    content = export_session_people(g.event.id, public_id, g.event_access.sight, acting())
    return as_attachment(content, f"{slug}-{public_id}.csv", "text/csv; charset=utf-8")
