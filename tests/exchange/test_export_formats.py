"""The page that asks what is taken out, and what the files hold: cases 24, 38, 39, 53."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from sqlalchemy import select

from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.rules.team import TeamRole
from eventreg.exchange.models import Export
from eventreg.exchange.rules.exports import ExportState
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event, register_somebody, text
from tests.questionnaire import DEFINITION
from tests.reports.test_narrowed import a_narrowed
from tests.support.pages import Page, Pages
from tests.world import LETTER

pytestmark = pytest.mark.usefixtures("app")
SECRET = "Sin cacahuate"
WHY = "The kitchen needs to know who reacts to nuts."


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    """Its owner, reading English."""
    return pages.sign_in(a_team_member(event, TeamRole.OWNER, name="Olga Núñez"))


def take(desk: Pages, event: Event, query: str = "", status: int = 200, **entries: Any) -> Page:
    """Fill in the page that asks what is taken out."""
    page = desk.get(f"/manage/events/{event.slug}/registrations/export" + (f"?{query}" if query else ""))
    return page.submit("Export", {"columns": "all", **entries}, status)


def workbook(page: Page) -> dict[str, list[list[str]]]:
    """Read every sheet of a workbook."""
    from python_calamine import load_workbook

    book = load_workbook(io.BytesIO(page.body))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def people(page: Page) -> list[dict[str, str]]:
    rows = workbook(page)["Registrations"]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def exported() -> dict[str, Any]:
    return dict(
        db.session.scalars(select(AuditDetail.detail).join(AuditEntry).where(AuditEntry.action == "exported")).one()
    )


@pytest.mark.parametrize("value", ["=1+1", "+52 962 123 4567", "-1", "@x", "'=1", "0012", "https://evil.example"])
def test_every_cell_of_a_workbook_is_text_as_it_was_typed(desk: Pages, event: Event, value: str) -> None:  # case 38
    a_registration(event, given_name=value, institution=value, phone=value)
    page = take(desk, event, format="xlsx")
    (row,) = people(page)
    assert (row["Given name"], row["Institution"], row["Telephone"]) == (value, value, value)
    sheet = zipfile.ZipFile(io.BytesIO(page.body)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


@pytest.mark.both_databases
def test_workbook_has_the_screens_people_in_its_order_and_says_whose_it_is(desk: Pages, event: Event) -> None:
    """Case 39; the stamp stands on a sheet of its own, out of the way of whoever brings the file back."""
    for family in ("Ñandú", "Álvarez", "Zúñiga"):
        a_registration(event, family_name=family)
    a_registration(event, status="declined")
    page = take(desk, event, "status=confirmed&order=-person", format="xlsx")
    sheets = workbook(page)
    assert [row["Family name"] for row in people(page)] == ["Zúñiga", "Ñandú", "Álvarez"]
    about = dict(row[:2] for row in sheets["About this file"])
    assert about["Exported by"] == "Olga Núñez"
    assert about["Filter"] == "Confirmed"
    assert about["Registrations"] == "3"
    name = page.headers["Content-Disposition"]
    assert f'filename="{event.slug}-20' in name
    assert "-olga-nunez-confirmed.xlsx" in name


def test_only_the_columns_of_the_screen_when_they_are_asked_for(desk: Pages, event: Event) -> None:
    a_registration(event, given_name="Ana", family_name="Peña", country="GT", answers={"sex": ["woman"]})
    page = take(desk, event, "columns=person,country,answer.sex,tags", format="xlsx", columns="screen")
    (row,) = people(page)
    assert list(row) == ["Reference", "Person", "Country", "Sex", "Tags"]
    assert (row["Person"], row["Country"], row["Sex"]) == ("Ana Peña", "Guatemala", "Woman")


def test_titles_name_one_column_each_in_every_language(desk: Pages, event: Event) -> None:
    """Two questions of one label, and one called like a fixed column, have their keys behind them."""
    more = [
        {"key": key, "kind": "short_text", "label": text("Estado", "Status") if key == "state" else text("Más", "More")}
        for key in ("more", "again", "state")
    ]
    sections = [*DEFINITION["sections"], {"key": "more", "title": text("Más", "More"), "questions": more}]
    a_questionnaire(event, {"sections": sections})
    a_registration(event)
    for language, expected in (("en", ["More (more)", "More (again)", "Status (state)"]),
                               ("es", ["Más (more)", "Más (again)", "Estado (state)"])):  # fmt: skip
        desk.get(f"/manage/events/{event.slug}/registrations?lang={language}")
        answer = desk.post(f"/manage/events/{event.slug}/registrations.csv", {}, 200, token=True)
        titles = answer.body.decode("utf-8-sig").splitlines()[0].split(",")
        assert titles[-3:] == expected
        assert len({title.casefold() for title in titles}) == len(titles)


def test_short_names_are_the_same_in_every_language(desk: Pages, event: Event) -> None:
    a_registration(event)
    page = take(desk, event, format="csv", with_keys="y")
    assert page.body.decode("utf-8-sig").startswith("reference,status,category,received,language,answer.given_name,")


def test_contact_data_stays_at_home_when_it_is_not_wanted(desk: Pages, event: Event) -> None:
    a_registration(event, email="ana@instituto.example", phone="+52 962 123 4567")
    page = take(desk, event, "columns=person,email,phone", format="csv", columns="screen", with_contact_data=False)
    assert page.body.decode("utf-8-sig").splitlines()[0] == "Reference,Person"
    assert "instituto.example" not in take(desk, event, format="csv", with_contact_data=False).html


def test_who_may_not_see_contact_data_takes_none_in_any_format(pages: Pages, event: Event) -> None:  # case 52
    a_registration(event, email="ana@instituto.example", phone="+52 962 123 4567")
    desk = pages.sign_in(a_narrowed(event, "manager", withheld=["see_contact_data"]))
    for format_ in ("csv", "json"):
        page = take(desk, event, format=format_)
        assert b"instituto.example" not in page.body
        assert b"962" not in page.body
    (row,) = people(take(desk, event, format="xlsx"))
    assert (row["Email address"], row["Telephone"]) == ("answered", "answered")


def test_json_has_values_beside_words(desk: Pages, event: Event) -> None:
    person = a_registration(
        event, "academia", "pending", answers={"sex": ["woman"], "topics": ["law"], "diet": [SECRET]}
    )
    data = json.loads(take(desk, event, "status=pending", format="json").body)
    assert (data["format"], data["version"], data["count"]) == ("eventreg-registrations", 1, 1)
    assert data["taken"]["by"] == "Olga Núñez"
    assert data["event"]["slug"] == event.slug
    assert {"name": "answer.sex", "title": "Sex", "kind": "choice"} in data["columns"]
    (entry,) = data["registrations"]
    assert entry["reference"] == person.reference
    assert entry["status"] == {"value": "pending", "label": "To review"}
    assert entry["category"] == {"value": "academia", "label": "Academia"}
    assert entry["answers"]["sex"] == {"values": ["woman"], "labels": ["Woman"]}
    assert entry["answers"]["days"]["values"] == [day.held_on.isoformat() for day in event.days]
    assert entry["answers"]["diet"] == {"answered": True}
    assert entry["answers"]["agrees"]["values"] == ["yes"]
    assert "letter" not in entry["answers"]


def test_each_format_keeps_the_wording_that_was_answered_under(desk: Pages, event: Event) -> None:  # case 24
    a_registration(event, answers={"sex": ["woman"]})
    renamed = json.loads(json.dumps(DEFINITION))
    sex = next(each for each in renamed["sections"][1]["questions"] if each["key"] == "sex")
    sex["options"] = [{"value": "woman", "label": text("Femenino", "Female")}]
    a_questionnaire(event, renamed)
    a_registration(event, answers={"sex": ["woman"]})
    assert [row["Sex"] for row in people(take(desk, event, "order=received", format="xlsx"))] == ["Woman", "Female"]
    data = json.loads(take(desk, event, "order=received", format="json").body)
    assert [entry["answers"]["sex"]["labels"] for entry in data["registrations"]] == [["Woman"], ["Female"]]


@pytest.mark.both_databases
def test_sensitive_answers_leave_with_a_reason_that_the_history_keeps(desk: Pages, event: Event) -> None:  # case 53
    a_registration(event, answers={"diet": [SECRET]})
    refused = take(desk, event, status=422, format="csv", with_sensitive="y")
    assert refused.has("Write why, in 5 characters or more")
    assert not db.session.scalars(select(Export)).all()
    assert SECRET not in take(desk, event, format="json").body.decode()
    page = take(desk, event, format="csv", with_sensitive="y", reason=WHY)
    assert SECRET in page.html
    export = db.session.scalars(select(Export).where(Export.has_sensitive)).one()
    assert (export.reason, export.state) == (WHY, ExportState.GIVEN)
    detail = db.session.scalars(
        select(AuditDetail.detail)
        .join(AuditEntry)
        .where(AuditEntry.action == "exported")
        .order_by(AuditEntry.id.desc())
    ).first()
    assert detail == {"format": "csv", "count": 1, "list": "", "with_sensitive": True, "reason": WHY}
    listed = desk.get(f"/manage/events/{event.slug}/exports")
    assert listed.has(WHY)
    assert listed.has("Olga Núñez")


def test_what_was_typed_stays_when_something_is_missing(desk: Pages, event: Event) -> None:
    a_registration(event)
    page = take(desk, event, status=422, format="zip", reason="no")
    assert page.form("Export").values()["reason"] == ["no"]


def test_who_may_not_see_sensitive_answers_takes_none(pages: Pages, event: Event) -> None:
    a_registration(event, answers={"diet": [SECRET]})
    desk = pages.sign_in(a_narrowed(event, "manager", withheld=["see_sensitive"]))
    address = f"/manage/events/{event.slug}/registrations/export"
    assert not desk.get(address).has("With sensitive answers, readable")
    forged = {"format": "csv", "columns": "all", "with_sensitive": "y", "reason": WHY}
    assert SECRET not in desk.post(address, forged, 200, token=True).html
    desk.post(address, {**forged, "format": "zip"}, 422, token=True)


@pytest.mark.both_databases
def test_files_come_named_by_us_with_a_list_of_whose_they_are(desk: Pages, event: Event) -> None:
    receipt = register_somebody(event, email="carta@instituto.example", given_name="=Carla", files=[LETTER])
    assert receipt.registration is not None
    a_registration(event)
    page = take(desk, event, format="zip", reason=WHY)
    archive = zipfile.ZipFile(io.BytesIO(page.body))
    name = f"{receipt.registration.reference}-letter.pdf"
    assert archive.namelist() == [name, "index.csv"]
    assert archive.read(name) == LETTER.content
    index = archive.read("index.csv").decode("utf-8-sig")
    assert f"{name},{receipt.registration.reference},'=Carla" in index
    assert exported()["reason"] == WHY
    assert archive.testzip() is None


def test_no_archive_of_nothing(desk: Pages, event: Event) -> None:
    a_registration(event)
    assert take(desk, event, status=422, format="zip", reason=WHY).has("Nobody has sent a file to these questions")


@pytest.mark.parametrize("format_", ["pdf_list", "pdf_sheet"])
def test_what_is_printed_is_a_tagged_pdf_that_knows_its_language(desk: Pages, event: Event, format_: str) -> None:
    """Case 63: what people wrote is data for the one who lays it out, never markup."""
    a_registration(event, given_name='#panic("x") $a$ *b*', family_name="محمد", institution="`raw` <label> @ref")
    page = take(desk, event, "order=institution", format=format_, columns="screen")
    assert page.headers["Content-Type"] == "application/pdf"
    assert page.body.startswith(b"%PDF-1.")
    assert b"/StructTreeRoot" in page.body
    assert b"/Lang" in page.body


def test_nobody_to_sign(desk: Pages, event: Event) -> None:
    a_registration(event, status="pending")
    assert take(desk, event, status=422, format="pdf_sheet").has("Nobody in this list is confirmed")


def test_another_events_exports_are_not_there(pages: Pages, event: Event) -> None:  # case 2
    from tests.exchange.exporting import an_export

    other = an_event()
    stranger = a_team_member(other)
    export = an_export(event, a_team_member(event))
    desk = pages.sign_in(stranger)
    for path in (f"{event.slug}/exports/{export.public_id}", f"{other.slug}/exports/{export.public_id}"):
        desk.get(f"/manage/events/{path}", 404)
        desk.post(f"/manage/events/{path}/file", {}, 404, token=True)
