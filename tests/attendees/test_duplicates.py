"""Likely duplicates: found by name, telephone and an address used before, never out of sight, not those kept apart or merged."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventreg.attendees.models import KeptApart, Merger
from eventreg.attendees.queries.duplicates import Sameness, is_likely_double, list_alike, list_groups
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.rules.team import EVERYTHING, Scope, Sight
from eventreg.kernel.clock import now
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import conditions
from tests.builders import a_registration, a_team_member, an_event

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.both_databases]


def found(event: Event, sight: Sight = EVERYTHING) -> set[str]:
    """Return the references that the list's filter finds; the groups must say the same."""
    statement = select(Registration.reference).where(
        Registration.event_id == event.id, is_likely_double(event.id, sight), *conditions(event.id, sight.scope)
    )
    references = set(db.session.scalars(statement))
    groups, is_all = list_groups(event.id, sight)
    assert is_all
    assert references == {member.reference for group in groups for member in group.members}
    return references


def of(*registrations: Registration) -> set[str]:
    return {registration.reference for registration in registrations}


def test_name_and_phone_however_they_are_written_find_one_person_twice() -> None:
    event, other = an_event(), an_event()
    one = a_registration(event, given_name="María José", family_name="Núñez Demo", phone="+52 962 555 0123")
    same_name = a_registration(event, given_name="maria josé", family_name="NUÑEZ  demo")
    same_phone = a_registration(event, phone="962-555-0123")
    a_registration(event, "academia", "cancelled", given_name="María José", family_name="Núñez Demo")
    a_registration(event, phone="")
    a_registration(other, given_name="María José", family_name="Núñez Demo", phone="+52 962 555 0123")
    assert found(event) == of(one, same_name, same_phone)
    groups, _ = list_groups(event.id, EVERYTHING)
    assert [[member.id for member in group.members] for group in groups] == [[one.id, same_name.id, same_phone.id]]
    assert groups[0].samenesses == {Sameness.NAME, Sameness.PHONE}
    assert [(alike.id, set(same)) for alike, same in list_alike(one, EVERYTHING)] == [
        (same_name.id, {Sameness.NAME}),
        (same_phone.id, {Sameness.PHONE}),
    ]


def test_the_address_of_a_cancelled_one_counts_until_it_is_merged() -> None:
    event = an_event()
    old = a_registration(event, "academia", "cancelled", email="ana@instituto.example")
    older = a_registration(event, "academia", "cancelled", email="ANA@instituto.example")
    assert found(event) == set(), "two that are both cancelled ask for nothing"
    live = a_registration(event, email="Ana@instituto.example")
    assert found(event) == of(old, older, live)
    account = a_team_member(event)
    with transaction() as session:
        session.add(Merger(registration_id=old.id, into_id=live.id, account_id=account.id, merged_at=now()))
    assert found(event) == of(older, live)
    assert [alike.id for alike, _ in list_alike(live, EVERYTHING)] == [older.id]
    assert not list_alike(old, EVERYTHING)


def test_two_who_are_kept_apart_are_two() -> None:
    event = an_event()
    one, two = (a_registration(event, given_name="Ana", family_name="Demo") for _ in range(2))
    keep_apart(event, one, two)
    assert found(event) == set()
    assert not list_alike(one, EVERYTHING)
    third = a_registration(event, given_name="Ana", family_name="Demo")
    assert found(event) == of(one, two, third), "the third may be the one or the other"
    keep_apart(event, two, third)
    assert found(event) == of(one, third)


def test_nobody_is_told_of_people_out_of_sight_or_of_equal_addresses_unseen() -> None:
    event = an_event()
    here = a_registration(event, "academia", given_name="Ana", family_name="Demo", phone="555 010 2030")
    a_registration(event, "government", given_name="Ana", family_name="Demo")
    same_phone = a_registration(event, "academia", phone="555 010 2030")
    assert found(event, Sight(Scope(categories=frozenset({"academia"})))) == of(here, same_phone)
    narrow = Sight(Scope(categories=frozenset({"academia"})), has_contact_data=False)
    assert found(event, narrow) == set()
    assert list_alike(here, narrow) == []


def keep_apart(event: Event, one: Registration, two: Registration) -> None:
    account = a_team_member(event)
    first, second = sorted((one.id, two.id))
    with transaction() as session:
        session.add(KeptApart(first_id=first, second_id=second, account_id=account.id, decided_at=now()))
