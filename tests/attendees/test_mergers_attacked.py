"""Where a registration went is told to whoever may know of it. Case 1."""

from __future__ import annotations

from flask import Flask

from eventreg.attendees.models import Merger
from eventreg.db import transaction
from eventreg.kernel.clock import now
from tests.builders import a_registration, a_team_member, an_event
from tests.reports.test_narrowed import a_narrowed
from tests.support.pages import Pages


def test_who_sees_a_part_is_not_told_of_one_that_was_merged_out_of_sight(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)
    seen, hidden = a_registration(event, "academia"), a_registration(event, "government")
    with transaction() as session:
        session.add(Merger(registration_id=seen.id, into_id=hidden.id, account_id=owner.id, merged_at=now()))
    address = f"/manage/events/{event.slug}/registrations/{seen.reference}"
    assert hidden.reference in pages.sign_in(owner).get(address).html
    narrowed = a_narrowed(event, "reviewer", only_categories=["academia"])
    assert hidden.reference not in pages.sign_in(narrowed).get(address).html
