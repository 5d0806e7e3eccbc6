"""What machines read of all events: calendar, Atom, sitemap, manifest; and the archive of past ones.

The events as feeds: Atom (RFC 4287) and the sitemap (sitemaps.org), written with the standard library's XML.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from xml.etree import ElementTree as Xml
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventreg.events.models import Event
from eventreg.events.queries.public import list_for_feeds, list_for_sitemap, page_of_past
from eventreg.events.wording import host_name
from eventreg.i18n import formats, languages
from eventreg.kernel.clock import now
from eventreg.programme.calendars import events_calendar
from eventreg.site.views import blueprint
from eventreg.site.views.presenting import cacheable
from eventreg.site.views.sharing import sharing
from eventreg.web import access, instance, templating

_PAST_A_PAGE = 30


@blueprint.get("/events.ics")
@access.public
def download_all_calendars() -> BaseResponse:
    """Give the days of all public events as one calendar, to subscribe to."""
    content = events_calendar(
        list_for_feeds(),
        language=languages.current_language(),
        address_of_event=lambda event: instance.address_of("site.show_event", slug=event.slug),
    )
    response = _feed(content.encode("utf-8"), "text/calendar; charset=utf-8; method=PUBLISH")
    response.headers.set("Content-Disposition", "inline", filename="events.ics")
    return response


@blueprint.get("/events.atom")
@access.public
def show_atom() -> BaseResponse:
    """Give the public events as a feed, the last announced first."""
    content = atom_feed(list_for_feeds(), instance.address_of("site.show_atom"))
    return _feed(content, "application/atom+xml; charset=utf-8")


@blueprint.get("/sitemap.xml")
@access.public
def show_sitemap() -> BaseResponse:
    """Name every public page to search engines, in each language."""
    return _feed(sitemap(_places()), "application/xml; charset=utf-8")


@blueprint.get("/manifest.webmanifest")
@access.public
def show_manifest() -> BaseResponse:
    """Say under which name and sign the site is put on a phone's first screen."""
    icons = [
        {"src": url_for("static", name="img/touch-icon.png"), "sizes": "180x180", "type": "image/png"},
        {"src": url_for("static", name="img/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
    ]
    content = {
        "name": instance.site_name(),
        "lang": languages.current_language(),
        "start_url": url_for("site.home"),
        "display": "minimal-ui",
        "icons": icons,
    }
    return _feed(json.dumps(content, ensure_ascii=False).encode(), "application/manifest+json; charset=utf-8")


@blueprint.get("/past-events")
@access.public
def list_past_events() -> BaseResponse:
    """List the events that have taken place, the latest first, a page at a time."""
    today = now().astimezone(ZoneInfo(instance.config().time_zone)).date()
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
    for page in instance.chosen().pages:
        yield _place("settings.show_page", key=page.key)
    for event in list_for_sitemap():
        found = _place("site.show_event", event, slug=event.slug)
        yield found._replace(changed_at=announced_at(event))


def _place(endpoint: str, event: Event | None = None, **values: str) -> Place:
    found = sharing(endpoint, event, **values)
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


_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
#: of a feed without events
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """An address of the sitemap with those in the other languages, and when it last changed, if that is known."""

    address: str
    alternates: Sequence[tuple[str, str]]
    changed_at: datetime | None = None


def atom_feed(events: Sequence[Event], address: str) -> bytes:
    """Return the feed of events, with partners and days loaded, in the reader's language. `address` is its own."""
    home = instance.address_of("site.home")
    feed = Xml.Element("feed", {"xmlns": _ATOM, "xml:lang": languages.current_language()})
    _text(feed, "id", home)
    _text(feed, "title", instance.site_name())
    _text(feed, "updated", _instant(max((announced_at(event) for event in events), default=_NEVER)))
    Xml.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": address})
    Xml.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": home})
    for event in events:
        feed.append(_entry(event))
    return _document(feed)


def sitemap(places: Iterable[Place]) -> bytes:
    """Return the sitemap of `places`."""
    whole = Xml.Element("urlset", {"xmlns": _SITEMAP, "xmlns:xhtml": _XHTML})
    for place in places:
        entry = Xml.SubElement(whole, "url")
        _text(entry, "loc", place.address)
        if place.changed_at is not None:
            _text(entry, "lastmod", _instant(place.changed_at))
        for language, address in place.alternates:
            Xml.SubElement(entry, "xhtml:link", {"rel": "alternate", "hreflang": language, "href": address})
    return _document(whole)


def announced_at(event: Event) -> datetime:
    """Return when the public was last told something else of an event: published, closed, cancelled, kept."""
    return event.publication_changed_at or event.created_at


def tag_of(content: bytes) -> str:
    """Return an entity tag of a feed: it changes when the feed does."""
    return hashlib.sha256(content).hexdigest()[:16]


def _entry(event: Event) -> Xml.Element:
    address = instance.address_of("site.show_event", slug=event.slug)
    entry = Xml.Element("entry")
    _text(entry, "id", address)
    _text(entry, "title", templating.plain_in_reader_language(event.title))
    _text(entry, "published", _instant(event.created_at))
    _text(entry, "updated", _instant(announced_at(event)))
    Xml.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": address})
    author = Xml.SubElement(entry, "author")
    _text(author, "name", host_name(event) or instance.site_name())
    _text(entry, "summary", " ".join(part for part in (_when_and_where(event), _summary(event)) if part))
    return entry


def _when_and_where(event: Event) -> str:
    language = languages.current_language()
    dates = formats.days([day.held_on for day in event.days], language) if event.days else ""
    place = ", ".join(part for part in (event.city, formats.country(event.country, language)) if part)
    line = " · ".join(part for part in (dates[:1].upper() + dates[1:], place) if part)
    return f"{line}." if line else ""


def _summary(event: Event) -> str:
    texts = (templating.plain_in_reader_language(text) for text in (event.summary, event.demonstration_note))
    return " ".join(text for text in texts if text)


def _text(parent: Xml.Element, name: str, value: str) -> None:
    Xml.SubElement(parent, name).text = "".join(char for char in value if _is_xml(char))


def _is_xml(char: str) -> bool:
    """Say whether XML 1.0 can hold a character: it has no way to write most control characters."""
    code = ord(char)
    return char in "\t\n\r" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _document(root: Xml.Element) -> bytes:
    document: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
