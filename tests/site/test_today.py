"""Today: what waits for somebody, with the list of each; the last days, and what colleagues did."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from eventreg.accounts.models import Account
from eventreg.attendees.annotations.notes import Written, write_note
from eventreg.db import transaction
from eventreg.events.models import Event, EventDay
from eventreg.events.organizers import Organizer
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import TeamRole
from eventreg.events.services.team import add_team_member
from eventreg.kernel.clock import now
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import AnswerRequest
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.decisions import decide
from eventreg.registration.services.follow_ups import see_to_follow_ups
from tests.attendees.list_people import mail_about
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event, register_somebody
from tests.questionnaire import DEFINITION
from tests.registration.requesting import travel
from tests.support.html import elements, text_of
from tests.support.pages import Page, Pages
from tests.support.statements import counted

pytestmark = pytest.mark.usefixtures("clock")

#: what each kind of matter of `busy_event` is called, the most urgent first
WAITING = (
    "Email not delivered",
    "Registrations to review",
    "Overdue answers",
    "Note that mentions you",
    "People waiting while places are free",
    "Missing: Letter",
    "Likely duplicates",
    "Email probably delivered",
    "Held messages",
)


def address(event: Event) -> str:
    return f"/manage/events/{event.slug}"


def busy_event() -> tuple[Event, Account, Account]:
    """An event at which each kind of matter waits, its owner and a colleague."""
    event = an_event(capacity=20)
    definition = copy.deepcopy(dict(DEFINITION))
    (letter,) = (each for part in definition["sections"] for each in part["questions"] if each["key"] == "letter")
    letter |= {"is_required": True, "categories": ["government"]}
    a_questionnaire(event, definition | {"sections": [*definition["sections"], travel()]})
    owner, colleague = a_team_member(event), a_team_member(event, name="Clara Colega")
    earlier = now() - timedelta(days=18)
    people = [a_registration(event, phone=phone, at=earlier) for phone in ("+52 962 111 1111", "+52 962 111 1111")]
    a_registration(event, "academia")
    see_to_follow_ups(now())
    with transaction() as session:
        session.execute(update(AnswerRequest).values(answer_by=(now() - timedelta(days=3)).date()))
    for _ in range(2):
        a_registration(event, "academia", Status.PENDING, at=earlier)
        a_registration(event, "academia", Status.WAITLISTED)
    by = Organizer.account(colleague.id)
    write_note(event.id, people[0].reference, Written("Mire", (owner.id,), False), by)
    with transaction() as session:
        session.add(mail_about(event.id, people[1].id, DeliveryState.FAILED, now()))
        session.add(mail_about(event.id, people[0].id, DeliveryState.DOUBTFUL, now()))
    register_somebody(event, "academia")
    return event, owner, colleague


def rows(page: Page) -> dict[str, tuple[int, str]]:
    """Return the number and the address of the list of each matter, by its title."""
    found = {}
    for row in page.all("li"):
        for link in elements(row, "a", class_="govuk-button"):
            title = text_of(next(elements(row, "h3")))
            number, _, name = title.partition(" ")
            found[name] = (int(number), link.get("href") or "")
    return found


@pytest.mark.both_databases
def test_each_number_is_that_of_the_list_it_leads_to(pages: Pages, app: Flask) -> None:
    event, owner, _colleague = busy_event()
    found = rows(pages.sign_in(owner).get(address(event)))
    assert tuple(found) == WAITING
    for name, (number, href) in found.items():
        table = next(element for element in pages.get(href).all("tbody"))
        assert len(list(elements(table, "tr"))) == number, name
    page = pages.get(address(event))
    assert page.title.startswith("Today: 9 matters")
    assert page.has("18 days the oldest")
    assert len(page.all("a", class_="govuk-button")) - len(page.all("a", class_="govuk-button--secondary")) == 1


@pytest.mark.both_databases
def test_one_today_over_all_events(pages: Pages, app: Flask) -> None:
    event, owner, _colleague = busy_event()
    other = an_event()
    a_registration(other, status=Status.PENDING)
    add_team_member(other.id, owner.id, TeamRole.REVIEWER, now())
    not_mine = an_event()
    a_registration(not_mine, status=Status.PENDING)
    with transaction() as session:
        session.get_one(Event, other.id).title = event.title
        for day in session.scalars(select(EventDay).where(EventDay.event_id == other.id)):
            day.held_on = day.held_on.replace(year=2031)
    page = pages.sign_in(owner).get("/manage/")
    found = [link.get("href") or "" for link in page.all("a", class_="govuk-button")]
    assert f"{address(event)}/registrations?status=pending" in found
    assert f"{address(other)}/registrations?status=pending" in found
    assert not any(href.startswith(address(not_mine)) for href in found)
    assert page.text.count("(2031)") > 1, "both are called the same: beside the matter, and in the list of events"


def test_somebody_is_found_from_today(pages: Pages, app: Flask) -> None:
    event = an_event()
    owner = a_team_member(event)
    a_registration(event, family_name="Xolocotzi")
    page = pages.sign_in(owner).get(address(event))
    assert page.submit("Search", {"q": "xolo"}).has("Ana Xolocotzi")
    viewer = Pages(app, "en").sign_in(a_team_member(event, TeamRole.VIEWER)).get(address(event))
    assert not viewer.all("input", type="search"), "whoever may see no people looks for none"


def test_it_does_not_cost_more_the_more_there_is(pages: Pages, app: Flask) -> None:
    event, owner, _colleague = busy_event()
    pages.sign_in(owner)
    for path, most in ((address(event), 25), ("/manage/", 12)):
        pages.get(path)
        numbers = []
        for _ in range(2):
            with counted() as statements:
                pages.get(path)
            numbers.append(len(statements))
            another = an_event()
            add_team_member(another.id, owner.id, TeamRole.OWNER, now())
            a_registration(event, status=Status.PENDING)
        assert numbers[0] == numbers[1] <= most


def test_nothing_is_a_good_state_and_a_draft_shows_what_is_missing(pages: Pages, app: Flask) -> None:
    event = an_event()
    owner = a_team_member(event)
    assert pages.sign_in(owner).get(address(event)).has("Nothing waits for anybody")
    draft = an_event(publication=Publication.DRAFT)
    add_team_member(draft.id, owner.id, TeamRole.OWNER, now())
    page = pages.get(address(draft))
    assert page.texts("h2")[0] == "What is missing"
    assert page.link("Preview and publish") == f"{address(draft)}/publication"
    assert not page.all("section", aria_labelledby="places")


def test_nothing_waits_for_a_decision_at_an_event_that_does_not_take_place(pages: Pages, app: Flask) -> None:
    event = an_event(publication=Publication.CANCELLED)
    a_registration(event, status=Status.PENDING)
    assert rows(pages.sign_in(a_team_member(event)).get(address(event))) == {}


def test_what_colleagues_did_is_told_and_what_oneself_did_is_not(pages: Pages, app: Flask) -> None:
    event = an_event()
    owner, colleague = a_team_member(event, name="Olga Dueña"), a_team_member(event, name="Clara Colega")
    waiting = [a_registration(event, "academia", Status.PENDING) for _ in range(3)]
    for each, account in zip(waiting, (colleague, colleague, owner), strict=True):
        decide(event.id, each.reference, Action.APPROVE, "", each.revision, Organizer.account(account.id))
    page = pages.sign_in(owner).get(address(event))
    assert page.has("Clara Colega: Approved the registration × 2")
    assert "Olga Dueña: " not in page.main
    assert page.texts("caption")[-1] == "Registrations received and decided, by day"
    assert page.has("3 received 3 decided")
