"""Moving somebody to another category: the places are decided anew under the lock. Cases 16, 18, 20."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from eventreg.accounts.models import Account
from eventreg.attendees.services.team_acts import TeamAct
from eventreg.db import db, transaction
from eventreg.events.models import Category, Event
from eventreg.events.organizers import Organizer
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.seats import Places
from eventreg.onbehalf.rules import action_of_move
from eventreg.onbehalf.services import moving
from eventreg.onbehalf.services.moving import CategoryMove, list_unanswered, move_to_category
from eventreg.registration.models import Place, Registration
from eventreg.registration.rules.states import Action, ChangeReason, ChangeRefused, Status
from eventreg.registration.services.places import PlaceCount
from tests.builders import AT_ONCE, BY_ORGANIZER, CATEGORIES, a_registration, a_team_member, an_event, text
from tests.registration.records import entries, fresh, history, last_mail, places_of, status_of, told
from tests.selfservice.test_concurrency import at_once

pytestmark = pytest.mark.usefixtures("clock")
FULL, FREE = Places(1, 1), Places(1)


@pytest.fixture
def event(app: Flask) -> Event:
    """One category that confirms at once, one that decides and counts who waits, one of a single place."""
    return an_event((*CATEGORIES, {"key": "press", "name": text("Prensa", "Press"), "approval": AT_ONCE, "places": 1}))


@pytest.fixture
def owner(event: Event) -> Account:
    return a_team_member(event)


def moved(event: Event, person: Registration, key: str, owner: Account, **wish: Any) -> Status:
    tells = wish.pop("tells", True)
    act = TeamAct(Organizer.account(owner.id), fresh(person).revision, tells)
    return move_to_category(event.id, person.reference, CategoryMove(key, **wish), act)


def category(event: Event, key: str) -> Category:
    found: Category = next(each for each in event.categories if each.key == key)
    return found


@pytest.mark.parametrize(
    ("status", "approval", "counts", "places", "is_approved", "action"),
    [
        (Status.CONFIRMED, AT_ONCE, False, FREE, False, None),
        (Status.CONFIRMED, AT_ONCE, False, FULL, False, Action.WAITLIST),
        (Status.CONFIRMED, BY_ORGANIZER, True, FREE, False, None),
        (Status.PENDING, AT_ONCE, False, FREE, False, Action.APPROVE),
        (Status.PENDING, AT_ONCE, False, FULL, False, Action.WAITLIST),
        (Status.PENDING, BY_ORGANIZER, False, FULL, False, None),
        (Status.PENDING, BY_ORGANIZER, True, FREE, False, None),
        (Status.PENDING, BY_ORGANIZER, True, FULL, False, Action.WAITLIST),
        (Status.WAITLISTED, AT_ONCE, False, FREE, False, None),
        (Status.DECLINED, AT_ONCE, False, FREE, False, None),
        (Status.UNVERIFIED, AT_ONCE, False, FREE, False, None),
    ],
)
def test_what_a_move_does_to_the_status(
    status: Status, approval: ApprovalRule, counts: bool, places: Places, is_approved: bool, action: Action | None
) -> None:
    assert action_of_move(status, approval, counts, places, is_approved) is action


@pytest.mark.both_databases
def test_a_confirmed_person_takes_a_place_of_the_new_category_and_frees_the_old_one(
    event: Event, owner: Account
) -> None:
    with transaction() as session:
        session.get_one(Category, category(event, "government").id).places = 1
    person, waiting = a_registration(event), a_registration(event, status="waitlisted")
    assert moved(event, person, "press", owner, words="Viene por su diario.") is Status.CONFIRMED
    held = places_of(event)
    assert held[person.id].category_id == category(event, "press").id
    assert held[waiting.id].category_id == category(event, "government").id
    assert (status_of(person), status_of(waiting)) == (Status.CONFIRMED, Status.CONFIRMED)
    mail = last_mail(person)
    assert (mail.template, entries(mail)) == ("registration/moved", [])
    assert "Viene por su diario." in mail.text
    assert history(person)[-1] == ("moved_to_category", {"changed": {"category": ["government", "press"]}})


@pytest.mark.both_databases
def test_without_a_place_there_a_confirmed_person_waits_approved(event: Event, owner: Account) -> None:
    a_registration(event, "press")
    person = a_registration(event)
    assert moved(event, person, "press", owner) is Status.WAITLISTED
    assert fresh(person).approved_at is not None
    assert person.id not in places_of(event)
    mail = last_mail(person)
    assert (mail.template, mail.calendar_method) == ("registration/waitlisted", "CANCEL")


@pytest.mark.both_databases
def test_whoever_waits_for_a_decision_is_taken_as_the_new_category_takes_people(event: Event, owner: Account) -> None:
    person = a_registration(event, "academia", "pending")
    assert moved(event, person, "press", owner, tells=False) is Status.CONFIRMED
    assert told(person) == []
    assert set(places_of(event)) == {person.id}
    assert moved(event, person, "academia", owner) is Status.CONFIRMED


@pytest.mark.both_databases
def test_whoever_waits_for_a_place_keeps_the_turn(event: Event, owner: Account) -> None:
    with transaction() as session:
        session.get_one(Category, category(event, "government").id).places = 0
    person = a_registration(event, status="waitlisted")
    since = fresh(person).waitlisted_at
    a_registration(event, "press")
    assert moved(event, person, "press", owner) is Status.WAITLISTED
    assert fresh(person).waitlisted_at == since
    moved(event, person, "government", owner)
    with transaction() as session:
        session.get_one(Category, category(event, "press").id).places = 2
    # A place is free there: the list moves by itself, in its order.
    assert moved(event, person, "press", owner) is Status.CONFIRMED


@pytest.mark.both_databases
def test_what_the_new_category_asks_and_is_not_answered_is_asked_for(event: Event, owner: Account) -> None:
    with transaction() as session:
        version = fresh_version(event)
        definition = {**version.definition}
        for section in definition["sections"]:
            for question in section["questions"]:
                if question["key"] == "field":
                    question["is_required"] = True
        version.definition = definition
        session.flush()
        session.execute(
            version.__table__.update().where(version.__table__.c.id == version.id).values(definition=definition)
        )
    person = a_registration(event)
    db.session.expire_all()
    db.session.refresh(fresh(person), ["category"])
    asked = [question.key for question in list_unanswered(fresh(person), category(event, "academia"))]
    assert "field" in asked
    moved(event, person, "academia", owner, asks=True)
    assert told(person)[-2:] == ["moved", "asked_correction"]


def fresh_version(event: Event) -> Any:
    from eventreg.questionnaires.queries import get_current_version

    return db.session.merge(get_current_version(event.id))


def test_what_is_no_other_category_or_no_longer_what_was_seen_is_refused(event: Event, owner: Account) -> None:
    person = a_registration(event)
    for key in ("government", "nowhere"):
        with pytest.raises(ChangeRefused) as refused:
            moved(event, person, key, owner)
        assert refused.value.reason is ChangeReason.NOT_POSSIBLE_NOW
    with pytest.raises(ChangeRefused) as refused:
        move_to_category(event.id, person.reference, CategoryMove("press"), TeamAct(Organizer.account(owner.id), 0))
    assert refused.value.reason is ChangeReason.CHANGED_MEANWHILE
    gone = a_registration(event, status="cancelled")
    with pytest.raises(ChangeRefused):
        moved(event, gone, "press", owner)


def move_both(app: Flask, event: Event, owner: Account, people: list[Registration]) -> list[Any]:
    acts = [TeamAct(Organizer.account(owner.id), person.revision) for person in people]
    return at_once(
        app,
        *(
            lambda person=person, act=act: move_to_category(event.id, person.reference, CategoryMove("press"), act)
            for person, act in zip(people, acts, strict=True)
        ),
    )


def in_press(event: Event) -> int:
    db.session.rollback()
    key = category(event, "press").id
    return db.session.query(Place).filter(Place.category_id == key).count()


@pytest.mark.both_databases
def test_two_moved_at_once_to_one_place_are_one_confirmed(app: Flask, event: Event, owner: Account) -> None:
    people = [a_registration(event) for _ in range(2)]
    outcomes = move_both(app, event, owner, people)
    assert sorted(outcome.value for outcome in outcomes) == ["confirmed", "waitlisted"]
    assert in_press(event) == 1


@pytest.mark.both_databases
def test_twin_that_counts_outside_the_lock_sees_two(
    app: Flask, event: Event, owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counting in the view would do: both find the place free."""
    people = [a_registration(event) for _ in range(2)]
    early = PlaceCount(event)

    class CountedEarly(PlaceCount):
        def of(self, category: Category) -> Places:
            return early.of(category)

    monkeypatch.setattr(moving, "PlaceCount", CountedEarly)
    move_both(app, event, owner, people)
    assert in_press(event) == 2
