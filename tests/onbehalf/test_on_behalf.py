"""The team acts for somebody: answers, address, withdrawal, language, sending again. Cases 1, 2, 12, 18, 29, 53."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from eventreg.accounts.models import Account
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.emails import OWN_PAGE
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import list_consents, load_answers
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.decisions import decide
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.registration.owning import a_letter
from tests.registration.records import fresh, history, last_mail, mails, places_of, status_of, told
from tests.reports.test_narrowed import a_narrowed
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(capacity=3)


@pytest.fixture
def person(event: Event) -> Registration:
    """Somebody confirmed, with a sensitive answer and a file, told of it."""
    receipt = register_somebody(
        event,
        given_name="Ana",
        family_name="Núñez",
        email="ana@instituto.example",
        diet="Sin nueces",
        files=[a_letter()],
    )
    assert receipt.registration is not None
    return receipt.registration


def address(event: Event, person: Registration, rest: str = "") -> str:
    return f"/manage/events/{event.slug}/registrations/{person.reference}{rest}"


def edit(desk: Pages, event: Event, person: Registration) -> Page:
    return desk.get(address(event, person)).click("Edit answers")


def answers_of(person: Registration) -> dict[str, Any]:
    return load_answers(fresh(person))


@pytest.mark.both_databases
def test_answers_are_changed_and_the_person_is_told(desk: Pages, event: Event, person: Registration) -> None:
    consents = len(list_consents(person.id))
    page = edit(desk, event, person)
    page.submit("Save answers", {"Family name (optional)": "Núñez de la Peña", "Sex (optional)": "woman"}).follow()
    assert fresh(person).family_name == "Núñez de la Peña"
    assert fresh(person).sort_name.startswith("nunez de la pena")
    assert answers_of(person)["sex"] == ["woman"]
    assert (answers_of(person)["diet"], answers_of(person)["letter"] != []) == (["Sin nueces"], True)
    assert told(person)[-1] == "team_changed"
    assert "The organizing team" in last_mail(person).text or "equipo organizador" in last_mail(person).text
    assert "team_changed" not in told(person, "contact")
    action, detail = history(person)[-1]
    assert action == "answers_edited"
    assert detail["family_name"] == {"old": ["Núñez"], "new": ["Núñez de la Peña"]}
    assert len(list_consents(person.id)) == consents  # case 29
    assert desk.get(address(event, person)).has("Changed answers for the person · Olga Organizadora")


def test_without_a_mail_nobody_is_told_and_nothing_changed_is_nothing(
    desk: Pages, event: Event, person: Registration
) -> None:
    before = told(person)
    page = edit(desk, event, person)
    assert page.submit("Save answers").follow().has("Nothing was changed.")
    assert fresh(person).revision == person.revision
    page.submit("Save answers", {"Family name (optional)": "Otra", "Tell the person by email what was changed": False})
    assert fresh(person).family_name == "Otra"
    assert told(person) == before


def test_what_must_be_answered_may_stay_empty_but_for_name_and_address(
    desk: Pages, event: Event, person: Registration
) -> None:
    page = edit(desk, event, person)
    page.submit("Save answers", {"Institution (optional)": ""}, 303)
    assert fresh(person).institution == ""
    wrong = edit(desk, event, person).submit("Save answers", {"Given name": "", "Email address": "ana@"}, 422)
    assert len(wrong.errors()) == 2
    assert "ana@" in wrong.html


def test_sensitive_answers_are_edited_by_whoever_may_see_them_and_the_look_is_recorded(
    app: Flask, desk: Pages, event: Event, person: Registration
) -> None:  # case 53
    page = edit(desk, event, person)
    assert "Sin nueces" not in page.html
    assert "carta" not in page.html
    open_page = page.submit("Edit sensitive answers and files too", status=200)
    assert "Sin nueces" in open_page.html
    assert history(person)[-1][0] == "sensitive_answers_seen"
    open_page.submit("Save answers", {"Diet (optional)": "Sin gluten"}, 303)
    assert answers_of(person)["diet"] == ["Sin gluten"]
    assert history(person)[-1] == ("answers_edited", {"diet": "changed"})
    assert "gluten" not in last_mail(person).text
    reviewer = Pages(app, "en").sign_in(a_team_member(event, "reviewer"))
    theirs = edit(reviewer, event, person)
    assert theirs.has("Sensitive answers and files are not among them.")
    reviewer.post(address(event, person, "/edit"), {"with_sensitive": "yes", "action": "show"}, 403, token=True)
    answer = {"diet": "Sin azúcar", "given_name": "Ana", "email": person.email, "team-seen_revision": "9"}
    assert reviewer.post(address(event, person, "/edit"), answer, token=True).status == 422
    assert answers_of(person)["diet"] == ["Sin gluten"]


def test_who_sees_no_addresses_edits_nothing(app: Flask, event: Event, person: Registration) -> None:
    for narrowing in ({"withheld": ["see_contact_data"]}, {"withheld": ["decide"]}):
        desk = Pages(app, "en").sign_in(a_narrowed(event, "reviewer", **narrowing))
        desk.get(address(event, person, "/edit"), 403)
        assert "Edit answers" not in desk.get(address(event, person)).texts("a")
    foreign = a_registration(an_event())
    desk = Pages(app, "en").sign_in(a_team_member(event))
    for page in ("/edit", "/category", "/hand-on", "/withdraw"):
        desk.get(address(event, foreign, page), 404)  # case 2


@pytest.mark.both_databases
def test_a_corrected_address_gets_its_link_and_where_it_stands_and_the_old_link_dies(
    desk: Pages, event: Event, person: Registration, app: Flask
) -> None:  # case 12
    old_link = f"/my/{own_token(fresh(person), OWN_PAGE)}"
    (waiting,) = mails(person)
    assert waiting.state is DeliveryState.HELD
    page = edit(desk, event, person).submit("Save answers", {"Email address": "ana.nueva@instituto.example"}).follow()
    assert page.has("Saved. The new address gets its link by email.")
    assert fresh(person).email == "ana.nueva@instituto.example"
    Pages(app).get(old_link, 404)
    assert Pages(app).get(f"/my/{own_token(fresh(person), OWN_PAGE)}").has(person.reference)
    # What waited for the old address never goes; the old one is told by choice alone.
    assert [(mail.template, mail.recipient, mail.calendar != "") for mail in mails(person)] == [
        ("registration/confirmed", "ana.nueva@instituto.example", True)
    ]
    assert db.session.get_one(MailMessage, waiting.id).state is DeliveryState.DROPPED
    assert history(person)[-1] == (
        "address_corrected", {"old": "ana@instituto.example", "new": "ana.nueva@instituto.example"},
    )  # fmt: skip
    box = "Tell the old email address as well, if I change it"
    edit(desk, event, person).submit("Save answers", {"Email address": "tercera@instituto.example", box: "y"})
    assert (last_mail(person).template, last_mail(person).recipient) == (
        "registration/address_left", "ana.nueva@instituto.example",
    )  # fmt: skip


def test_an_address_that_is_registered_is_refused_beside_its_field(
    desk: Pages, event: Event, person: Registration
) -> None:
    other = a_registration(event, given_name="Otra", family_name="Persona", email="otra@instituto.example")
    page = edit(desk, event, person).submit(
        "Save answers", {"Email address": "OTRA@instituto.example", "Family name (optional)": "Peña"}, 409
    )
    assert page.has(f"There is already a registration with this address: Otra Persona, {other.reference}")
    assert 'value="Peña"' in page.html
    assert fresh(person).email == "ana@instituto.example"


def test_who_has_not_verified_yet_gets_the_verifying_mail_at_the_new_address(app: Flask) -> None:
    event = an_event(verifies_addresses=True)
    person = a_registration(event, status="unverified", email="mal@instituto.example")
    desk = Pages(app, "en").sign_in(a_team_member(event))
    edit(desk, event, person).submit("Save answers", {"Email address": "bien@instituto.example"}, 303)
    assert (last_mail(person).template, last_mail(person).recipient) == (
        "registration/verify",
        "bien@instituto.example",
    )
    assert status_of(person) is Status.UNVERIFIED


@pytest.mark.both_databases
def test_two_at_once_lose_nothing_and_the_second_is_told(
    app: Flask, desk: Pages, event: Event, person: Registration
) -> None:  # case 18
    mine = edit(desk, event, person)
    colleague = Pages(app, "en").sign_in(a_team_member(event, name="Clara Colega"))
    edit(colleague, event, person).submit(
        "Save answers", {"Institution (optional)": "Otra casa", "Email address": "nueva@instituto.example"}, 303
    )
    refused = mine.submit("Save answers", {"Family name (optional)": "Peña"}, 409)
    assert refused.has("Changed answers for the person · Clara Colega")
    assert refused.has("Otra casa")
    assert 'value="Peña"' in refused.html
    assert fresh(person).family_name == "Núñez"
    refused.submit("Save answers", status=303)
    # What I did not touch is as my colleague saved it, the address too.
    assert (fresh(person).family_name, fresh(person).institution) == ("Peña", "Otra casa")
    assert fresh(person).email == "nueva@instituto.example"


def test_while_a_decision_can_be_undone_its_messages_tell_of_the_answers_as_they_are(
    desk: Pages, event: Event, owner: Account
) -> None:
    person = a_registration(event, "academia", "pending")
    decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(owner.id))
    page = edit(desk, event, person).submit("Save answers", {"Family name (optional)": "Peña"}, 409)
    assert page.has("A decision was made a moment ago")
    assert 'value="Peña"' in page.html


@pytest.mark.both_databases
def test_withdrawing_for_somebody_gives_the_place_to_the_waiting_list(
    desk: Pages, event: Event, person: Registration
) -> None:
    others = [a_registration(event) for _ in range(2)]
    waiting = a_registration(event, status="waitlisted")
    page = desk.get(address(event, person)).click("Withdraw for the person")
    wrong = page.submit("Withdraw", {"A few words to the person (optional)": "x" * 1001}, 422)
    assert wrong.errors() == ["Write at most 1000 characters: these are 1 too many"]
    announced = page.submit("Withdraw", {"A few words to the person (optional)": "Como pidió."}, 422)
    assert announced.submit("Confirm and write to 1 person").follow().has("Withdrawn.")
    assert (status_of(person), status_of(waiting)) == (Status.CANCELLED, Status.CONFIRMED)
    assert set(places_of(event)) == {waiting.id, *(other.id for other in others)}
    mail = last_mail(person)
    assert (mail.template, mail.calendar_method) == ("registration/team_withdrawn", "CANCEL")
    assert "Como pidió." in mail.text
    assert history(person)[-1] == ("withdrawn_by_team", {"reason": "Como pidió."})
    # Sent again: it is no longer what was seen.
    assert page.submit("Withdraw", status=409).has("Withdrew for the person · Olga Organizadora")


def test_withdrawing_in_silence(desk: Pages, event: Event, person: Registration) -> None:
    before = told(person)
    page = desk.get(address(event, person)).click("Withdraw for the person")
    page.submit("Withdraw", {"Tell the person by email": False}, 303)
    assert status_of(person) is Status.CANCELLED
    assert told(person) == before


def test_the_language_of_mails_is_set(desk: Pages, event: Event, person: Registration) -> None:
    page = desk.get(address(event, person)).submit("Save language", {"Language of the emails": "en"}).follow()
    assert page.has("Messages to this person are written in: English.")
    assert history(person)[-1] == ("language_set", {"old": "es", "new": "en"})
    desk.post(address(event, person, "/language"), {"language": "xx"}, 400, token=True)


def test_the_link_and_the_present_status_are_sent_again(desk: Pages, event: Event, person: Registration) -> None:
    page = desk.get(address(event, person))
    page.submit("Send again: Confirmed").follow()
    page.submit("Send the personal link").follow()
    assert told(person) == ["confirmed", "confirmed", "link"]
    first, again, _link = mails(person)
    assert (again.calendar != "", again.subject) == (first.calendar != "", first.subject)
    assert [action for action, _detail in history(person)][-2:] == ["status_sent_again", "link_sent"]


def test_what_was_decided_a_moment_ago_is_not_told_by_the_way(desk: Pages, event: Event, owner: Account) -> None:
    person = a_registration(event, "academia", "pending")
    decide(event.id, person.reference, Action.APPROVE, "", 1, Organizer.account(owner.id))
    page = desk.get(address(event, person)).submit("Send again: Confirmed", status=409)
    assert page.has("This is not possible in the present state of the registration.")
