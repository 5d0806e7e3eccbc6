"""The timeline, marks beside changed answers, and the person's other registrations. Cases 2, 24, 30, 53."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from eventreg.accounts.models import Account
from eventreg.attendees.annotations.notes import Written, write_note
from eventreg.audit.trail import Group, group_of, read_group
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.events.rules.team import TeamRole
from eventreg.kernel.clock import now
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.answer_changes import change_answers
from eventreg.registration.services.decisions import decide
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.reports.test_narrowed import a_narrowed
from tests.support.html import elements, text_of
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def person(event: Event) -> Registration:
    receipt = register_somebody(
        event, "academia", given_name="Ana", family_name="Núñez", email="ana@instituto.example", diet="Sin nueces"
    )
    assert receipt.registration is not None
    return receipt.registration


def address(event: Event, person: Registration, rest: str = "") -> str:
    return f"/manage/events/{event.slug}/registrations/{person.reference}{rest}"


def timeline(page: Page) -> list[str]:
    (found,) = page.all("ol", class_="er-timeline")
    return [text_of(item) for item in elements(found, "li")]


def row(page: Page, label: str) -> str:
    rows = [text_of(each) for each in page.all("div", class_="govuk-summary-list__row")]
    return next(each for each in rows if each.startswith(label))


def test_kinds(app: Flask) -> None:
    assert group_of("registered_pending") is Group.STATUS
    assert group_of("answers_edited") is Group.ANSWERS
    assert read_group("mail") is Group.MAIL
    assert read_group("nothing") is read_group(None) is None


@pytest.mark.both_databases
def test_everything_stands_in_one_order_and_one_kind_alone_by_a_link(
    desk: Pages, event: Event, owner: Account, person: Registration, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(hours=1))
    write_note(event.id, person.reference, Written("Llamar."), Organizer.account(owner.id))
    clock.shift(timedelta(hours=1))
    decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(owner.id))
    clock.shift(timedelta(hours=1))
    desk.get(address(event, person)).submit("Show sensitive answers: Your stay", status=200)
    desk.post(f"/manage/events/{event.slug}/registrations.csv", {}, token=True)
    page = desk.get(address(event, person, "?status=confirmed&order=person"))
    shown = timeline(page)
    first_words = [each.split(" ·")[0] for each in shown]
    assert first_words[-3:] == ["Email", "Email", "Registered: To review"]
    assert first_words.index("Wrote a note") > first_words.index("Approved")
    assert first_words.index("Approved") > first_words.index("Viewed sensitive answers")
    assert any(each.startswith("The list was exported") for each in shown)
    assert any("Held" in each for each in shown if each.startswith("Email"))
    mails = page.click("Emails 4")
    assert mails.address.endswith("?status=confirmed&order=person&kind=mail#history")
    assert {each.split(" ·")[0] for each in timeline(mails)} == {"Email"}
    assert timeline(page.click("Notes and tags 1"))[0].startswith("Wrote a note · Olga Organizadora")


def test_whoever_sees_no_messages_and_no_history_has_neither_in_it(
    app: Flask, desk: Pages, event: Event, person: Registration
) -> None:
    desk.post(f"/manage/events/{event.slug}/registrations.csv", {}, token=True)
    theirs = Pages(app, "en").sign_in(a_narrowed(event, "reviewer", withheld=["see_messages"]))
    words = " ".join(timeline(theirs.get(address(event, person))))
    assert "Email" not in words
    assert "taken away" not in words


@pytest.mark.both_databases
def test_what_changed_since_the_person_registered_and_since_the_decision_is_marked(
    desk: Pages, event: Event, owner: Account, person: Registration, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(hours=1))
    change_answers(event.id, person.id, {"institution": ["Otra casa"], "diet": ["Sin gluten"]})
    page = desk.get(address(event, person))
    before = "Institución" if "Institución" in row(page, "Institution") else ""
    assert "Changed" in row(page, "Institution")
    assert "it was:" in row(page, "Institution"), before
    assert "since the decision" not in row(page, "Institution")
    # Of what is sensitive only that it changed.
    assert "Diet answered" in row(page, "Diet")
    assert "Changed" in row(page, "Diet")
    assert "nueces" not in page.html
    assert "Changed" not in row(page, "Given name")
    clock.shift(timedelta(hours=1))
    decide(event.id, person.reference, Action.APPROVE, "", 2, Organizer.account(owner.id))
    clock.shift(timedelta(hours=1))
    change_answers(event.id, person.id, {"institution": ["Tercera casa"]})
    assert "Changed since the decision" in row(desk.get(address(event, person)), "Institution")
    assert "it was: Otra casa" in row(desk.get(address(event, person)), "Institution")


def test_without_contact_data_no_mark_tells_a_number(app: Flask, event: Event, person: Registration) -> None:
    change_answers(event.id, person.id, {"phone": ["+502 5555 0177"]})
    change_answers(event.id, person.id, {"phone": ["+502 5555 0188"]})
    theirs = Pages(app, "en").sign_in(a_narrowed(event, "reviewer", withheld=["see_contact_data"]))
    page = theirs.get(address(event, person))
    assert "Changed" in row(page, "Telephone")
    assert "5555" not in page.html


@pytest.mark.both_databases
def test_other_registrations_of_the_person_at_events_that_one_may_see(
    app: Flask, desk: Pages, event: Event, owner: Account, person: Registration
) -> None:  # case 2
    again = a_registration(event, status=Status.CANCELLED, email="ANA@instituto.example", given_name="Anita")
    mine, part, foreign = an_event(), an_event(), an_event()
    with transaction() as session:
        at = now()
        session.add(TeamMember(event_id=mine.id, account_id=owner.id, role=TeamRole.REVIEWER, added_at=at))
        session.add(
            TeamMember(
                event_id=part.id, account_id=owner.id, role=TeamRole.REVIEWER, added_at=at, only_categories=["academia"]
            )
        )
    there = a_registration(mine, email="ana@instituto.example", given_name="Ana", family_name="Otra Vez")
    alike = a_registration(
        mine, given_name="Ana", family_name="Nuñez", institution=person.institution, email="otra@instituto.example"
    )
    namesake = a_registration(mine, given_name="Ana", family_name="Núñez", institution="Nada que ver", phone="")
    hidden = a_registration(part, "government", email="ana@instituto.example")
    shown = a_registration(part, "academia", email="ana@instituto.example", status="cancelled")
    secret = a_registration(foreign, email="ana@instituto.example")
    db.session.rollback()
    page = desk.get(address(event, person))
    card = next(each for each in page.texts("section") if each.startswith("Other registrations of this person"))
    for each in (again, there, alike, shown):
        assert each.reference in card
    for each in (namesake, hidden, secret):
        assert each.reference not in page.html
    assert "same name" in card
    assert "this event" in card
    stranger = Pages(app, "en").sign_in(a_team_member(event, "reviewer"))
    assert there.reference not in stranger.get(address(event, person)).html


@pytest.mark.parametrize("blind_at", ["here", "there"])
def test_nobody_is_found_by_an_address_that_is_not_for_the_reader(
    app: Flask, pages: Pages, event: Event, person: Registration, blind_at: str
) -> None:  # case 2
    """Neither here nor at the other event: that two have one address would tell the one that one may not see."""
    there = an_event()
    account = a_team_member(event, "reviewer")
    with transaction() as session:
        session.add(TeamMember(event_id=there.id, account_id=account.id, role=TeamRole.REVIEWER, added_at=now()))
        session.flush()
        blind = event.id if blind_at == "here" else there.id
        member = session.query(TeamMember).filter_by(event_id=blind, account_id=account.id).one()
        member.withheld = ["see_contact_data"]
    same = a_registration(there, email="ana@instituto.example", given_name="Otra", family_name="Persona")
    alike = a_registration(there, given_name="Ana", family_name="Nuñez", institution=person.institution)
    page = pages.sign_in(account).get(address(event, person))
    assert alike.reference in page.html
    assert same.reference not in page.html
    assert "same address" not in page.text
