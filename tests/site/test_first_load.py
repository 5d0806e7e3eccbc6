"""What a phone with a poor connection fetches to see an event, and its form, for the first time."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask

from eventreg.demo.services import load_seminar
from eventreg.kernel.clock import now
from tests.support.pages import Pages

_LOADED = (("link", "href"), ("script", "src"), ("img", "src"))


@pytest.mark.parametrize(("further", "most"), [("", 16_000), ("/register?category=government", 20_000)])
def test_an_event_and_its_form_are_seen_with_four_requests_and_few_kilobytes(
    app: Flask, pages: Pages, further: str, most: int
) -> None:
    seen = f"/events/{load_seminar(now()).slug}{further}"
    page = pages.get(seen)
    fetched = {
        address
        for tag, attribute in _LOADED
        for element in page.all(tag)
        if (address := element.get(attribute)) and element.get("rel") in (None, "stylesheet", "icon")
    }
    files = {address for address in fetched if urlsplit(address).scheme != "data"}
    assert any("theme.css" in address for address in files)
    gzip = {"Accept-Encoding": "gzip"}
    answers = [app.test_client().get(address, headers=gzip) for address in (seen, *files)]
    assert all(answer.status_code == 200 and answer.headers.get("Content-Encoding") == "gzip" for answer in answers)
    assert len(answers) <= 4
    assert sum(len(answer.data) for answer in answers) < most
