"""Moving to another category and handing on, on the screen and by their services. Cases 2, 8, 12, 18, 29, 53."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.registration.emails import OWN_PAGE
from eventreg.registration.models import Consent, Registration, Upload
from eventreg.registration.queries.answers import list_consents, load_answers
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.states import Status
from tests.builders import AT_ONCE, CATEGORIES, a_registration, a_team_member, an_event, register_somebody, text
from tests.registration.owning import a_letter
from tests.registration.records import fresh, history, mails, places_of, status_of
from tests.reports.test_narrowed import a_narrowed
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def event(app: Flask) -> Event:
    press = {"key": "press", "name": text("Prensa", "Press"), "approval": AT_ONCE, "places": 1}
    return an_event((*CATEGORIES, press), capacity=3)


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    return pages.sign_in(a_team_member(event, language="en", name="Olga Organizadora"))


@pytest.fixture
def person(event: Event) -> Registration:
    receipt = register_somebody(
        event, given_name="Ana", family_name="Núñez", email="ana@instituto.example", phone="+502 5555 0100",
        diet="Sin nueces", sex="woman", files=[a_letter()], days=[str(event.days[0].id)],
    )  # fmt: skip
    assert receipt.registration is not None
    return receipt.registration


def address(event: Event, person: Registration, rest: str = "") -> str:
    return f"/manage/events/{event.slug}/registrations/{person.reference}{rest}"


def test_the_page_says_what_comes_of_a_move(desk: Pages, event: Event, person: Registration) -> None:
    a_registration(event, "press")
    page = desk.get(address(event, person)).click("Move to another category")
    assert page.has("Stays: Confirmed.")  # to academia
    assert page.has("Becomes: Waiting list.")
    assert page.submit("Move", status=422).errors() == ["Choose a category"]
    done = page.submit("Move", {"They take part as": "press"}).follow()
    assert done.has("Moved. The registration is now: Waiting list.")
    assert status_of(person) is Status.WAITLISTED
    late = page.submit("Move", {"They take part as": "academia"}, 409)
    assert late.has("Moved to another category · Olga Organizadora")


def test_nobody_is_moved_out_of_ones_sight(app: Flask, event: Event) -> None:
    person = a_registration(event, "academia", "pending")
    desk = Pages(app, "en").sign_in(a_narrowed(event, "reviewer", only_categories=["academia"]))
    page = desk.get(address(event, person)).click("Move to another category")
    assert page.has("There is no other category.")
    wish = {"team-category": "press", "team-seen_revision": "1"}
    assert desk.post(address(event, person, "/category"), wish, token=True).status == 422
    assert status_of(person) is Status.PENDING


def hand_on(desk: Pages, event: Event, person: Registration, **more: object) -> Page:
    page = desk.get(address(event, person)).click("Transfer to another person")
    entries = {"Given name": "Nora", "Family name (optional)": "Nueva", "Email address": "nora@instituto.example"}
    return page.submit("Transfer", {**entries, "Language of the emails to the person": "en", **more})


@pytest.mark.both_databases
def test_the_place_stays_and_what_is_the_former_persons_goes(
    desk: Pages, app: Flask, event: Event, person: Registration
) -> None:  # cases 12, 29, 53
    old_link = f"/my/{own_token(fresh(person), OWN_PAGE)}"
    hand_on(desk, event, person).follow()
    now = fresh(person)
    assert (now.full_name, now.email, now.language, now.status) == (
        "Nora Nueva", "nora@instituto.example", "en", Status.CONFIRMED,
    )  # fmt: skip
    assert (now.phone, now.institution != "", now.country != "") == ("", True, True)
    assert set(places_of(event)) == {person.id}
    answers = {key: values for key, values in load_answers(now).items() if any(values)}
    assert not {"sex", "diet", "letter", "phone"} & answers.keys()
    assert answers["days"] == [str(event.days[0].id)]
    assert [*db.session.scalars(select(Consent)), *db.session.scalars(select(Upload))] == []
    Pages(app).get(old_link, 404)
    by_template = {mail.template.removeprefix("registration/"): mail for mail in mails(person)}
    left, new = by_template["handed_on"], by_template["handed_to"]
    assert (left.recipient, left.language, left.calendar_method) == ("ana@instituto.example", "es", "CANCEL")
    assert "Nora" not in left.text
    assert (new.recipient, new.language, new.calendar_method) == ("nora@instituto.example", "en", "REQUEST")
    assert "Ana" not in new.text
    action, detail = history(person)[-1]
    assert (action, detail["old"]["name"], detail["new"]["name"]) == ("handed_on", "Ana Núñez", "Nora Nueva")
    assert desk.get(address(event, person)).has("Ana Núñez → Nora Nueva")


@pytest.mark.both_databases
def test_the_new_person_completes_the_registration_by_the_link(
    desk: Pages, app: Flask, event: Event, person: Registration
) -> None:
    hand_on(desk, event, person)
    own = Pages(app, "en").get(f"/my/{own_token(fresh(person), OWN_PAGE)}")
    form = own.click("Answer the questions: Answers to check")
    # What the former person agreed to holds for nobody else (case 29).
    missing = form.submit("Send my answers", {"Sex (optional)": "man"}, 422)
    assert missing.errors() == ["Tick “I agree to the use of my data” to go on"]
    form.submit("Send my answers", {"Sex (optional)": "man", "I agree to the use of my data": True}, 303)
    assert load_answers(fresh(person))["sex"] == ["man"]
    assert [row.is_given for row in list_consents(person.id) if row.purpose == "agrees"] == [True]


def test_what_is_wrong_stands_beside_its_field(desk: Pages, event: Event, person: Registration) -> None:
    other = a_registration(event, given_name="Otra", family_name="Persona", email="otra@instituto.example")
    page = desk.get(address(event, person)).click("Transfer to another person")
    assert page.submit("Transfer", {"Given name": " ", "Email address": "nora"}, 422).errors()[0] == "Write a name"
    same = page.submit("Transfer", {"Given name": "Nora", "Email address": "ANA@instituto.example"}, 409)
    assert same.errors() == ["This is the address of now"]
    taken = page.submit("Transfer", {"Given name": "Nora", "Email address": "otra@instituto.example"}, 409)
    assert taken.has(f"There is already a registration with this address: Otra Persona, {other.reference}")
    assert fresh(person).full_name == "Ana Núñez"


def test_handing_on_needs_the_right_to_add_people(app: Flask, event: Event, person: Registration) -> None:
    reviewer = Pages(app, "en").sign_in(a_team_member(event, "reviewer"))
    assert "Transfer to another person" not in reviewer.get(address(event, person)).texts("a")
    reviewer.get(address(event, person, "/hand-on"), 403)


def test_a_former_persons_answers_are_no_answers_of_the_next(
    desk: Pages, event: Event, person: Registration, app: Flask
) -> None:
    hand_on(desk, event, person, **{"Tell the person who had the place by email": False})
    page = desk.get(address(event, person))
    assert "Sin nueces" not in page.html
    assert page.has("Nora Nueva")
