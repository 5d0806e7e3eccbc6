"""What machines read of all events: calendar, Atom, sitemap, robots; and the archive."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html import unescape
from xml.etree import ElementTree as Xml

import pytest
from icalendar import Calendar

from eventreg.events.rules.publication import Publication
from eventreg.kernel.clock import now
from tests.builders import an_event, text
from tests.support.pages import Page, Pages
from tests.support.statements import counted

_ATOM = "{http://www.w3.org/2005/Atom}"
_MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_LINK = "{http://www.w3.org/1999/xhtml}link"


def _links(page: Page) -> list[str]:
    return [unescape(address) for address in re.findall(r'href="([^"]*)"', page.html)]


def test_calendar_of_all_events_has_each_day_under_the_identifier_of_its_own_file(pages: Pages) -> None:
    one, other = an_event(), an_event()
    an_event(publication=Publication.DRAFT)
    whole = Calendar.from_ical(pages.get("/events.ics").body)
    own = {str(entry["uid"]) for event in (one, other)
           for entry in Calendar.from_ical(pages.get(f"/events/{event.slug}/event.ics").body).walk("VEVENT")}  # fmt: skip
    assert {str(entry["uid"]) for entry in whole.walk("VEVENT")} == own
    assert len(own) == len(one.days) + len(other.days)


def test_cancelled_event_stays_in_the_calendar_and_says_so(pages: Pages) -> None:
    an_event(publication=Publication.CANCELLED)
    whole = Calendar.from_ical(pages.get("/events.ics").body)
    assert {str(entry["status"]) for entry in whole.walk("VEVENT")} == {"CANCELLED"}


def test_feed_is_atom_in_the_reader_s_language_and_names_no_draft(pages: Pages) -> None:
    event = an_event(title=text("Encuentro <b>sur</b> & norte", "Meeting <b>south</b> & north"))
    an_event(publication=Publication.DRAFT, title=text("Secreto", "Secret"))
    answer = pages.get("/events.atom?lang=es")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = Xml.fromstring(answer.body)
    assert feed.tag == f"{_ATOM}feed"
    for part in ("id", "title", "updated"):
        assert feed.findtext(f"{_ATOM}{part}"), part
    (entry,) = feed.findall(f"{_ATOM}entry")
    assert entry.findtext(f"{_ATOM}title") == "Encuentro <b>sur</b> & norte"
    assert entry.findtext(f"{_ATOM}id", "").endswith(f"/events/{event.slug}")
    assert entry.findtext(f"{_ATOM}updated")
    assert "Meeting" in pages.get("/events.atom?lang=en").body.decode()


def test_characters_that_xml_cannot_hold_are_left_out(pages: Pages) -> None:
    an_event(title=text("Uno\x0bdos\x1f", "One\x0btwo\ufffe"))
    assert Xml.fromstring(pages.get("/events.atom?lang=en").body).findtext(f"{_ATOM}entry/{_ATOM}title") == "Onetwo"


def test_empty_instance_has_feeds(pages: Pages) -> None:
    assert Xml.fromstring(pages.get("/events.atom").body).findall(f"{_ATOM}entry") == []
    assert Calendar.from_ical(pages.get("/events.ics").body).walk("VEVENT") == []
    assert len(Xml.fromstring(pages.get("/sitemap.xml").body)) > 0


def test_sitemap_names_public_pages_in_each_language_and_robots_names_the_sitemap(pages: Pages) -> None:
    event, draft = an_event(), an_event(publication=Publication.DRAFT)
    whole = Xml.fromstring(pages.get("/sitemap.xml").body)
    found = {entry.findtext(f"{_MAP}loc", ""): entry for entry in whole}
    own = next(entry for address, entry in found.items() if address.endswith(f"/events/{event.slug}"))
    assert {link.get("hreflang") for link in own.findall(_LINK)} == {"es", "en"}
    assert own.findtext(f"{_MAP}lastmod")
    assert not any(draft.slug in address for address in found)
    assert f"Sitemap: {next(iter(found)).rstrip('/')}/sitemap.xml" in pages.get("/robots.txt").html
    for address in found:
        assert pages.get("/" + address.split("/", 3)[3]).status == 200


@pytest.mark.parametrize("address", ["/events.ics", "/events.atom", "/sitemap.xml"])
def test_feeds_cost_four_statements_at_most_and_are_not_sent_twice(address: str, pages: Pages) -> None:
    for _number in range(5):
        an_event()
    with counted() as statements:
        answer = pages.get(address)
    assert len(statements) <= 4
    again = pages.get(address, status=304, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.body == b""


@pytest.mark.both_databases
def test_archive_goes_page_by_page_over_every_past_event_once(pages: Pages) -> None:
    today = now().date()
    an_event(slug="coming")
    for number in range(65):
        an_event(slug=f"past-{number}", first_day=today - timedelta(days=10 + number // 3))
    seen: list[str] = []
    page = pages.get("/past-events?lang=en")
    for _page in range(4):
        seen += [link for link in _links(page) if link.startswith("/events/past-")]
        following = [link for link in _links(page) if link.startswith("/past-events?before=") and "lang=" not in link]
        if not following:
            break
        page = pages.get(following[0])
    assert len(seen) == len(set(seen)) == 65
    assert "coming" not in " ".join(seen)
    assert "There are no earlier events." in pages.get(f"/past-events?lang=en&before={date(1990, 1, 1)}.1").text
    assert (
        pages.get("/past-events?before=x.y").status
        == pages.get("/past-events?before=2027-01-01.99999999999").status
        == 200
    )


def test_first_page_leads_to_the_archive_when_there_is_more(pages: Pages) -> None:
    for number in range(12):
        an_event(slug=f"past-{number}", first_day=now().date() - timedelta(days=30 + number))
    links = _links(pages.get("/?lang=en"))
    assert len([link for link in links if link.startswith("/events/past-")]) == 10
    assert "/past-events" in links


def test_the_manifest_names_the_site_and_its_sign(pages: Pages) -> None:
    page = pages.get("/")
    (sign,), (manifest,) = page.all("link", rel="apple-touch-icon"), page.all("link", rel="manifest")
    assert pages.get(sign.get("href") or "").body.startswith(b"\x89PNG")
    said = json.loads(pages.get(manifest.get("href") or "").body)
    assert said["name"] == page.title.split(" – ")[-1]
    assert all(pages.get(icon["src"]).status == 200 for icon in said["icons"])
