"""The list as a file: everybody that the screen shows, in its order, every answer a column, and no formula."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.rules.team import EVERYTHING, TeamRole
from eventreg.exchange.rules.exports import ExportFormat, ExportRequest
from eventreg.exchange.services import exporting, files
from eventreg.exchange.services.exporting import file_chunks
from eventreg.kernel.text import original
from eventreg.registration.rules.states import Status
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event, text
from tests.questionnaire import DEFINITION
from tests.support.pages import Page, Pages
from tests.support.statements import counted

pytestmark = pytest.mark.usefixtures("app")
FIXED = ["Reference", "Status", "Category", "Received", "Language"]


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    """Its owner, reading English."""
    return pages.sign_in(a_team_member(event, TeamRole.OWNER))


def export(desk: Pages, event: Event, query: str = "") -> Page:
    page = desk.get(f"/manage/events/{event.slug}/registrations" + (f"?{query}" if query else ""))
    return page.submit("Download CSV", status=200)


def table(page: Page) -> list[dict[str, str]]:
    """Read the file as a spreadsheet program does, then as whoever brings it back."""
    content = page.body.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline="")))
    return [{head: original(cell) for head, cell in zip(rows[0], row, strict=True)} for row in rows[1:]]


def test_it_is_a_file_that_excel_opens_with_its_accents(desk: Pages, event: Event) -> None:  # case 39
    a_registration(event, given_name="Íñigo", family_name="Núñez Peña")
    page = export(desk, event)
    assert page.body.startswith(b"\xef\xbb\xbf")
    assert "Íñigo" in page.body.decode("utf-8")
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert page.headers["Content-Disposition"].startswith(f'attachment; filename="{event.slug}-20')
    assert page.headers["Cache-Control"] == "no-store"


def test_it_has_the_screens_filter_order_and_count(desk: Pages, event: Event) -> None:  # case 39
    for family, status in (("Beta", "pending"), ("Alfa", "pending"), ("Gama", "confirmed")):
        a_registration(event, "academia", status, given_name="Ana", family_name=family)
    a_registration(event, "academia", "pending", given_name="Eva", family_name="Delta")
    a_registration(an_event(), given_name="Ana", family_name="Ajena")
    rows = table(export(desk, event, "q=ana&status=pending&category=academia&order=-name"))
    assert [row["Family name"] for row in rows] == ["Beta", "Alfa"]


@pytest.mark.both_databases
def test_every_answer_is_a_column_in_the_order_of_the_questions(desk: Pages, event: Event) -> None:
    registration = a_registration(
        event,
        "academia",
        Status.PENDING,
        phone="+52 962 123 4567",
        answers={
            "sex": ["woman"], "topics": ["law", "data"], "travels": ["yes"], "diet": ["Sin gluten"],
            "profile": ["https://perfil.instituto.example/ana"], "field": ["Derecho\nMigración"],
        },
    )  # fmt: skip
    (row,) = table(export(desk, event))
    assert list(row) == [
        *FIXED, "Given name", "Family name", "Institution", "Country", "Email address", "Telephone",
        "Days attended", "Sex", "Topics", "Do you travel from another city?", "Diet", "Profile", "Field of work", "Letter",
        "I agree to the use of my data", "I may be named in the list",
    ]  # fmt: skip
    days = "; ".join(day.held_on.isoformat() for day in event.days)
    assert row["Reference"] == registration.reference
    assert (row["Status"], row["Category"], row["Language"]) == ("To review", "Academia", "Español")
    assert (row["Country"], row["Days attended"], row["Sex"], row["Topics"]) == ("Mexico", days, "Woman", "Law; Data")
    assert row["Telephone"] == "+52 962 123 4567"
    assert row["Field of work"] == "Derecho\nMigración"
    assert (row["I agree to the use of my data"], row["I may be named in the list"]) == ("Yes", "No")


def test_what_is_sensitive_never_leaves(desk: Pages, event: Event) -> None:
    a_registration(event, answers={"diet": ["Sin cacahuate"]})
    a_registration(event, answers={})
    page = export(desk, event)
    assert "cacahuate" not in page.html
    assert sorted(row["Diet"] for row in table(page)) == ["", "answered"]


@pytest.mark.parametrize("value", ["=1+1", "+52 962", "-1", "@x", "\t=1", "'=1", '=HYPERLINK("https://evil.example")'])
def test_no_cell_is_a_formula_and_all_come_back(desk: Pages, event: Event, value: str) -> None:  # case 38
    a_registration(event, given_name=value, family_name="", institution=value)
    page = export(desk, event)
    raw = list(csv.reader(io.StringIO(page.body.decode("utf-8-sig"), newline="")))
    cells = dict(zip(raw[0], raw[1], strict=True))
    assert cells["Given name"] == cells["Institution"] == "'" + value
    assert table(page)[0]["Given name"] == value


def test_no_title_is_a_formula(desk: Pages, event: Event) -> None:  # case 38
    definition: dict[str, Any] = {
        "sections": [
            *DEFINITION["sections"],
            {
                "key": "more",
                "title": text("Más", "More"),
                "questions": [{"key": "more", "kind": "short_text", "label": text("=1+1", "=1+1")}],
            },
        ]
    }
    a_questionnaire(event, definition)
    a_registration(event)
    raw = list(csv.reader(io.StringIO(export(desk, event).body.decode("utf-8-sig"), newline="")))
    assert raw[0][-1] == "'=1+1"


def test_answers_keep_the_wording_they_were_given_under(desk: Pages, event: Event) -> None:  # case 24
    a_registration(event, answers={"sex": ["woman"]})
    questions = DEFINITION["sections"][1]["questions"]
    renamed = [
        {**question, "label": text("Género", "Gender"), "options": [
            {"value": "woman", "label": text("Femenino", "Female")}, {"value": "man", "label": text("M", "Male")},
        ]} if question["key"] == "sex" else question
        for question in questions if question["key"] != "topics"
    ]  # fmt: skip
    sections = [DEFINITION["sections"][0], {**DEFINITION["sections"][1], "questions": renamed}]
    a_questionnaire(event, {"sections": sections})
    a_registration(event, answers={"sex": ["woman"]}, given_name="Nueva")
    rows = table(export(desk, event, "order=received"))
    assert [row["Gender"] for row in rows] == ["Woman", "Female"]
    # A question that is no longer asked keeps its column, after those that are.
    assert list(rows[0]).index("Topics") > list(rows[0]).index("Letter")


@pytest.mark.both_databases
def test_each_export_is_recorded(desk: Pages, event: Event) -> None:
    a_registration(event, "academia", Status.PENDING)
    a_registration(event)
    export(desk, event, "status=pending")
    entry, detail = db.session.execute(
        select(AuditEntry, AuditDetail.detail).join(AuditDetail).where(AuditEntry.action == "exported")
    ).one()
    assert (entry.chain, entry.record_kind, entry.actor_kind) == (event.id, "event", "account")
    assert detail == {"format": "csv", "count": 1, "list": "status=pending"}


def test_statements_grow_with_portions_not_with_people(
    desk: Pages, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:  # case 39
    monkeypatch.setattr(files, "PORTION", 10)
    numbers = []
    for _ in range(3):
        for _ in range(10):
            a_registration(event)
        page = desk.get(f"/manage/events/{event.slug}/registrations")
        with counted() as statements:
            assert len(table(page.submit("Download CSV"))) % 10 == 0
        numbers.append(len(statements))
    assert numbers[2] - numbers[1] == numbers[1] - numbers[0] == 3


def test_a_person_who_registers_meanwhile_is_not_half_in_it(app: Flask, event: Event) -> None:
    from eventreg.attendees.rules.listing import ListState

    owner = a_team_member(event)
    for _ in range(3):
        a_registration(event)
    taker = exporting.ExportedBy(Actor.account(owner.id), owner.name, EVERYTHING, sees_sensitive=True, language="en")
    begun = exporting.begin_export(event.id, ListState(), ExportRequest(ExportFormat.CSV), taker)
    a_registration(event)
    with app.test_request_context():
        lines = b"".join(file_chunks(begun)).decode("utf-8-sig").splitlines()
    assert len(begun.ids) == 3
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("role", "code"), [("owner", 200), ("manager", 200), ("reviewer", 403), ("door", 403), ("viewer", 403)]
)
def test_only_those_with_the_right_export(pages: Pages, event: Event, role: str, code: int) -> None:
    a_registration(event)
    pages.sign_in(a_team_member(event, role))
    pages.post(f"/manage/events/{event.slug}/registrations.csv", token=True, status=code)
    if role == "reviewer":
        assert not pages.get(f"/manage/events/{event.slug}/registrations").has("Download CSV")


def test_a_get_exports_nothing(desk: Pages, event: Event) -> None:
    desk.get(f"/manage/events/{event.slug}/registrations.csv", 405)
