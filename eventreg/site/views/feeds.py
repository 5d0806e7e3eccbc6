"""What machines read of all events: calendar, Atom, sitemap; and the archive of past ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventreg.events.calendars import events_calendar
from eventreg.events.queries.announced import list_for_feeds, list_for_sitemap, page_of_past
from eventreg.i18n.languages import current_language
from eventreg.kernel.clock import now
from eventreg.site.feeds import Place, announced_at, atom_feed, sitemap, tag_of
from eventreg.site.views import blueprint
from eventreg.site.views.presenting import cacheable
from eventreg.site.views.sharing import sharing
from eventreg.web.access import public
from eventreg.web.addresses import address_of
from eventreg.web.instance import chosen, config

_PAST_A_PAGE = 30


@blueprint.get("/events.ics")
@public
def download_all_calendars() -> BaseResponse:
    """Give the days of all public events as one calendar, to subscribe to."""
    content = events_calendar(
        list_for_feeds(),
        language=current_language(),
        address_of_event=lambda event: address_of("site.show_event", slug=event.slug),
    )
    response = _feed(content.encode("utf-8"), "text/calendar; charset=utf-8; method=PUBLISH")
    response.headers.set("Content-Disposition", "inline", filename="events.ics")
    return response


@blueprint.get("/events.atom")
@public
def show_atom() -> BaseResponse:
    """Give the public events as a feed, the last announced first."""
    content = atom_feed(list_for_feeds(), address_of("site.show_atom"))
    return _feed(content, "application/atom+xml; charset=utf-8")


@blueprint.get("/sitemap.xml")
@public
def show_sitemap() -> BaseResponse:
    """Name every public page to search engines, in each language."""
    return _feed(sitemap(_places()), "application/xml; charset=utf-8")


@blueprint.get("/past-events")
@public
def list_past_events() -> BaseResponse:
    """List the events that have taken place, the latest first, a page at a time."""
    today = now().astimezone(ZoneInfo(config().time_zone)).date()
    found = page_of_past(today, _key(request.args.get("before", "")), _PAST_A_PAGE)
    more = f"{found.next_before[0].isoformat()}.{found.next_before[1]}" if found.next_before else ""
    page = render_template(
        "site/past_events.html",
        events=[announced.event for announced in found.events],
        more_url=url_for("site.list_past_events", before=more) if more else "",
        is_first="before" not in request.args,
        footer_links=[(_("Accessibility"), url_for("site.show_accessibility"))],
        sharing=sharing("site.list_past_events"),
    )
    return cacheable(page)


def _places() -> Iterator[Place]:
    for endpoint in ("site.home", "site.list_past_events", "site.show_accessibility"):
        yield _place(endpoint)
    for page in chosen().pages:
        yield _place("settings.show_page", key=page.key)
    for event in list_for_sitemap():
        found = _place("site.show_event", slug=event.slug)
        yield found._replace(changed_at=announced_at(event))


def _place(endpoint: str, **values: str) -> Place:
    found = sharing(endpoint, **values)
    return Place(found.default, found.alternates)


def _feed(content: bytes, content_type: str) -> BaseResponse:
    response = Response(content, content_type=content_type)
    response.set_etag(tag_of(content), weak=True)
    response.vary.update(("Accept-Language", "Cookie"))
    return response.make_conditional(request)


def _key(text: str) -> tuple[date, int] | None:
    """Return the key of a page from an address; None for the first page, and for what is no key."""
    day, _dot, number = text.partition(".")
    try:
        return (date.fromisoformat(day), int(number)) if number.isdecimal() and len(number) < 10 else None
    except ValueError:
        return None
