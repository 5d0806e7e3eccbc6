"""The page of an event's figures. Cases 1 to 3, 41."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.db import transaction
from eventreg.events.models import Event, TeamMember
from eventreg.kernel.clock import now
from eventreg.registration.rules.states import Status
from tests.builders import a_questionnaire, a_registration, a_team_member, an_account, an_event, register_somebody
from tests.questionnaire import DEFINITION
from tests.support.html import elements, text_of
from tests.support.pages import Page, Pages
from tests.support.statements import counted

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def event(app: Flask) -> Event:
    """An event of thirty places, some of whose people come from one country alone."""
    event = an_event(capacity=30)
    for number in range(9):
        a_registration(event, country="GT", answers={"sex": ["woman"]}, at=now() - timedelta(days=number % 3))
    for _ in range(6):
        a_registration(event, "academia", Status.PENDING, country="MX", answers={"sex": ["man"]})
    for _ in range(2):
        a_registration(event, country="BZ", institution="Colegio de Belice")
    a_registration(event, status=Status.CANCELLED, country="HN")
    return event


def address(event: Event) -> str:
    return f"/manage/events/{event.slug}/figures"


def table(page: Page, caption: str) -> dict[str, int]:
    """The rows of a table with bars."""
    return {row: int(number) for row, number in rows_of(page, caption).items()}


def rows_of(page: Page, caption: str) -> dict[str, str]:
    """The first cell of each row of a table."""
    found = next(
        each for each in page.all("table") if caption in [text_of(title) for title in elements(each, "caption")]
    )
    lines = [(list(elements(row, "th")), list(elements(row, "td"))) for row in elements(found, "tr")]
    return {text_of(heads[0]): text_of(cells[0]) for heads, cells in lines if cells}


@pytest.mark.both_databases
def test_every_figure_leads_to_a_list_of_as_many(pages: Pages, event: Event) -> None:  # case 41
    page = pages.sign_in(a_team_member(event)).get(address(event))
    tried = 0
    for line in page.all("tr"):
        for link in (each for each in elements(line, "a") if "/registrations?" in (each.get("href") or "")):
            (number,) = (text_of(cell) for cell in list(elements(line, "td"))[:1])
            people = f"{number} registration{'' if number == '1' else 's'}"
            assert pages.get(link.get("href") or "").has(people), link.get("href")
            tried += 1
    assert tried > 15


def test_whom_they_count_is_chosen(pages: Pages, event: Event) -> None:
    pages.sign_in(a_team_member(event))
    live = pages.get(address(event))
    assert table(live, "Country") == {"Guatemala": 9, "Mexico": 6, "Belize": 2}
    assert table(live, "Status")["Cancelled"] == 1
    confirmed = live.click("The confirmed")
    assert table(confirmed, "Country") == {"Guatemala": 9, "Belize": 2}
    assert table(live.click("All"), "Country")["Honduras"] == 1
    assert pages.get(f"{address(event)}?count=nobody").text == live.text


def test_a_viewer_is_told_of_no_few(pages: Pages, event: Event) -> None:
    """A funder sees that seventeen came, and not that two are from Belize."""
    page = pages.sign_in(a_team_member(event, "viewer")).get(address(event))
    assert table(page, "Country") == {"Guatemala": 9, "Others": 8}
    assert table(page, "Sex") == {"Woman": 9, "Not stated and Man": 8}
    assert table(page, "Status") == {"To review": 6, "Confirmed": 11}
    assert "Belize" not in page.text
    assert "Colegio de Belice" not in page.text
    assert "/registrations" not in page.html
    assert "Pending decisions" not in page.text
    assert "Messages" not in page.texts("h2")
    numbers = [int(found) for found in re.findall(r"\d+", " ".join(page.texts("td")))]
    assert not [number for number in numbers if 0 < number < 5]
    assert pages.get(f"{address(event)}?count=all").text == page.text


def test_a_viewer_learns_no_few_from_today_either(pages: Pages, event: Event) -> None:
    for _ in range(3):
        a_registration(event, "academia", Status.WAITLISTED)
    page = pages.sign_in(a_team_member(event, "viewer")).get(f"/manage/events/{event.slug}")
    assert page.has("Upcoming dates")
    for told in ("Belize", "Cancelled", "3 waiting", "to review", "People"):
        assert told not in page.text


def test_places_are_kept_from_a_viewer_where_they_tell_of_few(pages: Pages, app: Flask) -> None:
    event = an_event(capacity=9)
    for _ in range(6):
        a_registration(event)
    page = pages.sign_in(a_team_member(event, "viewer")).get(address(event))
    assert page.has("of 9 places taken")
    a_registration(event, status=Status.WAITLISTED)
    assert pages.get(address(event)).has("Not shown here")
    assert pages.get(f"/manage/events/{event.slug}").has("Not shown here")


def test_a_narrowed_member_sees_figures_of_the_part(pages: Pages, event: Event) -> None:
    member = a_team_member(event, "reviewer")
    with transaction() as session:
        row = session.scalars(select(TeamMember).where(TeamMember.account_id == member.id)).one()
        row.only_categories = ["academia"]
    page = pages.sign_in(member).get(address(event))
    assert table(page, "Country") == {"Mexico": 6}
    assert table(page, "Category") == {"Academia": 6}


def test_without_a_question_for_the_sex_there_is_no_such_figure(pages: Pages, app: Flask) -> None:
    event = an_event()
    sections = [
        {**section, "questions": [each for each in section["questions"] if each["key"] != "sex"]}
        for section in DEFINITION["sections"]
    ]
    a_questionnaire(event, {**DEFINITION, "sections": sections})
    sealed = an_event()
    for section in (sections := [dict(each) for each in DEFINITION["sections"]]):
        section["questions"] = [
            {**each, "is_sensitive": True, "purpose": {"es": "x", "en": "x"}, "retention_days": 1}
            if each["key"] == "sex"
            else each
            for each in section["questions"]
        ]
    a_questionnaire(sealed, {**DEFINITION, "sections": sections})
    pages.sign_in(an_account(is_administrator=True))
    assert "Woman" in pages.get(address(an_event_with_people())).text
    assert "Woman" not in pages.get(address(sealed)).text


def an_event_with_people() -> Event:
    event = an_event()
    for _ in range(5):
        a_registration(event, answers={"sex": ["woman"]})
    return event


def test_waiting_mail_and_time_are_told(pages: Pages, app: Flask) -> None:
    event = an_event()
    register_somebody(event)
    a_registration(event, "academia", Status.PENDING, at=now() - timedelta(days=9))
    page = pages.sign_in(a_team_member(event)).get(address(event))
    assert page.has("The longest has waited for 9 days.")
    assert table(page, "Waiting for") == {"up to two days": 0, "up to a week": 0, "more than a week": 1}
    assert page.has("Held")
    assert sum(int(each) for each in rows_of(page, "Registrations over time").values()) == 2
    drawing = next(each for each in page.root.iter() if each.get("class") == "er-drawn")
    assert drawing.get("role") == "img"
    assert len([each for each in drawing.iter() if str(each.tag).endswith("rect")]) == 10


def test_an_empty_event_has_a_page(pages: Pages, app: Flask) -> None:
    event = an_event()
    page = pages.sign_in(a_team_member(event)).get(address(event))
    assert page.has("Nobody has registered yet.")
    assert page.has("Nobody waits for a decision.")


def test_the_number_of_statements_is_fixed(pages: Pages, app: Flask) -> None:
    event = an_event()
    pages.sign_in(a_team_member(event))
    numbers = []
    for batch in (1, 30):
        for _ in range(batch):
            a_registration(event)
        with counted() as statements:
            pages.get(address(event))
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 10
