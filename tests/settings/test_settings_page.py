"""What an administrator sets in the browser, and where it shows."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from eventreg.audit.queries import find_broken_position, list_traces
from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel.errors import Refused
from eventreg.settings.queries import read_settings
from eventreg.settings.rules import SettingsReason
from eventreg.settings.services import NewSettings, save_settings
from tests.builders import an_account, an_event
from tests.support.pages import Page, Pages

SETTINGS = "/manage/settings"
SAVE = "Save the settings"


@pytest.fixture
def administrator(app: Flask) -> Pages:
    return Pages(app, "en").sign_in(an_account(is_administrator=True))


def _saved(page: Page, fields: dict[str, Any]) -> Page:
    return page.submit(SAVE, fields, 303).follow()


def _png() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (1200, 400), "#0c4a5e").save(written, "PNG")
    return written.getvalue()


def test_name_stands_on_public_pages_in_the_reader_s_language(administrator: Pages, pages: Pages) -> None:
    _saved(administrator.get(SETTINGS), {"name-es": "Mesa del Sur", "name-en": "Southern Desk"})
    assert "Southern Desk" in pages.get("/?lang=en").text
    assert "Mesa del Sur" in pages.get("/?lang=es").text


def test_palette_is_the_instance_s_unless_an_event_has_its_own(administrator: Pages, pages: Pages) -> None:
    plain, own = an_event(), an_event(palette="plum")
    _saved(administrator.get(SETTINGS), {"palette": "forest"})
    assert "er-palette-forest" in pages.get("/").html
    assert "er-palette-forest" in pages.get(f"/events/{plain.slug}").html
    assert "er-palette-plum" in pages.get(f"/events/{own.slug}").html


def test_logo_is_made_small_shown_and_taken_away(administrator: Pages, pages: Pages) -> None:
    _saved(administrator.get(SETTINGS), {"Logo": ("logo.png", _png())})
    logo = read_settings().logo
    assert logo is not None
    assert (logo.width, logo.height) == (300, 100)
    assert f"/pictures/{logo.public_id}" in pages.get("/").html
    assert pages.get(f"/pictures/{logo.public_id}").status == 200
    _saved(administrator.get(SETTINGS), {"Remove the logo": True})
    assert read_settings().logo is None
    assert "/pictures/" not in pages.get("/").html


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"", b"\x89PNG\r\n\x1a\nbroken"]
)
def test_what_is_no_picture_is_refused_beside_the_logo_and_nothing_typed_is_lost(
    administrator: Pages, content: bytes
) -> None:
    page = administrator.get(SETTINGS).submit(SAVE, {"name-en": "Typed", "Logo": ("logo.png", content)}, 422)
    assert 'value="Typed"' in page.html
    assert 'id="logo-error"' in page.html
    assert read_settings().revision == 0


def test_languages_are_those_ticked_and_the_first_is_for_everybody_else(administrator: Pages, app: Flask) -> None:
    reader = Pages(app, "de")
    assert 'lang="es"' in reader.get("/").html
    _saved(administrator.get(SETTINGS), {"first": "en"})
    assert '<html lang="en"' in Pages(app, "de").get("/").html
    _saved(administrator.get(SETTINGS), {"offered": ["en"], "first": "en"})
    page = Pages(app, "es").get("/?lang=es")
    assert '<html lang="en"' in page.html
    assert "?lang=es" not in page.html


def test_default_language_must_be_among_those_offered(administrator: Pages) -> None:
    page = administrator.get(SETTINGS).submit(SAVE, {"offered": ["en"], "first": "es"}, 422)
    assert "Choose one of the languages ticked above." in page.text
    assert read_settings().revision == 0


def test_second_of_two_administrators_is_told_and_nothing_is_overwritten(app: Flask, administrator: Pages) -> None:
    other = Pages(app, "en").sign_in(an_account(is_administrator=True))
    seen = other.get(SETTINGS)
    _saved(administrator.get(SETTINGS), {"name-en": "First"})
    page = seen.submit(SAVE, {"name-en": "Second"}, 409)
    assert "Somebody else has saved this meanwhile" in page.text
    assert 'value="Second"' in page.html
    assert read_settings().name == {"en": "First"}
    _saved(page, {})
    assert read_settings().name == {"en": "Second"}


def test_what_changed_is_in_the_trail(administrator: Pages) -> None:
    _saved(administrator.get(SETTINGS), {"name-en": "Desk", "palette": "clay"})
    assert find_broken_position(0) is None
    found = db.session.execute(db.text("SELECT detail FROM audit_details ORDER BY entry_id DESC LIMIT 1")).scalar_one()
    assert "clay" in str(found)
    assert "Desk" in str(found)


def test_saving_what_stands_changes_nothing(administrator: Pages) -> None:
    _saved(administrator.get(SETTINGS), {})
    revision = read_settings().revision
    _saved(administrator.get(SETTINGS), {})
    assert read_settings().revision == revision


def test_unknown_palette_and_language_are_refused(app: Flask) -> None:
    for values, reason in (
        ({"palette": "neon"}, SettingsReason.PALETTE_UNKNOWN),
        ({"languages": ["xx"]}, SettingsReason.LANGUAGE_UNKNOWN),
        ({"languages": []}, SettingsReason.NO_LANGUAGE),
    ):
        new = NewSettings(
            **{"name": {}, "palette": "clay", "languages": ["es"], "demands_second_factor": False, **values}
        )  # type: ignore[arg-type]
        with pytest.raises(Refused) as refused:
            save_settings(new, 0, Actor.account(an_account().id))
        assert refused.value.reason is reason


@pytest.mark.both_databases
def test_settings_are_made_once_by_two(app: Flask) -> None:
    new = NewSettings(name={"es": "A"}, palette="clay", languages=["es", "en"], demands_second_factor=False)
    save_settings(new, 0, Actor.account(an_account().id))
    with pytest.raises(Refused):
        save_settings(new, 0, Actor.account(an_account().id))
    assert read_settings().revision == 1


def test_only_administrators_come_here(app: Flask) -> None:
    event: Event = an_event()
    from tests.builders import a_team_member

    owner = Pages(app, "en").sign_in(a_team_member(event))
    assert owner.get(SETTINGS, status=403).status == 403
    assert list_traces(0, "settings", 0) == []
