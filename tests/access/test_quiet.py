"""A quiet event is found by nobody who has not its address: no list, feed, sitemap or cache tells of it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from eventreg.db import transaction
from eventreg.events.models import Event, Partner
from eventreg.kernel.tokens import personal_token
from eventreg.organizations.models import Organization
from eventreg.registration.emails import EARLIER_ANSWERS
from eventreg.site.kept_pages import hand_over
from eventreg.web.access import Audience, stamp_of
from eventreg.web.instance import keys
from tests.builders import a_registration
from tests.world import World, rules

#: title, place and institution, and the address
TRACES = ("Mesa Callada", "Quiet Table", "Casa Callada", "Villa Callada", "Instituto Callado", "mesa-callada")
_WORDS = {"es": "Mesa Callada", "en": "Quiet Table"}


@pytest.fixture
def quiet(world: World) -> World:
    """The world, whose event is quiet and has words that nothing else has."""
    with world.app.app_context(), transaction() as session:
        changes = {"title": _WORDS, "venue": {"es": "Casa Callada"}, "city": "Villa Callada", "slug": "mesa-callada"}
        session.execute(update(Event).where(Event.id == world.event.id).values(is_quiet=True, **changes))
        host = session.query(Partner).filter_by(event_id=world.event.id).first()
        assert host is not None
        name = {"es": "Instituto Callado"}
        session.execute(
            update(Organization).where(Organization.id == host.organization_id).values(name=name, short_name=name)
        )
    world.event.slug = "mesa-callada"
    return world


def _public(world: World) -> list[tuple[str, str]]:
    """Return endpoint and address of each page that is for everybody."""
    found = []
    for verb, rule in rules(world.app):
        stamp = stamp_of(world.app.view_functions[rule.endpoint])
        if verb == "GET" and stamp is not None and stamp.audience is Audience.PUBLIC and "token" not in rule.arguments:
            found.append((rule.endpoint, world.address(rule)))
    return found


def test_no_page_without_its_address_tells_of_it(quiet: World) -> None:
    elsewhere = [address for _endpoint, address in _public(quiet) if "mesa-callada" not in address]
    assert {"/", "/past-events", "/events.ics", "/events.atom", "/sitemap.xml", "/robots.txt"} <= set(elsewhere)
    for address in elsewhere:
        for language in ("es", "en"):
            page = quiet.visitor("anonymous", language).get(address, None, sound=False)
            # As calendars fold their lines.
            whole = page.body.replace(b"\r\n ", b"")
            told = [trace for trace in TRACES if trace.encode() in whole]
            assert not told, (address, told)


def test_whose_answers_are_from_an_earlier_event_is_not_offered_it(quiet: World) -> None:
    with quiet.app.app_context():
        other = a_registration(quiet.other, email="antes@instituto.example")
        token = personal_token(keys(), EARLIER_ANSWERS, other.public_id, other.link_generation)
    page = quiet.visitor("anonymous").get(f"/my/earlier/{token}")
    assert not [trace for trace in TRACES if trace in page.html]
    assert quiet.visitor("anonymous").get("/events/mesa-callada/register/earlier", 404).status == 404


def test_its_own_pages_stay_in_no_cache_and_no_search_engine(quiet: World) -> None:
    own = [(endpoint, address) for endpoint, address in _public(quiet) if "mesa-callada" in address]
    assert len(own) > 10
    for endpoint, address in own:
        page = quiet.visitor("anonymous").get(address, None, sound=False)
        assert "noindex" in page.headers["X-Robots-Tag"], address
        # A form stays with whoever asked for it, in the browser alone.
        is_form = endpoint == "registration.register"
        assert page.headers["Cache-Control"] == ("private, no-cache" if is_form else "no-store"), address
        assert "og:" not in page.html
        assert "ld+json" not in page.html
        assert 'rel="canonical"' not in page.html
    kept = [key for _number, _languages, pages, _hosts in hand_over(quiet.app) for key in pages]
    assert not [key for key in kept if "mesa-callada" in key[0]]


def test_the_pages_of_others_are_as_they_were(quiet: World) -> None:
    page = quiet.visitor("anonymous").get(f"/events/{quiet.other.slug}")
    assert "noindex" not in page.headers.get("X-Robots-Tag", "")
    assert 'rel="canonical"' in page.html
    assert quiet.other.title["en"] in quiet.visitor("anonymous").get("/").text
