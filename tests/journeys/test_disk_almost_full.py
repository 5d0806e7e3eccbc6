"""Little room on the disk: whatever somebody sends a file for refuses it beside the field; forms go on being sent."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from eventreg.config import Config
from eventreg.db import db
from eventreg.events.models import Event, Material
from eventreg.exchange.models import Export, Import
from eventreg.exchange.rules import exports
from eventreg.kernel import disk
from eventreg.media.models import Picture
from eventreg.media.store import CannotKeep, replace_file, write_file
from eventreg.registration.models import Registration, Upload
from tests.builders import a_registration, a_team_member, an_account, an_event
from tests.exchange.incoming import HEAD, a_file, a_row
from tests.registration.filling import posted
from tests.support.pages import Page, Pages
from tests.world import PDF

SENTENCE = "We cannot keep the file at this moment. Try again in a while"


@pytest.fixture
def event(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Event:
    """An event on a machine whose disk has less room left than it should."""
    event = an_event()
    monkeypatch.setattr(disk, "LEFT_BY_FILES", 1 << 60)
    return event


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    return pages.sign_in(a_team_member(event, "owner"))


def png() -> tuple[str, bytes]:
    kept = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(kept, "PNG")
    return "sala.png", kept.getvalue()


def count(table: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_registrations_file_is_refused_beside_its_question_and_the_rest_stays(event: Event, paginas: Pages) -> None:
    page = paginas.post(
        f"/events/{event.slug}/register", posted(event), 503, token=True, content_type="multipart/form-data"
    )
    assert page.has("En este momento no podemos conservar el archivo.")
    assert page.form("Enviar mi registro").values()["email"] == ["ana@instituto.example"]
    assert (count(Registration), count(Upload)) == (0, 0)
    without = posted(event)
    del without["letter"]
    assert paginas.post(f"/events/{event.slug}/register", without, 303, token=True).location.startswith("/my/")


def test_a_material_is_refused_and_a_link_is_not(desk: Pages, event: Event) -> None:
    address = f"/manage/events/{event.slug}/materials"
    page = desk.get(address).submit("Add the material", {"#file": ("ponencia.pdf", PDF), "#title-es": "Ponencia"}, 422)
    assert page.has(SENTENCE)
    assert page.form("Add the material").values()["title-es"] == ["Ponencia"]
    desk.get(address).submit("Add the material", {"#url": "https://instituto.example/p", "#title-es": "Enlace"}, 303)
    assert count(Material) == 1


def test_a_file_of_people_is_refused(desk: Pages, event: Event) -> None:
    page = desk.get(f"/manage/events/{event.slug}/registrations/import").submit(
        "Continue to the columns", {"File": ("personas.csv", a_file(HEAD, a_row()))}, 422
    )
    assert page.has(SENTENCE)
    assert count(Import) == 0


def _look(pages: Pages, event: Event) -> Page:
    visitor = pages.sign_in(a_team_member(event, "owner"))
    return visitor.get(f"/manage/events/{event.slug}/look").submit("Save appearance", {"Picture": png()})


def _site_logo(pages: Pages, _event: Event) -> Page:
    visitor = pages.sign_in(an_account(is_administrator=True))
    return visitor.get("/manage/settings").submit("Save the settings", {"Logo": png()})


def _logo_of_an_institution(pages: Pages, _event: Event) -> Page:
    visitor = pages.sign_in(an_account(is_administrator=True))
    return visitor.get("/manage/organizations/new").submit("Save", {"#name-es": "Instituto de Prueba", "Logo": png()})


@pytest.mark.parametrize("send", [_look, _site_logo, _logo_of_an_institution])
def test_a_picture_is_refused(pages: Pages, event: Event, send: Callable[[Pages, Event], Page]) -> None:
    page = send(pages, event)
    assert page.status == 422
    assert page.has(SENTENCE)
    assert count(Picture) == 0


def test_an_export_that_would_be_kept_is_refused_and_one_at_once_is_given(
    desk: Pages, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_registration(event)
    address = f"/manage/events/{event.slug}/registrations/export"
    desk.get(address).submit("Export", {"#format": "csv"}, 200)
    monkeypatch.setattr(exports, "MOST_AT_ONCE", dict.fromkeys(exports.ExportFormat, 0))
    page = desk.get(address).submit("Export", {"#format": "csv"}, 422)
    assert page.has("The disk is full")
    assert count(Export) == 1


def test_what_is_kept_already_is_sealed_anew(app: Flask, config: Config, event: Event) -> None:
    write_file(config.uploads, "old", [b"x"], leaves_room=False)
    replace_file(config.uploads, "old", [b"y"], leaves_room=False)
    with pytest.raises(CannotKeep):
        write_file(config.uploads, "new", [b"x"])
    assert [path.name for path in config.uploads.iterdir()] == ["old.sealed"]
