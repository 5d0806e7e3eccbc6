from __future__ import annotations

import pytest
from flask import Flask

from eventreg.db import transaction
from eventreg.events.queries.public import get_public_event
from eventreg.kernel.clock import now
from eventreg.registration.models import Place
from eventreg.registration.queries.places import get_availability, list_availabilities
from eventreg.registration.rules.availability import RegistrationState
from tests.builders import AT_ONCE, BY_ORGANIZER, a_registration, an_event
from tests.support.statements import counted

TWO_EACH = (
    {"key": "government", "name": {"es": "Gobierno"}, "approval": AT_ONCE, "places": 2},
    {"key": "academia", "name": {"es": "Academia"}, "approval": BY_ORGANIZER, "pending_counts": True, "places": 2},
)

pytestmark = pytest.mark.both_databases


def test_places_of_the_ledger_are_counted_by_category(app: Flask) -> None:
    event = an_event(TWO_EACH, capacity=4, few_places=1)
    for status in ("confirmed", "declined", "cancelled", "waitlisted", "unverified"):
        a_registration(event, "government", status)
    a_registration(event, "academia", "pending")
    a_registration(event, "academia", "pending")
    found = get_availability(get_public_event(event.slug).event, now())
    assert found.free == 1
    assert found.state is RegistrationState.FEW_PLACES
    assert found.waiting == {event.categories[1].id}


def test_a_place_set_free_by_a_decision_counts_until_the_time_to_undo_is_over(app: Flask) -> None:
    event = an_event(TWO_EACH[:1], capacity=1)
    a_registration(event)
    with transaction() as session:
        session.query(Place).update({"released_at": now()})
    assert get_availability(get_public_event(event.slug).event, now()).state is RegistrationState.WAITING_LIST


def test_several_events_are_counted_apart_in_one_statement(app: Flask) -> None:
    full, empty = an_event(TWO_EACH[:1], capacity=1), an_event(TWO_EACH[:1], capacity=100)
    a_registration(full)
    events = [get_public_event(event.slug).event for event in (full, empty)]
    with counted() as statements:
        found = list_availabilities(events, now())
    assert len(statements) == 1
    assert found[full.id].state is RegistrationState.WAITING_LIST
    assert found[empty.id].free == 2
