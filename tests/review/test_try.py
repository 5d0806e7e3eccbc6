import pytest
from flask import Flask
from tests.builders import *
from eventreg.review.rules.runs import *
from eventreg.registration.models import Registration

@pytest.mark.both_databases
def test_x(app, pages):
    event = an_event(capacity=2)
    owner = a_team_member(event)
    people = [a_registration(event, "academia", "pending", has_place=False) for _ in range(4)]
    pages.sign_in(owner)
    data = {"act":"approve","chosen":[f"{p.reference}.{p.revision}" for p in people]}
    page = pages.post(f"/manage/events/{event.slug}/registrations/runs", data, 303, token=True).follow()
    print(page.main)
    done = page.submit(page.texts("button", class_="govuk-button")[0] if False else "Approve 4 registrations").follow()
    print(done.main)
    page = pages.post(f"/manage/events/{event.slug}/registrations/runs?category=government", {"act":"approve","all":"1"}, 303, token=True).follow()
    print(page.main)
    print(pages.get(f"/manage/events/{event.slug}/registrations/runs").main)
