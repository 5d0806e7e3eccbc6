"""Kinds of participants: added, changed, ordered, removed, without losing anybody."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.rules.categories import new_key
from eventreg.kernel.clock import now
from eventreg.registration.models import Place, Registration
from eventreg.registration.rules.states import Status
from tests.builders import a_registration, a_team_member, an_event
from tests.registration.arriving import an_invitation, changed
from tests.support.pages import Page, Pages


def opened(app: Flask, event: Event, language: str = "en") -> Page:
    pages = Pages(app, language).sign_in(a_team_member(event, "manager"))
    return pages.get(f"/manage/events/{event.slug}/categories")


def categories(event: Event) -> list[Category]:
    db.session.rollback()
    return list(
        db.session.scalars(
            select(Category)
            .where(Category.event_id == event.id)
            .order_by(Category.position)
            .execution_options(populate_existing=True)
        )
    )


@pytest.mark.parametrize(
    ("name", "taken", "key"),
    [
        ("Experto de Gobierno", (), "experto_de_gobierno"),
        ("  ¡Año nuevo!  ", (), "ano_nuevo"),
        ("2º grupo", (), "category_2o_grupo"),
        ("مشارك", (), "category"),
        ("Prensa", ("prensa", "prensa_2"), "prensa_3"),
        ("x" * 90, ("x" * 40,), "x" * 38 + "_2"),
    ],
)
def test_a_key_is_made_from_the_name(name: str, taken: tuple[str, ...], key: str) -> None:
    assert new_key({"es": name}, ["es"], taken) == key


def test_a_category_is_added_in_both_languages(app: Flask) -> None:
    event = an_event()
    entries = {
        "#category+0-name-es": "Prensa", "#category+0-name-en": "Press", "#category+0-places": "5",
        "#category+0-description-es": "Medios",
    }  # fmt: skip
    assert opened(app, event).submit("Save and add another", entries).status == 303
    press = categories(event)[-1]
    assert (press.key, press.name, press.places) == ("prensa", {"es": "Prensa", "en": "Press"}, 5)
    assert (press.description, press.approval.value) == ({"es": "Medios"}, "at_once")


def test_a_category_is_changed_and_keeps_its_key(app: Flask) -> None:
    event = an_event()
    first = categories(event)[0]
    prefix = f"#category-{first.id}-"
    answer = opened(app, event).submit("Save categories", {f"{prefix}name-en": "Officials", f"{prefix}places": "7"})
    assert answer.status == 303
    changed = categories(event)[0]
    assert (changed.key, changed.name["en"], changed.places) == ("government", "Officials", 7)


def test_order_is_by_moving(app: Flask) -> None:
    event = an_event()
    opened(app, event).submit("Move up: 2")
    assert [category.key for category in categories(event)] == ["academia", "government"]


def test_a_category_with_registrations_stays_and_says_why(app: Flask) -> None:
    event = an_event()
    a_registration(event, "government", "cancelled")
    government, academia = categories(event)
    refused = opened(app, event).submit("Save categories", {f"#category-{government.id}-is_removed": True})
    assert refused.status == 422
    assert refused.errors() == ["1 registration is in this category. It cannot be removed."]
    assert opened(app, event).submit("Save categories", {f"#category-{academia.id}-is_removed": True}).status == 303
    assert [category.key for category in categories(event)] == ["government"]
    last = opened(app, event).submit("Save categories", {f"#category-{government.id}-is_removed": True})
    assert last.errors() == ["Keep at least one category"]


def test_a_category_that_somebody_can_still_come_into_by_an_invitation_stays(app: Flask) -> None:
    """The link that the person holds, and a message that still waits, would lead to nothing."""
    event = an_event()
    invitation = an_invitation(event, "academia")
    remove = {f"#category-{categories(event)[1].id}-is_removed": True}
    refused = opened(app, event).submit("Save categories", remove)
    assert refused.errors() == ["1 person is invited in this category. Take the invitation back before you remove it."]
    changed(invitation, taken_back_at=now())
    assert opened(app, event).submit("Save categories", remove).status == 303
    assert [category.key for category in categories(event)] == ["government"]


def test_places_below_what_is_taken_are_allowed_and_shown(app: Flask) -> None:
    # case 19
    event = an_event()
    for _number in range(3):
        a_registration(event)
    government = categories(event)[0]
    answer = opened(app, event).submit("Save categories", {f"#category-{government.id}-places": "1"}).follow()
    assert answer.has("2 over the limit")
    assert answer.has("3 of 1 places taken)"), "on its fold"
    assert len(db.session.scalars(select(Place)).all()) == 3


def test_more_places_have_the_waiting_list_looked_at(app: Flask) -> None:
    # case 20
    event = an_event()
    government = categories(event)[0]
    a_registration(event)
    waiting = a_registration(event, status="waitlisted")
    page = opened(app, event).submit("Save categories", {f"#category-{government.id}-places": "1"}, 303).follow()
    announced = page.submit("Save categories", {f"#category-{government.id}-places": "2"}, 422)
    announced.submit("Confirm and write to 1 person", status=303)
    assert db.session.get_one(Registration, waiting.id, populate_existing=True).status is Status.CONFIRMED


def test_whether_those_who_wait_count_is_carried_into_the_ledger(app: Flask) -> None:
    event = an_event()
    waiting = a_registration(event, "academia", "pending")
    academia = categories(event)[1]
    box = f"#category-{academia.id}-pending_counts"
    page = opened(app, event).submit("Save categories", {box: False}).follow()
    assert db.session.scalars(select(Place.registration_id)).all() == []
    page.submit("Save categories", {box: True})
    assert db.session.scalars(select(Place.registration_id)).all() == [waiting.id]


def test_the_second_of_two_people_overwrites_nothing(app: Flask) -> None:
    event = an_event()
    government = categories(event)[0]
    anas, luises = opened(app, event), opened(app, event)
    anas.submit("Save categories", {f"#category-{government.id}-places": "5"})
    clash = luises.submit("Save categories", {f"#category-{government.id}-places": "9"})
    assert clash.status == 409
    assert clash.form("Save categories").values()[f"category-{government.id}-places"] == ["9"]
    assert categories(event)[0].places == 5
    assert clash.submit("Save categories").status == 303
    assert categories(event)[0].places == 9


def test_what_is_wrong_is_told_beside_it_and_nothing_is_saved(app: Flask) -> None:
    event = an_event()
    government = categories(event)[0]
    entries = {f"#category-{government.id}-name-es": "", "#category+0-places": "many"}
    answer = opened(app, event, "es").submit("Guardar categorías", entries)
    assert answer.status == 422
    assert len(answer.errors()) == 3
    assert len(categories(event)) == 2


def test_who_waits_is_asked_about_below_the_choice_that_makes_them_wait(app: Flask) -> None:
    page = opened(app, an_event())
    boxes = [box for box in page.all("input") if (box.get("name") or "").endswith("pending_counts")]
    shown = page.texts("div", class_="govuk-radios__conditional")
    assert shown == ["Whoever waits for an answer takes a place"] * len(boxes)


def test_a_category_of_another_event_is_not_found(app: Flask) -> None:
    # case 2
    event, other = an_event(), an_event()
    page = opened(app, event)
    (theirs, *_rest) = categories(other)
    submission = page.form("Save categories").fill("Save categories", {})
    submission.pairs = [
        (name.replace(f"category-{categories(event)[0].id}-", f"category-{theirs.id}-"), value)
        for name, value in submission.pairs
    ]
    page.pages.send(submission, page.address)
    assert categories(other)[0].name == theirs.name


def test_own_dates_privacy_and_what_counts_are_kept_to_the_second(app: Flask) -> None:
    # case 28
    event = an_event(registration_opens_at=at(1), registration_closes_at=at(20))
    government = categories(event)[0]
    prefix = f"#category-{government.id}-"
    entries = {
        f"{prefix}opens_at": "2027-01-05T09:00:30", f"{prefix}closes_at": "2027-01-08T18:00",
        f"{prefix}is_private": True, f"{prefix}counts_toward_event": False,
    }  # fmt: skip
    page = opened(app, event).submit("Save categories", entries).follow()
    row = categories(event)[0]
    assert (row.opens_at, row.is_private, row.counts_toward_event) == (
        datetime(2027, 1, 5, 15, 0, 30, tzinfo=UTC), True, False,
    )  # fmt: skip
    assert page.form("Save categories").values()[f"category-{government.id}-opens_at"] == ["2027-01-05T09:00:30"]


@pytest.mark.parametrize(
    ("opens", "closes", "sentence"),
    [
        ("2027-01-05T09:00", "2027-01-05T09:00", "Registration closes before it opens"),
        ("2027-02-05T09:00", "", "These dates lie outside those of the event"),
        ("soon", "", "Write a date and a time"),
    ],
)
def test_dates_that_cannot_be_are_told_beside_them(app: Flask, opens: str, closes: str, sentence: str) -> None:
    event = an_event(registration_opens_at=at(1), registration_closes_at=at(20))
    prefix = f"#category-{categories(event)[0].id}-"
    answer = opened(app, event).submit("Save categories", {f"{prefix}opens_at": opens, f"{prefix}closes_at": closes})
    assert answer.status == 422
    assert [error for error in answer.errors() if sentence in error]
    assert answer.form("Save categories").values()[f"category-{categories(event)[0].id}-opens_at"] == [opens]


def test_people_who_no_longer_count_give_their_places_to_the_waiting_list(app: Flask) -> None:
    # case 20
    event = an_event(capacity=1)
    a_registration(event)
    waiting = a_registration(event, "academia", "waitlisted", approved_at=at(1))
    government = categories(event)[0]
    announced = opened(app, event).submit("Save categories", {f"#category-{government.id}-counts_toward_event": False})
    announced.submit("Confirm and write to 1 person", status=303)
    assert db.session.get_one(Registration, waiting.id, populate_existing=True).status is Status.CONFIRMED


def at(day: int) -> datetime:
    return datetime(2027, 1, day, 15, tzinfo=UTC)
