"""An access code typed on the public form: where it leads, what goes along, what is said of one that leads nowhere.

Cases 2, 7, 16, 17.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.accounts.models import GuardedAttempt
from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.invitations.services.access_codes import CODES_BY_CLIENT
from eventreg.kernel.clock import now
from eventreg.kernel.tokens import personal_token
from eventreg.registration.emails import SAVED_FORM
from eventreg.registration.models import AccessCode, Registration, SavedForm
from eventreg.registration.queries.places import carried_code, find_way_in
from eventreg.registration.rules.ways_in import WayKind
from eventreg.web.instance import keys
from tests.builders import a_category, an_event
from tests.registration.arriving import an_access_code, category_of, changed
from tests.registration.filling import SEND, typed
from tests.support.apps import AppMaker
from tests.support.pages import Page, Pages
from tests.support.statements import counted

USE, NO_CODE = "Use the code", "This is no code of this event"


def speakers(event: Event) -> Category:
    return a_category(event, "speakers", is_private=True, name={"es": "Ponentes", "en": "Speakers"})


def an_event_of_one_category() -> Event:
    event = an_event()
    changed(category_of(event, "academia"), is_private=True)
    return event


@pytest.fixture
def event(app: Flask) -> Event:
    event = an_event()
    speakers(event)
    return event


def use(pages: Pages, event: Event, code: str, entries: dict[str, Any] | None = None) -> Page:
    page = pages.get(f"/events/{event.slug}/register")
    return page.submit(USE, {**(entries or {}), "Code": code})


def people() -> list[Registration]:
    db.session.rollback()
    return list(db.session.scalars(select(Registration)))


def test_it_is_asked_only_where_there_are_codes(pages: Pages, event: Event) -> None:
    assert not pages.get(f"/events/{event.slug}/register").has("I have a code")
    an_access_code(event)
    assert pages.get(f"/events/{event.slug}/register").has("I have a code")
    assert not pages.get(f"/events/{event.slug}/register?category=government").has("I have a code")


def test_a_code_leads_into_its_private_category_to_the_end(pages: Pages, event: Event) -> None:
    code = an_access_code(event, "speakers", code="NORTE-2027")
    page = use(pages, event, " norte 2027 ")
    assert page.has("Speakers")
    assert page.has("You register with a code.")
    assert page.headers["Cache-Control"] == "no-store"
    again = page.submit(SEND)
    assert again.status == 422
    spanish = again.submit("Español")
    assert spanish.has("Ponentes")
    assert spanish.submit("English").submit(SEND, typed(event)).status == 303
    (person,) = people()
    assert (person.category_id, person.came_by, person.access_code_id) == (code.category_id, WayKind.CODE, code.id)


def test_reloading_what_the_code_led_to_is_the_same_page(pages: Pages, event: Event) -> None:
    an_access_code(event, "speakers", code="NORTE-2027", most_uses=1)
    assert use(pages, event, "NORTE-2027").main == use(pages, event, "NORTE-2027").main


def test_a_change_of_category_offers_that_of_the_code_too(pages: Pages, event: Event) -> None:
    an_access_code(event, "speakers", code="NORTE-2027")
    choice = use(pages, event, "NORTE-2027").submit("Change the capacity in which you take part")
    assert choice.has("Speakers")
    assert not choice.has("I have a code")
    assert choice.submit("Continue", {"Speakers": "speakers"}).submit(SEND, typed(event)).status == 303
    assert people()[0].came_by is WayKind.CODE


def test_a_code_for_another_category_does_not_come_along_into_one_chosen(pages: Pages, event: Event) -> None:
    an_access_code(event, "speakers", code="NORTE-2027")
    choice = use(pages, event, "NORTE-2027").submit("Change the capacity in which you take part")
    assert choice.submit("Continue", {"Government": "government"}).submit(SEND, typed(event)).status == 303
    assert people()[0].came_by is None


def test_on_the_form_of_the_only_category_nothing_typed_is_lost(pages: Pages) -> None:
    event = an_event_of_one_category()
    an_access_code(event, "academia", code="NORTE-2027")
    page = use(pages, event, "NORTE-2027", {"Given name": "Leonor"})
    assert page.has("Academia")
    assert page.form(SEND).values()["given_name"] == ["Leonor"]
    wrong = use(pages, event, "SUR-2027", {"Given name": "Leonor"})
    assert (wrong.status, wrong.errors()) == (422, [f"{NO_CODE}. Look whether you wrote it as you received it."])
    values = wrong.form(SEND).values()
    assert (values["given_name"], values["access_code"]) == (["Leonor"], ["SUR-2027"])


def test_the_enter_key_in_the_field_uses_the_code(pages: Pages) -> None:
    """It presses the first button, which sends the form: that goes on to where the code is looked at."""
    event = an_event_of_one_category()
    an_access_code(event, "academia", code="NORTE-2027")
    page = pages.get(f"/events/{event.slug}/register").submit(SEND, {"Code": "NORTE-2027"})
    assert page.status == 307
    assert page.location.endswith(f"/events/{event.slug}/register/code")


def test_a_typed_code_stays_over_a_change_of_language(pages: Pages) -> None:
    event = an_event_of_one_category()
    an_access_code(event, "academia", code="NORTE-2027")
    page = pages.get(f"/events/{event.slug}/register").submit("Español", {"Code": "NORTE-2027"})
    assert page.form("Usar el código").values()["access_code"] == ["NORTE-2027"]


def test_an_event_that_is_private_altogether_asks_for_the_code(pages: Pages) -> None:
    event = an_event()
    for key in ("government", "academia"):
        changed(category_of(event, key), is_private=True)
    an_access_code(event, "academia", code="NORTE-2027")
    page = pages.get(f"/events/{event.slug}/register")
    assert page.has("Registration is by personal invitation, or with an access code.")
    assert use(pages, event, "NORTE-2027").has("Academia")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"is_active": False}, "This code is no longer valid"),
        ({"expires_at": now() - timedelta(seconds=1)}, "The time to use this code is over"),
    ],
)
def test_of_a_real_code_that_is_over_it_is_said_why(
    pages: Pages, event: Event, changes: dict[str, Any], sentence: str
) -> None:
    an_access_code(event, code="NORTE-2027", **changes)
    page = use(pages, event, "NORTE-2027")
    assert page.status == 409
    assert page.has(sentence)


def test_of_one_that_is_used_up_it_is_said_at_once(pages: Pages, event: Event) -> None:
    an_access_code(event, code="NORTE-2027", most_uses=1)
    assert use(pages, event, "NORTE-2027").submit(SEND, typed(event)).status == 303
    page = use(Pages(pages.app, "en"), event, "NORTE-2027")
    assert page.status == 409
    assert page.has("already used it")


def test_a_code_switched_off_while_the_form_is_open_keeps_what_was_typed(pages: Pages, event: Event) -> None:
    code = an_access_code(event, code="NORTE-2027")
    page = use(pages, event, "NORTE-2027")
    changed(code, is_active=False)
    answer = page.submit(SEND, typed(event))
    assert answer.status == 409
    assert answer.form(SEND).values()["email"] == ["ana.demo@instituto.example"]
    assert people() == []


def test_anything_else_is_answered_alike(pages: Pages, event: Event) -> None:
    # case 2
    an_access_code(event, code="NORTE-2027")
    an_access_code(an_event(), code="AJENO-2027")
    answers = set()
    for wrong in ("AJENO-2027", "x", "A" * 5000, "'; --", "ﷺ" * 150, "\U0001f511" * 40, "a\x00b", "\u202eNORTE"):
        page = use(pages, event, wrong)
        answers.add((page.status, *page.errors()))
    assert len(answers) == 1
    assert use(pages, event, "   ").has("Enter the code")


def test_what_a_form_carries_is_proof_of_a_code_of_this_event_alone(app: Flask, event: Event) -> None:
    # case 2
    code, other = an_access_code(event), an_access_code(an_event())
    proof = carried_code(code)
    assert find_way_in(event, proof) is not None
    number, digest = proof.split(":")[1].split(".")
    for wrong in (
        carried_code(other),
        f"code:{other.id}.{digest}",
        f"code:{number}.",
        f"code:{number}.{digest}x",
        f"code:{'9' * 30}.{digest}",
        f"code:-1.{digest}",
        "code:",
        "code:é.é",
    ):
        assert find_way_in(event, wrong) is None


@pytest.fixture
def app_with_limits(make_app: AppMaker) -> Iterator[Flask]:
    app = make_app(limits=True)
    with app.app_context():
        yield app


def test_whoever_guesses_is_held_back_and_right_ones_do_not_count(app_with_limits: Flask) -> None:
    app = app_with_limits
    event, pages = an_event(), Pages(app, "en")
    an_access_code(event, code="NORTE-2027")
    page = pages.get(f"/events/{event.slug}/register")
    for _ in range(3):
        assert page.submit(USE, {"Code": "NORTE-2027"}).status == 200
    codes = [page.submit(USE, {"Code": f"GUESS-{number}"}).status for number in range(CODES_BY_CLIENT.most + 1)]
    assert codes == [422] * CODES_BY_CLIENT.most + [429]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(GuardedAttempt)) == CODES_BY_CLIENT.most
    held = Pages(app, "en").get(f"/events/{event.slug}/register").submit(USE, {"Code": "NORTE-2027"})
    assert held.status == 429
    assert held.has("There were too many tries. The next one is possible from ")


def test_looking_at_the_page_writes_nothing_and_costs_one_statement_more(pages: Pages) -> None:
    event = an_event_of_one_category()
    # Asked for in a way in which it is not kept.
    address = f"/events/{event.slug}/register?x=1"
    pages.get(address)
    with counted() as without:
        pages.get(address)
    an_access_code(event)
    pages.get(address)
    with counted() as having:
        pages.get(address)
    assert len(having) == len(without) <= 5, "\n".join(having)
    assert all(statement.startswith("SELECT") for statement in having)


def test_a_form_kept_for_later_comes_back_with_the_code(pages: Pages, event: Event) -> None:
    code = an_access_code(event, "speakers", code="NORTE-2027")
    kept = use(pages, event, "NORTE-2027").submit("Save for later", typed(event), 200)
    assert kept.submit("Send me the link").status == 303
    db.session.rollback()
    saved = db.session.scalars(select(SavedForm)).one()
    link = f"/my/form/{personal_token(keys(), SAVED_FORM, saved.public_id, saved.generation)}"
    page = Pages(pages.app, "en").get(link)
    assert page.has("Speakers")
    assert page.submit(SEND).status == 303
    (person,) = people()
    assert (person.category_id, person.access_code_id) == (code.category_id, code.id)


def test_a_private_category_is_kept_for_nobody_without_a_way_in(pages: Pages, event: Event) -> None:
    entries = {"category": "speakers", "keep_email": "ana.demo@instituto.example", "given_name": "Ana"}
    for carried in ("", "code:1.x", "link:x"):
        pages.post(f"/events/{event.slug}/register/keep", {**entries, "way_in": carried}, 303, token=True)
    assert db.session.scalars(select(SavedForm)).all() == []


def test_when_the_code_goes_the_kept_form_is_not_there_any_more(pages: Pages, event: Event) -> None:
    code = an_access_code(event, "speakers", code="NORTE-2027")
    use(pages, event, "NORTE-2027").submit("Save for later", typed(event), 200).submit("Send me the link")
    db.session.rollback()
    saved = db.session.scalars(select(SavedForm)).one()
    link = f"/my/form/{personal_token(keys(), SAVED_FORM, saved.public_id, saved.generation)}"
    db.session.delete(db.session.get_one(AccessCode, code.id))
    db.session.commit()
    Pages(pages.app, "en").get(link, 404)
