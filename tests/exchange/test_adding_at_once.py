"""Adding, files and merging while others do the same (cases 16, 17, 18). The test of the lock has a twin that sees the fault."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from eventreg.attendees.services.merging import Merging, merge
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.exchange.rules.importing import FileReason
from eventreg.exchange.services import importing, people
from eventreg.exchange.services.importing import confirm_import
from eventreg.kernel.errors import Refused
from eventreg.onbehalf.services.registering import OnBehalf, register_on_behalf
from eventreg.registration.emails import Occasion
from tests.builders import a_registration, a_submission, a_team_member, an_event
from tests.exchange.incoming import a_file, a_row, an_importer, tried
from tests.selfservice.test_concurrency import at_once, places_taken, statuses
from tests.support.waiting import meeting

PLACES = 3


def two_files(app: Flask, event: Event) -> list[Any]:
    """Put in two files of two people each, both tried while all places were free, at the same moment."""
    importer = an_importer(event)
    rows = [
        tried(event, a_file(*(a_row(email=f"p{file}{number}@instituto.example", category="Government") for number in range(2))),
              importer)[0].public_id
        for file in range(2)
    ]  # fmt: skip
    return at_once(app, *(lambda one=one: confirm_import(event.id, one, importer) for one in rows))


@pytest.mark.both_databases
def test_two_files_at_once_give_no_place_twice(app: Flask) -> None:
    """Case 16: the second is told that its trial holds no longer, and nothing of it is there."""
    event = an_event(capacity=PLACES)
    outcomes = two_files(app, event)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Put", "Refused"]
    assert any(isinstance(outcome, Refused) and outcome.reason is FileReason.DIFFERS for outcome in outcomes)
    assert statuses(event) == {"confirmed": 2}
    assert places_taken(event) == 2


@pytest.mark.both_databases
def test_twin_that_counts_outside_the_lock_gives_a_place_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    event = an_event(capacity=PLACES)
    early = threading.local()
    counted, inner_seats = meeting(2), people.seats_of

    def outside(event: Event) -> Any:
        return early.seats

    def put_people(event_id: int, *rest: Any) -> Any:
        early.seats = inner_seats(event)
        counted.wait()
        return real(event_id, *rest)

    real = people.put_people
    monkeypatch.setattr(people, "seats_of", outside)
    monkeypatch.setattr(importing, "put_people", put_people)
    two_files(app, event)
    assert statuses(event)["confirmed"] > PLACES


@pytest.mark.both_databases
def test_as_many_are_confirmed_on_behalf_as_there_are_places(app: Flask) -> None:
    """Case 16, and the same form of the team twice is one (case 17)."""
    event = an_event(capacity=PLACES)
    terms = OnBehalf(Organizer.account(a_team_member(event).id), is_approved=True, tells=False)
    forms = [a_submission(event, "academia") for _ in range(5)]
    occasion = Occasion.load(event)
    at_once(app, *(lambda one=one: register_on_behalf(event.id, one, occasion, terms) for one in (*forms, forms[0])))
    assert statuses(event) == {"confirmed": PLACES, "waitlisted": 2}
    assert places_taken(event) == PLACES


@pytest.mark.both_databases
def test_two_who_merge_one_pair_merge_it_once(app: Flask) -> None:
    """Case 18."""
    event = an_event()
    one, other = a_registration(event), a_registration(event, "academia", "pending")
    accounts = [a_team_member(event).id for _ in range(2)]
    wish = Merging(one.reference, other.reference, 1, 1)
    outcomes = at_once(app, *(lambda id_=id_: merge(event.id, wish, Organizer.account(id_)) for id_ in accounts))
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert statuses(event) == {"confirmed": 1, "cancelled": 1}
