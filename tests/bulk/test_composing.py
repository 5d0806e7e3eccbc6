"""Writing from Messages: to lists and names, in chosen languages, from earlier texts; drafts kept; what was written is found."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from eventreg.accounts.models import Account
from eventreg.attendees.annotations.tags import change_tags, create_tag
from eventreg.attendees.rules.acts import RunAct, RunReason
from eventreg.attendees.rules.annotations import TagColour
from eventreg.attendees.services.reasons import save_view
from eventreg.audit.services import Actor
from eventreg.bulk.models import Run
from eventreg.bulk.queries.writing import find_named, list_earlier, list_writings
from eventreg.bulk.services.runs import begin_run, draft_run, sweep_drafts, these
from eventreg.bulk.services.steps import do_some
from eventreg.db import transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.events.rules.team import EVERYTHING, WHOLE, TeamRole
from eventreg.kernel.clock import now
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from tests.belongings import a_session
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event, text
from tests.bulk.test_run_writing import some_people, written
from tests.questionnaire import DEFINITION
from tests.reports.test_narrowed import a_narrowed
from tests.support.pages import Page, Pages

ADD, SAVE, SHOW = "Add to the recipients", "Save draft", "Save and preview email"
WORDS = {"subject-es": "Autobús", "body-es": "Sale a las ocho de la **mañana**."}


def compose(desk: Pages, event: Event, query: str = "") -> Page:
    return desk.get(f"/manage/events/{event.slug}/messages/write{query}")


def add(page: Page, **entries: str) -> Page:
    return page.submit(ADD, {f"#{name}": value for name, value in entries.items()}, 303).follow()


def recipients() -> list[str]:
    return sorted(mail.recipient for mail in written())


def a_sent_one(event: Event, owner: Account, person: Registration, subject: str, body: str = "Sale.") -> Run:
    chosen = these(event.id, {person.reference: person.revision}, EVERYTHING)
    words = {"subject": {"es": subject}, "body": {"es": body}}
    run = draft_run(event.id, RunAct.WRITE, chosen, owner.id, details=words)
    begin_run(run.id)
    return run


class TestToWhom:
    """Lists as they are now, and names."""

    @pytest.mark.both_databases
    def test_lists_and_names_together_each_once_as_they_are_when_it_goes(
        self, desk: Pages, event: Event, owner: Account
    ) -> None:
        ana, beto, carla, dan = some_people(event)
        tag = create_tag(event.id, "Ponencias", TagColour.BLUE, Actor.account(owner.id))
        change_tags(event.id, ana.reference, [tag.public_id], [], "", TagColour.GREY, Organizer.account(owner.id))
        save_view(event.id, Organizer.account(owner.id), "Por revisar", "status=pending&order=person", is_shared=False)
        page = add(compose(desk, event), add="Ponencias")
        page = add(page, add="Por revisar")
        page = add(page, add="Confirmed", named=f"beto demo\n{dan.email}")
        assert page.has("4 people will be written to")
        assert page.has("Ponencias · 1")
        assert page.has("Confirmed · 2")
        assert page.has("2 chosen one by one")
        assert page.has("2 are there twice or were left out.")
        page = page.submit(SHOW, {**WORDS, "#falls_back": True}, 303).follow()
        assert page.has("1 person reads English and gets the words in Spanish, with a line that says so.")
        late = a_registration(event, "academia", "confirmed", given_name="Eva", language="es")
        told = page.submit("Send to 4 people", {}, 409)
        assert told.has("Meanwhile other people are on it.")
        assert written() == []
        told.submit("Send to 5 people", {}, 303)
        assert recipients() == sorted(one.email for one in (ana, beto, carla, dan, late))

    def test_where_the_last_list_has_nobody_any_more_nothing_is_sent(self, desk: Pages, event: Event) -> None:
        person = a_registration(event, "academia", "confirmed", language="es")
        page = add(compose(desk, event), add="Confirmed").submit(SHOW, WORDS, 303).follow()
        with transaction() as session:
            session.get_one(Registration, person.id).status = Status.CANCELLED
        assert page.submit("Send to 1 person", {}, 409).has(RunReason.NOBODY_CHOSEN.sentence)
        assert written() == []

    def test_a_session_is_a_list_of_those_who_signed_up(self, app: Flask, pages: Pages) -> None:
        event, data = an_event(), copy.deepcopy(DEFINITION)
        workshops = {"key": "workshops", "kind": "sessions", "label": text("Talleres", "Workshops")}
        data["sections"][1]["questions"].append(workshops)
        a_questionnaire(event, data)
        session = a_session(event, takes_sign_up=True)
        a_registration(event, "academia", "confirmed", answers={"workshops": [session.public_id]})
        a_registration(event, "academia", "confirmed")
        desk = pages.sign_in(a_team_member(event, language="en"))
        options = [one.text or "" for one in compose(desk, event).all("option")]
        (choice,) = [one for one in options if session.title["en"] in one]
        assert add(compose(desk, event), add=choice).has("1 person will be written to")

    def test_who_is_left_out_stays_out_of_the_lists_until_named(self, desk: Pages, event: Event) -> None:
        ana, *_others = some_people(event)
        page = add(compose(desk, event), add="All registrations")
        left = desk.send(
            page.form("Send to 4 people").fill(f"Exclude: {ana.full_name}", {}), page.address, 303
        ).follow()
        assert left.has("3 people will be written to")
        assert add(left, named=ana.reference.lower()).has("4 people will be written to")

    def test_a_list_is_taken_off(self, desk: Pages, event: Event) -> None:
        some_people(event)
        page = add(add(compose(desk, event), add="Confirmed"), add="Declined")
        assert page.submit("Remove: Declined · 1", {}, 303).follow().has("2 people will be written to")

    def test_a_list_that_is_not_understood_any_more_lets_nobody_in(self, desk: Pages, event: Event) -> None:
        some_people(event)
        page = compose(desk, event, "?to=tag%3DabcdefghABCD")
        assert page.has("A list that is not there any more · 0")
        assert page.has("Nobody is chosen yet")

    def test_a_name_that_several_have_is_asked_about(self, desk: Pages, event: Event) -> None:
        people = some_people(event)
        page = add(compose(desk, event), named="demo; Nadie Deveras")
        assert page.has("“demo” can be several people.")
        assert page.has("Nobody is called “Nadie Deveras”.")
        assert page.has("Nobody is chosen yet")
        picked = page.submit(f"Ana Demo, {people[0].reference}", {}, 303).follow()
        assert picked.has("1 person will be written to")
        assert picked.form(SHOW).values()["named"] == ["Nadie Deveras"]

    @pytest.mark.both_databases
    def test_names_are_found_by_one_statement(self, event: Event) -> None:
        ana, beto, *_others = some_people(event)
        found = find_named(event.id, ["ANA", beto.reference, beto.email.upper(), "nadie"], WHOLE)
        assert [[one.id for one in some] for some in found] == [[ana.id], [beto.id], [beto.id], []]

    def test_all_that_match_on_the_list_lead_to_the_same_draft(self, desk: Pages, event: Event) -> None:
        some_people(event)
        address = f"/manage/events/{event.slug}/registrations/runs?status=confirmed"
        page = desk.post(address, {"act": "write", "all": "1"}, 303, token=True).follow()
        assert page.has("Confirmed · 2")
        a_registration(event, "academia", "confirmed", language="es")
        assert desk.get(page.address).has("3 people will be written to")

    def test_who_will_not_get_it_is_said(self, desk: Pages, event: Event, owner: Account) -> None:
        ana, *_others = some_people(event)
        do_some(a_sent_one(event, owner, ana, "Antes").id, lambda: True)
        a_registration(event, "academia", "unverified", language="es")
        with transaction() as session:
            session.get_one(MailMessage, written()[0].id).state = DeliveryState.FAILED
        page = add(compose(desk, event), add="All registrations")
        assert page.has("1 will not get it: the address is not confirmed.")
        assert page.has("What was sent last to this address failed: Ana Demo")


def test_a_language_that_is_not_ticked_is_not_written_in_and_its_words_stay(desk: Pages, event: Event) -> None:
    some_people(event)
    page = add(compose(desk, event), add="Confirmed")
    page = page.submit(SHOW, {**WORDS, "subject-en": "Bus", "body-en": "It leaves."}, 303).follow()
    page = page.submit("Show these languages", {"#write_in-en": False}, 303).follow()
    assert page.has("1 person reads English and gets the words in Spanish")
    assert not page.all(id="body-en")
    again = page.submit("Show these languages", {"#write_in-en": True}, 303).follow()
    assert again.has("It leaves.")
    page.submit("Send to 2 people", {}, 303)
    assert {mail.subject for mail in written()} == {"Autobús"}


class TestDrafts:
    """Kept without being sent."""

    def test_it_is_kept_listed_and_sent_by_a_colleague_who_may_write(
        self, app: Flask, clock: time_machine.Traveller, desk: Pages, event: Event
    ) -> None:
        ana, *_others = some_people(event)
        page = add(compose(desk, event), add="Confirmed").submit(SHOW, WORDS, 303)
        address = page.follow().address
        clock.shift(timedelta(days=3))
        assert sweep_drafts(now()) == 0
        colleague = Pages(app).sign_in(a_team_member(event, "manager", language="en", name="Mar Manager"))
        listed = colleague.get(f"/manage/events/{event.slug}/messages/written")
        assert listed.has("Autobús Draft Sale a las ocho de la mañana. Confirmed Olga Organizadora")
        opened = listed.click("Autobús")
        assert opened.address == address
        opened.submit("Send to 2 people", {"#falls_back": True}, 303)
        assert ana.email in recipients()
        assert colleague.get(f"/manage/events/{event.slug}/messages/written").has("2 people Mar Manager")

    def test_what_a_colleague_saved_meanwhile_is_not_overwritten_unseen(
        self, app: Flask, desk: Pages, event: Event
    ) -> None:
        some_people(event)
        mine = add(compose(desk, event), add="Confirmed")
        colleague = Pages(app).sign_in(a_team_member(event, "manager", language="en"))
        colleague.get(mine.address).submit(SHOW, {"subject-es": "De ella"}, 303)
        told = mine.submit(SHOW, {"subject-es": "De él"}, 409)
        assert told.has("Somebody else saved this draft meanwhile.")
        assert told.submit(SHOW, {}, 303).follow().form(SHOW).values()["subject-es"] == ["De él"]
        other = Pages(app).sign_in(a_team_member(event, "manager", language="en", name="Rita Tercera"))
        other.get(mine.address).submit(SHOW, {"subject-es": "De Rita"}, 303)
        assert other.get(f"/manage/events/{event.slug}/messages/written").has("last changed by Rita Tercera")

    @pytest.mark.parametrize(("role", "status"), [("reviewer", 404), ("manager", 200)])
    def test_it_is_for_whoever_may_write(self, app: Flask, desk: Pages, event: Event, role: str, status: int) -> None:
        some_people(event)
        page = add(compose(desk, event), add="Confirmed").submit(SHOW, WORDS, 303).follow()
        Pages(app).sign_in(a_team_member(event, role)).get(page.address, status)
        narrowed = a_narrowed(event, role, only_categories=["academia"])
        Pages(app).sign_in(narrowed).get(page.address, 404)

    def test_one_that_was_never_saved_is_its_makers(self, app: Flask, desk: Pages, event: Event) -> None:
        data = {"act": "write", "chosen": [f"{one.reference}.1" for one in some_people(event)]}
        page = desk.post(f"/manage/events/{event.slug}/registrations/runs", data, 303, token=True).follow()
        Pages(app).sign_in(a_team_member(event, "manager")).get(page.address, 404)

    def test_it_is_deleted(self, desk: Pages, event: Event) -> None:
        page = compose(desk, event).submit(SAVE, WORDS, 303).follow()
        gone = page.submit("Delete draft", {}, 303).follow()
        assert gone.has("The draft was deleted.")
        desk.get(page.address, 404)
        assert desk.get(f"/manage/events/{event.slug}/history").has("Deleted the draft of a message")

    def test_the_same_form_sent_twice_is_one_draft(self, desk: Pages, event: Event) -> None:
        page = compose(desk, event)
        assert page.submit(SAVE, WORDS, 303).location == page.submit(SAVE, WORDS, 303).location


class TestEarlierTexts:
    """What was sent before, to begin with."""

    def test_it_fills_what_is_empty(self, desk: Pages, event: Event, owner: Account) -> None:
        a_sent_one(event, owner, some_people(event)[0], "Recordatorio", "Falta su carta.")
        page = compose(desk, event)
        (choice,) = [one.text or "" for one in page.all("option") if (one.text or "").startswith("Recordatorio")]
        filled = page.submit("Use this text", {"#start_from": choice, "subject-es": "Mío"}, 303).follow()
        assert filled.form(SHOW).values()["subject-es"] == ["Mío"]
        assert filled.form(SHOW).values()["body-es"] == ["Falta su carta."]

    @pytest.mark.both_databases
    def test_they_are_of_events_at_which_one_may_write(self, app: Flask, event: Event, owner: Account) -> None:
        a_sent_one(event, owner, some_people(event)[0], "De aquí")
        elsewhere, foreign = an_event(), an_event()
        for there, role in ((elsewhere, "manager"), (foreign, "reviewer")):
            with transaction() as session:
                session.add(TeamMember(event_id=there.id, account_id=owner.id, role=TeamRole(role)))
            a_sent_one(there, a_team_member(there), a_registration(there, "academia"), f"De {role}")
        found = [run.details["subject"]["es"] for run, _by, _event in list_earlier(event.id, owner.id)]
        assert found == ["De aquí", "De manager"]


@pytest.mark.both_databases
def test_what_was_written_is_found_by_words_of_subject_and_text_accents_ignored(event: Event, owner: Account) -> None:
    """Sent ones and drafts alike, by one statement."""
    person = some_people(event)[0]
    sent = a_sent_one(event, owner, person, "Autobús del jueves", "Sale de la Ciudad de México.")
    a_sent_one(event, owner, person, "Hotel", "Su habitación: 100 % pagada.")
    who = Organizer.account(owner.id)

    def found(search: str) -> list[int]:
        return [line.run.id for line in list_writings(event.id, who, search)[0]]

    assert found("MEXICO autobus") == [sent.id]
    assert found("autobus hotel") == []
    assert found("habitación %") != []
    assert found("0_%") == []
    assert len(found("")) == 2
    assert list_writings(event.id, who, "", is_sent=False)[0] == []
