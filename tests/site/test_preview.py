"""A draft as the public will see it: for its team and for whoever has the link, and for nobody else."""

from __future__ import annotations

import pytest
from flask import Flask

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import PREVIEW
from eventreg.events.queries.programme import get_programme, get_session
from eventreg.events.rules.publication import Publication
from eventreg.kernel.tokens import new_public_id, personal_token
from eventreg.web.instance import keys
from tests.builders import a_team_member, an_event
from tests.events.programmes import a_large_programme
from tests.support.pages import Page, Pages


@pytest.fixture
def draft(app: Flask) -> Event:
    return an_event(publication=Publication.DRAFT)


def team_page(pages: Pages, event: Event) -> Page:
    pages.sign_in(a_team_member(event, "manager"))
    return pages.get(f"/manage/events/{event.slug}/publication")


def link_on(page: Page) -> str:
    """Return the address of the preview link on the publication page, without its host."""
    return next(text for text in page.texts("a") if "/preview/" in text).removeprefix("http://localhost")


def make_link(pages: Pages, event: Event) -> str:
    return link_on(team_page(pages, event).submit("Create preview link").follow())


def test_the_link_shows_the_page_as_the_public_will_see_it(pages: Pages, draft: Event) -> None:
    address = make_link(pages, draft)
    guest = Pages(pages.app)
    page = guest.get(address)
    assert page.heading == draft.title["en"]
    assert page.has("This is a preview.")
    assert page.texts("a", class_="er-call") == []
    assert [link.get("href") for link in page.all("a") if "/register" in (link.get("href") or "")] == []
    guest.get(f"/events/{draft.slug}", 404)
    guest.get(f"/events/{draft.slug}/register", 404)


def test_nobody_keeps_or_finds_it(pages: Pages, draft: Event) -> None:
    """Case 7."""
    page = Pages(pages.app).get(make_link(pages, draft))
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "canonical" not in page.html
    assert "ld+json" not in page.html


def test_the_privacy_notice_can_be_read_too(pages: Pages, draft: Event) -> None:
    notice = Pages(pages.app).get(make_link(pages, draft)).click("Privacy notice")
    assert notice.has("This is a preview.")
    assert notice.click("Back to the event").heading == draft.title["en"]


def test_the_whole_programme_and_each_session_are_seen_without_leaving_the_preview(pages: Pages, app: Flask) -> None:
    """Parallel rooms, what a session is about, who speaks: what the public will read, before it can."""
    draft = a_large_programme("borrador")
    with transaction() as session:
        session.get_one(Event, draft.id).publication = Publication.DRAFT
    address = make_link(pages, draft)
    chosen = get_programme(draft.id).days[0].sessions[1]
    titled = chosen.title["en"]
    biography = get_session(draft.id, chosen.public_id).people[0].speaker.biography["en"].split(".")[0]
    for reader, first in ((Pages(app), address), (pages, f"/manage/events/{draft.slug}/preview")):
        programme = reader.get(first).click("See the whole programme")
        assert programme.has("This is a preview.")
        shown = programme.click(titled)
        assert shown.has("This is a preview.")
        assert shown.has(biography)
        assert shown.click(f"Programme: {draft.title['en']}").heading == programme.heading
        for page in (programme, shown):
            links = [link.get("href") or "" for link in page.all("a")]
            assert not [link for link in links if link.startswith("/events/") or link.endswith(".ics")]
            assert page.headers["Cache-Control"] == "no-store"
            assert "noindex" in page.headers["X-Robots-Tag"]
    with transaction() as session:
        session.get_one(Event, draft.id).publication = Publication.PUBLISHED
    assert Pages(app).get(f"{address}/programme", 302).location == f"/events/{draft.slug}/programme"


def test_sessions_of_other_events_are_not_in_a_preview(pages: Pages, draft: Event) -> None:
    # case 2
    address = make_link(pages, draft)
    own, theirs = (get_programme(event.id).days[0].sessions[0].public_id for event in (draft, an_event()))
    Pages(pages.app).get(f"{address}/sessions/{own}")
    Pages(pages.app).get(f"{address}/sessions/{theirs}", 404)
    pages.get(f"/manage/events/{draft.slug}/preview/sessions/{theirs}", 404)


def test_a_link_that_was_replaced_or_switched_off_is_dead_for_good(pages: Pages, draft: Event) -> None:
    guest = Pages(pages.app)
    first = make_link(pages, draft)
    second = link_on(team_page(pages, draft).submit("Replace preview link").follow())
    guest.get(first, 404)
    guest.get(second)
    team_page(pages, draft).submit("Deactivate preview link")
    third = make_link(pages, draft)
    assert len({first, second, third}) == 3
    for dead in (first, second):
        guest.get(dead, 404)
    guest.get(third)


@pytest.mark.parametrize("generation", [0, -1])
def test_without_a_link_no_token_opens_anything(pages: Pages, draft: Event, generation: int) -> None:
    with transaction() as session:
        session.get_one(Event, draft.id).preview_generation = generation
    for tried in (0, 1, -1):
        pages.get(f"/preview/{personal_token(keys(), PREVIEW, draft.public_id, tried)}", 404)


def test_a_token_of_another_purpose_or_event_opens_nothing(pages: Pages, draft: Event) -> None:
    make_link(pages, draft)
    for token in (
        personal_token(keys(), "my", draft.public_id, 1),
        personal_token(keys(), PREVIEW, new_public_id(), 1),
        "A" * 36,
        "ñ",
    ):
        Pages(pages.app).get(f"/preview/{token}", 404)


def test_the_team_needs_no_link_and_others_do(pages: Pages, draft: Event) -> None:
    for role in ("viewer", "door"):
        page = Pages(pages.app).sign_in(a_team_member(draft, role)).get(f"/manage/events/{draft.slug}/preview")
        assert page.has("This is a preview.")
    stranger = a_team_member(an_event())
    Pages(pages.app).sign_in(stranger).get(f"/manage/events/{draft.slug}/preview", 404)


def test_the_team_has_a_way_back_to_the_desk_and_guests_have_none(pages: Pages, draft: Event) -> None:
    address, back = make_link(pages, draft), f"/manage/events/{draft.slug}"
    session = get_programme(draft.id).days[0].sessions[0]
    for rest in ("", "/privacy", "/programme", f"/sessions/{session.public_id}"):
        assert pages.get(f"{back}/preview{rest}").link("Back to your event") == back
        assert not pages.get(f"{address}{rest}").has("Back to your event")
    assert pages.get(f"{back}/preview").click("Back to your event").title.startswith("Today")


def test_once_published_the_link_leads_to_the_public_page(pages: Pages, draft: Event) -> None:
    address = make_link(pages, draft)
    with transaction() as session:
        session.get_one(Event, draft.id).publication = Publication.PUBLISHED
    db.session.rollback()
    assert Pages(pages.app).get(address, 302).location == f"/events/{draft.slug}"


def test_an_archived_event_gets_no_new_link(pages: Pages, app: Flask) -> None:
    event = an_event(publication=Publication.ARCHIVED)
    pages.sign_in(a_team_member(event))
    pages.post(f"/manage/events/{event.slug}/preview/link", token=True, status=409)
