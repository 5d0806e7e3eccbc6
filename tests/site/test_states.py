"""What the event's page says of registering: each state, to the second, in the event's zone; per category; the steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask

from eventreg.events.models import Event
from tests.builders import AT_ONCE, BY_ORGANIZER, a_registration, an_event, text
from tests.support.pages import Page, Pages

#: six in the evening in Tapachula is midnight in UTC: the day of closing differs
CLOSES = datetime(2027, 2, 13, 0, 0, tzinfo=UTC)
OPENS = datetime(2027, 1, 20, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TWO = (
    {"key": "government", "name": text("Gobierno", "Government"), "approval": AT_ONCE, "places": 3},
    {
        "key": "academia",
        "name": text("Academia", "Academia"),
        "approval": BY_ORGANIZER,
        "pending_counts": True,
        "places": 3,
    },
)

pytestmark = pytest.mark.usefixtures("clock")


def dated(**changes: Any) -> Event:
    """An event whose dates the test knows, whatever day it is."""
    values = {
        "slug": "encuentro",
        "city": "Tapachula",
        "registration_opens_at": OPENS,
        "registration_closes_at": CLOSES,
        "changes_until": CLOSES + timedelta(days=7),
        "promotes_until": CLOSES + timedelta(days=7),
        **changes,
    }
    return an_event(values.pop("categories", TWO), **values)


def call_of(page: Page) -> list[str]:
    """The words of the one button of the hero."""
    return page.texts("a", class_="er-call")


def state_of(page: Page) -> str:
    """The word with its shape."""
    return page.texts("strong", class_="er-status")[0]


def test_each_state_begins_and_ends_to_the_second(app: Flask, clock: time_machine.Traveller, pages: Pages) -> None:
    # case 28
    dated()
    for at, state, calls in (
        (OPENS - SECOND, "Registration opens soon", []),
        (OPENS, "6 places left", ["Register"]),
        (CLOSES - SECOND, "6 places left", ["Register"]),
        (CLOSES, "Registration closed", []),
    ):
        clock.move_to(at)
        page = pages.get("/events/encuentro")
        assert (state_of(page), call_of(page)) == (state, calls), at


def test_dates_and_hours_are_those_of_the_place(
    app: Flask, clock: time_machine.Traveller, pages: Pages, paginas: Pages
) -> None:
    dated()
    assert pages.get("/events/encuentro").has("Opens on Wednesday 20 January 2027, 09:00 (Tapachula time).")
    clock.move_to(OPENS)
    assert pages.get("/events/encuentro").has("Until Friday 12 February 2027, 18:00 (Tapachula time).")
    assert paginas.get("/events/encuentro").has("Hasta el viernes 12 de febrero de 2027, 18:00 h (hora de Tapachula).")
    clock.move_to(CLOSES)
    assert pages.get("/events/encuentro").has("Closed on Friday 12 February 2027, 18:00 (Tapachula time).")


def test_the_hour_holds_when_the_clocks_of_the_zone_change(
    app: Flask, clock: time_machine.Traveller, pages: Pages
) -> None:
    # case 28: on 14 March 2027 clocks in Chicago go forward
    zone = ZoneInfo("America/Chicago")
    closes = datetime(2027, 3, 14, 18, tzinfo=zone).astimezone(UTC)
    clock.move_to(closes - timedelta(days=14))
    dated(time_zone="America/Chicago", registration_closes_at=closes)
    clock.move_to(closes - SECOND)
    assert pages.get("/events/encuentro").has("Until Sunday 14 March 2027, 18:00")
    clock.move_to(closes)
    assert state_of(pages.get("/events/encuentro")) == "Registration closed"


def test_plenty_of_places_are_not_counted_out(app: Flask, clock: time_machine.Traveller, pages: Pages) -> None:
    dated(few_places=5)
    clock.move_to(OPENS)
    assert state_of(pages.get("/events/encuentro")) == "Registration open"


def test_few_places_are_counted(app: Flask, clock: time_machine.Traveller, paginas: Pages) -> None:
    event = dated(few_places=5)
    clock.move_to(OPENS)
    for _number in range(2):
        a_registration(event, "government")
        a_registration(event, "academia")
    assert state_of(paginas.get("/events/encuentro")) == "Quedan 2 lugares"
    a_registration(event, "academia", "pending")
    assert state_of(paginas.get("/events/encuentro")) == "Queda 1 lugar"


def test_a_full_category_is_named_while_the_other_takes_people(
    app: Flask, clock: time_machine.Traveller, pages: Pages
) -> None:
    event = dated()
    clock.move_to(OPENS)
    for _number in range(3):
        a_registration(event, "government")
    page = pages.get("/events/encuentro")
    assert (state_of(page), call_of(page)) == ("3 places left", ["Register"])
    assert page.has("Government: places taken, with a waiting list.")
    assert page.has("Government: the waiting list; we write when a place becomes free.")
    assert page.has("Academia: after we have reviewed the request.")


@pytest.mark.parametrize("capacity", [None, 6, 4])
def test_a_full_event_has_a_waiting_list(
    app: Flask, clock: time_machine.Traveller, pages: Pages, capacity: int | None
) -> None:
    event = dated(capacity=capacity)
    clock.move_to(OPENS)
    for number in range(capacity or 6):
        a_registration(event, "government" if number % 2 else "academia")
    page = pages.get("/events/encuentro")
    assert (state_of(page), call_of(page)) == ("Full, with a waiting list", ["Join the waiting list"])
    assert page.has("All places are taken. You can join the waiting list until Friday 12 February 2027")
    assert page.has("You join the waiting list. If a place becomes free, we write to you by email.")
    assert "SoldOut" in page.html


def test_the_steps_follow_from_the_dates_and_the_categories(
    app: Flask, clock: time_machine.Traveller, pages: Pages
) -> None:
    dated()
    assert (
        pages.get("/events/encuentro")
        .texts("ol", class_="er-steps")[0]
        .startswith("Send the form between 20 January and 12 February.")
    )
    clock.move_to(OPENS)
    (steps,) = pages.get("/events/encuentro").texts("ol", class_="er-steps")
    assert steps == (
        "Send the form no later than 12 February. "
        "Receive the answer by email. Government: confirmed at once. Academia: after we have reviewed the request. "
        "Keep that email: its link opens your registration, to change answers until 19 February or to withdraw."
    )
    clock.move_to(CLOSES)
    assert not pages.get("/events/encuentro").all("ol", class_="er-steps")


@pytest.mark.parametrize(
    ("category", "verifies", "words", "call"),
    [
        (TWO[0], False, "Your place is confirmed at once, and the confirmation reaches you by email.", "Register"),
        (TWO[1], False, "We review your request and answer you by email.", "Request a place"),
        (TWO[0], True, "Confirm your email address with the link that we send you at once.", "Register"),
    ],
)
def test_one_kind_of_category_needs_no_list_of_kinds(
    app: Flask,
    clock: time_machine.Traveller,
    pages: Pages,
    category: dict[str, Any],
    verifies: bool,
    words: str,
    call: str,
) -> None:
    dated(categories=(category,), verifies_addresses=verifies)
    clock.move_to(OPENS)
    page = pages.get("/events/encuentro")
    assert page.has(words)
    assert call_of(page) == [call]


def test_closing_at_midnight_is_told_as_the_day_before(app: Flask, clock: time_machine.Traveller, pages: Pages) -> None:
    midnight = datetime(2027, 2, 13, 0, 0, tzinfo=ZoneInfo("America/Mexico_City"))
    dated(registration_closes_at=midnight)
    clock.move_to(OPENS)
    page = pages.get("/events/encuentro")
    assert page.has("no later than 12 February.")
    assert page.has("Until Saturday 13 February 2027, 00:00")
