"""The team registers somebody: any category, the same check, no consent given for them, mails as wanted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.events.rules.team import Scope
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.onbehalf.services.registering import OnBehalf, register_on_behalf
from eventreg.registration.emails import Occasion
from eventreg.registration.models import AnswerRequest, Consent, Registration
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.states import AddressTaken, RegisteringReason, Status
from eventreg.registration.rules.ways_in import WayKind
from tests.builders import a_registration, a_submission, a_team_member, an_event, text
from tests.registration.filling import days_of
from tests.registration.records import history, last_mail, places_of, told
from tests.support.pages import Page, Pages

PRIVATE = {"key": "press", "name": text("Prensa", "Press"), "approval": "at_once", "is_private": True}
SEND = "Register the person"
ANA = {
    "Given name": "Ana",
    "Family name": "O'Demo de la Prueba",
    "Institution": "Instituto de Prueba",
    "Country": "MX",
    "Email address": "ana@instituto.example",
}


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(capacity=1)


def terms(event: Event, **changes: object) -> OnBehalf:
    return OnBehalf(**{"who": Organizer.account(a_team_member(event).id), **changes})  # type: ignore[arg-type]


def add(event: Event, category: str = "academia", wanted: OnBehalf | None = None, **answers: object) -> Registration:
    submission = a_submission(event, category, **answers)
    return register_on_behalf(event.id, submission, Occasion.load(event), wanted or terms(event))


def address(event: Event, category: str = "") -> str:
    return f"/manage/events/{event.slug}/registrations/new" + (f"?category={category}" if category else "")


def desk(pages: Pages, event: Event, role: str = "manager", **less: list[str]) -> Pages:
    account = a_team_member(event, role)
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).one()
        for name, values in less.items():
            setattr(member, name, values)
    return pages.sign_in(account)


def fill(page: Page, event: Event, **changes: object) -> Page:
    days = {"Days attended": [str(day.id) for day in event.days]}
    return page.submit(SEND, {**ANA, **days, **changes})


@pytest.mark.both_databases
def test_status_follows_the_rule_or_is_confirmed_while_there_is_a_place(event: Event) -> None:
    by_rule = add(event)
    assert (by_rule.status, by_rule.came_by, by_rule.approved_at) == (Status.PENDING, WayKind.TEAM, None)
    assert list(places_of(event)) == [by_rule.id], "pending people of this category count"
    approved = add(event, wanted=terms(event, is_approved=True))
    assert approved.status is Status.WAITLISTED, "no place is given that is not there (case 16)"
    assert approved.approved_at is not None
    assert history(approved) == [("added_waitlisted", {})]


@pytest.mark.both_databases
def test_no_consent_is_given_for_somebody(event: Event) -> None:
    """Case 29: what was sent for a consent is not recorded, not even as refused; the person is asked."""
    registration = add(event, "government", terms(event, asks=True), agrees="yes")
    assert db.session.scalar(select(func.count()).select_from(Consent)) == 0
    request = db.session.scalars(select(AnswerRequest)).one()
    assert set(request.question_keys) == {"agrees", "listed"}
    assert told(registration) == ["confirmed", "asked_correction"]
    assert "solo usted" in last_mail(registration).text, "in the person's language (case 34)"


def test_what_is_left_open_can_be_answered_by_the_person(event: Event, pages: Pages) -> None:
    """The request leads to the open questions and the consents alone, and takes them (case 29)."""
    registration = add(event, "government", terms(event, asks=True), days=[], institution=[])
    request = db.session.scalars(select(AnswerRequest)).one()
    assert {"agrees", "listed", "days", "institution"} == set(request.question_keys)
    page = pages.get(f"/my/{own_token(registration, 'my')}/requests/{request.id}?lang=en")
    days = [str(day.id) for day in event.days]
    page = page.submit(
        "Send my answers", {"Institution": "Otro", "Days attended": days, "I agree to the use of my data": True}
    )
    assert page.status == 303
    given = {row.purpose: row.is_given for row in db.session.scalars(select(Consent))}
    assert given == {"agrees": True, "listed": False}


@pytest.mark.both_databases
def test_nobody_is_written_to_unless_wanted_and_the_same_form_is_one(event: Event) -> None:
    """Case 17."""
    quiet, key = terms(event, tells=False), "k" * 24
    one = add(event, wanted=quiet, submission_key=key, email="uno@instituto.example")
    assert told(one) == told(one, "contact") == []
    assert add(event, wanted=quiet, submission_key=key, email="uno@instituto.example").id == one.id
    with pytest.raises(AddressTaken) as taken:
        add(event, wanted=quiet, email="UNO@instituto.example")
    assert taken.value.reference == one.reference
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 1


def test_verified_addresses_closed_doors_and_other_categories(app: Flask) -> None:
    event = an_event(categories=[PRIVATE], verifies_addresses=True, registration_closes_at=now() - timedelta(hours=1))
    assert add(event, "press").status is Status.CONFIRMED, "the team vouches for the address, and is not the public"
    with pytest.raises(Refused) as refused:
        add(event, "press", terms(event, who=Organizer("account", 1, Scope(categories=frozenset({"academia"})))))
    assert refused.value.reason is RegisteringReason.UNKNOWN_CATEGORY
    called_off = an_event(publication="cancelled")
    with pytest.raises(Refused):
        add(called_off)


def test_the_pages_lead_from_the_list_to_the_registration(app: Flask, pages: Pages) -> None:
    event = an_event(
        categories=[PRIVATE, {"key": "academia", "name": text("Academia", "Academia"), "approval": "by_organizer"}]
    )
    visitor = desk(pages, event)
    page = visitor.get(f"/manage/events/{event.slug}/registrations")
    page = page.click("Add a person")
    assert page.has("Private: by link, code or invitation alone")
    page = page.click("Press")
    assert not page.has("I agree to the use of my data"), "consents are not on the form (case 29)"
    page = fill(page, event, Institution="  ")
    assert page.status == 422
    assert "O&#39;Demo de la Prueba" in page.html, "what was typed stays (case 27)"
    page = fill(page, event, **{"Institution": "", "Country": "", "Allow missing answers": True})
    assert page.status == 303
    page = page.follow()
    assert page.has("Ana O'Demo de la Prueba is registered: Confirmed.")
    assert "·  ·" not in page.html, "a country that is left open leaves no gap"
    row = db.session.scalars(select(Registration)).one()
    assert (row.family_name, row.institution) == ("O'Demo de la Prueba", "")


def test_a_known_address_leads_to_its_registration(event: Event, pages: Pages) -> None:
    there = a_registration(event, given_name="Ana", family_name="Ejemplo", email="ana@instituto.example")
    page = fill(desk(pages, event).get(address(event, "academia")), event)
    assert page.status == 409
    assert page.has("There is already a registration with this address:")
    assert there.reference in page.html
    assert page.click(f"Ana Ejemplo, {there.reference}").status == 200


def test_narrowed_members_add_in_their_categories_and_others_not_at_all(event: Event, pages: Pages) -> None:
    visitor = desk(pages, event, only_categories=["academia"])
    assert not visitor.get(address(event)).has("Government")
    assert visitor.get(address(event, "government")).has("Choose in which capacity the person takes part")
    blind = desk(pages, event, withheld=["see_contact_data"])
    assert blind.get(address(event), None).status == 403
    assert not blind.get(f"/manage/events/{event.slug}/registrations").has("Add a person")
    assert desk(pages, event, "reviewer").get(address(event), None).status == 403


def test_another_person_from_the_same_open_form_is_not_taken_for_the_first(pages: Pages, event: Event) -> None:
    """Case 68: the desk says whom the form has registered, and registers one more at the next press."""
    page = desk(pages, event).get(address(event, "academia"))
    ana = ANA | {"Days attended": days_of(event)}
    page.submit(SEND, ana, 303)
    other = ana | {"Given name": "Beto", "Email address": "beto@instituto.example"}
    asked = page.submit(SEND, other, 409)
    assert asked.has("This form has registered somebody already: Ana O'Demo de la Prueba")
    asked.submit(SEND, {}, 303)
    names = db.session.scalars(select(Registration.given_name).order_by(Registration.id)).all()
    assert names == ["Ana", "Beto"]
