"""One registration as its organizers see it: answers, what is masked, files, consents, history."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.attendees.annotations.notes import Written, write_note
from eventreg.attendees.annotations.tags import change_tags
from eventreg.attendees.rules.annotations import TagColour
from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.registration.models import Registration, Upload
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.answers import NewFile
from eventreg.registration.services.decisions import decide
from eventreg.selfservice.services import change_language, withdraw
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event, register_somebody, text
from tests.questionnaire import DEFINITION
from tests.registration.records import registered
from tests.support.pages import Page, Pages
from tests.support.statements import counted

pytestmark = pytest.mark.usefixtures("clock")

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def address(event: Event, reference: str, rest: str = "") -> str:
    return f"/manage/events/{event.slug}/registrations/{reference}{rest}"


def with_letter(event: Event) -> Registration:
    file = NewFile("letter", "carta ñ.pdf", "application/pdf", PDF)
    registration = register_somebody(event, diet="Sin cacahuate", files=[file]).registration
    assert registration is not None
    return registration


def entries(action: str) -> list[tuple[AuditEntry, dict[str, object]]]:
    rows = db.session.execute(
        select(AuditEntry, AuditDetail.detail).join(AuditDetail).where(AuditEntry.action == action)
    )
    return [(entry, detail) for entry, detail in rows]


def upload_of(registration: Registration) -> str:
    return db.session.scalars(select(Upload.public_id).where(Upload.registration_id == registration.id)).one()


def card(page: Page, title: str) -> str:
    return next(found for found in page.texts("section") if found.startswith(title))


@pytest.mark.both_databases
def test_it_shows_who_answered_what(desk: Pages, event: Event) -> None:
    registration = a_registration(
        event,
        "academia",
        Status.PENDING,
        given_name="Ana",
        family_name="Núñez",
        country="GT",
        phone="+502 5555 0100",
        answers={"sex": ["woman"], "topics": ["law", "data"], "profile": ["https://perfil.instituto.example/ana"]},
    )
    page = desk.get(address(event, registration.reference))
    assert page.heading == "Ana Núñez"
    for words in ("Academia · Guatemala", registration.reference, "To review"):
        assert page.has(words)
    assert "Sex Woman" in card(page, "Your stay")
    assert "Topics LawData" in card(page, "Your stay").replace("Law Data", "LawData")
    assert page.link(registration.email) == f"mailto:{registration.email}"
    assert page.link("+502 5555 0100") == "tel:+50255550100"
    assert page.link("https://perfil.instituto.example/ana") == "https://perfil.instituto.example/ana"
    assert "Letter" not in card(page, "Your stay")


def test_an_answer_that_is_no_address_is_no_link(desk: Pages, event: Event) -> None:
    registration = a_registration(event, "academia", answers={"profile": ["javascript:alert(1)"]})
    page = desk.get(address(event, registration.reference))
    assert page.has("javascript:alert(1)")
    assert "javascript:alert(1)" not in [link.get("href") for link in page.all("a")]


def test_answers_keep_the_wording_they_were_given_under(desk: Pages, event: Event) -> None:  # case 24
    registration = a_registration(event, answers={"sex": ["woman"]})
    questions = [
        {**question, "label": text("Género", "Gender")} if question["key"] == "sex" else question
        for question in DEFINITION["sections"][1]["questions"]
    ]
    a_questionnaire(
        event, {"sections": [DEFINITION["sections"][0], {**DEFINITION["sections"][1], "questions": questions}]}
    )
    assert "Sex Woman" in card(desk.get(address(event, registration.reference)), "Your stay")


@pytest.mark.both_databases
def test_sensitive_answers_are_masked_until_asked_for(desk: Pages, event: Event, owner: Account) -> None:
    registration = a_registration(event, answers={"diet": ["Sin cacahuate"]})
    page = desk.get(address(event, registration.reference))
    assert "Diet answered" in page.main
    assert "cacahuate" not in page.html
    shown = page.submit("Show sensitive answers: Your stay", status=200)
    assert "Diet Sin cacahuate" in shown.main
    assert shown.headers["Cache-Control"] == "no-store"
    # Shown in that answer alone.
    assert "cacahuate" not in desk.get(address(event, registration.reference)).html
    ((entry, detail),) = entries("sensitive_answers_seen")
    assert (entry.record_id, entry.actor_id, detail) == (registration.id, owner.id, {"questions": ["diet"]})
    assert "Viewed sensitive answers · Olga Organizadora" in desk.get(address(event, registration.reference)).main


def test_each_look_is_recorded(desk: Pages, event: Event) -> None:
    registration = a_registration(event, answers={"diet": ["Sin cacahuate"]})
    for _ in range(3):
        desk.post(address(event, registration.reference, "/sensitive"), {"section": "stay"}, 200, token=True)
    assert len(entries("sensitive_answers_seen")) == 3


@pytest.mark.parametrize("section", ["", "you", "nowhere", "'; --"])
def test_a_section_without_anything_sensitive_opens_nothing(desk: Pages, event: Event, section: str) -> None:
    registration = a_registration(event, answers={"diet": ["Sin cacahuate"]})
    desk.post(address(event, registration.reference, "/sensitive"), {"section": section}, 404, token=True)
    assert entries("sensitive_answers_seen") == []


def test_reviewers_see_that_there_is_an_answer_and_no_more(pages: Pages, event: Event) -> None:
    registration = with_letter(event)
    pages.sign_in(a_team_member(event, "reviewer"))
    page = pages.get(address(event, registration.reference))
    assert "Diet answered" in page.main
    assert not page.has("Show sensitive answers")
    pages.post(address(event, registration.reference, "/sensitive"), {"section": "stay"}, 403, token=True)


def test_reviewers_open_the_files_that_they_judge_and_none_that_is_sensitive(pages: Pages, event: Event) -> None:
    sensitive = with_letter(event)
    plain = copy.deepcopy(DEFINITION)
    for question in (each for section in plain["sections"] for each in section["questions"]):
        question["is_sensitive"] = question["key"] != "letter" and question.get("is_sensitive", False)
    a_questionnaire(event, plain)
    letter = NewFile("letter", "b.pdf", "application/pdf", PDF)
    judged = registered(register_somebody(event, email="otra@instituto.example", files=[letter]))
    pages.sign_in(a_team_member(event, "reviewer"))
    assert pages.get(address(event, judged.reference)).submit("Download Letter", status=200).body == PDF
    assert not pages.get(address(event, sensitive.reference)).has("Download")
    pages.post(address(event, sensitive.reference, f"/files/{upload_of(sensitive)}"), status=404, token=True)
    ((entry, _detail),) = entries("file_downloaded")
    assert entry.record_id == judged.id


@pytest.mark.both_databases
def test_a_file_goes_out_as_an_attachment(desk: Pages, event: Event, owner: Account) -> None:  # case 8
    registration = with_letter(event)
    page = desk.get(address(event, registration.reference))
    assert "carta" not in page.main
    answer = page.submit("Download Letter", status=200)
    assert answer.body == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "carta%20%C3%B1.pdf" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    ((entry, detail),) = entries("file_downloaded")
    assert (entry.record_id, entry.actor_id, detail) == (registration.id, owner.id, {"questions": ["letter"]})


def test_a_file_is_only_where_it_belongs(desk: Pages, event: Event) -> None:  # case 2
    mine, other = with_letter(event), a_registration(event)
    elsewhere = with_letter(an_event())
    desk.post(address(event, other.reference, f"/files/{upload_of(mine)}"), status=404, token=True)
    desk.post(address(event, mine.reference, f"/files/{upload_of(elsewhere)}"), status=404, token=True)
    desk.post(address(event, mine.reference, "/files/AAAAAAAAAAAA"), status=404, token=True)
    assert entries("file_downloaded") == []


def test_another_events_registration_is_as_if_it_were_not(desk: Pages, event: Event) -> None:  # case 2
    foreign = a_registration(an_event(), answers={"diet": ["Sin cacahuate"]})
    missing = desk.get(address(event, "PRU-AAAAAA"), 404)
    assert desk.get(address(event, foreign.reference), 404).main == missing.main
    for rest in ("/sensitive", "/decision", "/undo"):
        data = {"section": "stay", "action": "approve", "seen_revision": "1", "decision": "1"}
        desk.post(address(event, foreign.reference, rest), data, 404, token=True)
    assert desk.get(address(event, "%27%22%3E%3Cscript%3E"), 404).main == missing.main


def test_consents_stand_with_their_words_and_time(desk: Pages, event: Event) -> None:
    registration = a_registration(event, language="es")
    consents = card(desk.get(address(event, registration.reference)), "Consents")
    assert "Given Acepto el tratamiento de mis datos" in consents
    assert "Not given Pueden nombrarme en la lista" in consents
    assert "Version 1 of the questions" in consents


@pytest.mark.both_databases
def test_the_history_is_told_newest_first(desk: Pages, event: Event, clock: time_machine.Traveller) -> None:
    registration = register_somebody(event, given_name="Ana", family_name="Uno").registration
    assert registration is not None
    clock.shift(timedelta(minutes=5))
    change_language(event.id, registration.id, "en")
    clock.shift(timedelta(minutes=5))
    withdraw(event.id, registration.id)
    page = desk.get(address(event, registration.reference))
    history = card(page, "History")
    places = [history.index(words) for words in ("Withdrew", "Changed the language", "Registered: Confirmed")]
    assert places == sorted(places)
    assert "Español → English" in history
    assert history.count("· Ana Uno") == 3


def test_messages_stand_beside_the_person(desk: Pages, event: Event) -> None:
    registration = register_somebody(event).registration
    assert registration is not None
    messages = card(desk.get(address(event, registration.reference)), "Messages")
    assert messages.count("Held") == 2
    assert "to the participant" in messages
    assert "to the contact person" in messages


def test_the_way_back_and_on_keeps_the_list(desk: Pages, event: Event) -> None:
    for family in ("Alfa", "Beta", "Gama"):
        a_registration(event, "academia", Status.PENDING, given_name="Ana", family_name=family)
    a_registration(event, "government", given_name="Ana", family_name="Bis")
    listed = desk.get(f"/manage/events/{event.slug}/registrations?status=pending&order=name")
    beta = listed.click("Ana Beta")
    assert beta.click("Next").heading == "Ana Gama"
    assert beta.click("Previous").heading == "Ana Alfa"
    assert beta.link("All registrations").endswith("?status=pending&order=person")
    assert "Next" not in beta.click("Next").texts("a")


def test_the_number_of_statements_does_not_depend_on_what_happened(desk: Pages, event: Event) -> None:
    quiet = a_registration(event)
    busy = register_somebody(event).registration
    assert busy is not None
    for language in ("en", "es") * 5:
        change_language(event.id, busy.id, language)
    numbers = []
    for reference in (quiet.reference, busy.reference):
        with counted() as statements:
            desk.get(address(event, reference))
        numbers.append(len(statements))
    assert abs(numbers[0] - numbers[1]) <= 1
    assert max(numbers) <= 16


def test_somebody_much_was_done_about_costs_sixteen_statements(desk: Pages, event: Event) -> None:
    owner = db.session.scalars(select(Account)).first()
    assert owner is not None
    who = Organizer.account(owner.id)
    busy, twin = with_letter(event), a_registration(event, given_name="Ana", family_name="Prueba")
    decide(event.id, busy.reference, Action.WAITLIST, "", busy.revision, who)
    write_note(event.id, busy.reference, Written("Algo"), who)
    change_tags(event.id, busy.reference, [], [], "VIP", TagColour.RED, who)
    assert twin.reference != busy.reference
    with counted() as statements:
        shown = desk.get(address(event, busy.reference)).text
    assert "VIP" in shown
    assert "Algo" in shown
    assert len(statements) <= 16


@pytest.mark.parametrize(
    ("role", "code"), [("owner", 200), ("manager", 200), ("reviewer", 200), ("door", 403), ("viewer", 403)]
)
def test_only_those_who_review_see_a_person(pages: Pages, event: Event, role: str, code: int) -> None:
    registration = a_registration(event)
    pages.sign_in(a_team_member(event, role)).get(address(event, registration.reference), code)
