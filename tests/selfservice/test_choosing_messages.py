"""Whoever refuses what is not essential gets no more of it, by the page or by the mail program's own button (RFC 8058)."""

from __future__ import annotations

import email
import email.policy
import re

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.attendees.rules.acts import REFUSED_MAIL, ItemOutcome
from eventreg.bulk.services.runs import begin_run
from eventreg.bulk.services.steps import do_some
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.kernel import clock
from eventreg.mail.composition import compose
from eventreg.mail.connection import personal_links
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.emails import News, Occasion, tell
from eventreg.registration.emails.about_registration import Confirmed
from eventreg.registration.models import Registration
from tests.builders import a_team_member
from tests.bulk.test_run_writing import a_draft, open_draft, outcomes, some_people, written
from tests.registration.records import history
from tests.support.html import elements, text_of
from tests.support.pages import Pages

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def _write(event: Event, people: list[Registration]) -> list[tuple[ItemOutcome, str]]:
    owner = a_team_member(event)
    run = a_draft(event, owner, people)
    begin_run(run.id)
    do_some(run.id, lambda: True)
    return outcomes(run)


def _headers(message: MailMessage) -> email.message.EmailMessage:
    whole = compose(message, "registro@desk.example", personal_links(), clock.now())
    found = email.message_from_bytes(whole, policy=email.policy.default)
    assert not found.defects
    return found


def _path(message: MailMessage) -> str:
    address = str(_headers(message)["List-Unsubscribe"]).strip()
    return re.fullmatch(r"<https?://[^/]+(/my/messages/[\w-]+)>", address)[1]  # type: ignore[index]


@pytest.mark.usefixtures("clock")
def test_one_click_stops_what_goes_to_many_and_nothing_else(app: Flask, event: Event, pages: Pages) -> None:
    people = some_people(event)
    assert {outcome for outcome, _why in _write(event, people)} == {ItemOutcome.DONE}
    first = written()[0]
    assert _headers(first)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = _path(first)
    # A link that is looked at, by a person or by a program that checks mail, changes nothing.
    page = pages.get(path)
    assert [each.get("value") for each in elements(page.root, "input", type="radio", checked="")] == ["all"]
    assert db.session.get_one(Registration, people[0].id).mail_refused_at is None
    pages.post(path, ONE_CLICK, 303)
    db.session.expire_all()
    assert db.session.get_one(Registration, people[0].id).mail_refused_at is not None
    assert history(people[0])[-1] == ("mail_refused", {})
    # What waited is taken back, what comes is left; the others get it.
    assert [message.state for message in written()].count(DeliveryState.DROPPED) == 1
    assert db.session.get_one(MailMessage, first.id).state is DeliveryState.DROPPED
    assert _write(event, people)[0] == (ItemOutcome.LEFT, REFUSED_MAIL)
    assert len(written()) == 7
    # One person alone is answered, not mailed to; and what a registration needs always goes, without a way to refuse it.
    assert _write(event, people[:1]) == [(ItemOutcome.DONE, "")]
    assert "List-Unsubscribe" not in _headers(written()[-1])
    refusing = db.session.get_one(Registration, people[0].id)
    with transaction():
        assert len(tell(Occasion.load(event), refusing, News(Confirmed), clock.now())) == 2


@pytest.mark.usefixtures("clock")
def test_what_says_that_it_is_not_essential_is_not_told_to_who_refused(app: Flask, event: Event) -> None:
    person = some_people(event)[0]

    class Reminder(Confirmed):
        key = "test_reminder"
        title = trigger = Confirmed.title
        is_essential = False

    from eventreg.registration.emails.messages import _FOUND

    del _FOUND["test_reminder"]
    news, occasion = News(Reminder), Occasion.load(event)
    with transaction():
        sent = tell(occasion, person, news, clock.now())
    message = db.session.scalars(select(MailMessage).where(MailMessage.key == sent[0])).one()
    assert _path(message)
    assert ":choices:" in message.text
    person.mail_refused_at, person.revision = clock.now(), 2
    with transaction():
        assert [key.rpartition("/")[2] for key in tell(occasion, person, news, clock.now())] == ["contact"]


@pytest.mark.usefixtures("clock")
def test_the_choice_is_taken_back_and_the_team_knows_before_it_writes(
    app: Flask, event: Event, desk: Pages, pages: Pages
) -> None:
    people = some_people(event)
    _write(event, people)
    path = _path(written()[0])
    pages.get(path).submit("Save my choice", {"wanted": "needed"})
    draft = open_draft(desk, event, people)
    assert "1 will not get it: this person gets only what the registration needs." in text_of(draft.root)
    assert "3 people will be written to" in text_of(draft.root)
    shown = desk.get(f"/manage/events/{event.slug}/registrations/{people[0].reference}")
    assert "this person gets only the messages that the registration needs" in text_of(shown.root)
    pages.get(path).submit("Save my choice", {"wanted": "all"})
    db.session.expire_all()
    assert db.session.get_one(Registration, people[0].id).mail_refused_at is None
    assert history(people[0])[-1] == ("mail_wanted", {})


def test_a_link_that_died_chooses_nothing(app: Flask, event: Event, pages: Pages) -> None:
    people = some_people(event)
    _write(event, people)
    path = _path(written()[0])
    db.session.get_one(Registration, people[0].id).link_generation += 1
    db.session.commit()
    pages.post(path, ONE_CLICK, 404)
    pages.get(path, 404)
    # The token of the choice opens nothing else.
    token = path.rpartition("/")[2]
    pages.get(f"/my/{token}", 404)
