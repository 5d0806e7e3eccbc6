"""Public pages are compressed, pages with secrets are not."""

from __future__ import annotations

import gzip

from flask import Flask

from tests.builders import a_registration, a_team_member, an_event
from tests.support.pages import Pages

_GZIP = {"Accept-Encoding": "gzip"}


def test_a_public_page_is_compressed(app: Flask) -> None:
    address = f"/events/{an_event().slug}"
    client = app.test_client()
    plain, packed = client.get(address), client.get(address, headers=_GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_a_page_that_shows_a_search_beside_a_secret_is_not(app: Flask) -> None:
    event = an_event()
    a_registration(event)
    pages = Pages(app).sign_in(a_team_member(event, "owner"))
    page = pages.get(f"/manage/events/{event.slug}/registrations?q=ana", headers=_GZIP)
    assert "Content-Encoding" not in page.headers
