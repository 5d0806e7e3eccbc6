"""The list's forms without script: filters of any field, columns, boxes, marks."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.attendees.listing import RegistrationList
from eventreg.attendees.models import Note, Tag, Tagging
from eventreg.attendees.rules.annotations import TagColour
from eventreg.attendees.rules.listing import ListState
from eventreg.attendees.rules.saved_views import as_address, moved
from eventreg.db import transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.rules.team import EVERYTHING, Permission, TeamRole
from eventreg.events.services.team import add_team_member
from eventreg.kernel.clock import now
from eventreg.kernel.tokens import new_public_id
from eventreg.registration.rules.states import Status
from tests.builders import a_registration, a_team_member, an_event
from tests.registration.arriving import an_access_code
from tests.support.pages import Page, Pages


@pytest.fixture
def event(app: Flask) -> Event:
    """An event of two places."""
    return an_event(capacity=2)


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    """Its owner, reading English."""
    return pages.sign_in(a_team_member(event, TeamRole.OWNER))


def address(event: Event, query: str = "") -> str:
    return f"/manage/events/{event.slug}/registrations" + (f"?{query}" if query else "")


def names(page: Page) -> list[str]:
    return [link.text or "" for link in page.all("a", **{"class": "govuk-link", "dir": "auto"})]


def state_of(page: Page) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(page.address).query)


def test_a_form_becomes_an_address() -> None:
    assert as_address({"country": ["GT", "MX"], "but": ["country"], "apply": ["filters"], "q": [" "]}) == {
        "country": ["!GT", "!MX"]
    }
    assert as_address({"tag": ["~"], "but": ["tag"]}) == {"tag": ["~"]}
    assert as_address({"has.institution": [" min "], "least.answer.age": ["3"], "most.answer.age": [""]}) == {
        "institution": ["~min"],
        "answer.age": ["3.."],
    }
    form = {"apply": ["columns"], "column": ["person", "status", "country"], "move": ["up.country"], "turned": ["1"]}
    assert as_address({**form, "order": ["country"]}) == {
        "columns": ["person,country,status"],
        "order": ["-country"],
    }


@pytest.mark.parametrize(
    ("move", "order"),
    [
        ("up.b", "bac"),
        ("down.b", "acb"),
        ("up.a", "abc"),
        ("down.c", "abc"),
        ("up.x", "abc"),
        ("b", "abc"),
        ("", "abc"),
    ],
)
def test_a_column_moves_a_place_and_not_out_of_the_list(move: str, order: str) -> None:
    assert "".join(moved("abc", move)) == order


def test_values_are_ticked_and_turned_round(desk: Pages, event: Event) -> None:
    for country in ("GT", "GT", "MX", "HN"):
        a_registration(event, country=country, family_name=country)
    page = desk.get(address(event)).submit("Apply filters", {"Guatemala 2": True, "Mexico 1": True}).follow()
    assert state_of(page) == [("country", "GT"), ("country", "MX")]
    assert names(page) == ["Ana MX", "Ana GT", "Ana GT"]
    page = page.submit("Apply filters", {"Mexico 1": False, "Exclude these": ["country"]}).follow()
    assert state_of(page) == [("country", "!GT")]
    assert names(page) == ["Ana HN", "Ana MX"]
    assert names(page.click("Remove filter: not Guatemala")) == ["Ana HN", "Ana MX", "Ana GT", "Ana GT"]


def test_any_question_is_a_filter(desk: Pages, event: Event) -> None:
    a_registration(event, "academia", family_name="Vino", answers={"field": ["Migración laboral"]})
    a_registration(event, "academia", family_name="Calla")
    page = desk.get(address(event)).submit("Add a filter", {"Any question of the form": "Field of work"}).follow()
    assert ("open", "answer.field") in state_of(page)
    found = page.submit("Apply filters", {"has.answer.field": "laboral"}).follow()
    assert names(found) == ["Ana Vino"]
    assert found.has("contains “laboral”")
    empty = page.submit("Apply filters", {"Not answered 1": True}).follow()
    assert names(empty) == ["Ana Calla"]


def test_a_sensitive_answer_is_only_there_or_not(desk: Pages, event: Event) -> None:
    a_registration(event, family_name="Come", answers={"diet": ["Sin nueces"]})
    page = desk.get(address(event, "open=answer.diet&columns=person,answer.diet"))
    assert not page.has("Sin nueces")
    assert page.has("answered")
    assert names(desk.get(address(event, "answer.diet=~Sin")))[:1] == ["Ana Come"], "and is told as not understood"


def test_one_filters_numbers_are_given_to_a_script(desk: Pages, event: Event) -> None:
    a_registration(event, institution="Ministerio <b>Ficticio</b>")
    answer = desk.get(f"{address(event)}/filter?field=institution", sound=False)
    html = answer.response.get_json()["html"]
    assert "Ministerio &lt;b&gt;Ficticio" in html
    assert desk.get(f"{address(event)}/filter?field=answer.secret", 404).status == 404


def test_columns_are_chosen_and_moved(desk: Pages, event: Event) -> None:
    a_registration(event, country="GT", email="ana@instituto.example")
    page = (
        desk.get(address(event))
        .submit("Apply columns", {"Columns beside the person": ["institution", "status", "received", "email"]})
        .follow()
    )
    assert ("columns", "person,institution,status,received,email") in state_of(page)
    assert page.has("ana@instituto.example")
    page = page.submit("↑Move earlier: Status").follow()
    assert ("columns", "person,status,institution,received,email") in state_of(page)
    assert [head.split()[0] for head in page.texts("th", scope="col")][1:4] == ["Person", "Status", "Institution"]
    page = page.submit("Apply columns", {"Order by": "country"}).follow()
    assert ("order", "-country") in state_of(page)
    assert ("columns", "person,status,institution,received,email") not in state_of(page.click("Reset columns"))


@pytest.mark.both_databases
def test_small_marks_stand_beside_the_name(desk: Pages, event: Event) -> None:
    code = an_access_code(event, code="PUERTA-2027", label="Prensa")
    person = a_registration(event, family_name="Única", access_code_id=code.id, came_by="code")
    a_registration(event, family_name="Doble", phone="+52 962 555 0123", phone_key="9625550123")
    author = a_team_member(event)
    with transaction() as session:
        tags = [
            Tag(public_id=new_public_id(), event_id=event.id, name=name, name_key=name, colour=colour, created_at=now())
            for name, colour in (("vip", TagColour.RED), ("mesa", TagColour.BLUE))
        ]
        session.add_all(tags)
        session.flush()
        session.add_all(Tagging(registration_id=person.id, tag_id=tag.id) for tag in tags)
        session.add_all(
            Note(registration_id=person.id, account_id=author.id, text="Llega tarde", written_at=now()) for _ in "ab"
        )
    found = RegistrationList(event.id, event.categories, ListState(), EVERYTHING)
    rows = found.page().rows
    found.put_marks(rows)
    assert [tag.name for tag in next(row.marked["tags"] for row in rows if row.id == person.id)] == ["mesa", "vip"]
    page = desk.get(address(event))
    row = next(row for row in page.texts("tr") if "Única" in row)
    assert "#sticky-note" in page.html
    for mark in ("mesa vip", "2 notes", "by the code PUERTA-2027 (Prensa)"):
        assert mark in row
    assert names(page.submit("Apply filters", {"vip 1": True}).follow()) == ["Ana Única"]
    assert names(desk.get(address(event, "note=yes"))) == ["Ana Única"]


def test_the_bar_says_what_is_left_and_posts_what_was_seen(desk: Pages, event: Event) -> None:
    seated = a_registration(event, "government", Status.CONFIRMED)
    waiting = a_registration(event, "government", Status.WAITLISTED)
    page = desk.get(address(event, "status=waitlisted"))
    assert [part.get("data-left") for part in page.all("span", **{"data-of": ""})] == ["1"]
    rows = {row.get("data-reference"): row for row in page.all("tr") if row.get("data-reference")}
    assert list(rows) == [waiting.reference]
    assert "data-takes" in rows[waiting.reference].attrib
    every = {row.get("data-reference"): row for row in desk.get(address(event)).all("tr") if row.get("data-reference")}
    assert "data-takes" not in every[seated.reference].attrib, "whoever has a place takes none"
    boxes = desk.get(address(event, "choose=page")).all("input", name="chosen")
    assert {(box.get("value"), "checked" in box.attrib) for box in boxes} == {
        (f"{seated.reference}.1", True),
        (f"{waiting.reference}.1", True),
    }
    run = page.submit("Decline", {f"Choose {waiting.full_name}": True}).follow()
    assert run.has("Decline 1 registration")


def test_who_may_do_nothing_has_no_boxes(pages: Pages, event: Event) -> None:
    a_registration(event)
    reviewer = a_team_member(event, TeamRole.REVIEWER)
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == reviewer.id)).one()
        member.withheld, member.only_categories = [Permission.DECIDE.value], ["government"]
    page = pages.sign_in(reviewer).get(address(event))
    assert not page.all("input", name="chosen")
    assert not page.all("span", **{"data-of": ""})
    assert "data-taken" not in page.html


def test_what_was_not_understood_is_said_and_nothing_is_lost(desk: Pages, event: Event) -> None:  # case 63
    a_registration(event)
    for query in (
        "apply=filters&country=Atlantis",
        "apply=columns&column=nothing",
        "tag=gone",
        "apply=filters&from=never",
    ):
        page = desk.get(address(event, query))
        assert page.has("Part of this address was not understood and was left out."), query


@pytest.mark.both_databases
def test_who_sees_a_part_meets_no_value_of_the_others(pages: Pages, event: Event) -> None:  # cases 1, 3
    a_registration(event, "academia", Status.PENDING, country="GT", institution="Universidad Propia")
    a_registration(event, "government", country="HN", institution="Ministerio Ajeno", email="oscar@gobierno.example")
    reviewer = a_team_member(event, TeamRole.REVIEWER)
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == reviewer.id)).one()
        member.only_categories, member.withheld = ["academia"], [Permission.SEE_CONTACT_DATA.value]
    desk = pages.sign_in(reviewer)
    page = desk.get(address(event, "open=institution&open=country"))
    assert page.has("Guatemala 1")
    assert page.has("Universidad Propia 1")
    for hidden in ("Honduras", "Ministerio Ajeno", "Government", "Email address", "Telephone"):
        assert not page.has(hidden), hidden
    told = desk.get(address(event, "columns=person,email&answer.email=oscar@gobierno.example&category=government"))
    assert told.has("was left out")
    assert not told.has("gobierno.example oscar")
    assert len(names(told)) == 1
    html = desk.get(f"{address(event)}/filter?field=institution", sound=False).response.get_json()["html"]
    assert "Universidad Propia" in html
    assert "Ajeno" not in html
    desk.get(f"{address(event)}/filter?field=answer.email", 404)


def test_rows_are_as_high_as_each_person_wants_them(event: Event, app: Flask) -> None:
    other, owner = an_event(), a_team_member(event)
    for each in (event, other):
        a_registration(each)
    add_team_member(other.id, owner.id, TeamRole.OWNER, now())
    desk, elsewhere = Pages(app, "en").sign_in(owner), Pages(app, "en").sign_in(owner)
    colleague = Pages(app, "en").sign_in(a_team_member(event))
    desk.get(address(event)).submit("Apply columns", {"rows": "roomy"}).follow()
    assert all(_is_roomy(desk, each) for each in (event, other)), "at each event"
    assert _is_roomy(elsewhere, event), "in each browser"
    assert not _is_roomy(colleague, event), "and nobody else's"
    desk.get(address(event, "q=ana")).submit("Apply columns", {"rows": "dense"}).follow()
    assert not _is_roomy(desk, event)


def _is_roomy(desk: Pages, event: Event) -> bool:
    return bool(desk.get(address(event)).all("div", class_="er-listing--roomy"))


@pytest.mark.parametrize(
    ("status", "first", "last"),
    [
        ("pending", ["Approve", "Put on the waiting list", "Decline", "Send email"], "Return to review"),
        ("confirmed", ["Put on the waiting list", "Decline", "Send email", "Return to review"], "Approve"),
        ("declined", ["Approve", "Put on the waiting list", "Send email", "Return to review"], "Decline"),
    ],
)
def test_what_can_be_done_to_those_shown_is_offered_first(
    desk: Pages, event: Event, status: str, first: list[str], last: str
) -> None:
    a_registration(event, "academia", Status(status))
    a_registration(event, "academia", Status.CANCELLED)
    offered = desk.get(address(event, f"status={status}")).texts("button", name="act")
    assert offered[: len(first)] == first
    assert offered[-1] == last
    assert len(set(offered)) == 8, "each of them once"
