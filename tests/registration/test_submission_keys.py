"""The random key of a form opens its receipt: nobody chooses one for somebody else (case 17), and it names one event's form."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.registration.models import Registration, Upload
from eventreg.registration.services.registering import Outcome
from tests.builders import an_event, register_somebody
from tests.support.pages import Page, Pages
from tests.world import PDF

PLANTED = "planted-by-somebody-else"


def typed(event: Event, **changes: str) -> dict[str, str]:
    """Return what a person types who comes from academia."""
    answers = {
        "category": "academia",
        "given_name": "Ana María",
        "institution": "Instituto de Prueba",
        "country": "MX",
        "email": "ana@instituto.example",
        "days": str(event.days[0].id),
        "agrees": "yes",
    }
    return answers | changes


def key_of(page: Page) -> str:
    """Return the key that the form on a page goes on under."""
    return next(field.get("value") or "" for field in page.all("input") if field.get("name") == "submission_key")


def address_of(event: Event) -> str:
    return f"/events/{event.slug}/register"


@pytest.mark.parametrize(
    "pressed", [{}, {"switch_language": "es"}, {"choose_category": "1"}, {"change_category": "1"}, {"category": ""}]
)
def test_a_key_that_came_without_a_token_is_replaced(pages: Pages, pressed: dict[str, str]) -> None:
    """Another site can send the form in somebody's name, but not lay down its key."""
    event = an_event()
    page = pages.post(address_of(event), typed(event, submission_key=PLANTED, **pressed))
    assert key_of(page) not in ("", PLANTED)
    assert PLANTED not in page.html


def test_a_planted_key_never_opens_the_receipt_of_the_person_who_sends_the_form(app: Flask, pages: Pages) -> None:
    event = an_event()
    planted = pages.post(address_of(event), typed(event, submission_key=PLANTED), 400)
    sent = pages.post(address_of(event), typed(event, submission_key=key_of(planted)), 303, token=True)
    assert sent.location.startswith("/my/")
    other = typed(event, submission_key=PLANTED, email="otra@instituto.example")
    answer = Pages(app).post(address_of(event), other, 303, token=True)
    assert answer.location.rpartition("/")[0] != sent.location.rpartition("/")[0]
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 2


def test_a_key_with_a_token_stays_and_gives_the_same_receipt(pages: Pages) -> None:
    event = an_event()
    key = key_of(pages.get(f"{address_of(event)}?category=academia"))
    again = pages.post(address_of(event), typed(event, submission_key=key, given_name=""), 422, token=True)
    assert key_of(again) == key
    receipts = {
        pages.post(address_of(event), typed(event, submission_key=key), 303, token=True).location for _ in range(2)
    }
    assert len(receipts) == 1


def test_held_files_come_along_when_the_key_is_replaced(pages: Pages) -> None:
    """Case 27: the token was lost, nothing that was sent is."""
    event = an_event()
    key = key_of(pages.get(f"{address_of(event)}?category=government"))
    answers = typed(event, category="government", submission_key=key)
    letter = {"letter": (io.BytesIO(PDF), "carta.pdf")}
    pages.post(
        address_of(event), answers | {"given_name": ""} | letter, 422, token=True, content_type="multipart/form-data"
    )
    page = pages.post(address_of(event), answers | {"letter-kept": "1"}, 400)
    assert page.has("carta.pdf")
    assert key_of(page) != key
    sent = pages.post(address_of(event), answers | {"submission_key": key_of(page)}, 303, token=True)
    assert sent.location.startswith("/my/")
    assert db.session.scalars(select(Upload.held_until)).all() == [None]


def test_one_key_at_two_events_is_two_forms(app: Flask) -> None:
    first, second = an_event(), an_event()
    receipts = [register_somebody(event, submission_key="k" * 22) for event in (first, second)]
    assert [receipt.outcome for receipt in receipts] == [Outcome.RECEIPT] * 2
    assert len({receipt.registration.public_id for receipt in receipts if receipt.registration}) == 2


@pytest.mark.parametrize("verifies", [True, False])
def test_a_closed_event_does_not_tell_who_is_registered(pages: Pages, verifies: bool) -> None:
    event = an_event(verifies_addresses=verifies)
    key = "k" * 22
    pages.post(address_of(event), typed(event, submission_key=key), 303, token=True)
    _close(event)
    known = pages.post(address_of(event), typed(event, submission_key="n" * 22), 409, token=True)
    unknown = pages.post(
        address_of(event), typed(event, submission_key="n" * 22, email="nadie@instituto.example"), 409, token=True
    )
    assert known.errors() == unknown.errors()
    assert known.errors()[0].startswith("Registration has closed.")
    # The very form that was in time is answered as before: its sender may only not have seen the answer.
    assert pages.post(address_of(event), typed(event, submission_key=key), 303, token=True).status == 303


def _close(event: Event) -> None:
    with transaction() as session:
        session.execute(
            update(Event)
            .where(Event.id == event.id)
            .values(
                registration_opens_at=now() - timedelta(days=2), registration_closes_at=now() - timedelta(seconds=1)
            )
        )
