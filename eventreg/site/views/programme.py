"""The programme in public: the whole of it by day, a session's own page, and its calendar entry."""

from __future__ import annotations

from typing import Any

from flask import Response, g, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventreg.events.calendars import session_calendar
from eventreg.events.crediting import credits_of
from eventreg.events.models import EventDay
from eventreg.events.queries.programme import SessionFound, get_programme, get_session
from eventreg.events.queries.public import PublicEvent, get_credited_event
from eventreg.events.rules.programme import SessionKind, SpeakerRole
from eventreg.events.wording import session_kind_name, speaker_role_name
from eventreg.i18n.languages import current_language
from eventreg.site.views import blueprint
from eventreg.site.views.conclusions import session_outcomes
from eventreg.site.views.materials import public_materials
from eventreg.site.views.presenting import cacheable, frame
from eventreg.site.views.programme_shown import AddressOf, days_shown, institution_of, span_of
from eventreg.web.access import public
from eventreg.web.addresses import address_of


@blueprint.get("/events/<slug>/programme")
@public
def show_programme(slug: str) -> BaseResponse:
    """Show the programme of an event, day by day; on paper one page a day."""
    found = get_credited_event(slug)
    g.event = found.event
    return cacheable(programme_page(found))


@blueprint.get("/events/<slug>/sessions/<public_id>")
@public
def show_session(slug: str, public_id: str) -> BaseResponse:
    """Show one session with its people."""
    found = get_credited_event(slug)
    event = g.event = found.event
    return cacheable(session_page(found, get_session(event.id, public_id)))


@blueprint.get("/events/<slug>/sessions/<public_id>.ics")
@public
def download_session(slug: str, public_id: str) -> BaseResponse:
    """Give one session as a calendar file."""
    event = get_credited_event(slug).event
    found = get_session(event.id, public_id)
    address = address_of("site.show_session", slug=slug, public_id=public_id)
    content = session_calendar(event, found.day, found.session, language=current_language(), url=address)
    response = Response(content, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    name = f"{event.slug}-{found.day.held_on.isoformat()}-{found.session.starts_at:%H%M}.ics"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def programme_page(found: PublicEvent, session_address: AddressOf | None = None, **more: Any) -> str:
    """Return the page of the whole programme of an event, public or not: `g.event` is set, the caller asked for the right.

    `session_address` says where a session's page is, by default at its public address; `more` goes to the template, over
    what stands here.
    """
    event = found.event
    days = days_shown(get_programme(event.id).days, event.slug, session_address)
    values: dict[str, Any] = {
        "event": event,
        "days": days,
        "is_wide": any(day.columns for day in days),
        "credits": credits_of(event),
        "event_url": url_for("site.show_event", slug=event.slug),
        "calendar_url": url_for("site.download_calendar", slug=event.slug),
        **frame(found, "site.show_programme"),
    }
    return render_template("site/programme.html", **values | more)


def session_page(found: PublicEvent, shown: SessionFound, **more: Any) -> str:
    """Return the page of one session of an event, public or not, as `programme_page`."""
    event, session = found.event, shown.session
    values: dict[str, Any] = {
        "event": event,
        "session": session,
        "day": shown.day,
        "hours": span_of(session),
        "kind": session_kind_name(session.kind) if session.kind is not SessionKind.SESSION else "",
        "groups": _groups(shown),
        "institution_of": institution_of,
        "programme_url": url_for("site.show_programme", slug=event.slug, _anchor=day_anchor(shown.day)),
        "calendar_url": url_for("site.download_session", slug=event.slug, public_id=session.public_id),
        "materials": public_materials(event, session.id),
        **session_outcomes(session.id),
        **frame(found, "site.show_session", public_id=session.public_id),
    }
    return render_template("site/session.html", **values | more)


def day_anchor(day: EventDay) -> str:
    """Return the id of a day on the page of the programme."""
    return f"day-{day.held_on.isoformat()}"


def _groups(shown: SessionFound) -> list[tuple[str, list[Any]]]:
    """Return (what they do, speakers) for each role that somebody has."""
    by_role = {role: [person.speaker for person in shown.people if person.role is role] for role in SpeakerRole}
    return [(speaker_role_name(role, len(people)), people) for role, people in by_role.items() if people]
