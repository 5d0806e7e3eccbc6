"""The programme in public: the whole of it by day, a session's own page, and its calendar entry.

Materials for the public: those that are released for everybody. Of any other nothing shows, not even that it is there.

What an event leaves to those who make policy: its public remarks and recommendations, on one page that prints.
"""

from collections.abc import Sequence
from typing import Any

from flask import Response, g, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventreg.events.models import Event, EventDay, Material, SessionOutcome
from eventreg.events.queries.events import list_days
from eventreg.events.queries.programme import SessionFound, get_programme, get_session
from eventreg.events.queries.public import PublicEvent, get_credited_event
from eventreg.events.rules.programme import OutcomeKind, SessionKind, SpeakerRole
from eventreg.events.wording import credits_of, speaker_role_name
from eventreg.i18n.languages import current_language
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound
from eventreg.programme.calendars import session_calendar
from eventreg.programme.queries import (
    get_openable_file,
    list_openable_of,
    list_outcomes,
    list_public_of_session,
    list_sessions,
)
from eventreg.programme.rules.materials import Reader
from eventreg.programme.services.materials import open_material_file
from eventreg.programme.views.materials import materials_shown
from eventreg.site.views import blueprint
from eventreg.site.views.presenting import cacheable, frame
from eventreg.site.views.programme_shown import AddressOf, days_shown, institution_of, span_of
from eventreg.web import access, downloads, instance
from eventreg.web.kept import kept


@blueprint.get("/events/<slug>/programme")
@access.public
@kept
def show_programme(slug: str) -> BaseResponse:
    """Show the programme of an event, day by day; on paper one page a day."""
    found = get_credited_event(slug)
    g.event = found.event
    return cacheable(programme_page(found))


@blueprint.get("/events/<slug>/sessions/<public_id>")
@access.public
@kept
def show_session(slug: str, public_id: str) -> BaseResponse:
    """Show one session with its people."""
    found = get_credited_event(slug)
    event = g.event = found.event
    return cacheable(session_page(found, get_session(event.id, public_id)))


@blueprint.get("/events/<slug>/sessions/<public_id>.ics")
@access.public
def download_session(slug: str, public_id: str) -> BaseResponse:
    """Give one session as a calendar file."""
    event = g.event = get_credited_event(slug).event
    found = get_session(event.id, public_id)
    address = instance.address_of("site.show_session", slug=slug, public_id=public_id)
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
        "kind": _(session.kind.title) if session.kind is not SessionKind.SESSION else "",
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


@blueprint.get("/events/<slug>/materials/<public_id>")
@access.public
def download_material(slug: str, public_id: str) -> Response:
    """Give the file of a material that everybody can open now."""
    event = g.event = get_credited_event(slug).event
    material = get_openable_file(event.id, public_id, Reader.ANYBODY, now())
    file = open_material_file(material.file_id)
    response = downloads.as_attachment(file, material.file_name, material.media_type, material.size)
    # Asked for again each time: another file may have taken its place, or it was taken back.
    response.cache_control.no_cache = True
    return response


def public_materials(event: Event, session_id: int | None = None) -> list[dict[str, Any]]:
    """Return what everybody can open now of a session, or of the whole event, for `components/documents.html`."""

    def address_of(material: Material) -> str:
        return url_for("site.download_material", slug=event.slug, public_id=material.public_id)

    return materials_shown(list_openable_of(event.id, session_id, Reader.ANYBODY, now()), address_of)


@blueprint.get("/events/<slug>/conclusions")
@access.public
@kept
def show_conclusions(slug: str) -> BaseResponse:
    """Show what the sessions concluded and recommend. There is no such page while nothing of it is public."""
    found = get_credited_event(slug)
    event = g.event = found.event
    by_session: dict[int, list[SessionOutcome]] = {}
    for outcome in list_outcomes(event.id, only_public=True):
        by_session.setdefault(outcome.session_id, []).append(outcome)
    if not by_session:
        raise NotFound
    sessions = [each for each in list_sessions(event.id) if each.session.id in by_session]
    page = render_template(
        "site/conclusions.html",
        event=event,
        days=[day.held_on for day in list_days(event.id)],
        groups=[(each, outcomes_by_kind(by_session[each.session.id])) for each in sessions],
        credits=credits_of(event),
        **frame(found, "site.show_conclusions"),
    )
    return cacheable(page)


def session_outcomes(session_id: int) -> dict[str, Any]:
    """Return what is public of one session, for `site/_outcomes.html`."""
    return {"outcomes": outcomes_by_kind(list_public_of_session(session_id))}


def outcomes_by_kind(outcomes: Sequence[SessionOutcome]) -> dict[str, list[SessionOutcome]]:
    """Return "recommendation" and "remark", each with its outcomes in their order; a kind without any is left out."""
    kinds = (OutcomeKind.RECOMMENDATION, OutcomeKind.REMARK)
    found = {kind.value: [outcome for outcome in outcomes if outcome.kind is kind] for kind in kinds}
    return {kind: members for kind, members in found.items() if members}
