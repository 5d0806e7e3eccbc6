"""The list costs as many statements for sixty people as for six, and never more than twelve."""

from __future__ import annotations

import pytest
from flask import Flask

from eventreg.db import transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.rules.team import TeamRole
from eventreg.settings.queries import forget_settings
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event
from tests.questionnaire import EVERY_KIND
from tests.support.pages import Pages
from tests.support.statements import counted

MOST = 12
VIEWS = (
    "",
    "status=pending&status=confirmed&country=MX&category=government&way=~",
    "q=ana",
    "answer.sex=woman&answer.experience=1..50&answer.agrees=yes&day=~&note=!yes",
    "trouble=mail",
    "duplicates=yes",
    "from=2020-01-01&to=2030-01-01",
    "order=answer.sex&columns=person,email,answer.sex,answer.worked_in,answer.letter",
    "order=-country",
    "columns=person,tags,notes,answer.agrees,answer.experience",
)


def fill(event: Event, number: int) -> None:
    for index in range(number):
        answers = {"sex": ["woman"], "experience": [str(index % 60)], "worked_in": ["DE", "FR"], "days": []}
        a_registration(event, "government", "pending" if index % 2 else "confirmed", answers=answers)


@pytest.mark.both_databases
@pytest.mark.usefixtures("clock")
def test_statements_do_not_grow_with_the_people(app: Flask, pages: Pages) -> None:
    events = []
    for number in (6, 54):
        event = an_event()
        a_questionnaire(event, EVERY_KIND)
        fill(event, number)
        events.append(event)
    owner = a_team_member(events[0], TeamRole.OWNER)
    with transaction() as session:
        session.add(TeamMember(event_id=events[1].id, account_id=owner.id, role=TeamRole.OWNER))
    desk = pages.sign_in(owner)
    for view in VIEWS:
        numbers, said = [], []
        for event in events:
            forget_settings()  # else they could be read anew in the middle
            with counted() as statements:
                desk.get(f"/manage/events/{event.slug}/registrations?{view}")
            numbers.append(len(statements))
            said.append(statements)
        assert numbers[0] == numbers[1] <= MOST, (
            view,
            numbers,
            [each for each in max(said, key=len) if each not in min(said, key=len)],
        )
