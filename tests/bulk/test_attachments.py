"""Files go with what is written: checked, counted, inside the message where they are small, and nobody else's to open."""

from __future__ import annotations

import email
import email.policy
import io
import re
from datetime import timedelta

import pytest
from flask import Flask

from eventreg.audit.services import Actor
from eventreg.bulk.models import Run
from eventreg.bulk.services.runs import discard, find_file, list_file_ids
from eventreg.bulk.services.steps import do_some
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel import clock
from eventreg.kernel.errors import NotFound
from eventreg.mail.composition import compose
from eventreg.mail.connection import personal_links
from eventreg.mail.models import MailMessage
from eventreg.mail.services import forget_messages
from eventreg.privacy.holdings import HOLDINGS
from eventreg.programme.services.materials import find_material_file, sweep_materials
from tests.belongings import PDF
from tests.builders import a_registration
from tests.bulk.test_run_writing import open_draft, some_people, written
from tests.hostile_files import a_pdf
from tests.support.pages import Page, Pages

WORDS = {"subject-es": "Autobús", "body-es": "Sale a las ocho.", "subject-en": "Bus", "body-en": "It leaves at eight."}


def _attach(draft: Page, name: str, content: bytes, status: int | None = 303) -> Page:
    values = {**WORDS, "file": (io.BytesIO(content), name)}
    address = f"{_path(draft)}/files"
    return draft.pages.post(address, values, status, token=True, content_type="multipart/form-data")


def _path(page: Page) -> str:
    return re.search(r"/manage/events/[\w-]+/registrations/runs/[\w-]+", page.address)[0]  # type: ignore[index]


def _sent(message: MailMessage) -> email.message.EmailMessage:
    whole = compose(message, "registro@desk.example", personal_links(), clock.now())
    found = email.message_from_bytes(whole, policy=email.policy.default)
    assert not found.defects
    return found


@pytest.mark.usefixtures("clock")
def test_small_files_are_inside_and_large_ones_are_linked_to(
    app: Flask, desk: Pages, event: Event, pages: Pages
) -> None:
    people = some_people(event)
    draft = open_draft(desk, event, people)
    small, large = PDF, a_pdf(b"x" * 1_600_000)
    page = _attach(draft, "Cómo llegar.pdf", small).follow()
    page = _attach(page, "mapa.pdf", large).follow()
    run = db.session.query(Run).one()
    assert [each[1] for each in run.details["files"]] == ["Cómo llegar.pdf", "mapa.pdf"]
    page.submit("Send to 4 people", {**WORDS}, 303)
    do_some(run.id, lambda: True)
    message = written()[0]
    (part,) = _sent(message).iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("Cómo llegar.pdf", "application/pdf")
    assert part.get_content() == small
    address = re.search(r"http://[^/]+(/my/\S+/written/\S+)", _sent(message).get_body(("plain",)).get_content())[1]  # type: ignore[index,union-attr]
    assert pages.get(address).body == large
    # Whoever was not written to opens nothing, whatever the id.
    other = a_registration(event)
    with pytest.raises(NotFound):
        find_file(other.id, address.rpartition("/")[2])
    # What is forgotten names no file any more.
    forget_messages([message.id], clock.now())
    db.session.expire_all()
    assert written()[0].enclosed == ""


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.html", b"<html><script>alert(1)</script>", "Choose a PDF"),
        ("a.pdf", b"", "The file is empty"),
        ("a.pdf", b"%PDF-1.4" + b"x" * 10_000_001, "larger than 10 MB"),
    ],
)
def test_what_is_no_such_file_is_refused(desk: Pages, event: Event, name: str, content: bytes, told: str) -> None:
    draft = open_draft(desk, event, some_people(event))
    page = _attach(draft, name, content, None)
    assert page.status in (409, 422)
    assert told in page.text
    assert not db.session.query(Run).one().details.get("files")


def test_so_many_at_most_and_one_that_is_taken_off_goes(app: Flask, desk: Pages, event: Event) -> None:
    page = open_draft(desk, event, some_people(event))
    for number in range(5):
        page = _attach(page, f"{number}.pdf", PDF).follow()
    assert "At most 5 files" in _attach(page, "6.pdf", PDF, 409).text
    first, *rest = (each[0] for each in db.session.query(Run).one().details["files"])
    desk.post(_path(page) + "/files", {"detach": first}, 303, token=True)
    db.session.rollback()
    assert list_file_ids() == set(rest)
    later = clock.now() + timedelta(days=1)
    sweep_materials(later)
    assert find_material_file(first) is None
    assert all(find_material_file(each) for each in rest)
    run = db.session.query(Run).one()
    # With the words go the files: the period of what was written is theirs.
    runs = next(each for each in HOLDINGS if each.key == "runs")
    db.session.rollback()
    runs.let_go([run.id])
    db.session.commit()
    sweep_materials(later)
    assert not any(find_material_file(each) for each in rest)
    discard(run.id, Actor.account(run.account_id))
