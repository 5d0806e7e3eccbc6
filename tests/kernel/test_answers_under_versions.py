"""Answers that were given beside the form: their words in the history, and what is sensitive of them. Cases 24, 29, 53."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.db import Base, db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.kernel import clock as clocks
from eventreg.registration.models import Registration
from eventreg.registration.services.answer_changes import change_answers
from eventreg.registration.services.follow_ups import see_to_follow_ups
from eventreg.registration.services.requests import ask_again, ask_for_correction
from tests.builders import a_registration, a_team_member, an_event
from tests.exchange.test_export import export
from tests.registration.owning import home
from tests.registration.records import history
from tests.registration.requesting import FOR_TEAM, a_version, do_jobs, requests_to, travel
from tests.support.pages import Page, Pages

#: what nobody may come upon
PASSPORT, RISK = "X9-SECRET-PASSPORT", "SECRET-RISK-HIGH"


def address(event: Event, person: Registration, path: str = "") -> str:
    return f"/manage/events/{event.slug}/registrations/{person.reference}{path}"


@pytest.fixture
def event(app: Flask) -> Event:
    event = an_event()
    a_version(event, travel(), FOR_TEAM)
    return event


@pytest.mark.both_databases
def test_history_has_each_answer_in_the_words_it_was_given_under(app: Flask, pages: Pages) -> None:
    """Case 24: “man” is no option any more, and “other” was none before; then the same under one version alone."""
    event = an_event()
    person = a_registration(event, answers={"sex": ["man"]}, language="en")
    change_answers(event.id, person.id, {"sex": ["woman"]})
    version = a_version(event)
    with transaction():
        ask_again(event.id, version.id, ["sex"], {}, a_team_member(event).id, clocks.now())
    do_jobs()
    page = pages.get(f"{home(person)}/requests/{requests_to(person)[0].id}")
    page.submit("Send my answers", {"sex": "other"}, 303)
    change_answers(event.id, person.id, {"sex": ["woman"]})
    acts = [detail for name, detail in history(person) if name in ("answers_changed", "request_answered")]
    assert [act["sex"].get("under") for act in acts] == [None, [1, 2], [2, 2]]
    shown = pages.sign_in(a_team_member(event)).get(address(event, person))
    assert shown.has("Man → Woman")
    assert shown.has("Woman → Other")
    assert shown.has("Other → Female")


def answered(event: Event, pages: Pages) -> Registration:
    """Return somebody who answered what is sensitive, and of whom the team noted what is."""
    person = a_registration(event, language="en")
    see_to_follow_ups(clocks.now())
    page = pages.get(f"{home(person)}/requests/{requests_to(person)[0].id}")
    page.submit("Send my answers", {"way": "bus", "passport": "first " + PASSPORT}, 303)
    pages.get(page.address).submit("Send my answers", {"way": "bus", "passport": PASSPORT}, 303)
    owner = a_team_member(event)
    pages.sign_in(owner)
    form = pages.get(address(event, person, "/for-team")).submit("Show sensitive answers")
    form.submit("Save team answers", {"risk": RISK}, 303)
    ask_for_correction(event.id, person.reference, ["passport"], "Please check.", Organizer.account(owner.id))
    return person


def looks(person: Registration) -> list[list[str]]:
    return [detail["questions"] for name, detail in history(person) if name == "sensitive_answers_seen"]


def is_clear(page: Page) -> bool:
    return PASSPORT not in page.html and RISK not in page.html


def test_sensitive_answers_are_masked_on_every_page_until_asked_for(event: Event, pages: Pages) -> None:
    """Requests, sections of organizers, history, the page of corrections, publishing, the list, its search, its file."""
    person = answered(event, pages)
    seen = looks(person)
    base = f"/manage/events/{event.slug}"
    for path in (
        address(event, person), address(event, person, "/for-team"), address(event, person, "/correction"),
        base, f"{base}/registrations", f"{base}/history", f"{base}/messages",
        f"{base}/questions", f"{base}/questions/publish",
    ):  # fmt: skip
        assert is_clear(pages.get(path)), path
    assert pages.get(f"{base}/registrations?q={PASSPORT}").has("Nobody fits these filters.")
    assert "SECRET" not in export(pages, event).html
    assert looks(person) == seen, "nothing was looked at"


def test_each_look_is_asked_for_by_post_and_recorded(event: Event, pages: Pages) -> None:
    person = answered(event, pages)
    before = looks(person)
    for section, shown, hidden in (("travel", PASSPORT, RISK), ("inside", RISK, PASSPORT)):
        opened = pages.post(address(event, person, "/sensitive"), {"section": section}, 200, token=True)
        assert shown in opened.html
        assert hidden not in opened.html
    assert RISK in pages.get(address(event, person, "/for-team")).submit("Show sensitive answers").html
    assert looks(person) == [*before, ["passport"], ["risk"], ["risk"]]
    assert is_clear(pages.get(address(event, person)))


def test_reviewer_cannot_look(event: Event, pages: Pages) -> None:
    person = answered(event, pages)
    reviewer = Pages(pages.app).sign_in(a_team_member(event, "reviewer"))
    page = reviewer.get(address(event, person))
    assert is_clear(page)
    assert "Show sensitive answers" not in page.text


@pytest.mark.both_databases
def test_nothing_sensitive_is_in_any_column_or_log(
    event: Event, pages: Pages, caplog: pytest.LogCaptureFixture
) -> None:
    """Case 53: mails, the audit, drafts, jobs, searches and whatever else: every column of every table."""
    caplog.set_level(logging.DEBUG)
    answered(event, pages)
    do_jobs()
    db.session.rollback()
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            for column, value in row.items():
                found = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                assert b"SECRET" not in found, (table.name, column)
    assert "SECRET" not in caplog.text
