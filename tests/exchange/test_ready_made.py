"""Lists that somebody outside is given, columns that are chosen on the page, and what stands on paper. Cases 3, 39, 52."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from pypdf import PdfReader

from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.events.queries.partners import list_partners
from eventreg.events.rules.team import TeamRole
from tests.builders import a_picture, a_questionnaire, a_registration, a_team_member
from tests.exchange.test_export_formats import SECRET, WHY, take
from tests.questionnaire import EVERY_KIND
from tests.reports.test_narrowed import a_narrowed
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    """Its owner, reading English."""
    return pages.sign_in(a_team_member(event, TeamRole.OWNER))


def chosen(desk: Pages, event: Event, title: str, query: str = "") -> Page:
    """Follow the menu of the list to the page of a ready-made one."""
    return desk.get(f"/manage/events/{event.slug}/registrations{query}").click(title)


def table(page: Page, **entries: Any) -> list[list[str]]:
    """Return the rows of what the page gives as CSV, their titles first."""
    return list(
        csv.reader(io.StringIO(page.submit("Export", {"format": "csv", **entries}, 200).body.decode("utf-8-sig")))
    )


def read(page: Page) -> str:
    """Return what can be read on paper, the breaks of lines aside."""
    return " ".join(" ".join(each.extract_text() for each in PdfReader(io.BytesIO(page.body)).pages).split())


@pytest.mark.parametrize(
    ("title", "columns", "format_"),
    [
        ("Hotel: arrivals and nights", ["Person", "Country", "Nights", "Stay in the country", "Reference"], "xlsx"),
        ("Catering", ["Person", "Days attended", "Diet"], "xlsx"),
        ("Entrance, by surname", ["Person", "Institution", "Category", "Days attended", "Reference"], "pdf_list"),
        ("Security or embassy", ["Person", "Country", "Institution", "Position"], "xlsx"),
        ("Addresses", ["Person", "Institution", "Email address", "Language"], "csv"),
    ],
)
def test_each_has_the_columns_that_are_needed_and_no_more(
    desk: Pages, event: Event, title: str, columns: list[str], format_: str
) -> None:
    a_questionnaire(event, EVERY_KIND)
    for family in ("Zúñiga", "Álvarez"):
        a_registration(event, family_name=family)
    a_registration(event, status="pending", family_name="Pendiente")
    page = chosen(desk, event, title)
    assert title in page.heading
    assert page.form("Export").values()["format"] == [format_]
    assert ("with_contact_data" in page.form("Export").values()) is (title == "Addresses")
    head, *rows = table(page)
    assert [each.partition(" (")[0] for each in head] == columns
    assert [row[0] for row in rows] == ["Ana Álvarez", "Ana Zúñiga"], "the confirmed, by surname"


def test_a_hotel_is_told_the_days_where_nobody_asks_for_nights(desk: Pages, event: Event) -> None:
    a_registration(event)
    assert table(chosen(desk, event, "Hotel: arrivals and nights"))[0] == [
        "Person",
        "Country",
        "Days attended",
        "Reference",
    ]


def test_it_keeps_how_the_list_is_narrowed(desk: Pages, event: Event) -> None:
    a_registration(event, country="GT", status="pending")
    a_registration(event, country="MX", status="pending")
    a_registration(event, country="GT")
    page = chosen(desk, event, "Addresses", "?country=GT&status=pending")
    assert len(table(page)) == 2


def test_the_file_and_its_paper_say_what_for(desk: Pages, event: Event) -> None:
    a_registration(event)
    made = chosen(desk, event, "Hotel: arrivals and nights").submit("Export", {"format": "pdf_list"}, 200)
    assert "Hotel: arrivals and nights; Confirmed" in read(made)
    assert "hotel-arrivals-and-nights" in made.headers["Content-Disposition"]


def test_on_paper_days_stand_as_people_write_them(desk: Pages, event: Event) -> None:
    a_questionnaire(event, EVERY_KIND)
    answers = {"days": [str(day.id) for day in event.days], "stay_abroad": ["2027-03-10", "2027-03-13"]}
    a_registration(event, answers=answers)
    query = "columns=person,answer.days,answer.stay_abroad,received"
    page = desk.get(f"/manage/events/{event.slug}/registrations/export?{query}")
    assert "2027-03-10" in str(table(page)), "a spreadsheet reckons with them"
    on_paper = read(page.submit("Export", {"format": "pdf_list"}, 200))
    assert "10 March 2027 – 13 March 2027" in on_paper
    assert "2027-03" not in on_paper


def test_sensitive_answers_of_a_ready_made_one_need_their_reason(desk: Pages, event: Event) -> None:  # case 53
    a_registration(event, answers={"diet": [SECRET]})
    page = chosen(desk, event, "Catering")
    assert table(page)[1][-1] == "answered"
    assert table(page, with_sensitive="y", reason=WHY)[1][-1] == SECRET


def test_what_one_may_not_see_is_in_none(pages: Pages, event: Event) -> None:  # case 52
    a_registration(event, answers={"diet": [SECRET]})
    desk = pages.sign_in(a_narrowed(event, "manager", withheld=["see_contact_data", "see_sensitive"]))
    menu = desk.get(f"/manage/events/{event.slug}/registrations")
    assert menu.has("Catering")
    assert "Addresses" not in menu.texts("a"), "a list of mail addresses is none without them"
    assert table(menu.click("Catering"))[1][-1] == "answered"
    forged = {"format": "csv", "columns": "screen", "names": ["person", "email", "phone"], "with_contact_data": "y"}
    answer = desk.post(f"/manage/events/{event.slug}/registrations/export?ready=mailing", forged, 200, token=True)
    assert answer.body.decode("utf-8-sig").splitlines()[0] == "Person"


def test_columns_are_chosen_on_the_page(desk: Pages, event: Event) -> None:
    a_registration(event, given_name="Ana", family_name="Peña", answers={"sex": ["woman"]})
    address = f"/manage/events/{event.slug}/registrations/export"
    page = desk.get(f"{address}?columns=person,country")
    assert page.form("Export").values()["names"] == ["reference", "person", "country"], (
        "those of the screen, to begin with"
    )
    assert table(page, columns="screen", names=["person", "answer.sex"]) == [["Person", "Sex"], ["Ana Peña", "Woman"]]
    refused = page.submit("Export", {"format": "csv", "columns": "screen", "names": []}, 422)
    assert refused.has("There is no column to take")
    assert refused.form("Export").values().get("names", []) == []


def test_a_printed_list_takes_as_many_columns_as_fit_and_says_so(desk: Pages, event: Event) -> None:
    a_registration(event)
    asked = desk.get(f"/manage/events/{event.slug}/registrations/export")
    assert asked.has("The first 12 columns fit.")
    printed = read(take(desk, event, format="pdf_list"))
    assert "more columns do not fit." in printed
    assert "more column" not in read(take(desk, event, format="pdf_list", columns="screen"))


@pytest.mark.parametrize("format_", ["pdf_list", "pdf_sheet"])
def test_paper_is_by_surname_with_references_unbroken(desk: Pages, event: Event, format_: str) -> None:
    long = "Instituto de Estudios " * 6
    references = [
        a_registration(event, given_name="Ana", family_name=family, institution=long).reference
        for family in ("Zúñiga", "Álvarez", "Ñandú")
    ]
    query = "columns=person,institution,category,status,received,changed,language,country,position,email"
    text = read(take(desk, event, query, format=format_, columns="screen"))
    assert text.index("Álvarez, Ana") < text.index("Ñandú, Ana") < text.index("Zúñiga, Ana")
    assert all(reference in text for reference in references)


def test_a_sheet_to_sign_speaks_the_languages_of_the_event(desk: Pages, event: Event) -> None:
    a_registration(event)
    text = read(take(desk, event, format="pdf_sheet"))
    assert "Signature / Firma" in text
    assert "Attendance sheet / Lista de asistencia" in text
    assert all(event.title[language] in text for language in ("en", "es"))


def test_paper_bears_the_logos_of_the_hosts(desk: Pages, event: Event) -> None:
    a_registration(event)
    assert not PdfReader(io.BytesIO(take(desk, event, format="pdf_list").body)).pages[0].images
    logo = a_picture()
    with transaction() as session:
        for partner in list_partners(event.id):
            session.merge(partner.organization).logo_id = logo.id
    assert len(PdfReader(io.BytesIO(take(desk, event, format="pdf_list").body)).pages[0].images) == 1


def test_the_apostrophe_is_explained_where_a_csv_is_taken(desk: Pages, event: Event) -> None:
    a_registration(event)
    for address in ("registrations", "registrations/export"):
        assert desk.get(f"/manage/events/{event.slug}/{address}").has("'+52 962 …; importing takes it off.")
