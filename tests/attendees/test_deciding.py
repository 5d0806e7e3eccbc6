"""Deciding on the screen: what is possible, what is said, and what the second of two organizers learns."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from eventreg.accounts.models import Account
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from eventreg.registration.services.promotion import pass_on_places
from tests.builders import a_registration, a_team_member, an_event
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def event(app: Flask) -> Event:
    """An event of two places."""
    return an_event(capacity=2)


@pytest.fixture
def person(event: Event) -> Registration:
    """Somebody who waits for a decision."""
    return a_registration(event, "academia", Status.PENDING, given_name="Ana", family_name="Núñez")


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    """A reviewer's desk, in English."""
    return pages.sign_in(a_team_member(event, "reviewer", name="Olga Organizadora"))


def address(event: Event, person: Registration) -> str:
    return f"/manage/events/{event.slug}/registrations/{person.reference}"


def status_of(person: Registration) -> Status:
    db.session.remove()
    return db.session.get_one(Registration, person.id).status


def decision(page: Page) -> str:
    return next(found for found in page.texts("section") if found.startswith("Decision"))


@pytest.mark.both_databases
def test_approving_says_until_when_it_can_be_undone(desk: Pages, event: Event, person: Registration) -> None:
    page = desk.get(address(event, person)).submit("Approve").follow()
    assert status_of(person) is Status.CONFIRMED
    assert "Approved Olga Organizadora" in decision(page)
    # Without a mail server nothing "goes"; the clock stands at nine in the morning in Mexico.
    assert "Until 09:01:00 you can undo this, and its messages are dropped unsent." in decision(page)


@pytest.mark.both_databases
def test_undoing_within_the_minute_leaves_no_decision(desk: Pages, event: Event, person: Registration) -> None:
    page = desk.get(address(event, person)).submit("Approve").follow()
    undone = page.submit("Undo: Approved").follow()
    assert status_of(person) is Status.PENDING
    assert undone.has("Decision undone before its email went")
    assert "Approve" in undone.form("Approve").buttons()


def test_undoing_later_is_announced_as_a_new_decision(
    desk: Pages, event: Event, person: Registration, clock: time_machine.Traveller
) -> None:
    desk.get(address(event, person)).submit("Approve")
    clock.shift(timedelta(minutes=2))
    page = desk.get(address(event, person))
    assert "Undoing now leads back to “To review” and writes a new email." in decision(page)
    page.submit("Undo: Approved")
    assert status_of(person) is Status.PENDING


def test_who_holds_a_place_is_not_told_that_none_is_left(desk: Pages, event: Event, person: Registration) -> None:
    a_registration(event, "academia", Status.CONFIRMED)
    assert "This person's place is counted already." in decision(desk.get(address(event, person)))
    waiting = a_registration(event, "academia", Status.WAITLISTED)
    assert "No place is left for this category." in decision(desk.get(address(event, waiting)))


def test_a_later_undo_says_that_it_leads_to_the_waiting_list(
    desk: Pages, event: Event, person: Registration, clock: time_machine.Traveller
) -> None:
    desk.get(address(event, person)).submit("Decline", {"Reason": "No quedan lugares."})
    clock.shift(timedelta(minutes=2))
    pass_on_places(event.id)
    for _turn in range(2):
        a_registration(event, "academia", Status.CONFIRMED)
    page = desk.get(address(event, person))
    assert "leads to the waiting list, since no place is free" in decision(page)
    after = page.submit("Undo: Declined").follow()
    assert status_of(person) is Status.WAITLISTED
    assert "On the waiting list Olga Organizadora" in decision(after)


def test_a_place_that_is_let_go_a_minute_later_is_free_on_the_list(
    desk: Pages, event: Event, person: Registration, clock: time_machine.Traveller
) -> None:
    """The history says nothing then: what is kept under it must not hold the places."""
    a_registration(event, "academia", Status.CONFIRMED)
    desk.get(address(event, person)).submit("Decline", {"Reason": "No quedan lugares."})
    people = f"/manage/events/{event.slug}/registrations"
    assert desk.get(people).has("2 of 2 places taken")
    clock.shift(timedelta(minutes=2))
    pass_on_places(event.id)
    assert desk.get(people).has("1 of 2 places taken")


def test_declining_needs_a_reason(desk: Pages, event: Event, person: Registration) -> None:
    page = desk.get(address(event, person)).submit("Decline", {"Reason": "   \n"})
    assert page.status == 422
    assert page.errors() == ["Write the reason: the person reads it"]
    assert status_of(person) is Status.PENDING
    declined = page.submit("Decline", {"Reason": "El cupo está completo."}).follow()
    assert status_of(person) is Status.DECLINED
    assert "“El cupo está completo.”" in decision(declined)


def test_a_page_that_answers_a_form_can_change_its_language(desk: Pages, event: Event, person: Registration) -> None:
    page = desk.get(address(event, person) + "?status=pending").submit("Decline", {"Reason": ""})
    assert page.click("Español").heading == "Ana Núñez"
    assert page.link("Español").endswith(f"{person.reference}?status=pending&lang=es")


def test_a_reason_that_is_too_long_is_kept_and_said(desk: Pages, event: Event, person: Registration) -> None:
    reason = "ñ" * 1_001
    page = desk.get(address(event, person)).submit("Decline", {"Reason": reason})
    assert page.errors() == ["Shorten the reason to 1000 characters"]
    assert page.form("Decline").values()["reason"] == [reason]


def test_approving_without_a_place_says_so(desk: Pages, event: Event, person: Registration) -> None:
    waiting = a_registration(event, "academia", Status.WAITLISTED)
    a_registration(event, "government", Status.CONFIRMED)
    page = desk.get(address(event, waiting))
    assert "No place is left for this category." in decision(page)
    approved = page.submit("Approve").follow()
    assert status_of(waiting) is Status.WAITLISTED
    assert "Approved, waits for a place" in decision(approved)
    assert "No place was free. The person waits, approved, and gets the next place." in decision(approved)


@pytest.mark.both_databases
def test_the_second_of_two_organizers_is_told_who_decided(
    app: Flask, desk: Pages, event: Event, person: Registration
) -> None:  # case 18
    second = Pages(app).sign_in(a_team_member(event, "owner", name="Pablo Segundo"))
    seen = second.get(address(event, person))
    desk.get(address(event, person)).submit("Approve")
    told = seen.submit("Decline", {"Reason": "El cupo está completo."})
    assert told.status == 409
    assert told.has("Olga Organizadora has already decided: Approved. Nothing was changed and no message was sent.")
    assert status_of(person) is Status.CONFIRMED


def test_a_click_too_many_is_no_second_decision(desk: Pages, event: Event, person: Registration) -> None:
    page = desk.get(address(event, person))
    page.submit("Approve")
    again = page.submit("Approve")
    assert again.status == 409
    assert again.has("You have already decided: Approved.")


def test_an_undo_that_comes_too_late_says_so(app: Flask, desk: Pages, event: Event, person: Registration) -> None:
    page = desk.get(address(event, person)).submit("Approve").follow()
    second = Pages(app).sign_in(a_team_member(event, "owner"))
    second.get(address(event, person)).submit("Undo: Approved")
    told = page.submit("Undo: Approved")
    assert told.status == 409
    assert told.has("Something happened since, so this can no longer be undone. Decide anew.")


@pytest.mark.parametrize(
    ("status", "buttons"),
    [
        ("pending", {"Approve", "Put on the waiting list", "Decline"}),
        ("confirmed", {"Put on the waiting list", "Decline"}),
        ("waitlisted", {"Approve", "Decline"}),
        ("declined", {"Approve", "Put on the waiting list"}),
        ("cancelled", set()),
        ("unverified", set()),
    ],
)
def test_only_what_is_possible_is_offered(desk: Pages, event: Event, status: str, buttons: set[str]) -> None:
    person = a_registration(event, "academia", status, has_place=False)
    page = desk.get(address(event, person))
    offered = {name for form in page.forms() for name in form.buttons()}
    assert offered & {"Approve", "Put on the waiting list", "Decline"} == buttons


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"action": "approve"},
        {"action": "approve", "seen_revision": "x"},
        {"action": "approve", "seen_revision": "-1"},
        {"action": "approve", "seen_revision": "9" * 30},
        {"action": "approve", "seen_revision": "²"},
        {"action": "promote_to_confirmed", "seen_revision": "1"},
        {"action": "", "seen_revision": "1"},
    ],
)
def test_a_form_that_no_page_of_ours_sends_decides_nothing(
    desk: Pages, event: Event, person: Registration, data: dict[str, str]
) -> None:  # case 63
    desk.post(address(event, person) + "/decision", data, 400, token=True)
    assert status_of(person) is Status.PENDING


@pytest.mark.parametrize("decision_id", ["", "x", "0", "999999", "9" * 30, "-1"])
def test_an_undo_of_nothing_changes_nothing(
    desk: Pages, event: Event, person: Registration, decision_id: str
) -> None:  # case 63
    page = desk.post(address(event, person) + "/undo", {"decision": decision_id}, token=True)
    assert page.status in (400, 409)
    assert status_of(person) is Status.PENDING


def test_a_hostile_reason_is_text(desk: Pages, event: Event, person: Registration) -> None:  # case 63
    reason = "<script>alert(1)</script> {{ 7*7 }} %s\x00\x07 ‮ fin"
    page = desk.get(address(event, person)).submit("Decline", {"Reason": reason}).follow()
    assert "<script>alert(1)</script> {{ 7*7 }} %s" in decision(page)
    assert "<script>alert(1)" not in page.html


@pytest.mark.parametrize(("role", "code"), [("viewer", 403), ("door", 403), ("manager", 303)])
def test_only_those_with_the_right_decide(
    pages: Pages, event: Event, person: Registration, role: str, code: int
) -> None:
    account: Account = a_team_member(event, role)
    data = {"action": "approve", "seen_revision": "1"}
    pages.sign_in(account).post(address(event, person) + "/decision", data, code, token=True)


@pytest.mark.both_databases
def test_a_decision_leads_on_along_the_list_one_came_from(desk: Pages, event: Event, person: Registration) -> None:
    a_registration(event, "government", Status.PENDING, given_name="Otra", family_name="Lista")
    newer = a_registration(event, "academia", Status.PENDING, given_name="Eva", family_name="Ruiz")
    page = desk.get(f"{address(event, newer)}?status=pending&category=academia")
    on = page.submit("Approve and next").follow()
    assert status_of(newer) is Status.CONFIRMED
    assert on.heading == "Ana Núñez"
    assert "status=pending" in on.address
    assert on.has("Eva Ruiz: Approved.")
    assert on.click("Look at it or undo it").heading == "Eva Ruiz"
    assert "Approve" in on.form("Approve").buttons(), "nobody comes after: one stays"
