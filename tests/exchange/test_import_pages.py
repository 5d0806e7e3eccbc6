"""A file of people on the desk: from the list to the rows that are there, with what is wrong beside its row (case 42)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.exchange.models import Import
from eventreg.exchange.services.background import TELL_ADDED_JOB
from eventreg.exchange.services.importing import sweep_imports
from eventreg.kernel.clock import now
from eventreg.registration.models import Registration
from eventreg.web.instance import config
from tests.builders import a_registration, a_team_member, an_event
from tests.exchange.incoming import HEAD, a_file, a_row
from tests.registration.records import jobs_of
from tests.support.html import elements, text_of
from tests.support.pages import Page, Pages


def desk(pages: Pages, event: Event, **less: Any) -> Pages:
    account = a_team_member(event, "manager")
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).one()
        for name, values in less.items():
            setattr(member, name, values)
    return pages.sign_in(account)


def start(event: Event) -> str:
    return f"/manage/events/{event.slug}/registrations/import"


def upload(visitor: Pages, event: Event, content: bytes, name: str = "personas.csv") -> Page:
    return visitor.get(start(event)).submit("Continue to the columns", {"File": (name, content)})


def count(event: Event) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Registration.event_id == event.id)) or 0


def test_from_the_list_to_the_people(event: Event, pages: Pages) -> None:
    visitor = desk(pages, event)
    page = visitor.get(f"/manage/events/{event.slug}/registrations").click("Import people")
    content = a_file(
        (*a_row(), "42"), (*a_row("Eva", email="eva@instituto.example"), "<b>x</b>"), head=(*HEAD, "Shoes")
    )
    page = page.submit("Continue to the columns", {"File": ("personas.csv", content)}).follow()
    assert page.has("1 column is left out.")
    assert page.has("Not recognized: choose what it is, or leave it out.")
    page = page.submit("Check file").follow()
    assert page.has("Nothing is done yet. 2 would be added, 0 changed, 0 stay as they are.")
    assert page.has("Nobody is written to.")
    assert count(event) == 0, "a trial writes nobody"
    page = page.submit("Import").follow()
    assert page.has("2 people were added.")
    assert count(event) == 2
    assert list(config().imports.glob("*")) == [], "the file is gone from the disk"
    assert page.click("Show imported people").status == 200


@pytest.mark.parametrize(("button", "told"), [("Import the good row", 1), ("Import without writing to them", 0)])
def test_who_is_written_to_is_shown_with_the_email_and_can_be_left_out(
    event: Event, pages: Pages, button: str, told: int
) -> None:
    """Case 73."""
    there = a_registration(event, given_name="Eva")
    page = upload(desk(pages, event), event, a_file(a_row(), a_row("Otra", email=there.email))).follow()
    page = page.submit("Check file", {"tells": True}).follow()
    (block,) = page.all(id="announcement")
    assert "1 person will be written to" in text_of(block)
    assert "Ana Demo" in text_of(block)
    assert "Language of the email: Español (1)." in text_of(block)
    (mail,) = elements(block, "pre")
    assert "Ana Demo" in text_of(mail)
    page.submit(button, {}, 303)
    assert [len(job.payload["ids"]) for job in jobs_of(TELL_ADDED_JOB)] == [1] * told


def test_problems_stand_beside_row_and_column_and_alone_by_a_link(event: Event, pages: Pages) -> None:
    visitor = desk(pages, event)
    content = a_file(a_row(), a_row("=1+1", email="sin arroba"))
    page = (
        upload(visitor, event, content)
        .follow()
        .submit("Check file", {"Rows with mistakes": "All or nothing: while a row is refused, none goes in"})
        .follow()
    )
    assert page.has("1 row is refused.")
    assert "Import" not in [button for form in page.forms() for button in form.buttons()]
    address = page.address
    only = visitor.get(f"{address}?only=refused")
    assert [text.split()[0] for text in only.texts("th", scope="row")] == ["=1+1"]
    file = visitor.get(page.link("Download the check as CSV"))
    assert "'=1+1" in file.body.decode("utf-8-sig"), "cells are inert (case 38)"
    assert "(sin arroba)" in file.body.decode("utf-8-sig")
    assert visitor.get(f"{address}?only=zzz&page=99").status == 200


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file holds nobody"),
        (b"Nombre\n", "The file holds nobody"),
        (b"\x00\x01\x02 binary", "neither CSV nor an Excel file"),
        (b"PK\x03\x04 no zip at all", "neither CSV nor an Excel file"),
        (b"\xd0\xcf\x11\xe0 old", "neither CSV nor an Excel file"),
        (b"a,b\n" + b"1,2\n" * 10_001, "too many rows"),
        (b",".join([b"a"] * 301) + b"\n1\n", "too many columns"),
    ],
)
def test_what_is_no_table_is_refused_beside_the_field(event: Event, pages: Pages, content: bytes, message: str) -> None:
    """Case 63."""
    page = upload(desk(pages, event), event, content)
    assert page.status == 422
    assert message in page.text
    assert db.session.scalar(select(func.count()).select_from(Import)) == 0


def test_one_far_cell_and_a_bomb_are_refused_before_they_unfold(event: Event, pages: Pages) -> None:
    """Case 63: a sheet of one cell at its far end would be billions of empty ones in the memory."""
    import zipfile

    import xlsxwriter

    far = io.BytesIO()
    with xlsxwriter.Workbook(far) as workbook:
        workbook.add_worksheet().write(1_048_575, 16_383, "x")
    visitor = desk(pages, event)
    assert "too many" in upload(visitor, event, far.getvalue(), "far.xlsx").text
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 160_000_000)
    assert "too large" in upload(visitor, event, bomb.getvalue(), "bomb.xlsx").text


def test_hostile_cells_and_names_are_refused_or_inert(event: Event, pages: Pages) -> None:
    """Cases 32 and 63: what no database can keep is refused beside its row, markup is text."""
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, [*HEAD, "Reference", "<b>x</b>"])
        sheet.write_row(
            1, 0, ["A\x01na", "<script>x</script>", "{{7*7}}", "GT", "a@instituto.example", "academia", "", "y"]
        )
        sheet.write_row(2, 0, ["Ana", "Demo", "%s", "GT", "b@instituto.example", "academia", "PRU\x0100", "y" * 30_000])
    page = upload(desk(pages, event), event, file.getvalue(), 'x"><b>\x01.xlsx').follow()
    page = page.submit("Check file").follow()
    assert page.has("2 rows are refused.")
    assert "<script>x" not in page.html
    assert "49" not in page.main


def test_columns_are_matched_by_hand_and_never_twice(event: Event, pages: Pages) -> None:
    visitor = desk(pages, event)
    content = a_file(("Ana", "Demo", "ana@instituto.example"), head=("Uno", "Dos", "Tres"))
    page = upload(visitor, event, content).follow()
    chosen = {"Uno": "answer.given_name", "Dos": "answer.given_name", "Tres": "answer.email"}
    page = page.submit("Check file", chosen)
    assert page.status == 422
    assert page.has("Another column of the file is this one already")
    assert page.has("Choose a category")
    page = page.submit("Check file", {"Dos": "answer.family_name", "Category of new people": "academia"}).follow()
    page.submit("Import").follow()
    db.session.rollback()
    assert db.session.scalars(select(Registration)).one().full_name == "Ana Demo"


def test_what_changed_since_the_trial_is_shown_and_nothing_is_put_in(event: Event, pages: Pages) -> None:
    visitor = desk(pages, event)
    page = upload(visitor, event, a_file(a_row(), a_row(email="b@instituto.example"))).follow()
    page = page.submit("Check file").follow()
    a_registration(event, "academia", email="b@instituto.example", given_name="Otra")
    page = page.submit("Import")
    assert page.status == 409
    assert page.has("Something has changed since the check: nothing was imported.")
    assert page.has("Different from the check before")
    assert count(event) == 1


def test_a_file_of_another_event_or_of_yesterday_is_not_there(event: Event, pages: Pages) -> None:
    """Case 2."""
    visitor = desk(pages, event)
    address = upload(visitor, event, a_file(a_row())).location
    other = an_event()
    assert desk(pages, other).get(address.replace(event.slug, other.slug), None).status == 404
    visitor = desk(pages, event)
    with transaction() as session:
        session.scalars(select(Import)).one().expires_at = now() - timedelta(seconds=1)
    page = visitor.get(address, None)
    assert page.status == 410
    assert page.has("This file is here no more")
    sweep_imports(now() + timedelta(hours=3))
    assert list(config().imports.glob("*")) == []


def test_whoever_knows_a_part_of_the_event_puts_no_file_in(event: Event, pages: Pages) -> None:
    visitor = desk(pages, event, only_categories=["academia"])
    assert visitor.get(start(event), None).status == 403
    assert not visitor.get(f"/manage/events/{event.slug}/registrations").has("Import people")


def test_a_name_in_one_column_is_divided_as_chosen_and_shown(event: Event, pages: Pages) -> None:
    visitor = desk(pages, event)
    head = ("ID", "Name", "Email Address", "Affiliation", "Country", "Category")
    person = ("7", "María de la Cruz López Ramírez", "maria@x.example", "Instituto de Prueba", "México", "Academia")
    content = a_file(person, head=head)
    page = upload(visitor, event, content).follow()
    assert page.has("It looks like an export of Indico.")
    assert page.has("María de la Cruz | López Ramírez")
    both = {"#column-0": "answer.family_name", "#column-1": "whole_name.2"}
    assert "Another column of the file is this one already" in " ".join(page.submit("Check file", both, 422).errors())
    page = page.submit("Check file", {"#column-1": "whole_name.2"}, 303).follow()
    assert page.has("María de la Cruz")
    assert page.has("Family name: López Ramírez")
    page.submit("Import", {}, 303)
    db.session.rollback()
    put = db.session.scalars(select(Registration)).one()
    assert (put.given_name, put.family_name) == ("María de la Cruz", "López Ramírez")
    assert put.institution == "Instituto de Prueba"
