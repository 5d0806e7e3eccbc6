"""Every page of the product that a person can open, with how to get there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flask import Flask
from werkzeug.routing import Rule

from eventreg.web.access import Audience, stamp_of
from tests.browser.conftest import Site
from tests.support.pages import Page, Pages
from tests.world import rules

#: who opens a page: somebody who has signed in as an owner of the events, as an administrator, or not at all
GUEST, ORGANIZER, ADMINISTRATOR = "anonymous", "owner", "administrator"
#: somebody else's HTML in a frame of ours
_NOT_OURS = {"messages.show_message_html", "bulk.show_run_mail"}


@dataclass(frozen=True)
class Stop:
    """One page: its address, and who opens it."""

    address: str
    who: str


def stops(site: Site) -> tuple[Stop, ...]:
    """Return every page once as somebody sees it who may: public, by link, signed in; and some that say no."""
    return tuple(english_pages(site))


@cache
def english_pages(site: Site) -> dict[Stop, Page]:
    """Return what stands at every stop: to know which address is a page, it is fetched.

    What answers with a file, figures for machines or a redirect is no page; that it is sound is up to `tests/access`.
    """
    visitors = visitors_of(site, "en")
    fetched = [(stop, visitors[stop.who].get(stop.address, None)) for stop in _addresses(site)]
    found = {stop: page for stop, page in fetched if page.is_html}
    assert len(found) == sum(page.is_html for _stop, page in fetched)
    return found


def visitors_of(site: Site, language: str) -> dict[str, Pages]:
    """Return who opens the pages, without a browser."""
    return {who: site.world.visitor(who, language) for who in (GUEST, ORGANIZER, ADMINISTRATOR)}


def _addresses(site: Site) -> Iterator[Stop]:
    world = site.world
    for verb, rule in rules(world.app):
        if verb == "GET" and rule.endpoint not in {"static", *_NOT_OURS}:
            yield Stop(world.address(rule), _who(world.app, rule))
    yield from (Stop(address, GUEST) for address in _more_public(site))
    yield from (Stop(address, ORGANIZER) for address in _more_desk(site))


def _who(app: Flask, rule: Rule) -> str:
    stamp = stamp_of(app.view_functions[rule.endpoint])
    if stamp is not None and stamp.audience is Audience.ADMINISTRATOR:
        return ADMINISTRATOR
    return ORGANIZER if rule.rule.startswith(("/manage", "/account", "/sign-in/again")) else GUEST


def _more_public(site: Site) -> Iterator[str]:
    yield from (f"/events/{site.world.event.slug}/register?category={key}" for key in ("government", "academia"))
    yield from (f"/events/{site.seminar}{rest}" for rest in ("", "/register", "/privacy", "/my-link", "/programme"))
    yield from (f"/events/{site.seminar}/register?category={key}" for key in ("government", "academia"))
    yield "/no/such/page"


def _more_desk(site: Site) -> Iterator[str]:
    base = f"/manage/events/{site.world.event.slug}/registrations"
    yield f"{base}?q=nobody-is-called-so"
    yield f"{base}?status=pending&sort=name"
    # a run that is begun stands in the addresses of the rules, as "letter" does
    yield from (f"{base}/runs/{site.world.public_ids[name]}" for name in ("bulk.begin", "bulk.discard_draft"))
    yield from (f"{base}/{person.reference}" for name, person in site.world.people.items() if name != "letter")
    yield from (f"/manage/events/{site.seminar}/{part}" for part in ("registrations", "programme", "texts"))
    yield from (f"/manage/events/{site.draft}/{part}" for part in ("delete", "publication", "programme"))
    kinds = ("choice", "file", "heading", "sessions", "yes_no")
    yield from (f"/manage/events/{site.world.event.slug}/questions/new?kind={kind}" for kind in kinds)
    # those of the link are among the rules; the team's have a way back to the desk
    yield from (f"/manage/events/{site.draft}/preview{rest}" for rest in ("", "/programme", "/privacy"))
    yield from (f"/manage/{part}" for part in ("settings", "events/no-such-event"))  # both say no
