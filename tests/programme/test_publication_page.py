"""The publication page: what is missing, what each step does, the steps, the preview link, deleting a draft."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.audit.queries import list_traces
from eventreg.audit.services import Actor
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.queries.texts import load_readiness
from eventreg.events.rules.programme import SpeakerRole
from eventreg.events.rules.publication import Publication
from eventreg.kernel import clock as clocks
from eventreg.programme.rules.sessions import People
from eventreg.programme.services.programme import add_session
from eventreg.questionnaires.models import QuestionnaireVersion
from tests.builders import a_registration, a_team_member, an_account, an_event, text
from tests.events.programmes import a_large_programme, a_room, an_entry
from tests.support.pages import Page, Pages
from tests.support.statements import counted

#: what an event of the builders lacks
REST = {"description": text("Una descripción.", "A description.")}


def a_draft(**changes: Any) -> Event:
    """A draft that could be published."""
    return an_event(**{"publication": Publication.DRAFT, **REST, **changes})


def now_of(event: Event) -> Publication:
    db.session.rollback()
    return db.session.get_one(Event, event.id, populate_existing=True).publication


@pytest.fixture
def owner(app: Flask) -> Pages:
    return Pages(app)


def page_of(visitor: Pages, event: Event, role: str = "owner") -> Page:
    """Open the publication page as somebody of the team."""
    visitor.sign_in(a_team_member(event, role))
    return visitor.get(f"/manage/events/{event.slug}/publication")


def test_a_draft_is_published_by_one_button(owner: Pages) -> None:
    event = a_draft()
    page = page_of(owner, event)
    assert page.has("Nothing stands in the way of publishing.")
    done = page.submit("Publish the event").follow()
    assert done.has("The event is published.")
    assert now_of(event) is Publication.PUBLISHED
    assert owner.get(f"/events/{event.slug}").heading == event.title["en"]


def test_what_is_missing_is_named_in_each_language_and_leads_to_where_it_is_mended(owner: Pages) -> None:
    event = a_draft(title={"es": "Encuentro"}, summary={}, description={})
    page = page_of(owner, event)
    assert page.has("Write the title in English")
    assert page.has("Write the summary in Spanish and English")
    assert page.link("Write the title in English") == f"/manage/events/{event.slug}/texts"
    assert page.has("3 things are missing before the event can be published.")
    assert "Publish the event" not in [button for form in page.forms() for button in form.buttons()]
    answer = owner.post(f"/manage/events/{event.slug}/publication/publish", token=True, status=409)
    assert answer.has("3 things are missing before the event can be published.")
    assert now_of(event) is Publication.DRAFT


def test_oddities_of_the_programme_are_advice_that_leads_to_it(owner: Pages) -> None:
    event = a_draft(slug="encuentro")
    one, other, by = a_room(event, "Sala Uno"), a_room(event, "Sala Dos", 2), an_account().id
    dora = [People(SpeakerRole.SPEAKER, ["Dora Demo"])]
    for name, room, people in (("Uno", one, dora), ("Dos", other, dora), ("Tres", one, [])):
        add_session(
            event.id, an_entry(event, title=text(name, name), room_id=room.id, people=people), Actor.account(by)
        )
    page = page_of(owner, event)
    assert page.has("Nothing stands in the way of publishing.")
    for said in ("1 session overlaps another one in the same room", "Dora Demo speaks in two rooms at once"):
        assert page.link(said) == "/manage/events/encuentro/programme"
    gaps = [link for link in page.texts("a") if "neither a session nor a break" in link]
    assert len(gaps) == 1
    assert page.link(gaps[0]) == "/manage/events/encuentro/programme"


def test_the_checklist_takes_the_same_statements_however_long_the_programme_is(app: Flask) -> None:
    events = [a_draft(slug="corto"), a_large_programme()]
    figures = []
    for event in events:
        db.session.rollback()
        db.session.expunge_all()
        stored = db.session.get_one(Event, event.id)
        with counted() as statements:
            load_readiness(stored)
        figures.append(len(statements))
    assert figures == [2, 2]


def test_what_is_missing_is_no_heading_over_nothing(owner: Pages) -> None:
    event = an_event(**REST)
    headings = page_of(owner, event).texts("h2") + page_of(owner, event).texts("h3")
    assert headings.count("Recommendations before publishing") == 1
    assert "What is missing" not in headings
    lacking = an_event(summary={}, **REST)
    assert "What is missing" in page_of(owner, lacking).texts("h2")


def test_the_questions_of_the_form_are_asked_for_by_the_room_that_knows(owner: Pages) -> None:
    event = a_draft()
    with transaction() as session:
        session.delete(session.scalars(select(QuestionnaireVersion)).one())
    assert page_of(owner, event).has("Publish the questions of the registration form")
    owner.post(f"/manage/events/{event.slug}/publication/publish", token=True, status=409)


def test_a_question_without_a_translation_stands_in_the_way(owner: Pages) -> None:
    event = a_draft(languages=["es", "en", "fr"])
    assert page_of(owner, event).has("Translate the questions of the registration form into French")


def test_the_overview_of_a_draft_says_what_is_missing(owner: Pages) -> None:
    event = a_draft(summary={})
    owner.sign_in(a_team_member(event))
    page = owner.get(f"/manage/events/{event.slug}")
    assert page.has("Write the summary in Spanish and English")
    assert page.click("Event preview").has("This is a preview.")
    viewer = Pages(owner.app).sign_in(a_team_member(event, "viewer"))
    assert not viewer.get(f"/manage/events/{event.slug}").has("Write the summary")


def test_registration_is_closed_and_opened_by_hand(owner: Pages) -> None:
    event = an_event()
    page_of(owner, event).submit("Close registration")
    assert now_of(event) is Publication.REGISTRATION_CLOSED
    public = owner.get(f"/events/{event.slug}")
    assert public.texts("strong", class_="er-status")[0] == "Registration closed"
    assert public.texts("a", class_="er-call") == []
    assert owner.get(f"/events/{event.slug}/register").has("Registration has closed.")
    page_of(owner, event).submit("Reopen registration")
    assert now_of(event) is Publication.PUBLISHED


def test_cancelling_asks_for_the_reason_in_each_language_and_says_how_many_are_told(owner: Pages) -> None:
    event = an_event()
    for status in ("confirmed", "pending", "waitlisted", "declined"):
        a_registration(event, "academia", status)
    confirming = page_of(owner, event).click("Cancel the event")
    assert confirming.has("4 messages are written: 1 confirmed, 1 to review, 1 on the waiting list")
    asked = confirming.submit("Cancel the event", {"Español": "El río creció."}, 422)
    assert asked.errors() == ["English: Write this text"]
    assert asked.form("Cancel the event").values()["note-es"] == ["El río creció."]
    done = asked.submit("Cancel the event", {"English": "The river rose."}).follow()
    assert done.has("Everybody registered is being told by email.")
    assert now_of(event) is Publication.CANCELLED


def test_what_a_cancelled_event_says_to_the_public(owner: Pages) -> None:
    event = an_event(publication=Publication.CANCELLED, cancellation_note=text("El río creció.", "The river rose."))
    page = owner.get(f"/events/{event.slug}")
    assert page.texts("strong", class_="er-status") == ["Does not take place"]
    assert page.has("The river rose.")
    assert page.texts("a", class_="er-call") == []
    assert "EventCancelled" in page.html
    form = owner.get(f"/events/{event.slug}/register")
    assert form.has("This event does not take place.")
    assert form.has("The river rose.")
    home = owner.get("/")
    assert home.texts("strong", class_="er-status") == ["Does not take place"]
    calendar = owner.get(f"/events/{event.slug}/event.ics")
    assert calendar.html.count("STATUS:CANCELLED") == 2
    assert "METHOD:PUBLISH" in calendar.html


def test_an_archived_event_stays_readable_and_the_desk_changes_nothing(owner: Pages) -> None:
    event = an_event()
    with transaction() as session:
        session.get_one(Event, event.id).publication = Publication.ARCHIVED
    page = owner.get(f"/events/{event.slug}")
    assert page.texts("strong", class_="er-status") == ["Event over"]
    assert [link for link in owner.get("/").texts("a") if link == event.title["en"]]
    person = a_registration(event)
    owner.sign_in(a_team_member(event))
    decision = {"action": "decline", "reason": "No.", "seen_revision": "1"}
    address = f"/manage/events/{event.slug}/registrations/{person.reference}/decision"
    answer = owner.post(address, decision, token=True, status=409)
    assert answer.has("archived")


def test_only_what_is_over_is_archived_and_only_an_owner_takes_it_out(owner: Pages) -> None:
    event = an_event()
    page = page_of(owner, event)
    assert page.has("The event is not over yet.")
    assert "Archive the event" not in page.texts("a")
    owner.post(f"/manage/events/{event.slug}/publication/archive", token=True, status=409)
    with transaction() as session:
        for day in session.get_one(Event, event.id, options=[db.selectinload(Event.days)]).days:
            day.held_on = day.held_on - timedelta(days=90)
    page_of(owner, event).click("Archive the event").submit("Archive the event")
    assert now_of(event) is Publication.ARCHIVED
    manager = Pages(owner.app)
    assert page_of(manager, event, "manager").has("Only an owner of the event can do this.")
    manager.post(f"/manage/events/{event.slug}/publication/unarchive", token=True, status=403)
    assert now_of(event) is Publication.ARCHIVED
    page_of(owner, event).click("Unarchive").submit("Unarchive")
    assert now_of(event) is Publication.PUBLISHED


def test_a_reason_that_was_only_prepared_does_not_call_an_archived_event_off(owner: Pages) -> None:
    event = an_event(cancellation_note=text("Por si acaso.", "Just in case."))
    with transaction() as session:
        for day in session.get_one(Event, event.id, options=[db.selectinload(Event.days)]).days:
            day.held_on = day.held_on - timedelta(days=90)
    page_of(owner, event).click("Archive the event").submit("Archive the event")
    assert owner.get(f"/events/{event.slug}").texts("strong", class_="er-status") == ["Event over"]


def test_what_was_cancelled_says_so_in_the_archive_too(owner: Pages) -> None:
    event = an_event(publication=Publication.CANCELLED, cancellation_note=text("El río creció.", "The river rose."))
    page_of(owner, event).click("Archive the event").submit("Archive the event")
    assert owner.get(f"/events/{event.slug}").has("This event does not take place.")
    page_of(owner, event).click("Unarchive").submit("Unarchive")
    assert now_of(event) is Publication.CANCELLED


def test_back_to_a_draft_while_nobody_has_registered(owner: Pages) -> None:
    event = an_event()
    page_of(owner, event).click("Unpublish").submit("Unpublish")
    assert now_of(event) is Publication.DRAFT
    owner.get(f"/events/{event.slug}", 404)
    used = an_event()
    a_registration(used, status="cancelled")
    assert page_of(owner, used).has("1 person has registered, so the event stays.")
    owner.post(f"/manage/events/{used.slug}/publication/unpublish", token=True, status=409)
    assert now_of(used) is Publication.PUBLISHED


def test_two_at_once_take_one_step(owner: Pages) -> None:
    event = an_event()
    first, second = page_of(owner, event), page_of(Pages(owner.app), event, "manager")
    first.submit("Close registration")
    late = second.submit("Close registration", status=409)
    assert late.has("This is not possible from the present state: Registration closed.")


def test_every_step_is_recorded(owner: Pages) -> None:
    event = an_event()
    page_of(owner, event).submit("Close registration")
    trace = list_traces(event.id, "event", event.id)[0]
    assert trace.entry.action == "event_registration_closed"
    assert trace.entry.actor_kind == "account"
    assert trace.detail == {"changed": {"publication": ["published", "registration_closed"]}}


def test_a_step_that_is_none_is_not_there(owner: Pages) -> None:
    event = an_event()
    owner.sign_in(a_team_member(event))
    owner.get(f"/manage/events/{event.slug}/publication/explode", 404)
    assert owner.get(f"/manage/events/{event.slug}/publication/publish", 302).location.endswith("/publication")


def test_a_draft_without_registrations_is_deleted_with_all_that_belongs_to_it(owner: Pages) -> None:
    event = a_draft()
    page_of(owner, event).click("Delete this draft").submit("Delete the draft").follow()
    db.session.rollback()
    assert db.session.get(Event, event.id) is None
    assert db.session.scalars(select(TeamMember)).all() == []
    entry, detail = db.session.execute(
        select(AuditEntry, AuditDetail.detail)
        .join(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(AuditEntry.chain == 0, AuditEntry.action == "event_deleted")
    ).one()
    assert entry.record_id == event.id
    assert detail["slug"] == event.slug


def test_a_draft_that_somebody_registered_for_stays(owner: Pages) -> None:
    event = a_draft()
    a_registration(event, status="cancelled")
    page = page_of(owner, event).click("Delete this draft")
    assert "Delete the draft" not in [button for form in page.forms() for button in form.buttons()]
    owner.post(f"/manage/events/{event.slug}/delete", token=True, status=409)
    assert now_of(event) is Publication.DRAFT


def test_an_event_made_after_one_was_deleted_has_a_trail_of_its_own(owner: Pages) -> None:
    event = a_draft()
    page_of(owner, event).submit("Create preview link")
    page_of(owner, event).click("Delete this draft").submit("Delete the draft")
    assert clocks.now() is not None
    later = a_draft()
    assert list_traces(later.id, "event", later.id) == []
