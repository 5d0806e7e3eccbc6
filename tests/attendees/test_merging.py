"""Two registrations of one person become one, with the choice per answer; or they are two people (cases 2, 18, 20)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.attendees.models import Note, Tag, Tagging
from eventreg.attendees.queries.duplicates import find_merged_into, find_mergers, list_groups
from eventreg.attendees.rules.annotations import TagColour
from eventreg.attendees.services.merging import MergeReason, Merging, keep_apart, merge
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.events.rules.team import EVERYTHING
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.registration.models import Answer, Consent, Registration, Upload
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.states import Status
from eventreg.registration.services.answers import NewFile, open_upload
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.registration.records import fresh, history, last_mail, places_of, registered, status_of, told
from tests.support.pages import Pages

LETTER = NewFile(
    "letter", "carta.pdf", "application/pdf",
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n",
)  # fmt: skip


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(capacity=2)


def merging(stays: Registration, goes: Registration, *taken: str, **more: Any) -> Merging:
    values = {"stays_revision": stays.revision, "goes_revision": goes.revision, "taken": taken, **more}
    return Merging(stays.reference, goes.reference, **values)


def two(event: Event) -> tuple[Registration, Registration]:
    """One person twice: the second time with a letter, another telephone and another diet."""
    one = registered(register_somebody(event, email="ana@instituto.example", diet="nuez", sex="woman"))
    other = registered(
        register_somebody(event, email="ana@correo.example", diet="pollo", phone="+52 962 555 0123",
                          institution="Otro Instituto", files=[LETTER])
    )  # fmt: skip
    return one, other


@pytest.mark.both_databases
def test_chosen_answers_files_notes_and_tags_go_over_and_the_place_is_free(event: Event) -> None:
    one, other = two(event)
    waiting = registered(register_somebody(event, email="espera@instituto.example"))
    assert waiting.status is Status.WAITLISTED
    account = a_team_member(event)
    with transaction() as session:
        tags = [
            Tag(public_id=f"tag{number:09}", event_id=event.id, name=f"T{number}", name_key=f"t{number}",
                colour=next(iter(TagColour)), created_at=now())
            for number in range(2)
        ]  # fmt: skip
        session.add_all([*tags, Note(registration_id=other.id, account_id=account.id, text="Llamó", written_at=now())])
        session.flush()
        session.add_all([Tagging(registration_id=one.id, tag_id=tags[0].id)])
        session.add_all([Tagging(registration_id=other.id, tag_id=tag.id) for tag in tags])
    consents = db.session.scalar(select(func.count()).where(Consent.registration_id == one.id))
    merge(event.id, merging(one, other, "phone", "diet", "letter", "institution"), Organizer.account(account.id))
    stays, goes = fresh(one), fresh(other)
    answers = load_answers(stays)
    assert (stays.status, goes.status) == (Status.CONFIRMED, Status.CANCELLED)
    assert (stays.phone, stays.phone_key, stays.institution) == ("+52 962 555 0123", "9625550123", "Otro Instituto")
    assert (answers["diet"], answers["sex"]) == (["pollo"], ["woman"])
    sealed = db.session.scalars(select(Answer).where(Answer.registration_id == one.id, Answer.question_key == "diet"))
    assert [row.value for row in sealed] == [None], "sealed anew, under its new place"
    upload = db.session.scalars(select(Upload)).one()
    assert answers["letter"] == [upload.public_id]
    assert open_upload(event.id, one.id, upload.public_id).content == LETTER.content
    assert [note.registration_id for note in db.session.scalars(select(Note))] == [one.id]
    assert {tagging.registration_id for tagging in db.session.scalars(select(Tagging))} == {one.id}
    assert db.session.scalar(select(func.count()).select_from(Tagging)) == 2
    assert db.session.scalar(select(func.count()).where(Consent.registration_id == one.id)) == consents, "case 29"
    assert status_of(waiting) is Status.CONFIRMED, "the place goes to the waiting list, once (case 20)"
    assert set(places_of(event)) == {one.id, waiting.id}
    assert [action for action, _ in history(stays)][-2:] == ["answers_merged", "merged"]
    assert dict(history(stays))["answers_merged"]["diet"] == "changed"
    assert history(goes)[-1] == ("merged_into", {"reference": one.reference})
    assert find_merged_into(other.id) == one.reference
    assert find_mergers(other.id) == ([one.reference], [])
    assert find_mergers(one.id) == ([], [other.reference])
    assert "team_withdrawn" not in told(other), "without a mail unless wanted"


@pytest.mark.both_databases
def test_another_address_gets_the_new_link_and_a_mail_goes_when_wanted(event: Event) -> None:
    one, other = two(event)
    merge(event.id, merging(one, other, "email", tells=True), Organizer.account(a_team_member(event).id))
    stays = fresh(one)
    assert (stays.email, stays.link_generation) == ("ana@correo.example", 2)
    assert last_mail(one).recipient == "ana@correo.example"
    assert told(other)[-1] == "team_withdrawn"
    assert one.reference in last_mail(other).text


@pytest.mark.both_databases
def test_whoever_looked_at_an_older_state_is_told(event: Event) -> None:
    """Case 18."""
    one, other = two(event)
    account = a_team_member(event)
    with pytest.raises(Refused) as refused:
        merge(event.id, merging(one, other, goes_revision=7), Organizer.account(account.id))
    assert refused.value.reason is MergeReason.CHANGED_MEANWHILE
    merge(event.id, merging(one, other), Organizer.account(account.id))
    with pytest.raises(Refused) as refused:
        merge(event.id, merging(fresh(one), fresh(other)), Organizer.account(account.id))
    assert refused.value.reason is MergeReason.ALREADY_MERGED
    third = a_registration(event, "academia", "cancelled")
    with pytest.raises(Refused) as refused:
        merge(event.id, merging(third, fresh(one)), Organizer.account(account.id))
    assert refused.value.reason is MergeReason.STAYS_CANCELLED


@pytest.mark.both_databases
def test_one_declined_and_one_withdrawn_long_ago_can_go_in(app: Flask) -> None:
    event = an_event()
    one = a_registration(event, email="ana@instituto.example")
    declined = a_registration(event, "academia", "declined", given_name="Ana")
    gone = a_registration(event, "academia", "cancelled", email="ANA@instituto.example", answers={"sex": ["woman"]})
    account = a_team_member(event)
    merge(event.id, merging(one, declined), Organizer.account(account.id))
    assert status_of(declined) is Status.CANCELLED
    merge(event.id, merging(fresh(one), gone, "sex", tells=True), Organizer.account(account.id))
    assert load_answers(fresh(one))["sex"] == ["woman"]
    assert told(gone) == [], "who withdrew before is not told of it again"
    assert list_groups(event.id, EVERYTHING)[0] == []


@pytest.mark.both_databases
def test_two_different_people_are_kept_apart_once(event: Event) -> None:
    people = [a_registration(event, "academia", given_name="Ana", family_name="Demo") for _ in range(3)]
    account = a_team_member(event)
    keep_apart(event.id, [each.reference for each in people], Organizer.account(account.id))
    keep_apart(event.id, [each.reference for each in people], Organizer.account(account.id))
    assert list_groups(event.id, EVERYTHING)[0] == []
    assert [action for action, _ in history(people[0])] == ["kept_apart", "kept_apart"]


def desk(pages: Pages, event: Event, **less: Any) -> Pages:
    account = a_team_member(event, "manager")
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).one()
        for name, values in less.items():
            setattr(member, name, values)
    return pages.sign_in(account)


def test_from_the_list_to_one_registration(event: Event, pages: Pages) -> None:
    one, other = two(event)
    visitor = desk(pages, event)
    page = visitor.get(f"/manage/events/{event.slug}/registrations").click("Likely duplicates")
    assert page.has("1 group looks like one person.")
    page = page.click(f"Compare and merge: {one.reference}, {other.reference}")
    assert page.has("They have in common: the same name.")
    first, second = (day.held_on for day in event.days[:2])
    days = f"{first.day} and {second.day} {second:%B %Y}"
    assert page.has(days), "as one reads it, not as a sheet holds it"
    assert "nuez" not in page.html
    assert "pollo" not in page.html, "sensitive answers are chosen unseen"
    page = page.submit("Merge registrations", {"#answer-institution": other.reference}).follow()
    assert page.has(f"Merged: {other.reference} went into {one.reference}.")
    assert page.has("Merged into this one:")
    assert fresh(one).institution == "Otro Instituto"
    old = visitor.get(f"/manage/events/{event.slug}/registrations/{other.reference}")
    assert old.has("Merged into")
    own = pages.get(f"/my/{own_token(fresh(other), 'my')}?lang=en")
    assert own.has(f"this registration was merged into your other one, {one.reference}")


def test_an_older_page_is_shown_again_with_what_changed(event: Event, pages: Pages) -> None:
    """Case 18: nothing is written, and what was chosen stays."""
    one, other = two(event)
    page = desk(pages, event).get(
        f"/manage/events/{event.slug}/registrations/duplicates/compare?of={one.reference}&of={other.reference}"
    )
    with transaction() as session:
        session.get_one(Registration, other.id).revision += 1
    page = page.submit("Merge registrations")
    assert page.status == 409
    assert page.has("One of the two has changed since you opened this page.")
    assert status_of(other) is Status.CONFIRMED


def test_different_people_and_people_out_of_sight(event: Event, pages: Pages) -> None:
    """Case 2."""
    one, other = two(event)
    address = f"/manage/events/{event.slug}/registrations/duplicates"
    compare = f"{address}/compare?of={one.reference}&of={other.reference}"
    narrow = desk(pages, event, only_categories=["academia"])
    assert narrow.get(compare, None).status == 404
    assert narrow.get(address).has("Nobody looks like a duplicate")
    visitor = desk(pages, event)
    elsewhere = a_registration(an_event())
    assert visitor.get(f"{address}/compare?of={one.reference}&of={elsewhere.reference}", None).status == 404
    assert visitor.get(f"{address}/compare?of={one.reference}&of={one.reference}", None).status == 404
    page = visitor.get(address).submit(f"Not duplicates: {one.reference}, {other.reference}").follow()
    assert page.has("Kept apart")
    assert page.has("Nobody looks like a duplicate")
