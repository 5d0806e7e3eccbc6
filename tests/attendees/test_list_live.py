"""What a colleague does while a list is open is told to it: what is in sight, and no more."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.attendees.queries.person import newest_position
from eventreg.attendees.services.reasons import save_view
from eventreg.attendees.services.team_acts import look_at_questions
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.events.rules.team import Permission, TeamRole
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.decisions import decide
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.support.pages import Pages
from tests.support.statements import counted


@pytest.fixture
def event(app: Flask) -> Event:
    """An event of twenty places."""
    return an_event(capacity=20)


def asked(
    desk: Pages, event: Event, since: int, *shown: Registration | str, state: str = "", loaded: int | None = None
) -> Any:
    """Return what an open list is told; None when there is nothing."""
    references = [each if isinstance(each, str) else each.reference for each in shown]
    query = urlencode({"since": since, "loaded": since if loaded is None else loaded, "shown": ".".join(references)})
    address = f"/manage/events/{event.slug}/registrations/changes?{query}" + (f"&{state}" if state else "")
    answer = desk.get(address, None, sound=False)
    return answer.response.get_json() if answer.status == 200 else None


@pytest.mark.both_databases
def test_a_colleagues_decision_is_told_with_who_it_was(event: Event, pages: Pages) -> None:  # case 18
    person, other = (a_registration(event, "academia", Status.PENDING) for _ in range(2))
    colleague = a_team_member(event, name="Rita Revisora")
    desk = pages.sign_in(a_team_member(event))
    since = newest_position(event.id)
    assert asked(desk, event, since, person, other) is None
    decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(colleague.id))
    told = asked(desk, event, since, person, other)
    assert list(told["rows"]) == [person.reference]
    row = told["rows"][person.reference]
    assert "changed by Rita Revisora" in row
    assert f'value="{person.reference}.2"' in row
    assert "Confirmed" in row
    assert told["counts"] | {"pending": 1, "confirmed": 1, "all": 2} == told["counts"]
    assert told["said"] == "1 line changed by Rita Revisora."
    assert (told["gone"], told["news"]) == ([], "")
    assert asked(desk, event, told["revision"], person, other) is None


@pytest.mark.both_databases
def test_who_comes_meanwhile_is_announced_and_not_put_in(event: Event, pages: Pages) -> None:
    person = a_registration(event, "academia", Status.PENDING)
    desk = pages.sign_in(a_team_member(event))
    loaded = newest_position(event.id)
    for _ in range(2):
        register_somebody(event, "academia")
    told = asked(desk, event, loaded, person)
    assert (told["rows"], told["news"]) == ({}, "2 new: show")
    register_somebody(event, "government")
    assert asked(desk, event, told["revision"], person, loaded=loaded)["news"] == "3 new: show"
    assert asked(desk, event, loaded, person, state="category=government")["news"] == "1 new: show"


def test_looking_is_no_change_and_neither_is_what_is_of_no_registration(event: Event, pages: Pages) -> None:
    person, owner = a_registration(event), a_team_member(event)
    desk = pages.sign_in(owner)
    since = newest_position(event.id)
    look_at_questions(person, ["diet"], Organizer.account(owner.id))
    save_view(event.id, Organizer.account(owner.id), "Vista", "", is_shared=False)
    assert set(asked(desk, event, since, person)) == {"revision"}


@pytest.mark.both_databases
def test_what_leaves_the_sight_is_taken_away_without_a_word_about_it(event: Event, pages: Pages) -> None:  # case 3
    inside, outside = a_registration(event, "academia", Status.PENDING), a_registration(event, "government")
    owner, narrowed = a_team_member(event), a_team_member(event, TeamRole.REVIEWER)
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == narrowed.id)).one()
        member.only_categories, member.withheld = ["academia"], [Permission.SEE_CONTACT_DATA.value]
    desk = pages.sign_in(narrowed)
    since = newest_position(event.id)
    decide(event.id, outside.reference, Action.DECLINE, "No hay lugar.", 1, Organizer.account(owner.id))
    told = asked(desk, event, since, inside)
    assert set(told) == {"revision"}
    told = asked(desk, event, since, inside, outside, "PRU-NADIE1")
    assert told["rows"] == {}
    assert told["gone"] == [outside.reference, "PRU-NADIE1"], "one that is there and one that is not are told alike"
    assert told["counts"]["all"] == 1
    assert told["taken"] == ""


def test_another_events_people_are_nobody(event: Event, pages: Pages) -> None:  # case 2
    other = an_event()
    stranger = a_registration(other, "academia", Status.PENDING)
    desk = pages.sign_in(a_team_member(event))
    since = newest_position(event.id)
    person = a_registration(event, "academia", Status.PENDING)
    decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(a_team_member(event).id))
    told = asked(desk, event, since, stranger)
    assert (told["rows"], told["gone"]) == ({}, [stranger.reference])


def test_asking_for_nothing_costs_one_statement_beside_those_of_every_page(event: Event, pages: Pages) -> None:
    people = [a_registration(event, "academia", Status.PENDING) for _ in range(30)]
    desk = pages.sign_in(a_team_member(event))
    desk.get(f"/manage/events/{event.slug}/registrations")
    since = newest_position(event.id)
    with counted() as nothing:
        assert asked(desk, event, since, *people) is None
    assert len(nothing) <= 4, "\n".join(nothing)
    colleague = a_team_member(event)
    numbers = []
    for portion in (people[:1], people[1:]):
        for person in portion:
            decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(colleague.id))
        with counted() as statements:
            since = asked(desk, event, since, *people)["revision"]
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 14


@pytest.mark.parametrize(
    "query", ["since=%27&loaded=x", "since=0&loaded=0&shown=%F0%9F%98%80", "since=0", "shown=" + "A." * 500]
)
def test_hostile_questions_are_answered(event: Event, pages: Pages, query: str) -> None:  # case 63
    a_registration(event)
    desk = pages.sign_in(a_team_member(event))
    answer = desk.get(f"/manage/events/{event.slug}/registrations/changes?{query}", None, sound=False)
    assert answer.status in (200, 204)


def test_names_are_text_in_what_is_told(event: Event, pages: Pages) -> None:
    person = a_registration(event, "academia", Status.PENDING, given_name="<b>Ana</b>", family_name='"><script>')
    desk = pages.sign_in(a_team_member(event))
    since = newest_position(event.id)
    decide(
        event.id,
        person.reference,
        Action.APPROVE,
        "",
        1,
        Organizer.account(a_team_member(event, name="<i>Rita</i>").id),
    )
    row = asked(desk, event, since, person)["rows"][person.reference]
    assert "<script>" not in row
    assert "<b>" not in row
    assert "<i>" not in row
    db.session.remove()
