"""The events as feeds: Atom (RFC 4287) and the sitemap (sitemaps.org), written with the standard library's XML."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from xml.etree import ElementTree as Xml

from eventreg.events.crediting import host_name
from eventreg.events.models import Event
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.web.addresses import address_of
from eventreg.web.instance import site_name
from eventreg.web.templating import plain_in_reader_language

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
    home = address_of("site.home")
    feed = Xml.Element("feed", {"xmlns": _ATOM, "xml:lang": current_language()})
    _text(feed, "id", home)
    _text(feed, "title", site_name())
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
    address = address_of("site.show_event", slug=event.slug)
    entry = Xml.Element("entry")
    _text(entry, "id", address)
    _text(entry, "title", plain_in_reader_language(event.title))
    _text(entry, "published", _instant(event.created_at))
    _text(entry, "updated", _instant(announced_at(event)))
    Xml.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": address})
    author = Xml.SubElement(entry, "author")
    _text(author, "name", host_name(event) or site_name())
    _text(entry, "summary", " ".join(part for part in (_when_and_where(event), _summary(event)) if part))
    return entry


def _when_and_where(event: Event) -> str:
    language = current_language()
    dates = formats.days([day.held_on for day in event.days], language) if event.days else ""
    place = ", ".join(part for part in (event.city, formats.country(event.country, language)) if part)
    line = " · ".join(part for part in (dates[:1].upper() + dates[1:], place) if part)
    return f"{line}." if line else ""


def _summary(event: Event) -> str:
    texts = (plain_in_reader_language(text) for text in (event.summary, event.demonstration_note))
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
