"""Who signed up for a session: on the desk, as far as each member may see, and as a file."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from eventreg.audit.models import AuditEntry
from eventreg.db import db, transaction
from eventreg.events.models import Event, ProgrammeSession, TeamMember
from eventreg.events.rules.team import WHOLE
from eventreg.registration.services.places import choose_sessions
from eventreg.reports.queries.days import list_session_people
from tests.belongings import a_session, a_session_place
from tests.builders import a_registration, a_team_member, an_event
from tests.support.pages import Pages


@pytest.fixture
def workshop(event: Event) -> ProgrammeSession:
    """A session of one place that two people hold, one of each category, and one who signed up for nothing."""
    session = a_session(event, takes_sign_up=True, places=1)
    for category, name in (("government", "Gómez"), ("academia", "Álvarez")):
        a_session_place(session, a_registration(event, category, family_name=name))
    a_registration(event, family_name="Nadie")
    return session


def address(event: Event, session: ProgrammeSession) -> str:
    return f"/manage/events/{event.slug}/sessions/{session.public_id}/people"


def narrowed(pages: Pages, event: Event, role: str, **less: list[str]) -> Pages:
    account = a_team_member(event, role)
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).one()
        for name, values in less.items():
            setattr(member, name, values)
    return pages.sign_in(account)


def test_people_by_name_and_that_there_are_more_than_places(
    pages: Pages, event: Event, workshop: ProgrammeSession
) -> None:
    page = narrowed(pages, event, "reviewer").get(address(event, workshop))
    assert [text.split()[1] for text in page.texts("th", scope="row")] == ["Álvarez", "Gómez"]
    assert page.has("More people have signed up than there are places now. Nobody was removed.")


def test_a_narrowed_member_sees_only_theirs(pages: Pages, event: Event, workshop: ProgrammeSession) -> None:
    visitor = narrowed(pages, event, "manager", only_categories=["academia"], withheld=["see_contact_data"])
    page = visitor.get(address(event, workshop))
    assert len(page.texts("th", scope="row")) == 1
    assert "Gómez" not in page.html
    assert page.has("Only the people that you were given to see.")
    rows = exported(visitor, event, workshop)
    assert [row[1].split()[1] for row in rows[1:]] == ["Álvarez"]
    assert "Email address" not in rows[0]


def test_the_file_is_inert_and_recorded(pages: Pages, event: Event, workshop: ProgrammeSession) -> None:
    """Case 38."""
    a_session_place(workshop, a_registration(event, institution="=1+1", family_name="Zúñiga"))
    rows = exported(narrowed(pages, event, "manager"), event, workshop)
    assert len(rows) == 4
    assert rows[3][2] == "'=1+1"
    assert rows[0][-1] == "Email address"
    assert list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "exported"))) == ["exported"]


def test_sessions_of_another_event_are_not_there(pages: Pages, event: Event, workshop: ProgrammeSession) -> None:
    """Case 2."""
    other = an_event()
    visitor = pages.sign_in(a_team_member(other))
    visitor.get(f"/manage/events/{other.slug}/sessions/{workshop.public_id}/people", 404)
    visitor.post(f"/manage/events/{other.slug}/sessions/{workshop.public_id}/people.csv", {}, 404, token=True)


def test_a_registration_says_which_sessions_were_chosen(pages: Pages, event: Event, workshop: ProgrammeSession) -> None:
    person = list_session_people(event.id, workshop.id, WHOLE)[0]
    choose_sessions(event.id, person.id, [])
    choose_sessions(event.id, person.id, [a_session(event, 1, takes_sign_up=True).public_id])
    page = narrowed(pages, event, "reviewer").get(f"/manage/events/{event.slug}/registrations/{person.reference}")
    assert page.has("Data workshop")
    assert page.has("Chose sessions")
    assert page.has("Taller de datos → –")


def exported(visitor: Pages, event: Event, workshop: ProgrammeSession) -> list[list[str]]:
    answer = visitor.post(f"{address(event, workshop)}.csv", {}, 200, token=True)
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
