"""Everything that is held about a person, for that person alone: readable, for programs, and the files."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from eventreg.attendees.annotations.notes import Written, write_note
from eventreg.attendees.models import Note, Tagging
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.exchange.models import Export
from eventreg.jobs.models import Job, JobState
from eventreg.kernel.clock import now
from eventreg.mail.rules import DeliveryState
from eventreg.privacy import copies
from eventreg.privacy.holdings import HOLDINGS
from eventreg.privacy.models import DataCopy
from eventreg.registration.models import Registration
from eventreg.web.instance import config
from tests.attendees.list_people import mail_about
from tests.attendees.test_tags import a_tag
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.registration.arriving import an_invitation
from tests.registration.filling import PDF
from tests.registration.owning import a_letter, home
from tests.registration.records import last_mail, registered
from tests.support.pages import Pages

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def event() -> Event:
    return an_event()


@pytest.fixture
def person(event: Event) -> Registration:
    """Somebody with a file and a sensitive answer."""
    return registered(register_somebody(event, email="ana@instituto.example", diet="sin gluten", files=[a_letter()]))


def _made(person: Registration) -> None:
    copies.ask_for_copy(person.event_id, person.id)
    copy = copies.find_copy(person.id)
    assert copy is not None
    assert copies.make_copy({"public_id": copy.public_id}, now()) is False
    db.session.expire_all()


def _opened(content: bytes) -> tuple[str, dict[str, Any], dict[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name.startswith("files/")}
        return archive.read("data.html").decode(), json.loads(archive.read("data.json")), files


def _held(data: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return next((section["rows"] for section in data["held"] if section["kind"] == kind), [])


def _zip(pages: Pages, person: Registration) -> bytes:
    page = pages.get(f"{home(person)}/data")
    (button,) = [each for each in page.texts("button") if each.startswith("Download my copy")]
    return page.submit(button, status=200).body


def test_a_person_asks_for_a_copy_and_fetches_it(pages: Pages, event: Event, person: Registration) -> None:
    colleague = a_team_member(event)
    write_note(event.id, person.reference, Written("Habla con calma"), Organizer("account", colleague.id))
    pages.get(f"{home(person)}/data").submit("Ask for my copy", status=303)
    copy = db.session.scalars(select(DataCopy)).one()
    copies.make_copy({"public_id": copy.public_id}, now())
    assert "/data" in last_mail(person).text
    page, data, files = _opened(_zip(pages, person))
    assert (data["format"], data["reference"]) == (1, person.reference)
    answers = {row["question"]: row["answer"] for row in _held(data, "registration")}
    assert "sin gluten" in answers.values()
    assert list(files.values()) == [PDF]
    assert [row["text"] for row in _held(data, "notes")] == ["Habla con calma"]
    assert any(row["recipient"] == "ana@instituto.example" for row in _held(data, "messages"))
    assert _held(data, "history")[0]["by"] in ("You", "Usted")
    assert colleague.name not in page + json.dumps(data)
    assert "sin gluten" in page


def test_exports_say_who_is_in_them_and_older_ones_that_somebody_may_be(event: Event, person: Registration) -> None:
    other = a_registration(event)
    account = a_team_member(event)
    with transaction() as session:
        for number, people in enumerate(([person.id], [other.id], None)):
            session.add(
                Export(
                    public_id=f"export{number}", event_id=event.id, account_id=account.id, format="csv", state="given",
                    query="", details={}, people=people, count=1, created_at=now() + timedelta(seconds=1),
                )
            )  # fmt: skip
    _made(person)
    _copy, content = copies.open_copy(person.id, now())
    _page, data, _files = _opened(b"".join(content))
    given = _held(data, "exports")
    assert [row["is_certain"] in ("Yes", "Sí") for row in given] == [True, False]


def test_a_copy_is_sealed_opens_for_its_person_alone_and_is_gone_after_a_week(
    app: Flask, clock: time_machine.Traveller, pages: Pages, event: Event, person: Registration
) -> None:
    _made(person)
    (path,) = config().copies.iterdir()
    assert b"PK" not in path.read_bytes()[:8]
    other = a_registration(event)
    assert not [button for button in pages.get(f"{home(other)}/data").texts("button") if "Download" in button]
    clock.shift(copies.KEPT_FOR + timedelta(hours=2))
    assert not [button for button in pages.get(f"{home(person)}/data").texts("button") if "Download" in button]
    copies.sweep_copies(now())
    assert list(config().copies.iterdir()) == []


def test_asking_again_while_it_is_made_asks_once_and_too_often_is_refused(make_app: Any, person: Registration) -> None:
    app = make_app(limits=True)
    with app.app_context():
        for _ in range(3):
            for _again in range(2):
                copies.ask_for_copy(person.event_id, person.id)
            copy = copies.find_copy(person.id)
            assert copy is not None
            copies.make_copy({"public_id": copy.public_id}, now())
        assert len(db.session.scalars(select(DataCopy)).all()) == 3
        db.session.remove()
    page = Pages(app).get(f"{home(person)}/data").submit("Ask for a new copy", status=429)
    assert "too many tries" in page.main


def test_a_copy_that_the_worker_gave_up_can_be_asked_for_again(
    clock: time_machine.Traveller, pages: Pages, person: Registration
) -> None:
    copies.ask_for_copy(person.event_id, person.id)
    with transaction() as session:
        session.execute(update(Job).where(Job.kind == copies.MAKE_JOB).values(state=JobState.FAILED))
    assert "Ask for my copy" not in pages.get(f"{home(person)}/data").texts("button")
    clock.shift(copies.MADE_WITHIN)
    pages.get(f"{home(person)}/data").submit("Ask for my copy", status=303)
    db.session.rollback()
    assert db.session.scalars(select(Job.state).where(Job.kind == copies.MAKE_JOB)).all() == [JobState.WAITING]


def test_a_copy_made_twice_is_made_once(person: Registration) -> None:
    _made(person)
    before = [copy.ready_at for copy in db.session.scalars(select(DataCopy))]
    copy = copies.find_copy(person.id)
    assert copy is not None
    copies.make_copy({"public_id": copy.public_id}, now() + timedelta(minutes=1))
    assert [copy.ready_at for copy in db.session.scalars(select(DataCopy))] == before
    assert db.session.scalars(select(Note)).all() == []


def test_no_kind_that_is_held_is_left_out_of_a_copy_without_saying_why(event: Event, person: Registration) -> None:
    assert {holding.key for holding in HOLDINGS} == {*copies.SHOWN, *copies.NOT_SHOWN}
    assert set(copies.SHOWN).isdisjoint(copies.NOT_SHOWN)
    tag = a_tag(event, a_team_member(event), "Prensa")
    invitation = an_invitation(event, registration_id=person.id)
    mail = mail_about(event.id, invitation.id, DeliveryState.SENT, now())
    mail.record_kind, mail.subject = "invitation", "Le invitamos"
    with transaction() as session:
        session.add_all([Tagging(registration_id=person.id, tag_id=tag.id), mail])
    _made(person)
    _page, data, _files = _opened(b"".join(copies.open_copy(person.id, now())[1]))
    assert _held(data, "tags") == [{"tag": "Prensa"}]
    assert [row["subject"] for row in _held(data, "invitation_messages")] == ["Le invitamos"]
