"""The attendee list as an organizer sees it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask

from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.events.rules.team import TeamRole
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import enqueue_all
from eventreg.registration.rules.states import Status
from tests.builders import a_registration, a_team_member, an_event
from tests.mail.outbox import a_message
from tests.support.pages import Page, Pages
from tests.support.statements import counted

HOSTILE = (
    "status=%27%22%3E%3Cscript%3E",
    "category=%00",
    "order=1;DROP TABLE registrations",
    "q=%25%5F%5C%2F%27",
    "q=" + "%F0%9F%98%80" * 300,
    "q=%FF%FE",
    "after=%C3%91%C3%91",
    "after=PRU-AAAAAA&before=PRU-BBBBBB",
    "after=" + "9" * 400,
    "after=x.pending&order=status",
    "q[]=1&q[]=2&status[]=pending",
)


@pytest.fixture
def event(app: Flask) -> Event:
    """An event of twenty places."""
    return an_event(capacity=20)


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    """Its owner, reading English."""
    return pages.sign_in(a_team_member(event, TeamRole.OWNER))


def address(event: Event, query: str = "") -> str:
    return f"/manage/events/{event.slug}/registrations" + (f"?{query}" if query else "")


def names(page: Page) -> list[str]:
    return [cell.split(" PRU-")[0] for cell in page.texts("th", scope="row")]


@pytest.mark.both_databases
def test_everybody_is_there_with_what_matters(desk: Pages, event: Event) -> None:
    a_registration(event, "academia", Status.PENDING, given_name="Ana", family_name="Núñez", country="GT")
    page = desk.get(address(event))
    assert page.heading == "Registrations"
    for text in ("Ana Núñez", "Instituto de Prueba", "Academia", "Guatemala", "To review", "1 of 20 places taken"):
        assert page.has(text)


def test_tabs_show_one_status_and_count_them_all(desk: Pages, event: Event) -> None:
    for _ in range(3):
        a_registration(event, "academia", Status.PENDING)
    a_registration(event, "government", Status.CONFIRMED)
    page = desk.get(address(event, "category=academia"))
    tabs = page.texts("li")
    assert "All 3" in tabs
    assert "To review 3" in tabs
    assert "Confirmed 0" in tabs
    assert len(names(page.click("To review 3"))) == 3


def test_filters_and_search_keep_one_another(desk: Pages, event: Event) -> None:
    a_registration(event, "academia", Status.PENDING, given_name="Ana", family_name="Uno")
    a_registration(event, "government", Status.CONFIRMED, given_name="Ana", family_name="Dos")
    a_registration(event, "academia", Status.PENDING, given_name="Eva", family_name="Tres")
    page = desk.get(address(event, "status=pending&order=person"))
    found = page.submit("Search", {"Name, institution, email, phone or reference": "ana"})
    assert names(found) == ["Ana Uno"]
    filtered = found.submit("Apply filters", {"Academia 1": True}).follow()
    assert names(filtered) == ["Ana Uno"]
    for part in ("q=ana", "status=pending", "order=person", "category=academia"):
        assert part in filtered.link("To review 1")
    assert names(filtered.click("Remove search: “ana”")) == ["Eva Tres", "Ana Uno"]


def test_heads_order_by_the_column_and_turn_round(desk: Pages, event: Event) -> None:
    for family in ("Beta", "Alfa", "Gama"):
        a_registration(event, given_name="Ana", family_name=family)
    page = desk.get(address(event)).click("Person")
    assert names(page) == ["Ana Alfa", "Ana Beta", "Ana Gama"]
    assert page.all("th", **{"aria-sort": "ascending"})
    assert names(page.click("Person ↑")) == ["Ana Gama", "Ana Beta", "Ana Alfa"]


@pytest.mark.both_databases
def test_pages_lead_on_and_back(desk: Pages, event: Event) -> None:
    for index in range(60):
        a_registration(event, given_name="Ana", family_name=f"{index:03}")
    first = desk.get(address(event, "order=person"))
    assert len(names(first)) == 50
    assert first.has("60 registrations")
    second = first.click("Next page")
    assert names(second) == [f"Ana {index:03}" for index in range(50, 60)]
    assert names(second.click("Previous page")) == names(first)


@pytest.mark.both_databases
def test_who_did_not_get_the_last_message_is_marked(desk: Pages, event: Event) -> None:
    troubled, fine = a_registration(event, family_name="Perdida"), a_registration(event, family_name="Bien")
    enqueue = [a_message(event.id, record_id=registration.id) for registration in (troubled, fine)]
    with transaction() as session:
        enqueue_all(enqueue)
        session.query(MailMessage).update({"state": DeliveryState.SENT})
        session.query(MailMessage).filter_by(record_id=troubled.id).update({"state": DeliveryState.FAILED})
    page = desk.get(address(event))
    marked = [row for row in page.texts("tr") if "Email not delivered" in row]
    assert len(marked) == 1
    assert "Perdida" in marked[0]


def test_nobody_yet_and_nobody_found_are_told_apart(desk: Pages, event: Event) -> None:
    assert desk.get(address(event)).has("Nobody has registered yet.")
    a_registration(event)
    assert desk.get(address(event, "q=nadie")).has("Nobody fits these filters.")
    elsewhere = desk.get(address(event, "status=declined")).click("1 person of another status fits them")
    assert not elsewhere.has("Nobody fits these filters.")


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_addresses_are_answered(desk: Pages, event: Event, query: str) -> None:  # case 63
    a_registration(event)
    page = desk.get(address(event, query), status=None)
    assert page.status in (200, 400)
    assert "<script>" not in page.html


def test_markup_in_names_is_text(desk: Pages, event: Event) -> None:
    name = '<b>Ana</b> {{ 7*7 }} %(x)s " onmouseover=alert(1)'
    a_registration(event, given_name=name, family_name="", institution="<script>alert(1)</script>")
    page = desk.get(address(event, f"q={quote('<b>ana</b>')}"))
    assert page.has(name)
    assert page.has("<script>alert(1)</script>")


def test_the_number_of_statements_is_that_of_the_page_not_of_the_people(desk: Pages, event: Event) -> None:
    numbers = []
    for batch in (1, 30, 60):
        for _ in range(batch):
            a_registration(event)
        with counted() as statements:
            desk.get(address(event, "q=ana&category=government&order=status"))
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] == numbers[2]
    second_page = desk.get(address(event, "order=status")).link("Next page")
    with counted() as statements:
        desk.get(second_page)
    assert len(statements) <= 12


@pytest.mark.parametrize(
    ("role", "code"),
    [("owner", 200), ("manager", 200), ("reviewer", 200), ("door", 403), ("viewer", 403)],
)
def test_only_those_who_review_see_the_list(pages: Pages, event: Event, role: str, code: int) -> None:
    pages.sign_in(a_team_member(event, role)).get(address(event), code)


def test_another_events_team_finds_nothing(pages: Pages, event: Event) -> None:  # case 2
    other = an_event()
    pages.sign_in(a_team_member(other)).get(address(event), 404)
    assert pages.get(address(event), 404).main == pages.get("/manage/events/nowhere/registrations", 404).main


def test_a_right_that_was_withdrawn_is_gone_at_the_next_request(desk: Pages, event: Event) -> None:  # case 3
    from eventreg.events.models import TeamMember

    desk.get(address(event))
    with transaction() as session:
        session.query(TeamMember).filter_by(event_id=event.id).update({"role": TeamRole.VIEWER})
    desk.get(address(event), 403)
    with transaction() as session:
        session.query(TeamMember).filter_by(event_id=event.id).delete()
    desk.get(address(event), 404)
