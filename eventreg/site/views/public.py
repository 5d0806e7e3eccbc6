"""The public pages: the list of events, an event, its calendar file, its privacy notice, accessibility, and the guides."""

from typing import Any

from flask import Response, abort, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventreg.db import found
from eventreg.events.queries.events import find_current_notice, get_published_event
from eventreg.events.queries.public import PublicEvent, get_credited_event, get_public_event, list_public_events
from eventreg.events.rules.practical import mail_uri, telephone_uri
from eventreg.events.wording import credits_of, host_name
from eventreg.i18n.languages import current_language
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound
from eventreg.privacy.notice import told
from eventreg.privacy.participants import ListRules, Viewer, has_list, list_participants, page_of
from eventreg.programme.calendars import event_calendar
from eventreg.programme.queries import count_public
from eventreg.registration.queries.places import get_availability, list_availabilities
from eventreg.site import wording
from eventreg.site.views import blueprint, presenting, programme, programme_shown
from eventreg.site.views.sharing import event_data, picture_address, sharing
from eventreg.web import access, instance, limits
from eventreg.web.fields import whole_number
from eventreg.web.guides import guides
from eventreg.web.kept import kept

#: past events on the first page; the archive has all
_PAST_ON_HOME = 10
_PARTICIPANTS = "site.show_participants"


@blueprint.get("/")
@access.public
@kept
def home() -> BaseResponse:
    """List the events, upcoming first."""
    events, moment = list_public_events(), now()
    past = [event for event in events if presenting.is_over(event, moment)]
    upcoming = [event for event in reversed(events) if not presenting.is_over(event, moment)]
    page = render_template(
        "site/home.html",
        upcoming=upcoming,
        past=past,
        most_past=_PAST_ON_HOME,
        availabilities=list_availabilities(upcoming, moment),
        wording=wording,
        host_name_of=host_name,
        footer_links=[(_("Accessibility"), url_for("site.show_accessibility"))],
        sharing=sharing("site.home"),
    )
    return presenting.cacheable(page)


@blueprint.get("/events/<slug>")
@access.public
@kept
def show_event(slug: str) -> BaseResponse:
    """Show one event, and where its registration stands."""
    return presenting.cacheable(render_event(get_public_event(slug)))


def render_event(found: PublicEvent, **instead: Any) -> str:
    """Return the page of an event; `instead` puts other variables in place of the public page's: a preview's."""
    moment = now()
    event = g.event = found.event
    availability = get_availability(event, moment)
    variables = dict(
        event=event,
        is_past=presenting.is_past(event, moment),
        availability=availability,
        wording=wording,
        hours=presenting.hours_shown(event),
        practical=presenting.practical_rows(event, moment),
        credits=credits_of(event),
        mail_uri=mail_uri(event.contact_email),
        telephone_uri=telephone_uri(event.contact_phone, event.country),
        data=event_data(event, availability),
        og_image=picture_address(event.picture) if event.picture is not None else "",
        materials=programme.public_materials(event),
        has_conclusions=count_public(event.id) > 0,
        participants_url=url_for(_PARTICIPANTS, slug=event.slug) if has_list(event, Viewer.PUBLIC) else "",
        **programme_shown.event_programme(event),
        **presenting.frame(found, "site.show_event"),
    )
    return render_template("site/event.html", **{**variables, **instead})


@blueprint.get("/events/<slug>/privacy")
@access.public
@kept
def show_privacy(slug: str) -> BaseResponse:
    """Show the current privacy notice of an event."""
    credited = get_credited_event(slug)
    event = g.event = credited.event
    notice = found(find_current_notice(event.id))
    return presenting.cacheable(
        render_template(
            "site/privacy.html",
            event=event,
            notice=notice,
            made=told(notice.made),
            **presenting.frame(credited, "site.show_privacy"),
        )
    )


@blueprint.get("/events/<slug>/participants")
@access.public
@limits.limited("300 per 10 minutes", ("GET", "HEAD"))
def show_participants(slug: str) -> BaseResponse:
    """Show whom everybody finds on the list of participants. Nobody keeps it, neither a cache nor a search engine."""
    found = get_public_event(slug)
    event = g.event = found.event
    if not has_list(event, Viewer.PUBLIC):
        raise NotFound
    listed = list_participants(event, Viewer.PUBLIC, current_language())
    values = {"listed": page_of(listed, whole_number(request.args.get("page", "1"))), "rules": ListRules.of(event)}
    page = render_template("site/participants.html", event=event, **values, **presenting.frame(found, _PARTICIPANTS))
    return make_response(page, 200, {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"})


@blueprint.get("/events/<slug>/event.ics")
@access.public
def download_calendar(slug: str) -> BaseResponse:
    """Give the event's days as a calendar file."""
    event = g.event = get_published_event(slug)
    address = instance.address_of("site.show_event", slug=event.slug)
    content = event_calendar(event, language=current_language(), url=address)
    response = Response(content, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response.headers.set("Content-Disposition", "attachment", filename=f"{event.slug}.ics")
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@blueprint.get("/accessibility")
@access.public
@kept
def show_accessibility() -> BaseResponse:
    """Say how far these pages can be used by everybody."""
    return presenting.cacheable(render_template("site/accessibility.html", sharing=sharing("site.show_accessibility")))


@blueprint.get("/help/<topic>")
@access.public
def show_help(topic: str) -> BaseResponse:
    """Show a guide in the reader's language."""
    guide = guides().find(topic)
    if guide is None:
        abort(404)
    others = [found for other in guides().topics if other != topic and (found := guides().find(other))]
    return presenting.cacheable(
        render_template("site/help.html", guide=guide, others=others, sharing=sharing("site.show_help", topic=topic))
    )


@blueprint.get("/help/pictures/<path:path>")
@access.public
def show_help_picture(path: str) -> Response:
    """Give a picture of a guide."""
    content = guides().pictures.get(path)
    if content is None:
        abort(404)
    response = Response(content, mimetype="image/png")
    response.add_etag()
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.make_conditional(request)
    return response
