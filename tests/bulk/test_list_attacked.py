"""Addresses and forms of the list that no page makes: they cost no more than others, and are no fault of ours. Case 63."""

from __future__ import annotations

from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.attendees.listing import ListShape, read_state
from eventreg.bulk.models import Run
from eventreg.db import db
from tests.builders import a_registration, a_team_member, an_event
from tests.bulk.test_runs import outcomes
from tests.support.pages import Pages

NUL = "A\x00B"


def test_an_address_of_thousands_of_filters_asks_for_some_of_them() -> None:
    letters = [chr(code) for code in range(ord("A"), ord("Z"))]
    countries = [one + other for one, other in product(letters, letters)]
    asked = {"country": countries, "institution": [f"~{one}" for one in countries], "language": countries}
    state = read_state(asked, ListShape())
    assert sum(len(each.terms) for each in state.filters) == 150
    assert [len(each.terms) for each in state.filters] == [60, 60, 30]
    assert state.has_unknown


@pytest.mark.both_databases
def test_what_no_database_takes_for_text_is_nobody(app: Flask, pages: Pages) -> None:
    event = an_event()
    pages.sign_in(a_team_member(event))
    person = a_registration(event)
    address, reference = f"/manage/events/{event.slug}/registrations", person.reference
    chosen = [f"{reference}.1", f"{NUL}.1", ".1", "ñ.1", "x.99999999999"]
    pages.post(f"{address}/runs", {"act": "approve", "chosen": chosen, "submission_key": NUL}, 303, token=True)
    assert outcomes(db.session.scalars(select(Run)).one()) == {"waiting": 1}
    for act in ("apart", "merge"):
        pages.post(f"{address}/duplicates/{act}", {"of": [NUL, reference]}, 404, token=True)
