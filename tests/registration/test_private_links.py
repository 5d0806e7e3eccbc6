"""The link of a private category: who has it registers there, nobody else learns that there is one. Cases 2, 7, 63."""

from __future__ import annotations

import copy

from flask import Flask
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.links import category_token
from eventreg.events.models import Category, Event
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.ways_in import WayKind
from tests.builders import a_category, a_questionnaire, a_team_member, an_event
from tests.questionnaire import DEFINITION
from tests.registration.arriving import category_of, changed
from tests.registration.filling import typed
from tests.support.pages import Pages


def speakers(event: Event) -> Category:
    return a_category(event, "speakers", is_private=True, name={"es": "Ponentes", "en": "Speakers"})


def address_of(event: Event, category: Category) -> str:
    return f"/events/{event.slug}/join/{category_token(category)}"


def test_a_private_category_is_told_nowhere(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    speakers(event)
    for path in ("", "/register", "/register?category=speakers", "/register?category=government"):
        assert not pages.get(f"/events/{event.slug}{path}").has("Speakers")


def test_the_link_leads_through_language_and_errors_to_the_end(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    category = speakers(event)
    page = pages.get(address_of(event, category))
    assert page.has("Speakers")
    again = page.submit("Send registration")
    assert again.status == 422
    assert again.has("Speakers")
    spanish = again.submit("Español")
    assert spanish.has("Ponentes")
    assert spanish.submit("English").submit("Send registration", typed(event)).status == 303
    (person,) = db.session.scalars(select(Registration))
    assert (person.category_id, person.came_by) == (category.id, WayKind.LINK)


def test_a_change_of_category_offers_the_private_one_too(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    page = pages.get(address_of(event, speakers(event))).submit("Change the capacity in which you take part")
    assert page.has("Speakers")
    assert (
        page.submit("Continue", {"Government": "government"})
        .submit("Change the capacity in which you take part")
        .has("Speakers")
    )


def test_a_replaced_link_says_so_and_loses_nothing_typed(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    category = speakers(event)
    address = address_of(event, category)
    page = pages.get(address)
    changed(category, link_generation=2)
    answer = page.submit("Send registration", typed(event))
    assert answer.status == 409
    assert answer.has("no longer works")
    assert answer.form("Send registration").values()["email"] == ["ana.demo@instituto.example"]
    assert not db.session.scalars(select(Registration)).all()
    assert pages.get(address, status=410).has("no longer works")


def test_forged_and_of_another_event_it_is_not_there(app: Flask) -> None:
    # case 2
    event, other, pages = an_event(), an_event(), Pages(app, "en")
    token = category_token(speakers(other))
    for wrong in (token, "x", "A" * 36):
        pages.get(f"/events/{event.slug}/join/{wrong}", status=404)


def test_organizers_see_the_link_and_replace_it(app: Flask) -> None:
    event = an_event()
    category = speakers(event)
    before = category_token(category)
    pages = Pages(app, "en").sign_in(a_team_member(event, "manager"))
    page = pages.get(f"/manage/events/{event.slug}/categories")
    assert page.has(before)
    after = page.submit("Create new link: 3").follow()
    assert not after.has(before)
    db.session.rollback()
    assert after.has(category_token(category_of(event, "speakers")))


def test_a_question_only_for_whoever_comes_by_the_link(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    category = speakers(event)
    talk = {"key": "talk", "kind": "short_text", "label": {"es": "Charla", "en": "Your talk"}, "is_required": True}
    data = copy.deepcopy(DEFINITION)
    data["sections"][0]["questions"].append(talk | {"condition": {"question": "way_in", "is": ["link"]}})
    a_questionnaire(event, data)
    assert not pages.get(f"/events/{event.slug}/register?category=government").has("Your talk")
    page = pages.get(address_of(event, category)).submit("Send registration", typed(event))
    assert page.status == 422
    page = page.submit("Send registration", {**typed(event), "talk": "Rivers"})
    assert page.status == 303
    (person,) = db.session.scalars(select(Registration))
    assert load_answers(person)["talk"] == ["Rivers"]
    own = pages.get(f"/my/{own_token(person, 'my')}/answers")
    assert own.form("Save my answers").values()["talk"] == ["Rivers"]
