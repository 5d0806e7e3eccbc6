"""A message to a selection: to each alone, in their language, once; seen, tried and stopped."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.attendees.rules.acts import ItemOutcome, RunAct
from eventreg.audit.services import Actor
from eventreg.bulk.models import Run, RunItem
from eventreg.bulk.services.runs import begin_run, draft_run, stop_run, these
from eventreg.bulk.services.steps import do_some
from eventreg.bulk.services.writing import take_back_messages
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.rules.team import EVERYTHING
from eventreg.kernel import clock
from eventreg.mail.content import mask
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.emails import OWN_PAGE
from eventreg.registration.models import Registration
from eventreg.registration.queries.registrations import own_token
from tests.builders import a_registration, a_team_member, an_event
from tests.registration.records import history
from tests.reports.test_narrowed import a_narrowed
from tests.support.apps import AppMaker
from tests.support.html import elements, parse
from tests.support.pages import Page, Pages

SHOW, TRY = "Save and preview email", "Send to me first"
WORDS = {
    "subject": {"es": "Autobús para {given_name}", "en": "Bus for {given_name}"},
    "body": {"es": "{greeting}\n\nSale a las 8.\n\n[Su página]({link})", "en": "{greeting}\n\nIt leaves at 8: {link}"},
}


@pytest.fixture
def owner(event: Event) -> Account:
    """Who writes."""
    return a_team_member(event)


def some_people(event: Event) -> list[Registration]:
    """Three who read Spanish and one who reads English; one of them is declined."""
    given = (
        ("Ana", "es", "confirmed"),
        ("Beto", "es", "declined"),
        ("Carla", "es", "pending"),
        ("Dan", "en", "confirmed"),
    )
    return [
        a_registration(event, "academia", status, given_name=name, family_name="Demo", language=language)
        for name, language, status in given
    ]


def a_draft(event: Event, owner: Account, people: list[Registration], words: dict[str, dict[str, str]] = WORDS) -> Run:
    chosen = these(event.id, {person.reference: person.revision for person in people}, EVERYTHING)
    return draft_run(event.id, RunAct.WRITE, chosen, owner.id, details=words)


def written() -> list[MailMessage]:
    db.session.rollback()
    found = select(MailMessage).where(MailMessage.template == "registration/written").order_by(MailMessage.id)
    return list(db.session.scalars(found))


def open_draft(desk: Pages, event: Event, people: list[Registration]) -> Page:
    data = {"act": "write", "chosen": [f"{person.reference}.{person.revision}" for person in people]}
    return desk.post(f"/manage/events/{event.slug}/registrations/runs", data, 303, token=True).follow()


def outcomes(run: Run) -> list[tuple[ItemOutcome, str]]:
    db.session.rollback()
    items = db.session.scalars(select(RunItem).where(RunItem.run_id == run.id).order_by(RunItem.id))
    return [(item.outcome, item.refusal) for item in items]


@pytest.mark.both_databases
def test_each_is_written_to_alone_in_their_language_with_their_own_link(event: Event, owner: Account) -> None:
    """Cases 34 and 36."""
    people = some_people(event)
    run = a_draft(event, owner, people)
    begin_run(run.id)
    do_some(run.id, lambda: True)
    messages = written()
    assert [(mail.recipient, mail.language) for mail in messages] == [(one.email, one.language) for one in people]
    for mail, person in zip(messages, people, strict=True):
        assert mail.subject == f"{'Bus for' if person.language == 'en' else 'Autobús para'} {person.given_name}"
        assert mail.reply_to == "clara@anfitriona.example"
        assert f":my:{person.public_id}:1]]" in mail.html
        for other in people:
            if other is not person:
                assert other.public_id not in mail.html + mail.text
                assert other.email not in mail.html + mail.text
                assert other.given_name not in mask(mail.text, mail.marker, "")
        assert parse(mail.html)[1] == []
        assert ("written_to", {}) in history(person)


@pytest.mark.both_databases
def test_taken_up_again_after_a_kill_it_writes_to_each_once(event: Event, owner: Account) -> None:
    """Case 31: a worker that died after two people, and another one that takes the run up."""
    people = some_people(event)
    run = a_draft(event, owner, people)
    begin_run(run.id)
    done = []
    do_some(run.id, lambda: done.append(1) or len(done) < 2)  # type: ignore[func-returns-value]
    assert len(written()) == 2
    begin_run(run.id)
    do_some(run.id, lambda: True)
    assert not do_some(run.id, lambda: True)
    assert [mail.recipient for mail in written()] == [person.email for person in people]


def test_the_same_person_cannot_be_written_to_twice_by_one_run(event: Event, owner: Account) -> None:
    """The outbox is the last guard: were the item forgotten, its key would not be taken a second time."""
    (person, *_others) = some_people(event)
    run = a_draft(event, owner, [person])
    begin_run(run.id)
    do_some(run.id, lambda: True)
    with transaction() as session:
        session.execute(RunItem.__table__.update().values(outcome="waiting"))  # type: ignore[attr-defined]
        session.get_one(Run, run.id).finished_at = None
    do_some(run.id, lambda: True)
    assert len(written()) == 1
    assert outcomes(run)[0][0] is ItemOutcome.LEFT


def test_whoever_reads_another_language_gets_one_that_there_is_and_is_told(event: Event, owner: Account) -> None:
    people = some_people(event)
    run = a_draft(event, owner, people, {"subject": {"es": "Autobús"}, "body": {"es": "Sale a las 8."}})
    begin_run(run.id)
    do_some(run.id, lambda: True)
    mail = written()[-1]
    assert (mail.language, mail.subject) == ("en", "Autobús")
    assert "This message is available in Spanish only." in mail.text
    assert "Reference:" in mail.text
    root, faults = parse(mail.html)
    assert faults == []
    assert [block.get("lang") for block in elements(root, "div") if block.get("lang")] == ["en", "es"]


def test_an_unconfirmed_address_is_left(event: Event, owner: Account) -> None:
    person = a_registration(event, "academia", "unverified")
    run = a_draft(event, owner, [person])
    begin_run(run.id)
    do_some(run.id, lambda: True)
    assert outcomes(run) == [(ItemOutcome.LEFT, "unverified")]
    assert written() == []


class TestStopping:
    """Sixty seconds to stop what was written."""

    @pytest.mark.both_databases
    def test_what_has_not_gone_is_stopped_and_its_people_count_as_left(self, event: Event, owner: Account) -> None:
        begun = clock.now()
        run = a_draft(event, owner, some_people(event))
        begin_run(run.id)
        do_some(run.id, lambda: True)
        assert all(mail.due_at is not None and mail.due_at >= begun + timedelta(seconds=60) for mail in written())
        with transaction() as session:
            session.get_one(MailMessage, written()[0].id).state = DeliveryState.SENT
        assert take_back_messages(run.id, Actor.account(owner.id)) == 3
        assert [mail.state for mail in written()] == [DeliveryState.SENT] + [DeliveryState.DROPPED] * 3
        assert outcomes(run) == [(ItemOutcome.DONE, "")] + [(ItemOutcome.LEFT, "taken_back")] * 3
        assert take_back_messages(run.id, Actor.account(owner.id)) == 0

    def test_stopped_half_way_nobody_else_is_written_to(self, event: Event, owner: Account) -> None:
        run = a_draft(event, owner, some_people(event))
        begin_run(run.id)
        do_some(run.id, lambda: False)
        stop_run(run.id, Actor.account(owner.id))
        assert not do_some(run.id, lambda: True)
        assert len(written()) == 1

    def test_from_its_page(self, desk: Pages, event: Event) -> None:
        page = open_draft(desk, event, some_people(event))
        begun = page.submit(
            "Send to 4 people", {f"{part}-{code}": text for part in WORDS for code, text in WORDS[part].items()}, 303
        )
        after = begun.follow()
        assert after.has("4 wait or are held.")
        assert after.has("Autobús para {given_name}")
        stopped = after.submit("Cancel unsent messages", {}, 303).follow()
        assert stopped.has("Stopped before the message went.")
        assert {mail.state for mail in written()} == {DeliveryState.DROPPED}

    def test_what_may_have_arrived_is_counted_by_itself(self, desk: Pages, event: Event, owner: Account) -> None:
        run = a_draft(event, owner, some_people(event))
        begin_run(run.id)
        do_some(run.id, lambda: True)
        with transaction() as session:
            session.get_one(MailMessage, written()[0].id).state = DeliveryState.DOUBTFUL
        page = desk.get(f"/manage/events/{event.slug}/registrations/runs/{run.public_id}")
        assert page.has("0 messages have gone. 3 wait or are held. Probably delivered: 1.")


class TestTheDraft:
    """What is to be known before it is sent."""

    def test_who_reads_what_and_whose_status_may_surprise_is_told(self, desk: Pages, event: Event) -> None:
        page = open_draft(desk, event, some_people(event))
        assert page.has("3 people read Spanish, 1 person reads English.")
        assert page.has("1 of 4 has this status: Declined")

    def test_a_language_left_empty_is_pointed_out_and_must_be_agreed_to(self, desk: Pages, event: Event) -> None:
        page = open_draft(desk, event, some_people(event))
        words = {"subject-es": "Autobús", "body-es": "Sale a las 8."}
        told = page.submit("Send to 4 people", words, 422)
        assert told.has("1 person reads English. Write it, or tick below that they get the words in Spanish")
        assert told.has("Sale a las 8.")
        assert written() == []
        told.submit("Send to 4 people", {"#falls_back": True}, 303)
        assert len(written()) == 4

    def test_nothing_written_is_not_sent(self, desk: Pages, event: Event) -> None:
        page = open_draft(desk, event, some_people(event)[:1])
        assert page.submit("Send to 1 person", {"Subject": "Autobús"}, 422).has("Write this text")
        assert page.submit("Send to 1 person", {"Message text": "Sale."}, 422).has("Write this text")

    def test_unknown_placeholders_and_personal_links_are_refused(self, desk: Pages, event: Event) -> None:
        """Case 33."""
        people = some_people(event)
        page = open_draft(desk, event, people[:1])
        refused = page.submit("Send to 1 person", {"Subject": "Hola {given_nam}", "Message text": "Sale."}, 422)
        assert refused.has("The nearest one is {given_name}")
        link = f"http://localhost/my/{own_token(people[1], OWN_PAGE)}"
        refused = page.submit("Send to 1 person", {"Subject": "Hola", "Message text": f"Vea {link}"}, 422)
        assert refused.has("Take out the address of a personal page")
        shown = page.submit(SHOW, {"Message text": "Hola {nada}"}, 303).follow()
        assert shown.has("There is no placeholder {nada}")
        assert written() == []

    def test_it_is_shown_as_anybody_among_them_gets_it(self, desk: Pages, event: Event) -> None:
        people = some_people(event)
        outsider = a_registration(event, "academia", "confirmed", given_name="Zoila")
        words = {f"{part}-{code}": text for part in WORDS for code, text in WORDS[part].items()}
        page = open_draft(desk, event, people)
        shown = page.submit(SHOW, {**words, "who": "dan demo"}, 303).follow()
        shown = shown.click("English (1)")
        assert shown.has(f"As {people[3].email} would get it.")
        assert shown.has("It leaves at 8: [personal link]")
        frame = desk.get(shown.all("iframe")[0].get("src") or "", sound=False)
        assert "Dear Dan Demo," in frame.html
        assert people[3].public_id not in frame.html
        assert shown.submit(SHOW, {"who": outsider.reference}, 303).follow().has("Nobody among them is called so.")
        assert written() == []

    def test_a_trial_goes_to_whoever_writes_and_holds_nobodys_link(
        self, desk: Pages, event: Event, owner: Account
    ) -> None:
        people = some_people(event)
        page = open_draft(desk, event, people)
        words = {f"{part}-{code}": text for part in WORDS for code, text in WORDS[part].items()}
        tried = page.submit(TRY, {**words, "who": "Ana"}, 303).follow()
        assert tried.has(f"Sent to you at {owner.email}. Nobody else has got anything yet.")
        mail = db.session.scalars(select(MailMessage).where(MailMessage.template == "registration/written_trial")).one()
        assert (mail.recipient, mail.audience) == (owner.email, "team")
        assert mail.subject == "[Prueba] Autobús para Ana"
        assert not re.search(r"\[\[[0-9a-f]{24}", mail.text + mail.html)
        assert written() == []


@pytest.mark.both_databases
def test_hostile_names_stay_inert(event: Event, owner: Account) -> None:
    """Case 32."""
    hostile = "<script>x</script> **b** {link} %(x)s"
    run = a_draft(event, owner, [a_registration(event, "academia", "confirmed", given_name=hostile)])
    begin_run(run.id)
    do_some(run.id, lambda: True)
    (mail,) = written()
    root, faults = parse(mail.html)
    assert faults == []
    assert not list(elements(root, "script"))
    assert "**b** {link} %(x)s" in mail.text


def test_the_demos_mail_is_held_with_a_server_too(make_app: AppMaker, app: Flask) -> None:
    """Case 37."""
    event = an_event(holds_mail=True)
    owner = a_team_member(event)
    person = a_registration(event, "academia", "confirmed", email="alguien@real.test")
    run = a_draft(event, owner, [person])
    with make_app(mail_server="127.0.0.1", mail_default_sender="a@equipo.example").app_context():
        begin_run(run.id)
        do_some(run.id, lambda: True)
        assert [mail.state for mail in written()] == [DeliveryState.HELD]


def test_a_narrowed_member_reaches_only_the_people_of_the_scope(pages: Pages, event: Event) -> None:
    inside = a_registration(event, "academia", "confirmed")
    outside = a_registration(event, "government", "confirmed")
    desk = pages.sign_in(a_narrowed(event, "manager", only_categories=["academia"]))
    page = open_draft(desk, event, [inside, outside])
    page.submit("Send to 1 person", {"Subject": "Hola", "Message text": "Sale."}, 303)
    assert [mail.recipient for mail in written()] == [inside.email]


def test_from_the_page_of_a_registration_to_its_timeline(desk: Pages, event: Event) -> None:
    (person, *_others) = some_people(event)
    page = desk.get(f"/manage/events/{event.slug}/registrations/{person.reference}")
    draft = page.submit("Email this person", {}, 303).follow()
    draft.submit("Send to 1 person", {"Subject": "Su vuelo", "Message text": "Llega a las 8."}, 303)
    page = desk.get(f"/manage/events/{event.slug}/registrations/{person.reference}")
    assert page.has("Su vuelo")
    assert page.has("Emailed the person")


@pytest.mark.parametrize("role", ["reviewer"])
def test_whoever_may_not_send_cannot_write(pages: Pages, event: Event, role: str) -> None:
    (person, *_others) = some_people(event)
    desk = pages.sign_in(a_team_member(event, role))
    data = {"act": "write", "chosen": f"{person.reference}.1"}
    desk.post(f"/manage/events/{event.slug}/registrations/runs", data, 403, token=True)
    assert not desk.get(f"/manage/events/{event.slug}/registrations/{person.reference}").has("Email this person")
