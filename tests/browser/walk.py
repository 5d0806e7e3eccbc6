"""Every page of the product that a person can open, with how to get there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.browser.conftest import Site
from tests.world import rules

#: files, figures for machines, and the frame that shows a mail as it came
_NO_PAGES = ("/static/", "/help/pictures/", "/favicon.ico", "/healthz", "/readyz", "/metrics", "/robots.txt")


@dataclass(frozen=True)
class Stop:
    """One page: its address, and whether one is signed in there."""

    address: str
    signed_in: bool


def stops(site: Site) -> Iterator[Stop]:
    """Yield every page once as somebody sees it who may: public, by link, signed in; and some that say no."""
    world = site.world
    for verb, rule in rules(world.app):
        if (
            verb != "GET"
            or rule.rule.startswith(_NO_PAGES)
            or rule.rule.endswith((".ics", ".md", ".atom", ".xml", "/html", "/file", "<public_id>"))
        ):
            continue
        signed_in = rule.rule.startswith(("/manage", "/account"))
        yield Stop(world.address(rule), signed_in)
    yield from (Stop(address, signed_in=False) for address in _more_public(site))
    yield from (Stop(address, signed_in=True) for address in _more_desk(site))


def _more_public(site: Site) -> Iterator[str]:
    yield from (f"/events/{site.world.event.slug}/register?category={key}" for key in ("government", "academia"))
    yield from (f"/events/{site.seminar}{rest}" for rest in ("", "/register", "/privacy", "/my-link"))
    yield from (f"/events/{site.seminar}/register?category={key}" for key in ("government", "academia"))
    yield f"/events/{site.seminar}/programme"
    session = site.world.public_ids["site.show_session"]
    yield f"/events/{site.world.event.slug}/sessions/{session}"
    yield "/no/such/page"


def _more_desk(site: Site) -> Iterator[str]:
    event = site.world.event
    base = f"/manage/events/{event.slug}/registrations"
    yield f"{base}?q=nobody-is-called-so"
    yield f"{base}?status=pending&sort=name"
    yield from (f"{base}/{person.reference}" for person in site.world.people.values())
    yield f"/manage/events/{site.seminar}/registrations"
    yield f"/manage/events/{site.seminar}/programme"
    base, ids = f"/manage/events/{event.slug}", site.world.public_ids
    yield f"{base}/programme/sessions/{ids['events.edit_session']}"
    yield f"{base}/speakers/{ids['events.edit_speaker']}"
    yield f"{base}/materials/{ids['events.edit_material']}"
    yield "/manage/events/no-such-event"
