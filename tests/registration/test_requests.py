"""People who are registered are asked more: again, once confirmed, to mend an answer. Cases 9, 22, 24, 29, 31, 34."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.kernel import clock as clocks
from eventreg.kernel.errors import Refused
from eventreg.registration.queries.answers import find_asked, load_answers
from eventreg.registration.rules.states import Action, RequestReason, Status
from eventreg.registration.services import requests as asking
from eventreg.registration.services.decisions import decide, undo
from eventreg.registration.services.follow_ups import see_to_follow_ups
from eventreg.registration.services.requests import ask_again, ask_for_correction
from eventreg.selfservice.services import withdraw
from tests.builders import a_registration, a_team_member, an_event
from tests.registration.owning import home, own_page
from tests.registration.records import fresh, last_mail, mails, told
from tests.registration.requesting import a_version, do_jobs, requests_to, travel
from tests.support.pages import Pages

NOTE = {"es": "Cambió la pregunta.", "en": "The question has changed."}


def ask(event: Event, *keys: str) -> None:
    version = a_version(event)
    with transaction():
        ask_again(event.id, version.id, keys, NOTE, a_team_member(event).id, clocks.now())


@pytest.mark.both_databases
def test_everybody_who_lives_with_the_event_is_asked_again_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 31: in steps, however often the job is done."""
    monkeypatch.setattr(asking, "PEOPLE_A_STEP", 2)
    event = an_event()
    people = {status.value: a_registration(event, status=status) for status in Status}
    ask(event, "sex")
    do_jobs()
    version = requests_to(people["confirmed"])[0].questionnaire_id
    with transaction():
        ask_again(event.id, version, ["sex"], NOTE, a_team_member(event).id, clocks.now())
    do_jobs()
    asked = {status for status, person in people.items() if told(person) == ["asked_again"]}
    assert asked == {"confirmed", "pending", "waitlisted"}
    assert all(len(requests_to(people[status])) == (1 if status in asked else 0) for status in people)


def test_message_is_in_the_language_of_the_person_and_leads_to_just_these_questions(app: Flask) -> None:
    """Case 34."""
    event = an_event()
    one, two = a_registration(event), a_registration(event, language="en")
    ask(event, "sex", "diet")
    do_jobs()
    assert "Cambió la pregunta." in last_mail(one).text
    assert "Género · Alergias" in last_mail(one).text
    assert "The question has changed." in last_mail(two).text
    assert f"]]/requests/{requests_to(two)[0].id}" in last_mail(two).text


def test_question_of_another_category_is_asked_of_nobody(app: Flask) -> None:
    event = an_event()
    person = a_registration(event, "government")
    ask(event, "profile")
    do_jobs()
    assert told(person) == []


@pytest.mark.both_databases
def test_answering_again_keeps_the_version_and_the_rest_keeps_its_own(pages: Pages, app: Flask) -> None:
    """Case 24: on one's own page and in the mail each answer has the words it was given under."""
    event = an_event()
    person = a_registration(event, answers={"sex": ["man"], "diet": ["vegana"]}, language="en")
    ask(event, "sex")
    do_jobs()
    page = own_page(pages, person)
    assert "You are asked to answer" in page.text
    assert "Sex" in page.text
    assert "Gender" not in page.text
    form = page.click("Answer the questions: Questions that have changed")
    assert [label for label in form.texts("label") if label in ("Woman", "Female", "Other", "Man")] == [
        "Female",
        "Other",
    ]
    form.submit("Send my answers", {"sex": "other"}).follow()
    now = fresh(person)
    assert load_answers(now)["sex"] == ["other"]
    asked = find_asked(now)
    labels = {question.key: question.label["en"] for question in asked.definition.questions()}
    assert (labels["sex"], labels["diet"]) == ("Gender", "Diet")
    assert asked.versions["sex"] != asked.versions["diet"] == now.questionnaire_id
    text = " ".join(last_mail(person).text.split())
    assert "Gender" in text
    assert "Man" in text
    assert "Other" in text
    assert told(person, "contact") == ["changed"]
    assert now.revision == 2
    assert requests_to(person)[0].answered_at is not None
    shown = own_page(pages, person)
    assert "Gender" in shown.text
    assert "Alergias" not in shown.text


def test_same_answer_again_is_kept_under_the_new_version(pages: Pages) -> None:
    event = an_event()
    person = a_registration(event, answers={"sex": ["woman"]}, language="en")
    ask(event, "sex")
    do_jobs()
    pages.get(f"{home(person)}/requests/{requests_to(person)[0].id}").submit("Send my answers", {"sex": "woman"})
    assert find_asked(fresh(person)).versions["sex"] == requests_to(person)[0].questionnaire_id
    assert told(person) == ["asked_again"]


def test_a_look_changes_nothing_and_anothers_request_is_not_there(pages: Pages) -> None:
    """Case 9, case 2."""
    event = an_event()
    person, other = a_registration(event, language="en"), a_registration(event)
    ask(event, "sex")
    do_jobs()
    address = f"{home(person)}/requests/{requests_to(person)[0].id}"
    pages.get(address)
    assert requests_to(person)[0].answered_at is None
    assert fresh(person).revision == 1
    pages.get(f"{home(other)}/requests/{requests_to(person)[0].id}", 404)


@pytest.fixture
def followed(app: Flask, clock: Any) -> Event:
    event = an_event()
    a_version(event, travel((clocks.now() + timedelta(days=20)).date()))
    return event


@pytest.mark.both_databases
def test_the_confirmed_are_asked_a_follow_up_once(followed: Event) -> None:
    people = {status.value: a_registration(followed, status=status) for status in Status}
    see_to_follow_ups(clocks.now())
    see_to_follow_ups(clocks.now())
    assert told(people["confirmed"]) == ["asked_follow_up"]
    assert [status for status, person in people.items() if requests_to(person)] == ["confirmed"]


def test_who_is_confirmed_is_asked_when_it_can_no_longer_be_undone(followed: Event, clock: Any) -> None:
    person, owner = a_registration(followed, "academia", Status.PENDING), a_team_member(followed)
    made = decide(followed.id, person.reference, Action.APPROVE, "", 1, Organizer.account(owner.id))
    see_to_follow_ups(clocks.now())
    assert requests_to(person) == []
    clock.shift(made.mails_at - clocks.now() + timedelta(seconds=1))
    see_to_follow_ups(clocks.now())
    assert told(person) == ["confirmed", "asked_follow_up"]


def test_who_loses_the_place_is_asked_no_more_and_anew_with_a_new_one(
    followed: Event, clock: Any, pages: Pages
) -> None:
    person, owner = a_registration(followed, language="en"), a_team_member(followed)
    see_to_follow_ups(clocks.now())
    decide(followed.id, person.reference, Action.WAITLIST, "", 1, Organizer.account(owner.id))
    clock.shift(timedelta(minutes=2))
    see_to_follow_ups(clocks.now())
    assert "asked_follow_up" not in told(person), "the message that waited was dropped"
    assert "You are asked to answer" not in own_page(pages, person).text
    assert "no longer have to" in pages.get(f"{home(person)}/requests/{requests_to(person)[0].id}").text
    decide(followed.id, person.reference, Action.APPROVE, "", fresh(person).revision, Organizer.account(owner.id))
    clock.shift(timedelta(minutes=2))
    see_to_follow_ups(clocks.now())
    see_to_follow_ups(clocks.now())
    assert told(person).count("asked_follow_up") == 1
    assert len(requests_to(person)) == 1
    assert "You are asked to answer" in own_page(pages, person).text


def test_a_decision_that_was_undone_unnoticed_asks_nobody_twice(followed: Event, clock: Any) -> None:
    person, owner = a_registration(followed), a_team_member(followed)
    see_to_follow_ups(clocks.now())
    clock.shift(timedelta(minutes=1))
    made = decide(followed.id, person.reference, Action.WAITLIST, "", 1, Organizer.account(owner.id))
    see_to_follow_ups(clocks.now())
    undo(followed.id, person.reference, made.id, Organizer.account(owner.id))
    clock.shift(timedelta(minutes=5))
    see_to_follow_ups(clocks.now())
    assert told(person) == ["asked_follow_up"]


def test_who_has_not_answered_is_reminded_once(followed: Event, clock: Any, pages: Pages) -> None:
    person, done = a_registration(followed, language="en"), a_registration(followed, language="en")
    see_to_follow_ups(clocks.now())
    answer = pages.get(f"{home(done)}/requests/{requests_to(done)[0].id}")
    answer.submit("Send my answers", {"way": "bus"}).follow()
    clock.shift(timedelta(days=19))
    see_to_follow_ups(clocks.now())
    see_to_follow_ups(clocks.now())
    assert told(person) == ["asked_follow_up", "ask_reminder"]
    assert "ask_reminder" not in told(done)


def test_follow_up_is_closed_after_its_day(followed: Event, clock: Any, pages: Pages) -> None:
    person = a_registration(followed, language="en")
    see_to_follow_ups(clocks.now())
    address = f"{home(person)}/requests/{requests_to(person)[0].id}"
    page = pages.get(address)
    clock.shift(timedelta(days=22))
    assert "could be answered until" in pages.get(address).text
    assert "could be answered until" in page.submit("Send my answers", {"way": "bus"}, status=409).text
    assert "could be answered until" in own_page(pages, person).text
    assert requests_to(person)[0].answered_at is None


def test_answers_to_a_follow_up_can_be_changed_and_sensitive_ones_stay_out_of_mails(
    followed: Event, pages: Pages
) -> None:
    person = a_registration(followed, language="en")
    see_to_follow_ups(clocks.now())
    address = f"{home(person)}/requests/{requests_to(person)[0].id}"
    sent = pages.get(address).submit("Send my answers", {}, status=422)
    assert sent.errors
    sent.submit("Send my answers", {"way": "bus", "passport": "X9-SECRET"}).follow()
    page = pages.get(address)
    page.submit("Send my answers", {"way": "bus", "passport": "Y8-SECRET"}).follow()
    assert load_answers(fresh(person))["passport"] == ["Y8-SECRET"]
    assert all("SECRET" not in mail.text + mail.html for mail in mails(person) + mails(person, "contact"))
    shown = own_page(pages, person)
    assert "Way of travel" in shown.text
    assert "Y8-SECRET" in shown.text
    assert "Way of travel" not in shown.click("Change my answers").text


@pytest.mark.both_databases
def test_correction_asks_what_was_answered_as_it_was_asked(pages: Pages, app: Flask) -> None:
    event = an_event()
    person, owner = a_registration(event, answers={"sex": ["man"]}, language="en"), a_team_member(event)
    a_version(event)
    ask_for_correction(
        event.id, person.reference, ["sex", "agrees", "email", "nobody"], "Please check.", Organizer.account(owner.id)
    )
    assert told(person) == ["asked_correction"]
    request = requests_to(person)[0]
    assert request.question_keys == ["sex"]
    page = pages.get(f"{home(person)}/requests/{request.id}")
    assert "Please check." in page.text
    page.submit("Send my answers", {"sex": "woman"}).follow()
    assert load_answers(fresh(person))["sex"] == ["woman"]
    assert find_asked(fresh(person)).versions["sex"] == person.questionnaire_id


@pytest.mark.parametrize(
    ("status", "keys", "reason", "refusal"),
    [
        (Status.CONFIRMED, ["sex"], "", RequestReason.REASON_MISSING),
        (Status.CONFIRMED, ["email"], "x", RequestReason.NOTHING_CHOSEN),
        (Status.DECLINED, ["sex"], "x", RequestReason.NOT_CONCERNED),
    ],
)
def test_correction_is_refused(
    app: Flask, status: Status, keys: list[str], reason: str, refusal: RequestReason
) -> None:
    event = an_event()
    person = a_registration(event, status=status)
    with pytest.raises(Refused) as refused:
        ask_for_correction(event.id, person.reference, keys, reason, Organizer.account(a_team_member(event).id))
    assert refused.value.reason is refusal
    assert told(person) == []


def test_who_withdrew_is_asked_nothing(followed: Event) -> None:
    person = a_registration(followed)
    withdraw(followed.id, person.id)
    see_to_follow_ups(clocks.now())
    assert requests_to(person) == []
    assert db.session.is_active


def test_hidden_question_of_a_follow_up_does_not_block_and_what_is_sent_for_it_is_ignored(
    app: Flask, pages: Pages
) -> None:
    """Case 22: the condition looks at another question of the follow-up, and at one of the registration."""
    event = an_event()
    section = travel()
    section["questions"][1]["is_required"] = True
    section["questions"].append(
        {
            "key": "from",
            "kind": "short_text",
            "label": {"es": "Ciudad", "en": "City of departure"},
            "is_required": True,
            "condition": {"question": "travels", "is": ["yes"]},
        }
    )
    a_version(event, section)
    person = a_registration(event, answers={"travels": ["no"]}, language="en")
    see_to_follow_ups(clocks.now())
    page = pages.get(f"{home(person)}/requests/{requests_to(person)[0].id}")
    assert "City of departure" not in page.text
    page.submit("Send my answers", {"way": "bus", "flight": "AM 540"}, status=303)
    assert "flight" not in load_answers(fresh(person))
    page.submit("Send my answers", {"way": "air"}, status=422)
    page.submit("Send my answers", {"way": "air", "flight": "AM 540"}, status=303)
    assert load_answers(fresh(person))["flight"] == ["AM 540"]
