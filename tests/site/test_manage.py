"""The desk's front pages: one's events, and where one stands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.registration.rules.states import Status
from tests.builders import CATEGORIES, a_registration, a_team_member, an_account, an_event
from tests.support.pages import Page, Pages
from tests.support.statements import counted

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def event(app: Flask) -> Event:
    """An event of ten places."""
    return an_event(capacity=10)


def address(event: Event) -> str:
    return f"/manage/events/{event.slug}"


def section(page: Page, title: str) -> str:
    return next(found for found in page.texts("section", "article", "div") if found.startswith(title))


@pytest.mark.both_databases
def test_one_sees_ones_own_events_with_what_waits(pages: Pages, event: Event) -> None:
    an_event()
    a_registration(event, "academia", Status.PENDING)
    a_registration(event, "government", Status.CONFIRMED)
    page = pages.sign_in(a_team_member(event)).get("/manage/")
    assert page.heading == "Your events"
    assert len(page.all("article")) == 1
    for words in ("Registrations 2", "To review 1", "Places taken 2 of 10", "Your role Owner"):
        assert page.has(words)
    links = [link.get("href") or "" for link in page.all("a")]
    assert f"{address(event)}/registrations?status=pending" in links


def test_an_administrator_sees_figures_of_all_and_no_person(pages: Pages, event: Event) -> None:
    an_event()
    for _ in range(6):
        a_registration(event, given_name="Secreta")
    pages.sign_in(an_account(is_administrator=True))
    page = pages.get("/manage/")
    assert len(page.all("article")) == 2
    assert page.has("Your role Administrator: figures only")
    assert page.has("Registrations 6")
    assert page.has("Registrations 0")
    overview = pages.get(address(event))
    assert overview.has("6 of 10 places taken")
    assert "Secreta" not in overview.html
    assert f"{address(event)}/registrations" not in overview.html
    pages.get(f"{address(event)}/registrations", 403)


def test_an_account_without_events_is_told_what_to_do(pages: Pages, event: Event) -> None:
    assert pages.sign_in(an_account()).get("/manage/").has("Your account belongs to no event yet.")


def test_nobody_is_led_here_without_signing_in(pages: Pages, event: Event) -> None:
    assert pages.get("/manage/", 302).location == "/sign-in?next=/manage/"
    assert pages.get(address(event), 302).location == f"/sign-in?next={address(event)}"


@pytest.mark.both_databases
def test_the_overview_adds_up_and_every_number_leads_to_its_list(pages: Pages, event: Event) -> None:
    for status, number in ((Status.CONFIRMED, 3), (Status.WAITLISTED, 1), (Status.DECLINED, 1)):
        for _ in range(number):
            a_registration(event, "government", status)
    a_registration(event, "academia", Status.PENDING)
    page = pages.sign_in(a_team_member(event)).get(address(event))
    assert page.has("4 of 10 places taken")
    for label, number in (("3 confirmed", 3), ("1 waiting", 1), ("Review it: Registration to review", 1)):
        assert page.click(label).has(f"{number} registration{'' if number == 1 else 's'}")


def test_more_taken_than_there_is_is_shown_as_such(pages: Pages) -> None:  # case 19
    categories = [{**CATEGORIES[0], "places": 1}, CATEGORIES[1]]
    event = an_event(categories, capacity=2)
    for _ in range(3):
        a_registration(event, "government")
    page = pages.sign_in(a_team_member(event)).get(address(event))
    assert page.has("Government 3 of 1 2 more than there are")


def test_what_comes_next_is_told_in_days(pages: Pages) -> None:
    event = an_event(registration_closes_at=now() + timedelta(days=4))
    page = pages.sign_in(a_team_member(event)).get(address(event))
    assert "Registration closes in 4 days" in page.text
    assert "Registration opens" not in page.text
    assert "The event begins in 42 days" in page.text


@pytest.mark.parametrize(
    ("role", "figures", "people"),
    [("owner", True, True), ("reviewer", True, True), ("viewer", True, False), ("door", False, False)],
)
def test_each_role_sees_what_it_needs(pages: Pages, event: Event, role: str, figures: bool, people: bool) -> None:
    for _ in range(5):
        a_registration(event)
    page = pages.sign_in(a_team_member(event, role)).get(address(event))
    assert page.has("places taken") is figures
    assert page.has("5 confirmed") is people
    navigation = page.texts("a")
    assert ("People" in navigation) is people
    assert ("Messages" in navigation) is people


def test_the_number_of_statements_is_fixed(pages: Pages, event: Event) -> None:
    pages.sign_in(a_team_member(event))
    numbers = []
    for batch in (1, 20):
        for _ in range(batch):
            a_registration(event)
        for path in ("/manage/", address(event)):
            with counted() as statements:
                pages.get(path)
            numbers.append(len(statements))
    assert numbers[:2] == numbers[2:]
    assert numbers[0] <= 6, "session, events, figures and places, what stands beside them, what is asked, what waits"
    assert numbers[1] <= 10, "for one event also its programme and checklist, the last days and what colleagues did"
