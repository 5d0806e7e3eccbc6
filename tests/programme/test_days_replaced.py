"""A day that is put in as lines in the place of what stood there."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.models import AuditEntry
from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.events.models import Event, ProgrammeSession
from eventreg.events.queries.programme import get_programme
from eventreg.events.rules.programme import SpeakerRole
from eventreg.programme.rules.sessions import People
from eventreg.programme.services.programme import add_session, count_sign_ups, edit_session
from tests.builders import a_team_member, an_account, an_event
from tests.events.programmes import an_entry
from tests.support.pages import Page, Pages

LINES = "09:00–11:00 Apertura | Opening\n11:00–12:00 Panel nuevo | New panel"
TRY, REPLACE = "Preview sessions", "Replace the day with these sessions"


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(slug="encuentro")


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    return pages.sign_in(a_team_member(event))


def sessions(event: Event, day: int = 0) -> list[ProgrammeSession]:
    return list(get_programme(event.id).days[day].sessions)


def titles(event: Event, day: int = 0) -> list[str]:
    return [each.title["es"] for each in sessions(event, day)]


def one_more(event: Event) -> str:
    """Add a session that the lines do not have, with a speaker; returns its public id."""
    people = [People(SpeakerRole.SPEAKER, ["Dora Demo"])]
    return add_session(event.id, an_entry(event, people=people), Actor.account(an_account().id))


def tried(desk: Pages, event: Event, lines: str = LINES) -> Page:
    page = desk.get(f"/manage/events/encuentro/programme/lines?day={event.days[0].id}")
    return page.submit(TRY, {"#lines": lines, "Instead of what stands on this day": True}, 200)


def test_trial_says_what_comes_and_what_goes_and_changes_nothing(desk: Pages, event: Event) -> None:
    one_more(event)
    before = titles(event)
    page = tried(desk, event)
    assert page.has("1 session would be removed:")
    assert titles(event) == before


def test_what_is_not_in_the_lines_goes_and_what_is_stays_as_it_was(desk: Pages, event: Event) -> None:
    kept = sessions(event)[0].public_id
    one_more(event)
    other_day = titles(event, 1)
    tried(desk, event).submit(REPLACE, {}, 303)
    assert titles(event) == ["Apertura", "Panel nuevo"]
    assert sessions(event)[0].public_id == kept
    assert titles(event, 1) == other_day
    assert "session_removed" in db.session.scalars(select(AuditEntry.action)).all()


def test_without_the_box_nothing_goes(desk: Pages, event: Event) -> None:
    one_more(event)
    page = tried(desk, event).submit(TRY, {"Instead of what stands on this day": False}, 200)
    page.submit("Add these sessions", {}, 303)
    assert len(titles(event)) == 3


def test_a_day_that_somebody_changed_meanwhile_is_not_replaced(desk: Pages, event: Event) -> None:
    page = tried(desk, event)
    one_more(event)
    refused = page.submit("Add these sessions", {}, 409)
    assert refused.has("Somebody else changed this meanwhile")
    assert refused.has("1 session would be removed:")
    refused.submit(REPLACE, {}, 303)
    assert titles(event) == ["Apertura", "Panel nuevo"]


def test_a_session_that_was_edited_meanwhile_is_not_removed(desk: Pages, event: Event) -> None:
    public_id = one_more(event)
    page = tried(desk, event)
    changed = an_entry(event, title={"es": "Con otro título"})
    edit_session(event.id, public_id, changed, ("es", "en"), 1, Actor.account(an_account().id))
    page.submit(REPLACE, {}, 409)
    assert "Con otro título" in titles(event)


def test_a_session_that_people_signed_up_for_stays(app: Flask, desk: Pages, event: Event) -> None:
    one_more(event)
    before = titles(event)
    count_sign_ups.plug(app, lambda _session_id: 2)
    refused = tried(desk, event).submit(REPLACE, {}, 422)
    assert refused.has("Remove that session on its own page first.")
    assert titles(event) == before
