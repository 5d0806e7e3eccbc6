"""The pages of acts on many: a draft that is looked at, begun, followed; reasons by language; without a mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.attendees.rules.acts import AT_ONCE, MOST_CHOSEN, RunAct
from eventreg.attendees.services.reasons import add_reason
from eventreg.audit.services import Actor
from eventreg.bulk.models import Run
from eventreg.bulk.services.steps import do_some
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.publication import Publication
from eventreg.mail.models import MailMessage
from eventreg.registration.models import Decision, Registration
from eventreg.registration.rules.states import Action
from eventreg.registration.services.decisions import decide
from tests.builders import a_registration, a_team_member, an_event, text
from tests.support.pages import Page, Pages

ACADEMIA = {"key": "academia", "name": text("Academia", "Academia"), "approval": ApprovalRule.BY_ORGANIZER}


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(categories=[ACADEMIA], capacity=2)


@pytest.fixture
def owner(event: Event, pages: Pages) -> Account:
    account = a_team_member(event)
    pages.sign_in(account)
    return account


def people(event: Event, *languages: str) -> list[Registration]:
    return [a_registration(event, "academia", "pending", language=language) for language in languages]


def chosen(pages: Pages, event: Event, act: str, rows: list[Registration], **more: Any) -> Page:
    data = {"act": act, "chosen": [f"{row.reference}.{row.revision}" for row in rows], **more}
    return pages.post(f"/manage/events/{event.slug}/registrations/runs", data, 303, token=True).follow()


def texts_sent() -> dict[int | None, str]:
    rows = db.session.execute(
        select(MailMessage.record_id, MailMessage.text).where(MailMessage.audience == "participant")
    )
    return {row[0]: row[1] for row in rows}


@pytest.mark.usefixtures("owner")
def test_a_draft_shows_places_and_whom_it_concerns_before_anything_is_done(event: Event, pages: Pages) -> None:
    draft = chosen(pages, event, "approve", people(event, "es", "en", "es"))
    assert draft.heading == "Approve 3 registrations"
    assert draft.has("2 places left, 3 needed")
    assert draft.has("The last 1 goes to the waiting list.")
    assert draft.has("No place left: waits, approved")
    assert draft.has("They read: Spanish (2), English (1).")
    assert not list(db.session.scalars(select(Decision.id)))
    done = draft.submit("Approve 3 registrations").follow()
    assert done.has("Finished. 3 of 3")
    assert done.has("Approved, waits for a place 1")


@pytest.mark.usefixtures("owner")
def test_fewer_places_than_were_shown_are_said_before_anything_is_done(event: Event, pages: Pages) -> None:
    draft = chosen(pages, event, "approve", people(event, "es", "es"))
    a_registration(event, "academia")
    again = draft.submit("Approve 2 registrations", status=409)
    assert again.has("Meanwhile places were taken.")
    assert again.has("1 place left, 2 needed")
    assert not list(db.session.scalars(select(Decision.id)))
    assert again.submit("Approve 2 registrations").follow().has("Finished. 2 of 2")


@pytest.mark.usefixtures("owner")
def test_each_reads_the_reason_in_their_language_and_a_missing_one_is_pointed_out(event: Event, pages: Pages) -> None:
    rows = people(event, "es", "en", "es")
    draft = chosen(pages, event, "decline", rows)
    without = draft.submit("Decline 3 registrations", status=422)
    assert without.errors() == ["Español: Write the reason: the person reads it"]
    kept = without.submit("Save and preview email", {"Español": "No hay lugar."}).follow()
    assert kept.has("1 person reads English and would get the reason in Spanish.")
    assert kept.has("No hay lugar.")
    done = kept.submit("Decline 3 registrations", {"reason-en": "There is no place."}).follow()
    assert done.has("Finished. 3 of 3")
    sent = texts_sent()
    assert "There is no place." in sent[rows[1].id]
    assert "No hay lugar." in sent[rows[0].id]


@pytest.mark.usefixtures("owner")
def test_the_mail_that_is_shown_is_the_one_that_goes(event: Event, pages: Pages) -> None:
    rows = people(event, "en")
    draft = chosen(pages, event, "decline", rows).submit(
        "Save and preview email", {"Reason": "The room is too small."}
    ).follow()  # fmt: skip
    shown = draft.texts("pre")[0]
    frame = draft.all("iframe")[0].get("src") or ""
    assert "The room is too small." in pages.get(frame, sound=False).html
    draft.submit("Decline 1 registration").follow()
    lines = [line.strip() for line in texts_sent()[rows[0].id].splitlines() if line.strip() and "[[" not in line]
    assert [line for line in lines if " ".join(line.split()) not in shown] == []


@pytest.mark.usefixtures("owner")
def test_a_ready_made_reason_stands_where_nothing_else_is_written(event: Event, owner: Account, pages: Pages) -> None:
    add_reason(event.id, RunAct.DECLINE, "Lleno", {"es": "Está lleno.", "en": "It is full."}, Actor.account(owner.id))
    rows = people(event, "es", "en")
    draft = chosen(pages, event, "decline", rows)
    draft.submit("Decline 2 registrations", {"Ready-made reason": "Lleno", "English": "Sorry, full."}).follow()
    sent = texts_sent()
    assert "Está lleno." in sent[rows[0].id]
    assert "Sorry, full." in sent[rows[1].id]
    assert "It is full." not in sent[rows[1].id]


@pytest.mark.usefixtures("owner")
def test_without_an_email_nobody_is_written_to_and_the_page_says_so(event: Event, pages: Pages) -> None:
    rows = people(event, "es", "es")
    done = chosen(pages, event, "decline", rows).submit("Decline 2 registrations", {"Email": "Send no email"}).follow()
    assert done.has("Nobody is written to.")
    assert texts_sent() == {}
    one = pages.get(f"/manage/events/{event.slug}/registrations/{rows[0].reference}")
    assert one.has("Decided without an email: nobody was told.")
    assert one.has("Without an email")
    assert done.submit("Undo 2 decisions").follow().has("Finished. 2 of 2")


def test_whoever_was_decided_on_meanwhile_is_named_before_and_after(event: Event, owner: Account, pages: Pages) -> None:
    """Case 18."""
    rows, other = people(event, "es", "es"), a_team_member(event)
    draft = chosen(pages, event, "approve", rows)
    decide(event.id, rows[0].reference, Action.DECLINE, "No.", 1, Organizer.account(other.id))
    seen = pages.get(draft.address)
    assert seen.has("1 registration has changed since it was chosen.")
    assert seen.has(f"{other.name}: Declined")
    done = seen.submit("Approve 1 registration").follow()
    assert done.has(f"Left as it was Somebody decided since it was chosen. {other.name}: Declined")
    assert done.has("Finished. 2 of 2")


@pytest.mark.usefixtures("owner")
def test_one_is_left_out_and_one_who_changed_taken_as_they_are(event: Event, pages: Pages) -> None:
    rows = people(event, "es", "es", "es")
    draft = chosen(pages, event, "approve", rows)
    with transaction() as session:
        session.get_one(Registration, rows[2].id).revision = 5
    typed = {"Reason": "Bienvenida."}
    draft = pages.get(draft.address).submit(f"Exclude: {rows[0].full_name}", typed).follow()
    assert draft.heading == "Approve 2 registrations"
    assert draft.texts("textarea") == ["Bienvenida."]
    draft = draft.submit("I have looked: take them as they are now").follow()
    assert draft.submit("Approve 2 registrations").follow().has("Approved 2")


@pytest.mark.usefixtures("owner")
def test_more_than_a_few_are_done_by_the_worker_and_the_page_follows(event: Event, pages: Pages) -> None:
    rows = people(event, *["es"] * (AT_ONCE + 1))
    going = chosen(pages, event, "waitlist", rows).submit(f"Put {len(rows)} registrations on the waiting list").follow()
    assert going.has(f"Going on. 0 of {len(rows)} Refresh")
    run = db.session.scalars(select(Run)).one()
    do_some(run.id, lambda: False)
    stopped = pages.get(going.address).submit("Stop").follow()
    assert stopped.has(f"Stopped. 1 of {len(rows)}")
    stopped.submit("Resume").follow()
    do_some(run.id, lambda: True)
    assert pages.get(going.address).has("Finished.")
    listed = pages.get(f"/manage/events/{event.slug}/registrations/runs")
    assert listed.has(f"Put {len(rows)} registrations on the waiting list")


@pytest.mark.usefixtures("owner")
def test_answers_of_many_are_asked_to_be_checked(event: Event, pages: Pages) -> None:
    rows = people(event, "es", "en")
    draft = chosen(pages, event, "correct", rows)
    refused = draft.submit("Request a correction from 2 people", status=422)
    assert "Choose which answers are to be checked" in refused.errors()
    late = refused.submit(
        "Request a correction from 2 people",
        {"Family name": True, "Español": "Revise.", "Last day to answer": "2020-01-01"},
        422,
    )
    assert late.errors() == ["Choose a day that is still to come"]
    done = late.submit("Request a correction from 2 people", {"Last day to answer": ""}).follow()
    assert done.has("Requested a correction 2")
    assert all("Revise." in sent for sent in texts_sent().values())


@pytest.mark.usefixtures("owner")
def test_nobody_chosen_and_no_such_act_are_refused(event: Event, pages: Pages) -> None:
    address = f"/manage/events/{event.slug}/registrations/runs"
    for act in ("", "undo", "dance"):
        pages.post(address, {"act": act, "all": "1"}, 400, token=True)
    for values in ([], ["x"], ["PRU-AAAAAA.1", ".1", "PRU-AAAAAA.x", "a" * 500]):
        back = pages.post(f"{address}?category=academia", {"act": "approve", "chosen": values}, 303, token=True)
        assert back.location.endswith("/registrations?category=academia")
    assert not list(db.session.scalars(select(Run.id)))


@pytest.mark.usefixtures("owner")
def test_more_than_can_be_named_one_by_one_is_said_on_the_list(event: Event, pages: Pages) -> None:
    values = [f"PRU-{number:06}.1" for number in range(MOST_CHOSEN + 1)]
    address = f"/manage/events/{event.slug}/registrations/runs"
    back = pages.post(address, {"act": "approve", "chosen": values}, 303, token=True).follow()
    assert back.texts("p", class_="er-note", role="alert") == ["Choose at most 2000 one by one, or all that match."]


@pytest.mark.usefixtures("owner")
def test_an_event_that_is_archived_or_called_off_says_so_and_nobody_is_decided_on(event: Event, pages: Pages) -> None:
    draft = chosen(pages, event, "approve", people(event, "es"))
    with transaction() as session:
        session.get_one(Event, event.id).publication = Publication.CANCELLED
    seen = pages.get(draft.address)
    assert seen.has("Everybody was told so, and nobody is decided on any more.")
    assert seen.submit("Approve 1 registration").follow().has("Left as it was The event does not take place.")
    draft = chosen(pages, event, "approve", people(event, "es"))
    with transaction() as session:
        session.get_one(Event, event.id).publication = Publication.ARCHIVED
    assert pages.get(draft.address).has("This event is archived.")
    for address in (f"{draft.address}/begin", f"/manage/events/{event.slug}/registrations/reasons"):
        assert pages.post(address, {"do": "start"}, 409, token=True).has("This event is archived")


def test_a_draft_of_somebody_else_is_not_there(event: Event, owner: Account, app: Flask, pages: Pages) -> None:
    draft = chosen(pages, event, "approve", people(event, "es"))
    other = Pages(app).sign_in(a_team_member(event))
    other.get(draft.address, 404)
    other.post(f"{draft.address}/begin", {}, 404, token=True)


@pytest.mark.usefixtures("owner")
def test_a_run_that_cannot_be_undone_any_more_says_so(event: Event, pages: Pages) -> None:
    done = chosen(pages, event, "approve", people(event, "es")).submit("Approve 1 registration").follow()
    assert done.has("Undo 1 decision")
    with transaction() as session:
        session.scalars(select(Decision)).one().mails_at -= timedelta(minutes=3)
    late = done.submit("Undo 1 decision", status=409)
    assert late.has("Nothing of this can be undone any more")
