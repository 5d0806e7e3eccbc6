"""Forged hosts, hostile addresses and content, other hosts."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies as st

from eventreg.db import db, transaction
from eventreg.events.models import Event, Partner, ProgrammeSession
from eventreg.events.rules.institutions import PartnerRole
from tests.builders import AT_ONCE, BY_ORGANIZER, an_event, an_institution, text
from tests.support.apps import AppMaker
from tests.support.pages import Pages

PAGES = ("/", "/events/encuentro", "/events/encuentro/privacy", "/events/encuentro/event.ics", "/accessibility")
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>{{7*7}} %s %(x)s {x} \r\nX: y \u202e"
PROBES = ("/healthz", "/readyz", "/metrics")
MACHINE = ("/healthz", "/readyz", "/robots.txt", "/favicon.ico", "/metrics")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:80", "a@localhost", "[::1", ""]
)
def test_a_forged_host_is_refused(app: Flask, host: str) -> None:
    # case 13
    an_event(slug="encuentro")
    for address in (*PAGES, *MACHINE):
        response = app.test_client().get(address, headers={"Host": host})
        # Probes name no address, and whoever asks knows the machine by its number.
        assert response.status_code == 400 or address in PROBES, address
        assert b"evil.example" not in response.data


@pytest.mark.parametrize("address", PAGES[1:4])
def test_addresses_come_from_the_configured_one_whatever_the_request_says(make_app: AppMaker, address: str) -> None:
    # case 13
    app = make_app(base_url="https://registro.anfitriona.example")
    with app.app_context():
        an_event(slug="encuentro")
    forged = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Forwarded-Proto": "gopher"}
    for host in ("registro.anfitriona.example", "127.0.0.1:8000"):
        response = app.test_client().get(address, headers={"Host": host, **forged})
        assert response.status_code == 200
        body = response.get_data(as_text=True)
        assert "https://registro.anfitriona.example/events/encuentro" in body
        assert not re.search(r"evil|127\.0\.0\.1|localhost", body)


@pytest.mark.parametrize("address", PAGES)
def test_pages_load_nothing_from_another_host(app: Flask, pages: Pages, address: str) -> None:
    # case 54; the page client checks every element that loads
    an_event(slug="encuentro", description=text("![x](https://otro.example/p.png) <img src=//otro.example/q.png>", ""))
    page = pages.get(address)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|\*", policy)


@pytest.fixture
def hostile_event(app: Flask) -> None:
    words = {"es": HOSTILE, "en": HOSTILE}
    names = ("title", "summary", "description", "audience", "venue", "demonstration_note", "contact_position")
    values: dict[str, Any] = dict.fromkeys(names, words)
    event = an_event(
        ({"key": "a", "name": words, "approval": AT_ONCE, "places": 0}, {"key": "b", "name": words, "approval": BY_ORGANIZER}),
        slug="encuentro", city=HOSTILE[:120], contact_name=HOSTILE, contact_office={"es": HOSTILE}, contact_phone=HOSTILE[:40],
        contact_email=f"{HOSTILE}@x.example", practical=[{"label": words, "text": words, "is_demonstration": True}], **values,
    )  # fmt: skip
    with transaction() as session:
        stored = session.merge(event)
        for session_of_day in stored.days[0].sessions:
            assert isinstance(session_of_day, ProgrammeSession)
            session_of_day.title, session_of_day.note = words, words
        institution = an_institution(name=words, short_name=words, website=f"https://x.example/{HOSTILE}")
        stored.partners.append(Partner(organization=institution, role=PartnerRole.HOST, position=-1))


@pytest.mark.usefixtures("hostile_event")
def test_markup_in_titles_and_texts_is_inert(pages: Pages, paginas: Pages) -> None:
    # case 32
    for reader in (pages, paginas):
        for address in ("/", "/events/encuentro", "/events/encuentro/privacy"):
            page = reader.get(address)
            assert "{{7*7}} %s %(x)s {x}" in page.text
            assert not page.all("img")
            assert {script.get("type") for script in page.all("script")} <= {"application/ld+json"}
            assert not re.search(r"<b>\{\{|<script>alert", page.html)


@pytest.mark.usefixtures("hostile_event")
def test_json_for_machines_survives_hostile_titles(pages: Pages) -> None:
    page = pages.get("/events/encuentro")
    (script,) = page.all("script", type="application/ld+json")
    assert json.loads(script.text or "")["name"] == HOSTILE


SLUGS = (
    "no-existe", "%00", "%ff%fe", "%F0%9F%98%80", "..%2f..%2fetc%2fpasswd", "'%20OR%201=1--", "a" * 5_000, "%ED%A0%80",
    "%0d%0aSet-Cookie:x", "{{7*7}}", "<script>", "encuentro%20", "ENCUENTRO", "%E2%80%AE", "-1", "null",
)  # fmt: skip


@pytest.mark.both_databases
def test_hostile_slugs_are_not_found(app: Flask) -> None:
    # case 63
    an_event(slug="encuentro")
    client = app.test_client()
    for slug in SLUGS:
        for rest in ("", "/privacy", "/event.ics"):
            response = client.get(f"/events/{slug}{rest}")
            assert response.status_code in (400, 404), (slug, rest)
            assert "Set-Cookie" not in response.headers


ARGUMENTS = st.sampled_from(
    ["lang", "category", "q", "_external", "_scheme", "_anchor", "_method", "slug", "endpoint", "self", "values"]
)


@given(arguments=st.dictionaries(ARGUMENTS | st.text(max_size=8), st.text(max_size=20), max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_argument_breaks_a_page(app: Flask, arguments: dict[str, str]) -> None:
    # case 63
    if not db.session.query(Event).count():
        an_event(slug="encuentro")
    client = app.test_client()
    for address in PAGES:
        response = client.get(address, query_string=arguments)
        assert response.status_code in (200, 400), (address, arguments)


def test_arguments_of_a_request_never_turn_its_links_elsewhere(app: Flask, pages: Pages) -> None:
    # case 14: what url_for would take for orders
    an_event(slug="encuentro")
    page = pages.get("/events/encuentro?_external=1&_scheme=javascript&_anchor=x&slug=otro&a=1&a=2&b=%26c&lang=es")
    links = {link.get("hreflang"): link.get("href") for link in page.all("a", hreflang="en")}
    assert links["en"] == (
        "/events/encuentro?_external=1&_scheme=javascript&_anchor=x&slug=otro&a=1&a=2&b=%26c&lang=en"
    )


@pytest.mark.parametrize(
    "header", ["Accept-Language", "Cookie", "If-None-Match", "Accept-Encoding", "Authorization", "If-Modified-Since"]
)
def test_no_header_breaks_a_page(app: Flask, header: str) -> None:
    # case 63
    an_event(slug="encuentro")
    for value in ("", "\xff", "a" * 4_000, ';;;=,"', "lang=\x00", "*/*;q=nan", "es;q=1e999"):
        for address in PAGES[:2]:
            response = app.test_client().get(address, headers={header: value})
            assert response.status_code in (200, 304), (address, value)


def test_public_pages_are_only_read(app: Flask) -> None:
    an_event(slug="encuentro")
    client = app.test_client()
    for address in PAGES:
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"):
            code = client.open(address, method=method).status_code
            assert code in (400, 405) or (code, method) == (200, "OPTIONS"), (address, method)
