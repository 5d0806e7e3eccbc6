"""The page of an event's institutions, and what the public page makes of it."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest

from eventreg.db import db, transaction
from eventreg.events.models import Event, Partner
from eventreg.events.queries.partners import list_partners
from eventreg.events.rules.institutions import PartnerRole
from eventreg.registration.emails import Occasion
from tests.builders import a_picture, a_team_member, an_institution
from tests.media.samples import a_logo, a_photograph, saved
from tests.support.pages import Page, Pages
from tests.support.statements import counted

SAVE = "Save and add another"
LOGO = saved(a_logo(), "PNG")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.fixture
def desk(event: Event, pages: Pages) -> Page:
    pages.sign_in(a_team_member(event, "owner"))
    return pages.get(f"/manage/events/{event.slug}/institutions")


def _partners(event: Event) -> list[Partner]:
    db.session.remove()
    return list(list_partners(event.id))


def test_new_institution_with_its_logo_in_one_step(event: Event, desk: Page) -> None:
    page = desk.submit(
        SAVE,
        {
            "#name-es": "Fundación Demostrativa",
            "#name-en": "Demonstrative Foundation",
            "Acronym": "FD",
            "Logo": ("logo.png", LOGO),
            "Role at this event": "Funder",
        },
        status=303,
    ).follow()
    assert page.has("The institution is added")
    assert page.has("How the page credits them")
    partner = _partners(event)[-1]
    assert (partner.organization.key, partner.role) == ("fd", PartnerRole.FUNDER)
    assert partner.organization.logo is not None
    assert partner.organization.logo.width <= 560
    checked = page.form(SAVE).values()["role"]
    assert checked == ["funder"], "the next one begins like the last"


def test_known_institution_is_offered_and_taken_by_its_name(event: Event, desk: Page) -> None:
    an_institution(name={"es": "Colegio Demostrativo", "en": "Demonstrative College"})
    page = desk.pages.get(desk.address)
    offered = [element.get("value") for element in page.all("option")]
    assert "Colegio Demostrativo" in offered
    assert "Demonstrative College" in offered
    page = page.submit(SAVE, {"#name-es": "Colegio Demostrativo", "Role at this event": "Partner"}, status=303).follow()
    assert page.has("as it is in the directory")
    assert len(_partners(event)) == 2


def test_chosen_logo_is_kept_where_the_directory_has_none(event: Event, desk: Page) -> None:
    known = an_institution(name={"es": "Colegio Demostrativo", "en": "Demonstrative College"})
    entries = {"#name-es": "Colegio Demostrativo", "Logo": ("logo.png", LOGO), "Role at this event": "Partner"}
    page = desk.pages.get(desk.address).submit(SAVE, entries, status=303).follow()
    added = _partners(event)[-1].organization
    assert (added.id, added.logo is not None) == (known.id, True)
    assert not page.has("was not kept")
    first = added.logo_id
    page = page.submit(SAVE, {**entries, "Role at this event": "Funder"}, status=303).follow()
    assert page.has("the logo that you chose was not kept"), "it has one already, and nobody loses it in passing"
    assert _partners(event)[-1].organization.logo_id == first


def test_question_about_a_double_keeps_everything_and_the_logo(event: Event, desk: Page) -> None:  # case 27
    known = an_institution(name={"es": "Colegio Demostrativo del Sur"})
    entries = {
        "#name-es": "El Colegio Demostrativo del Sur (CDS)", "Acronym": "CDS2", "Logo": ("logo.png", LOGO),
        "Role at this event": "Partner",
    }  # fmt: skip
    page = desk.submit(SAVE, entries, status=422)
    assert page.errors() == ["It may be in the directory already. Choose which one it is."]
    held = page.form(SAVE).values()
    assert held["acronym"] == ["CDS2"]
    assert held["role"] == ["partner"]
    assert held["logo_kept"] != [""]
    chosen = page.submit(SAVE, {"Is it one of these?": "Colegio Demostrativo del Sur"}, status=303)
    assert chosen.follow().has("as it is in the directory")
    assert _partners(event)[-1].organization_id == known.id
    page.submit(
        SAVE, {"Is it one of these?": "None of them: add it as a new institution", "Role at this event": "Host"}, 303
    )
    added = _partners(event)[-1].organization
    assert added.acronym == "CDS2"
    assert added.logo is not None
    assert added.logo.public_id == held["logo_kept"][0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (SVG, "Drawings such as SVG can hold programs and are not taken. Save it as PNG."),
        (b"<!doctype html><p>", "Drawings such as SVG can hold programs and are not taken. Save it as PNG."),
        (b"GIF89a<script>alert(1)</script>", "This file is no picture. Choose one in PNG, JPEG, WebP or GIF."),
        (LOGO[:900], "The picture cannot be read: the file is damaged. Choose another one."),
        (b"", ""),
        (b"\x89PNG\r\n\x1a\n" + bytes(12_000_000), "The file has 10 MB. A picture can have 10 MB."),
    ],
)  # fmt: skip
def test_logo_that_is_none_is_refused_beside_its_field(event: Event, desk: Page, content: bytes, told: str) -> None:
    """Case 26: the name leads nowhere, the rest of the form is kept."""
    entries = {"#name-es": "Fundación Demostrativa", "Logo": ("../../x.png", content)}
    page = desk.submit(SAVE, entries, status=422)
    assert len(page.errors()) == 1
    assert not told or page.errors() == [told]
    assert page.form(SAVE).values()["name-es"] == ["Fundación Demostrativa"]
    assert len(_partners(event)) == 1


def test_name_is_asked_for(event: Event, desk: Page) -> None:
    page = desk.submit(SAVE, {"#name-es": "  "}, status=422)
    assert any("Write the name in one language at least" in error for error in page.errors())


def test_hostile_names_are_text(event: Event, desk: Page) -> None:  # case 63
    name = "<script>alert(1)</script>{{ 7*7 }}“%s”"
    desk.submit(
        SAVE, {"#name-es": name, "Logo": ("l.png", LOGO), "#phrase-es": name, "#credit-es": "<b>x</b>"}, status=303
    )
    for address in (desk.address, f"/events/{event.slug}", "/manage/organizations/"):
        page = desk.pages.get(address)
        assert "<script>alert" not in page.html
        assert name in page.text


def test_edit_move_and_remove(event: Event, desk: Page) -> None:
    for name in ("Centro Uno", "Instituto Dos"):
        desk.submit(SAVE, {"#name-es": name, "Role at this event": "Partner"}, status=303)
    first, second = (each.id for each in _partners(event)[1:])
    address = desk.address
    desk.pages.post(f"{address}/{second}/move", {"step": "up"}, 303, token=True)
    assert [each.id for each in _partners(event)][1:] == [second, first]
    page = desk.pages.post(f"{address}/{second}/move", {"step": "up"}, 303, token=True).follow()
    assert page.has("It stands at the end of its role already")
    page = desk.pages.get(f"{address}/{first}")
    page.submit("Save", {"Role at this event": "Funder", "#credit-en": "Supported by", "#phrase-en": "Thanks."}, 303)
    edited = next(each for each in _partners(event) if each.id == first)
    assert (edited.role, edited.credit, edited.phrase) == (
        PartnerRole.FUNDER,
        {"en": "Supported by"},
        {"en": "Thanks."},
    )
    desk.pages.post(f"{address}/{first}/remove", {}, 303, token=True)
    assert first not in [each.id for each in _partners(event)]


@pytest.fixture
def credited(event: Event) -> Event:
    """An event with a host, and a funder that must be first and be thanked."""
    funder = an_institution(name={"es": "Fundación Demostrativa"}, short_name={}, acronym="FD", logo_id=a_picture().id)
    host = event.partners[0].organization
    with transaction() as session:
        host = session.merge(host)
        host.logo_id = a_picture(width=9).id
        session.add(
            Partner(
                event_id=event.id,
                organization_id=funder.id,
                role=PartnerRole.FUNDER,
                position=2,
                is_logo_first=True,
                credit={"es": "Con el apoyo de", "en": "With the support of"},
                phrase={"es": "Gracias.", "en": "With thanks."},
            )
        )
    db.session.remove()
    return event


def test_public_page_shows_logos_credits_and_phrases(credited: Event, pages: Pages) -> None:
    page = pages.get(f"/events/{credited.slug}")
    logos = page.all("img")
    assert [img.get("alt") for img in logos] == ["Fundación Demostrativa", "Host Institution"], (
        "the one that must be first"
    )
    assert all(img.get("loading") == "lazy" and img.get("decoding") == "async" for img in logos)
    assert all(img.get("width") and img.get("height") for img in logos)
    assert all(urlsplit(img.get("src") or "").netloc == "" for img in logos), "case 54"
    assert page.has("With the support of")
    assert page.has("With thanks.")
    assert not page.has("With funding from")


def test_public_page_loads_no_picture_from_the_database(credited: Event, pages: Pages) -> None:
    pages.get(f"/events/{credited.slug}")
    db.session.remove()
    with counted() as statements:
        pages.get(f"/events/{credited.slug}")
    assert len(statements) <= 6
    assert not any("pictures.content" in statement or "content AS" in statement for statement in statements)


def test_machines_read_funder_sponsor_and_logo(credited: Event, pages: Pages) -> None:
    html = pages.get(f"/events/{credited.slug}").html
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert data["funder"] == data["sponsor"]
    assert data["funder"][0]["name"] == "Fundación Demostrativa"
    assert "/pictures/" in data["funder"][0]["logo"]
    assert data["organizer"][0]["name"] == "Host Institution"


def test_mails_bear_the_credit_and_the_phrase_as_text(credited: Event) -> None:
    occasion = Occasion.load(credited)
    assert occasion.credits("es") == "Anfitriona. Con el apoyo de FD."
    assert occasion.credits("en") == "Host. With the support of FD."
    assert occasion.phrases("en") == ("With thanks.",)


def test_photograph_as_a_logo_stays_light(event: Event, desk: Page) -> None:
    photograph = saved(a_photograph(1600, 1200), "JPEG", quality=90)
    desk.submit(SAVE, {"#name-es": "Centro Fotográfico", "Logo": ("p.jpg", photograph)}, status=303)
    logo = _partners(event)[-1].organization.logo
    assert logo is not None
    answer = desk.pages.client.get(f"/pictures/{logo.public_id}")
    assert len(answer.data) <= 64_000
