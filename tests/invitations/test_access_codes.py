"""Access codes on the desk: added, made, listed with who came by them, switched off, taken away. Cases 2, 7."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.models import AuditEntry
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.questionnaires.rules.schema import Stage
from eventreg.registration.models import AccessCode, Registration
from eventreg.selfservice.services import withdraw
from tests.builders import an_event
from tests.registration.arriving import an_access_code, an_invitation, by
from tests.registration.test_ways_in import form_by, found, registered
from tests.reports.test_narrowed import a_narrowed
from tests.support.pages import Page, Pages

ADD = "Add codes"


def at_the_desk(app: Flask, event: Event, **narrowing: list[str]) -> Pages:
    return Pages(app, "en").sign_in(a_narrowed(event, "manager", **narrowing))


def answer(pages: Pages, address: str, entries: dict[str, Any] | None = None) -> Page:
    return pages.post(f"/manage/events/{address}", entries, token=True)


def the_page(pages: Pages, event: Event) -> Page:
    return pages.get(f"/manage/events/{event.slug}/access-codes")


def codes() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AccessCode.code).order_by(AccessCode.id)))


def test_a_pasted_list_becomes_codes_with_what_holds_for_them(app: Flask, event: Event) -> None:
    page = the_page(at_the_desk(app, event), event)
    entries = {
        "Custom codes": "Norte 2027\r\n\r\n  SUR-2027 \r\n",
        "They lead into the category": "academia",
        "Intended for (optional)": "Redes",
        "Maximum uses of each (optional)": "3",
        "Valid until (optional)": "2099-02-25T18:00",
        "Whoever uses one is confirmed at once, as long as there are places": "y",
    }
    after = page.submit(ADD, entries, 303).follow()
    assert after.has("2 codes were added.")
    assert after.has("0 of 3")
    first, second = db.session.scalars(select(AccessCode).order_by(AccessCode.id))
    assert (first.code, second.code, first.label) == ("Norte 2027", "SUR-2027", "Redes")
    assert (first.most_uses, first.skips_approval, first.expires_at.year if first.expires_at else 0) == (3, True, 2099)
    assert db.session.scalars(select(AuditEntry.action)).all()[-1] == "access_codes_added"


def test_new_ones_are_read_without_doubt_and_none_is_twice(app: Flask, event: Event) -> None:
    the_page(at_the_desk(app, event), event).submit(ADD, {"Number of codes to generate": "200"}, 303)
    made = codes()
    assert len(set(made)) == 200
    assert not set("".join(made)) & set("01OIL")


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({}, "Write at least one code"),
        ({"Custom codes": "abc"}, "too short"),
        ({"Custom codes": "A" * 41}, "too long"),
        ({"Custom codes": "ﷺ" * 30}, "too long"),
        ({"Custom codes": "NORTE\nnórte"}, "stands in the list twice"),
        ({"Custom codes": "vie-jo1"}, "This event has"),
        ({"Custom codes": "NORTE", "Number of codes to generate": "3"}, "not both"),
        ({"Number of codes to generate": "501"}, "at most 500"),
        ({"Number of codes to generate": "x"}, "Write a number, 1 or more"),
        ({"Custom codes": "NORTE", "Maximum uses of each (optional)": "0"}, "Write a number, 1 or more"),
        ({"Custom codes": "NORTE", "Valid until (optional)": "2001-01-01T10:00"}, "a moment to come"),
        ({"Custom codes": "NORTE", "Valid until (optional)": "tomorrow"}, "Write a date and a time"),
        ({"Custom codes": "NORTE", "Intended for (optional)": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_a_code_is_said_beside_it_and_nothing_is_added(
    app: Flask, event: Event, entries: dict[str, str], sentence: str
) -> None:
    an_access_code(event, code="VIEJO1")
    page = the_page(at_the_desk(app, event), event).submit(ADD, entries)
    assert page.status == 422
    assert page.has(sentence)
    assert codes() == ["VIEJO1"]


def test_uses_and_who_came_by_it_with_the_way_to_each(app: Flask, event: Event) -> None:
    code = an_access_code(event, code="NORTE-1", most_uses=5)
    gone = found(registered(event, form_by(by(code), event)))
    person = found(registered(event, form_by(by(code), event, given_name="Leonor")))
    withdraw(event.id, gone.id)
    page = the_page(at_the_desk(app, event), event)
    assert page.has("1 of 5")
    assert page.has("Leonor")
    assert f"/registrations/{person.reference}" in page.html
    assert f"/registrations/{gone.reference}" not in page.html


def test_switched_off_it_leads_in_no_more_and_keeps_its_people(app: Flask, event: Event) -> None:
    code = an_access_code(event, code="NORTE-1")
    person = found(registered(event, form_by(by(code), event)))
    pages = at_the_desk(app, event)
    page = the_page(pages, event).submit("Deactivate: NORTE-1").follow()
    assert page.has("Inactive")
    db.session.rollback()
    assert db.session.get_one(AccessCode, code.id).is_active is False
    assert db.session.get_one(Registration, person.id).access_code_id == code.id
    assert page.submit("Reactivate: NORTE-1").follow().has("Valid")


def test_whoever_sees_one_category_sees_its_codes_alone(app: Flask, event: Event) -> None:
    an_access_code(event, "government", code="GOBIERNO-1")
    other = an_access_code(event, "academia", code="ACADEMIA-1")
    pages = at_the_desk(app, event, only_categories=["government"])
    page = the_page(pages, event)
    assert page.has("GOBIERNO-1")
    assert not page.has("ACADEMIA-1")
    assert answer(pages, f"{event.slug}/access-codes/{other.id}", {"do": "off"}).status == 404
    assert answer(pages, f"{event.slug}/access-codes", {"codes": "NORTE", "category": "academia"}).status == 422
    assert "ACADEMIA-1" not in page.submit("Download CSV").html


def test_the_code_of_another_event_is_not_there(app: Flask, event: Event) -> None:
    # case 2
    mine, theirs = an_access_code(event, code="NORTE-1"), an_access_code(an_event(), code="AJENO-1")
    pages = at_the_desk(app, event)
    assert not the_page(pages, event).has("AJENO-1")
    assert answer(pages, f"{event.slug}/access-codes/{theirs.id}", {"do": "off"}).status == 404
    db.session.rollback()
    assert db.session.get_one(AccessCode, theirs.id).is_active
    assert db.session.get_one(AccessCode, mine.id).is_active


def test_the_list_is_taken_away_inert_and_on_record(app: Flask, event: Event) -> None:
    # case 7
    an_access_code(event, code="=CMD()", label="@SUM", most_uses=2)
    page = the_page(at_the_desk(app, event), event).submit("Download CSV")
    rows = list(csv.reader(io.StringIO(page.html.lstrip("\ufeff"))))
    assert rows[1][:2] == ["'=CMD()", "'@SUM"]
    assert rows[1][3:5] == ["0", "2"]
    assert db.session.scalars(select(AuditEntry.action)).all()[-1] == "access_codes_exported"


def test_the_list_and_the_registration_say_by_which_way_somebody_came(app: Flask, event: Event) -> None:
    code = an_access_code(event, code="NORTE-1", label="Redes")
    person = found(registered(event, form_by(by(code), event)))
    plain = found(registered(event, form_by(None, event)))
    invited = found(registered(event, form_by(by(an_invitation(event, is_bound=False)), event)))
    pages, desk = at_the_desk(app, event), f"/manage/events/{event.slug}/registrations"
    listed = pages.get(desk)
    assert listed.text.count("by the code NORTE-1 (Redes)") == 1
    assert listed.text.count("by an invitation") == 2  # once beside the person, once as a filter
    assert pages.get(f"{desk}/{person.reference}").has("by the code NORTE-1 (Redes)")
    assert pages.get(f"{desk}/{invited.reference}").has("by an invitation")
    assert not pages.get(f"{desk}/{plain.reference}").has("by a")
    db.session.rollback()
    db.session.delete(db.session.get_one(AccessCode, code.id))
    db.session.commit()
    assert pages.get(f"{desk}/{person.reference}").has("by a code")


def test_the_page_of_categories_counts_what_each_is_asked(app: Flask, event: Event) -> None:
    page = at_the_desk(app, event).get(f"/manage/events/{event.slug}/categories")
    asked = definition_of(get_current_version(event.id)).questions_for("academia", Stage.REGISTRATION, Stage.FOLLOW_UP)
    assert page.has(f"Its people are asked {len(asked)} questions")
    assert page.link(f"Its people are asked {len(asked)} questions: 2").endswith("/questions")


def test_whoever_may_not_decide_makes_no_code_past_the_decision(app: Flask, event: Event) -> None:
    """Case 41: as with invitations."""
    pages = at_the_desk(app, event, withheld=["decide"])
    past = "Whoever uses one is confirmed at once, as long as there are places"
    page = the_page(pages, event)
    assert past not in page.text
    entries = {"codes": "NORTE", "category": "academia", "skips_approval": "y"}
    pages.post(f"/manage/events/{event.slug}/access-codes", entries, 303, token=True)
    assert not db.session.scalars(select(AccessCode)).one().skips_approval
