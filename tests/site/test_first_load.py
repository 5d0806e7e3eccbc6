"""What a phone with a poor connection fetches to see an event for the first time."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask

from tests.builders import an_event
from tests.support.pages import Pages

_LOADED = (("link", "href"), ("script", "src"), ("img", "src"))


def test_an_event_is_seen_with_four_requests_and_thirty_kilobytes_at_most(app: Flask, pages: Pages) -> None:
    an_event(slug="encuentro")
    page = pages.get("/events/encuentro")
    fetched = {
        address
        for tag, attribute in _LOADED
        for element in page.all(tag)
        if (address := element.get(attribute)) and element.get("rel") in (None, "stylesheet", "icon")
    }
    files = {address for address in fetched if urlsplit(address).scheme != "data"}
    assert any("theme.css" in address for address in files)
    gzip = {"Accept-Encoding": "gzip"}
    answers = [app.test_client().get(address, headers=gzip) for address in ("/events/encuentro", *files)]
    assert all(answer.headers.get("Content-Encoding") == "gzip" for answer in answers)
    assert len(answers) <= 4
    assert sum(len(answer.data) for answer in answers) < 30_000
