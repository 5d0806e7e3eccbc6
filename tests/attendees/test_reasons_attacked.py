"""Reasons for many hold nobody's personal link: whoever reads it would act for that person. Case 33."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from eventreg.attendees.models import ReadyReason
from eventreg.db import db
from eventreg.registration.models import Decision
from tests.builders import a_registration, a_team_member, an_event
from tests.bulk.test_run_pages import ACADEMIA, chosen
from tests.support.pages import Pages

LINK = f"https://eventos.example/my/{'aB3_-' * 8}"
REFUSED = "Español: Take out the address of a personal page: whoever follows it acts for that person"


def test_a_reason_for_many_holds_nobodys_personal_link(app: Flask, pages: Pages) -> None:
    event = an_event(categories=[ACADEMIA])
    pages.sign_in(a_team_member(event))
    people = [a_registration(event, "academia", "pending", language=language) for language in ("es", "en")]
    draft = chosen(pages, event, "decline", people)
    refused = draft.submit("Decline 2 registrations", {"Español": f"Mire aquí: {LINK}"}, status=422)
    assert refused.errors() == [REFUSED]
    assert db.session.scalar(select(func.count(Decision.id))) == 0
    assert refused.submit("Decline 2 registrations", {"Español": "No hay lugar."}).follow().has("Finished. 2 of 2")


def test_nor_does_a_ready_made_one(app: Flask, pages: Pages) -> None:
    event = an_event(categories=[ACADEMIA])
    pages.sign_in(a_team_member(event))
    page = pages.get(f"/manage/events/{event.slug}/registrations/reasons")
    fields = {"It is for": "Decline", "What the team calls it": "Lleno", "text-es": LINK}
    assert page.submit("Add the reason", fields, 422).errors() == [REFUSED]
    assert db.session.scalar(select(func.count(ReadyReason.id))) == 0
