"""An event's own words in its messages: what they replace, what stays, what cannot be said in them."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from eventreg.audit.services import Actor
from eventreg.db import db, transaction
from eventreg.events.bundles.fields import BundleInvalid
from eventreg.events.bundles.parts import Intake
from eventreg.events.models import Event
from eventreg.events.queries import events as event_queries
from eventreg.events.queries.events import get_event_whole
from eventreg.kernel import clock
from eventreg.mail.services import OutgoingMessage
from eventreg.messages import services
from eventreg.messages.parts import MessageTextsPart
from eventreg.messages.services import SavedMessage, save_message_texts
from eventreg.registration.emails import about_registration, deciding
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.queries.registrations import StoredText
from eventreg.registration.rules.messages import OwnText, TextEdit
from eventreg.registration.rules.states import Status
from tests.builders import an_account, register_somebody
from tests.registration.messages import REASON, TO_PARTICIPANT, Told, a_seminar, queued, without_marker
from tests.selfservice.test_concurrency import at_once
from tests.support.html import elements, parse, text_of
from tests.support.statements import counted
from tests.support.waiting import meeting


@pytest.fixture
def event(app: object) -> Event:
    """The seminar that golden messages are about, in two languages."""
    return a_seminar(languages=["es", "en"])


def put(
    event: Event, key: str, language: str = "en", *, subject: str = "", body: str = "", seen: int = 0
) -> SavedMessage:
    """Give a message words of the event's own."""
    edits = {language: TextEdit(seen, OwnText(subject, body))}
    return save_message_texts(event.id, key, edits, Actor.account(an_account().id))


def of(
    event: Event, message: type[AboutRegistration], status: Status, language: str = "en", **news: Any
) -> OutgoingMessage:
    """Return a message as it would be queued."""
    return queued(get_event_whole(event.id), Told(message, status, news=lambda _event: news), "participant", language)[
        1
    ]


@pytest.mark.both_databases
def test_own_words_stand_in_place_of_the_usual_ones_and_the_facts_stay(event: Event) -> None:
    put(
        event, "confirmed", subject="Welcome, {given_name}",
        body="Dear {full_name} of {institution},\n\n**Good news** for {event_title}.\n\n{details}\n\nSee you!\nThe team",
    )  # fmt: skip
    message = of(event, about_registration.Confirmed, Status.CONFIRMED)
    assert message.subject == "Welcome, Ana"
    text = without_marker(message.text)
    opening, _facts, rest = text.partition("Reference: TAP-7K4M2Q")
    assert (
        "Dear Ana Demo Ejemplo of Universidad Demo del Altiplano,\n\nGood news for Meeting on the southern border."
        in opening
    )
    assert "We look forward" not in text
    for stays in (
        "Dates:",
        "Place:",
        "[[my]]",
        "This link is yours alone",
        "What happens next",
        "Clara",
        "How we use your data:",
    ):
        assert stays in rest
    assert rest.index("See you!\nThe team") > rest.index("What happens next")
    assert message.calendar_method == "REQUEST"
    root, faults = parse(without_marker(message.html))
    assert faults == []
    assert next(found.text for found in elements(root, "strong")) == "Good news"
    assert "[[my]]" in [link.get("href") for link in elements(root, "a")]


def test_a_language_without_own_words_has_its_usual_ones(event: Event) -> None:
    before = of(event, about_registration.Received, Status.PENDING, "es")
    put(event, "received", body="Ours.")
    assert "Ours." in of(event, about_registration.Received, Status.PENDING).text
    after = of(event, about_registration.Received, Status.PENDING, "es")
    assert (after.subject, without_marker(after.text)) == (before.subject, without_marker(before.text))


def test_a_reason_is_never_lost(event: Event) -> None:
    put(event, "declined", body="We are sorry.")
    assert REASON in " ".join(of(event, deciding.Declined, Status.DECLINED, reason=REASON).text.split())
    put(event, "declined", body="Why: {reason}", seen=1)
    said = " ".join(of(event, deciding.Declined, Status.DECLINED, reason=REASON).text.split())
    assert said.count(REASON) == 1
    assert f"Why: {REASON}" in said
    assert "{reason}" not in of(event, deciding.Declined, Status.DECLINED).text


def test_what_happened_is_told_whatever_the_words_say(event: Event) -> None:
    """The status that is lost, the dates that leave the calendar, the questions that are asked."""
    for told in TO_PARTICIPANT:
        usual = queued(event, told, "participant", "en")[1]
        words = told.message.key if told.name != "promoted-to-pending" else "promoted_to_review"
        if told.name == "declined-after-confirmed":
            words = "place_lost"
        put(
            event,
            words,
            body="Ours alone.",
            seen=0 if words not in get_event_whole(event.id).worded_messages else 1,
        )
        own = queued(get_event_whole(event.id), told, "participant", "en")[1]
        assert "Ours alone." in own.text, told.name
        for fact in ("calendar", "Reference:", "Dates:", "Questions:", "What happens next", "[[", "do nothing"):
            if fact in usual.text and fact != "calendar":
                assert fact in own.text, (told.name, fact)
        assert (own.calendar_method, own.calendar != "") == (usual.calendar_method, usual.calendar != "")
        db.session.rollback()


@pytest.mark.both_databases
def test_what_people_typed_is_inert_in_own_words(event: Event) -> None:
    """Case 32: neither Markdown, nor HTML, nor a placeholder, nor a second header."""
    hostile = "*Ana* [x](https://evil.example) <b>b</b> {event_title} %s\r\nBcc: x@y.example"
    put(
        event,
        "confirmed",
        "es",
        subject="For {given_name}",
        body="Dear {given_name},\n\n- {given_name}\n\n[{given_name}]({link})",
    )
    with transaction():
        person = register_somebody(event, given_name=hostile).registration
    message = db.session.execute(
        db.text("SELECT subject, text, html FROM mail_messages WHERE audience = 'participant' ORDER BY id DESC")
    ).first()
    assert person is not None
    assert message is not None
    assert "\n" not in message.subject
    assert "\r" not in message.subject
    root, faults = parse(message.html)
    assert faults == []
    assert not list(elements(root, "b", "em"))
    assert all("evil.example" not in (link.get("href") or "") for link in elements(root, "a"))
    said = " ".join(text_of(root).split())
    assert said.count("*Ana* [x](https://evil.example) <b>b</b> {event_title} %s") == 3
    assert "{event_title} %s" in message.text


def test_the_place_that_is_taken_back_has_words_of_its_own(event: Event) -> None:
    put(event, "declined", body="Never had one.")
    put(event, "place_lost", body="Had one.")
    assert "Never had one." in of(event, deciding.Declined, Status.DECLINED).text
    assert "Had one." in of(event, deciding.Declined, Status.DECLINED, takes_back=True).text


@pytest.mark.both_databases
class TestSaving:
    """Two people who write at once lose nothing; the trail keeps old and new."""

    def test_the_second_of_two_is_told_what_the_first_saved(self, event: Event) -> None:
        put(event, "received", body="First.")
        outcome = put(event, "received", body="Second.", seen=0)
        assert outcome.saved == ()
        assert outcome.conflicts["en"].text == OwnText("", "First.")
        assert "First." in of(event, about_registration.Received, Status.PENDING).text
        assert put(event, "received", body="First.", seen=0) == SavedMessage((), {})
        assert put(event, "received", body="Second.", seen=1).saved == ("en",)

    def test_reset_gives_the_usual_words_back_and_whoever_saw_the_old_ones_is_told(self, event: Event) -> None:
        usual = of(event, about_registration.Received, Status.PENDING)
        put(event, "received", subject="Ours", body="Ours.")
        put(event, "received", seen=1)
        assert get_event_whole(event.id).worded_messages == []
        assert without_marker(of(event, about_registration.Received, Status.PENDING).text) == without_marker(usual.text)
        assert put(event, "received", body="Again.", seen=1).conflicts

    def test_languages_that_the_event_has_not_are_left_out(self, event: Event) -> None:
        assert put(event, "received", "fr", body="À nous.").saved == ()


def both_edit(app: Flask, event: Event) -> list[bool]:
    """Two people save other words over the same ones at the same moment; return whose were saved."""
    put(event, "received", body="Before.")
    accounts = [an_account().id for _ in range(2)]

    def edit(account_id: int) -> bool:
        edits = {"en": TextEdit(1, OwnText("", f"By {account_id}."))}
        return bool(save_message_texts(event.id, "received", edits, Actor.account(account_id)).saved)

    return at_once(app, *(lambda one=one: edit(one) for one in accounts))


@pytest.mark.both_databases
def test_of_two_at_the_same_moment_one_is_saved_and_the_other_told(app: Flask, event: Event) -> None:
    assert sorted(both_edit(app, event)) == [False, True]


@pytest.mark.on_postgresql
def test_twin_without_the_row_lock_loses_what_one_of_them_wrote(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, read = meeting(2), services.read_message

    def read_then_wait(*args: Any) -> dict[str, StoredText]:
        found = read(*args)
        if threading.current_thread() is not threading.main_thread():
            seen.wait()
        return found

    monkeypatch.setattr(event_queries, "lock_event", get_event_whole)
    monkeypatch.setattr(services, "read_message", read_then_wait)
    monkeypatch.setattr(services, "note", lambda *_row, **_detail: None)
    assert both_edit(app, event) == [True, True]


@pytest.mark.parametrize("body", ["Hola {nada}", "{details} y {details}", "Vea /my/" + "a" * 36])
def test_a_file_of_an_event_cannot_bring_what_could_not_be_saved(event: Event, body: str) -> None:
    intake = Intake(event.id, clock.now(), lambda _name, _place: b"")
    entry = {"texts": [{"message": "confirmed", "language": "es", "subject": "S", "body": body}]}
    with pytest.raises(BundleInvalid), transaction():
        MessageTextsPart().given(entry, intake)


def test_an_event_without_own_words_pays_nothing_for_them(event: Event) -> None:
    register_somebody(event)
    with counted() as without:
        register_somebody(event)
    put(event, "confirmed", "es", body="Otras.")
    put(event, "received", "es", body="Otras.")
    event = get_event_whole(event.id)
    with counted() as having:
        register_somebody(event)
    assert len(having) <= len(without) + 1
    assert not [one for one in without if "message_texts" in one]
