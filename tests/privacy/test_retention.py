"""What is held goes when its time is over: by question, by the notice that was seen, in turns, with a receipt. Case 51."""

from __future__ import annotations

import copy
import re
import signal
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from eventreg.attendees.queries.people import list_definitions
from eventreg.audit.queries import TrailFilter, find_broken_position, list_trail
from eventreg.audit.services import Actor
from eventreg.db import Base, db, transaction
from eventreg.demo.services import add_registrations, load_seminar
from eventreg.events.models import Event, EventDay, PrivacyNotice
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.publication import Publication
from eventreg.kernel import clock as our_clock
from eventreg.kernel.errors import NotFound, Refused
from eventreg.privacy.holdings import HOLDINGS
from eventreg.privacy.models import Deletion, Hold
from eventreg.privacy.retention import get_plan
from eventreg.privacy.running import (
    RETENTION_JOB,
    due_amounts,
    let_all_go,
    lift_hold,
    place_hold,
    save_periods,
    see_to_retention,
)
from eventreg.registration.models import Answer, ErasedRegistration, Registration
from eventreg.selfservice.services import save_form
from eventreg.web.instance import config
from tests.builders import a_notice, a_questionnaire, a_registration, a_team_member, an_event
from tests.questionnaire import DEFINITION
from tests.support.killed import Work, let_leases_end
from tests.support.pages import Pages
from tests.world import build_world

HOLDING_KEYS = frozenset(holding.key for holding in HOLDINGS)
LONG_AFTER = timedelta(days=800)
LET_GO = "eventreg.privacy.running._let_go"


def now() -> Any:
    return our_clock.now()


def gone(event: Event, days_after: int, clock: Any) -> dict[str, int]:
    """Move to so many days after the event's last, let go what is due, and return how many went of what."""
    last = max(db.session.scalars(select(EventDay.held_on).where(EventDay.event_id == event.id)))
    db.session.rollback()
    clock.shift(timedelta(days=(last - now().date()).days + days_after))
    return {each.holding: each.number for each in let_all_go(event.id, now())}


def everything_held() -> str:
    """Return all that stands in any table, as one text."""
    rows = [db.session.execute(select(table)).all() for table in Base.metadata.tables.values()]
    return "\n".join(repr(tuple(row)) for of_table in rows for row in of_table)


@pytest.mark.both_databases
def test_dry_run_equals_the_run_to_the_number_and_nobody_is_left(app: Flask, pages: Pages, clock: Any) -> None:
    demo = load_seminar(now())
    add_registrations(demo.event_id, 60)
    world = build_world(app)
    people = db.session.scalars(select(Registration)).all()
    markers = {value for person in people for value in (person.email, person.reference, person.phone) if value}
    clock.shift(LONG_AFTER)
    for event_id in db.session.scalars(select(Event.id)).all():
        foreseen = {(each.line.holding.key, each.line.days): each.number for each in due_amounts(event_id, now())}
        receipts = let_all_go(event_id, now())
        assert {(each.holding, each.days): each.number for each in receipts} == foreseen
        assert due_amounts(event_id, now()) == []
        assert let_all_go(event_id, now()) == []
        assert find_broken_position(event_id) is None
    db.session.rollback()
    assert db.session.scalar(select(func.count(ErasedRegistration.id))) == len(people)
    assert db.session.scalar(select(func.count(Answer.id))) == 0
    assert [path for path in config().uploads.glob("*") if path.is_file()] == []
    held = everything_held()
    assert [marker for marker in markers if marker in held] == []
    for page in ("", "/programme", "/privacy", "/conclusions"):
        assert pages.get(f"/events/{world.event.slug}{page}").status == 200


def test_notice_of_the_demo_names_exactly_what_the_program_does(app: Flask) -> None:
    demo = load_seminar(now())
    add_registrations(demo.event_id, 5)
    periods: dict[str, set[int]] = {}
    for line in get_plan(demo.event_id, now()).lines:
        periods.setdefault(line.holding.key, set()).add(line.days)
    named = {
        "answers": {30, 90, 365}, "uploads": {90, 365}, "column_phone": {90}, "invitations": {30},
        "invitation_messages": {30}, "history": {730}, "saved_forms": {14}, "addresses": {30},
        "erasures": {30},
    }  # fmt: skip
    others = {key: {365} for key in periods.keys() - named.keys()}
    assert periods == named | others
    (asked,) = list_definitions(demo.event_id).values()
    sooner = {each.key: each.retention_days for each in asked.questions() if each.retention_days not in (None, 365)}
    assert sooner == dict.fromkeys(("diet", "accessibility", "needs_detail"), 30) | {
        "phone": 90,
        "nomination_letter": 90,
    }
    notice = db.session.scalars(select(PrivacyNotice).where(PrivacyNotice.event_id == demo.event_id)).one()
    said = {(key, days) for key, days in notice.made["kinds"].items()}
    by_question = {"registration", "answers", "uploads", "consents"}
    assert said == {(key, days) for key in HOLDING_KEYS - by_question for days in periods[key]}
    by_label = {label["es"]: group for group in notice.made["asked"] for label in group["what"]}
    questions = [each for each in asked.questions() if each.label["es"] in by_label]
    assert {each.key for each in asked.questions()} == {each.key for each in questions}
    for question in questions:
        group = by_label[question.label["es"]]
        assert (group["days"], group["why"], group["is_sensitive"]) == (
            question.retention_days, question.purpose, question.is_sensitive,
        )  # fmt: skip
    assert set().union(*periods.values()) == {group["days"] for group in notice.made["asked"]} | {
        days for _, days in said
    }
    # The organizers' own words name no period that could be another one.
    assert not [words for words in notice.body.values() if re.search(r"\d", words)]


@pytest.mark.both_databases
def test_nothing_goes_before_its_last_day_is_over_and_each_question_has_its_own(app: Flask, clock: Any) -> None:
    event = an_event()
    a_registration(event, answers={"diet": ["Sin nueces"], "travels": ["yes"]})
    assert gone(event, 30, clock) == {}
    assert gone(event, 32, clock) == {"answers": 1}
    left = set(db.session.scalars(select(Answer.question_key)))
    assert "diet" not in left
    assert {"travels", "days"} <= left
    assert gone(event, 365, clock) == {}
    assert gone(event, 367, clock)["registration"] == 1
    assert len(db.session.scalars(select(ErasedRegistration)).one().day_ids) == 2


@pytest.mark.both_databases
def test_an_answer_is_kept_no_longer_than_the_question_said_that_its_person_saw(app: Flask, clock: Any) -> None:
    """It said 30 days; a later version says 200, and 60 of another that had no period of its own."""
    event = an_event()
    early = a_registration(event, answers={"diet": ["Sin nueces"], "travels": ["yes"]})
    version = a_questionnaire(event, _with_periods(diet=200, travels=60))
    late = a_registration(event, answers={"diet": ["Vegano"], "travels": ["no"]}, questionnaire_id=version.id)
    ids = [early.id, late.id]
    assert gone(event, 32, clock) == {"answers": 1}
    assert _who_answered("diet") == ids[1:]
    assert gone(event, 62, clock) == {"answers": 2}
    assert _who_answered("travels") == []
    assert gone(event, 202, clock) == {"answers": 1}


@pytest.mark.both_databases
def test_nobody_is_kept_longer_than_the_notice_said_that_they_saw(app: Flask, clock: Any) -> None:
    event, owner = an_event(), Actor.account(1)
    first = a_notice(event, version=7, periods={"registration": 100})
    second = a_notice(event, version=8, periods={"registration": 400})
    _early, late = (a_registration(event, privacy_notice_id=notice.id).id for notice in (first, second))
    with transaction() as session:
        session.execute(update(Event).where(Event.id == event.id).values(retention={"registration": 400}))
    assert gone(event, 99, clock) == {}
    assert gone(event, 102, clock)["registration"] == 1
    assert db.session.scalars(select(Registration.id)).all() == [late]
    # A shorter period counts at once, for everybody.
    save_periods(event.id, get_event_whole(event.id).settings_revision, {"registration": 103}, owner)
    assert gone(event, 105, clock)["registration"] == 1


@pytest.mark.both_databases
def test_a_column_that_a_question_fills_goes_with_the_question_and_is_found_no_more(app: Flask, clock: Any) -> None:
    event = an_event()
    a_questionnaire(event, _with_periods(phone=90, institution=40))
    person = a_registration(event, phone="+52 962 123 4567")
    id_, email = person.id, person.email
    assert gone(event, 40, clock) == {}
    assert gone(event, 42, clock) == {"column_institution": 1}
    assert gone(event, 92, clock) == {"column_phone": 1}
    db.session.expire_all()
    row = db.session.get_one(Registration, id_)
    assert (row.phone, row.phone_key, row.institution, row.sort_institution) == ("", "", "", "")
    assert "1234567" not in row.search_text
    assert "instituto de prueba" not in row.search_text
    assert row.email == email


def test_without_address_or_name_nobody_is_left(app: Flask, clock: Any) -> None:
    event = an_event()
    a_questionnaire(event, _with_periods(email=50))
    version = a_questionnaire(event, _with_periods(email=50))
    a_registration(event, questionnaire_id=version.id)
    assert gone(event, 52, clock)["registration"] == 1


def test_an_event_without_days_counts_from_the_last_change_that_somebody_made(app: Flask, clock: Any) -> None:
    event = an_event()
    a_registration(event, answers={"diet": ["Sin nueces"]})
    with transaction() as session:
        session.execute(delete(EventDay).where(EventDay.event_id == event.id))
    clock.shift(timedelta(days=20))
    save_periods(event.id, event.settings_revision, {"messages": 20}, Actor.account(1))
    clock.shift(timedelta(days=29))
    assert let_all_go(event.id, now()) == []
    clock.shift(timedelta(days=3))
    # What the program does by itself is no change: the rest goes in its time.
    assert [each.holding for each in let_all_go(event.id, now())] == ["answers"]
    clock.shift(timedelta(days=366 - 32))
    assert "registration" in [each.holding for each in let_all_go(event.id, now())]


@pytest.mark.parametrize("publication", ["archived", "cancelled", "draft"])
def test_every_state_of_an_event_is_reached(app: Flask, clock: Any, publication: str) -> None:
    event = an_event()
    a_registration(event)
    with transaction() as session:
        session.get_one(Event, event.id).publication = Publication(publication)
    assert gone(event, 400, clock)["registration"] == 1


def test_nothing_goes_while_the_law_keeps_it_and_the_rest_is_there_to_the_number(app: Flask, clock: Any) -> None:
    event = an_event()
    owner = Actor.account(a_team_member(event).id)
    a_registration(event)
    until = db.session.scalars(select(EventDay.held_on)).all()[-1] + timedelta(days=500)
    place_hold(event.id, "Oficio 12/2027", until, owner)
    before = due_amounts(event.id, now() + timedelta(days=3000))
    save_form(
        event.id, event.categories[0].id, "k" * 22, {}, email="ana@instituto.example", language="es", client="192.0.2.7"
    )
    assert gone(event, 500, clock) == {"saved_forms": 1}, "as the page says: what is short-lived goes all the same"
    assert gone(event, 501, clock)["registration"] == 1
    assert before


def test_a_hold_is_lifted_with_a_reason_and_both_stand_in_the_history(app: Flask, clock: Any) -> None:
    event = an_event()
    owner = Actor.account(a_team_member(event).id)
    a_registration(event)
    with pytest.raises(Refused):
        place_hold(event.id, "Oficio", now().date() - timedelta(days=2), owner)
    place_hold(event.id, "Oficio 12/2027", now().date() + timedelta(days=3000), owner)
    hold = db.session.scalars(select(Hold)).one()
    assert gone(event, 400, clock) == {}
    lift_hold(event.id, hold.id, "Sentencia firme", owner)
    assert [each.holding for each in let_all_go(event.id, now())][-1:] == ["registration"]
    acts = [trace.entry.action for trace in list_trail(event.id, TrailFilter(record_kind="hold"), 9)]
    assert acts == ["hold_lifted", "hold_placed"]
    with pytest.raises(NotFound):
        lift_hold(event.id, hold.id, "Otra vez", owner)


def test_the_receipt_says_what_how_many_by_which_rule_and_names_nobody(app: Flask, clock: Any) -> None:
    event = an_event()
    name = a_registration(event, answers={"diet": ["Sin nueces"]}).given_name
    gone(event, 32, clock)
    (trace,) = list_trail(event.id, TrailFilter(action="data_let_go"), 9)
    assert trace.detail == {"holding": "answers", "count": 1, "kept_days": 30}
    assert (trace.entry.actor_kind, trace.entry.record_kind) == ("system", "event")
    receipt = db.session.scalars(select(Deletion)).one()
    assert (receipt.holding, receipt.number, receipt.days, receipt.ended_at) == ("answers", 1, 30, now())
    assert name not in str(trace.detail)


def test_what_was_there_before_the_program_could_let_go_has_a_grace(app: Flask, clock: Any) -> None:
    event = an_event(retained_until=now() + timedelta(days=2000))
    a_registration(event)
    assert gone(event, 1000, clock) == {}
    clock.shift(timedelta(days=1000))
    assert [each.holding for each in let_all_go(event.id, now())][-1:] == ["registration"]


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(240)
@pytest.mark.parametrize("is_after", [False, True])
def test_a_worker_that_is_killed_leaves_a_true_receipt_and_the_next_does_the_rest(
    app: Flask, work: Work, is_after: bool
) -> None:
    event = an_event(first_day=now().date() - timedelta(days=900))
    for _ in range(90):
        a_registration(event, answers={"diet": ["Sin nueces"], "travels": ["yes"]})
    foreseen = Counter[str]()
    for amount in due_amounts(event.id, now()):
        foreseen[amount.line.holding.key] += amount.number
    db.session.rollback()
    see_to_retention(now())
    for dies_at in (3, 5):
        assert work(LET_GO, dies_at=dies_at, is_after=is_after) == -signal.SIGKILL
        db.session.rollback()
        under_way = db.session.scalars(select(Deletion).where(Deletion.holding == "registration")).all()
        shells = db.session.scalar(select(func.count(ErasedRegistration.id)))
        assert sum(each.number for each in under_way) == shells
        let_leases_end(RETENTION_JOB)
    assert work() == 0
    db.session.rollback()
    found = Counter[str]()
    for each in db.session.scalars(select(Deletion)):
        found[each.holding] += each.number
        assert each.ended_at is not None
    assert found == foreseen
    assert db.session.scalar(select(func.count(Answer.id))) == 0


def _with_periods(**days: int) -> dict[str, Any]:
    """Return what the builders' events ask, with these periods."""
    definition = copy.deepcopy(DEFINITION)
    for section in definition["sections"]:
        for question in section["questions"]:
            if question["key"] in days:
                question["retention_days"] = days[question["key"]]
    return definition


def _who_answered(key: str) -> Sequence[int]:
    db.session.rollback()
    return db.session.scalars(select(Answer.registration_id).where(Answer.question_key == key)).all()
