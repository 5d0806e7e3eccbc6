"""Fictional registrations: consistent, reproducible, plainly fictional. Cases 40, 53."""

from __future__ import annotations

import copy
import re
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.audit.queries import find_broken_position
from eventreg.db import db
from eventreg.demo.rules.people import settle
from eventreg.demo.services import Loaded, add_registrations, load_seminar
from eventreg.demo.services.registrations import NotADemonstration
from eventreg.events.models import Category, Event
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.seats import Seats
from eventreg.exchange.rules.importing import CategoryRule
from eventreg.kernel import clock
from eventreg.kernel.text import folded
from eventreg.mail.models import MailMessage
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.registration.models import Answer, Consent, Decision, Place, Registration
from eventreg.registration.queries.answers import load_answers, open_answer
from eventreg.registration.rules.states import Status
from tests.builders import a_questionnaire, an_event
from tests.questionnaire import EVERY_KIND

PLAINLY = re.compile("demo|ejemplo|muestra|prueba|ensayo|fictici|inventad|example|sample|specimen|placeholder")
COUNT = 700  # more than one step, more than there are places


@pytest.fixture
def loaded(app: Flask) -> Loaded:
    return load_seminar(clock.now())


def people() -> list[tuple[str, str, str, str, Status]]:
    rows = db.session.scalars(select(Registration).order_by(Registration.id))
    return [(row.public_id, row.reference, row.full_name, row.email, row.status) for row in rows]


def taken(event_id: int) -> Counter[int]:
    return Counter(db.session.scalars(select(Place.category_id).where(Place.event_id == event_id)))


@pytest.mark.both_databases
def test_places_and_statuses_fit_each_other(loaded: Loaded) -> None:
    add_registrations(loaded.event_id, COUNT)
    event = get_event_whole(loaded.event_id)
    rows = db.session.scalars(select(Registration)).all()
    assert len(rows) == COUNT
    assert {row.status for row in rows} == set(Status) - {Status.UNVERIFIED}
    pending_count = {category.id for category in event.categories if category.pending_counts}
    expected = Counter(
        row.category_id
        for row in rows
        if row.status is Status.CONFIRMED or (row.status is Status.PENDING and row.category_id in pending_count)
    )
    counted = taken(event.id)
    assert counted == expected
    assert event.capacity is not None
    assert sum(counted.values()) <= event.capacity
    for category in event.categories:
        assert category.places is not None
        assert counted[category.id] <= category.places
    assert find_broken_position(event.id) is None


@pytest.mark.parametrize("count", [1, 40, 130, 200])
def test_nobody_waits_for_a_place_that_is_there(loaded: Loaded, count: int) -> None:
    add_registrations(loaded.event_id, count)
    event = get_event_whole(loaded.event_id)
    counted = taken(event.id)
    is_full = sum(counted.values()) == event.capacity
    waiting = set(db.session.scalars(select(Registration.category_id).where(Registration.status == Status.WAITLISTED)))
    for category in event.categories:
        assert category.id not in waiting or is_full or counted[category.id] == category.places
    assert bool(waiting) == (count == 200)


def test_limits_stay_where_they_are_enough(loaded: Loaded) -> None:
    add_registrations(loaded.event_id, 40)
    limits = db.session.execute(select(Event.capacity, Category.places).join(Category)).all()
    assert {tuple(row) for row in limits} == {(120, 60)}


def test_same_seed_gives_the_same_people(loaded: Loaded) -> None:
    add_registrations(loaded.event_id, 30, seed=7)
    first = people()
    for model in (Place, Registration):
        db.session.execute(model.__table__.delete())
    db.session.commit()
    add_registrations(loaded.event_id, 30, seed=7)
    assert people() == first


def test_another_seed_gives_others_and_more_go_on_from_there(loaded: Loaded) -> None:
    add_registrations(loaded.event_id, 20, seed=1)
    add_registrations(loaded.event_id, 20, seed=2)
    add_registrations(loaded.event_id, 20, seed=1)
    assert len({person[3] for person in people()}) == 60


def test_everybody_is_plainly_fictional(loaded: Loaded) -> None:
    add_registrations(loaded.event_id, 300)
    rows = db.session.scalars(select(Registration)).all()
    assert all(row.email.endswith(".example") for row in rows)
    plain = [row for row in rows if PLAINLY.search(folded(row.full_name))]
    assert len(plain) > 290  # the rest bears the same words in other scripts
    assert {row.language for row in rows} == {"es", "en"}
    assert db.session.scalar(select(func.count()).select_from(MailMessage)) == 0


def _answers_taken(event_id: int) -> dict[str, list[list[str]]]:
    """Fail where the form would not take an answer as it is; return those to each question that were asked."""
    event = get_event_whole(event_id)
    definition = definition_of(get_current_version(event.id))
    context = Context.of(event)
    keys = {category.id: category.key for category in event.categories}
    taken: dict[str, list[list[str]]] = {}
    for row in db.session.scalars(select(Registration)):
        given = {key: values for key, values in load_answers(row).items() if any(values)}
        agreed = db.session.scalars(select(Consent.purpose).where(Consent.registration_id == row.id, Consent.is_given))
        answers = {**given, **{purpose: ["yes"] for purpose in agreed}}
        hidden = definition.hidden_keys(keys[row.category_id], None, answers)
        for question in definition.questions_for(keys[row.category_id]):
            if question.key in hidden:
                continue
            values = given.pop(question.key, [])
            assert kinds.get(question.kind).clean(question, values, context) == values, question.key
            taken.setdefault(question.key, []).append(values)
        assert not given, "nothing that was not asked"
    return taken


def test_every_answer_would_be_taken_by_the_form(loaded: Loaded) -> None:
    add_registrations(loaded.event_id, 120)
    required = {
        question.key
        for question in definition_of(get_current_version(loaded.event_id)).questions()
        if question.is_required and question.kind != "consent"
    }
    taken = _answers_taken(loaded.event_id)
    assert len(required) > 5
    assert all(values for key in required for values in taken.get(key, []))


def test_every_kind_of_question_is_answered_or_passed_over(loaded: Loaded) -> None:
    """An event that asks everything there is, one option with places, and one question only of those who travel."""
    definition = copy.deepcopy(EVERY_KIND)
    stay, more = (section["questions"] for section in definition["sections"][1:3])
    next(question for question in stay if question["key"] == "topics")["options"][0]["places"] = 3
    next(question for question in more if question["key"] == "arrival")["condition"] = {
        "question": "travels",
        "is": ["yes"],
    }
    event = get_event_whole(loaded.event_id)
    kinds.checked_definition(definition, event.languages)
    a_questionnaire(event, definition)
    add_registrations(loaded.event_id, 150)
    taken = _answers_taken(loaded.event_id)
    asked = {question.key: question.kind for question in definition_of(get_current_version(event.id)).questions()}
    ledgers_and_files = {"file", "picture", "sessions", "heading", "static_text", "consent"}
    for key, answers in taken.items():
        assert any(answers) == (asked[key] not in ledgers_and_files), key
    assert {asked[key] for key in taken} >= kinds.NAMES - {"file", "long_text", "url"}, "what is not asked of some only"
    assert all("law" not in values for values in taken["topics"]), "it has places of its own"
    assert len(taken["arrival"]) < 100


def test_consents_are_recorded_with_their_words(loaded: Loaded) -> None:  # case 29
    add_registrations(loaded.event_id, 60)
    consents = db.session.scalars(select(Consent)).all()
    assert len(consents) == 180
    assert {consent.is_given for consent in consents} == {True, False}
    photographs = {consent.text for consent in consents if consent.purpose == "photographs"}
    assert photographs == {
        "Puedo aparecer en fotografías y video del seminario",
        "I may appear in photographs and video of the seminar",
    }


def test_decisions_lead_to_the_status(loaded: Loaded) -> None:
    add_registrations(loaded.event_id, 200)
    rows = db.session.execute(select(Decision, Registration).join(Registration)).all()
    assert rows
    for decision, row in rows:
        assert decision.status_after is row.status
        assert decision.decided_at == row.status_changed_at
        assert row.submitted_at <= decision.decided_at <= clock.now()
        assert bool(decision.reason) == (row.status is Status.DECLINED)
        assert decision.account_id == loaded.account_id


def test_people_are_found_without_accents(loaded: Loaded) -> None:  # case 40
    add_registrations(loaded.event_id, 300)
    rows = db.session.scalars(select(Registration).where(Registration.search_text.contains("nunez demo"))).all()
    assert rows
    assert {row.family_name.endswith("Núñez Demo") for row in rows} == {True}


def test_sensitive_answers_cannot_be_read_in_the_file(loaded: Loaded, instance: Path) -> None:  # case 53
    add_registrations(loaded.event_id, 300)
    sealed = db.session.scalars(select(Answer).where(Answer.sealed.is_not(None))).all()
    assert {answer.question_key for answer in sealed} == {"diet", "accessibility", "needs_detail"}
    assert all(answer.value is None for answer in sealed)
    details = [answer for answer in sealed if answer.question_key == "needs_detail"]
    rows = {row.id: row for row in db.session.scalars(select(Registration))}
    opened = {open_answer(rows[answer.registration_id], answer) for answer in details}
    assert any("demostración" in text for text in opened)
    stored = b"".join(path.read_bytes() for path in instance.glob("eventreg.db*"))
    assert b"Movilidad laboral" in stored  # what is not sensitive can be read there
    assert all(text.encode() not in stored for text in opened)


def test_real_event_is_left_alone(app: Flask) -> None:
    event = an_event()
    with pytest.raises(NotADemonstration):
        add_registrations(event.id, 5)
    assert people() == []


def test_progress_is_told(loaded: Loaded) -> None:
    told: list[int] = []
    add_registrations(loaded.event_id, 501, progress=told.append)
    assert told == [500, 501]


def test_people_beside_the_places_of_the_event_raise_none_of_its_limits() -> None:
    speaks = CategoryRule(2, "speakers", ApprovalRule.AT_ONCE, False)
    seats, statuses = settle(Seats(1, {1: None, 2: None}, {}, frozenset({2})), [(speaks, Status.CONFIRMED)] * 3)
    assert (seats.capacity, seats.whole.taken, statuses) == (1, 0, [Status.CONFIRMED] * 3)
