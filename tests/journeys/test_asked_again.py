"""From a changed question to the people who are asked again: as many as the page says. Cases 24, 29."""

from __future__ import annotations

import copy

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.db import db
from eventreg.registration.models import AnswerRequest
from eventreg.registration.queries.answers import find_asked
from tests.builders import a_draft, a_registration, a_team_member, an_event
from tests.registration.requesting import do_jobs, requests_to
from tests.support.pages import Pages


@pytest.mark.both_databases
def test_as_many_are_asked_as_the_page_says(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)
    people = {
        status: a_registration(event, status=status)
        for status in ("confirmed", "pending", "waitlisted", "declined", "cancelled", "unverified")
    }
    a_registration(event, "academia")
    draft = a_draft(event)
    pages.sign_in(owner)
    page = pages.get(f"/manage/events/{event.slug}/questions/publish")
    counted = page.submit(
        "See how many people are asked",
        {
            "Ask 4 people already registered to answer again: Arrival": True,
            "Español": "Hace falta el traslado.",
            "English": "For the transfer.",
        },
    )
    assert counted.has("4 people get a message")
    wording = copy.deepcopy(draft.definition)
    counted.submit("Publish questions").follow()
    do_jobs()
    assert db.session.scalar(select(func.count()).select_from(AnswerRequest)) == 4
    assert {status for status, person in people.items() if requests_to(person)} == {
        "confirmed",
        "pending",
        "waitlisted",
    }
    (request,) = requests_to(people["confirmed"])
    assert (request.question_keys, request.reason) == (["arrival"], "Hace falta el traslado.")
    asked = find_asked(people["confirmed"], with_open=True).definition
    assert [question.key for question in asked.questions()].count("arrival") == 1
    assert wording["sections"][1]["questions"][-1]["key"] == "arrival"
