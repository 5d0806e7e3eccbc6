"""Materials on the desk: added one after the other, with the type found from the content; changed, moved, removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.models import AuditEntry
from eventreg.config import Config
from eventreg.db import db
from eventreg.events.models import Event, Material
from eventreg.events.rules.programme import MaterialAudience
from eventreg.events.rules.publication import Publication
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.programme.rules import materials as rules
from eventreg.programme.rules.materials import MaterialReason, check_address, check_file
from eventreg.programme.services.materials import read_material_file, store_material_file, sweep_materials
from tests.belongings import PDF, a_material, a_session, a_word_file
from tests.builders import a_team_member, an_event
from tests.hostile_files import ACTIVE_PDFS, HOSTILE
from tests.support.pages import Page, Pages


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    return pages.sign_in(a_team_member(event, "manager"))


def address(event: Event, *parts: str) -> str:
    return "/".join((f"/manage/events/{event.slug}/materials", *parts))


def add(desk: Pages, event: Event, status: int = 303, **entries: Any) -> Page:
    page = desk.get(address(event))
    return page.submit("Add the material", {f"#{name}": value for name, value in entries.items()}, status)


def stored() -> list[Material]:
    return list(db.session.scalars(select(Material).order_by(Material.position, Material.id)))


def test_a_title_is_called_optional_from_the_start(desk: Pages, event: Event) -> None:
    assert "Title (optional)" in desk.get(address(event)).texts("legend")


def test_a_file_is_added_with_what_is_said_of_it(desk: Pages, event: Event) -> None:
    session = a_session(event)
    page = desk.get(address(event))
    answer = page.submit(
        "Add the material",
        {
            "#file": ("../../Informe final.exe", PDF),
            "#title-es": "Informe", "#title-en": "Report",
            "Belongs to": session.public_id,
            "Language of the document": "es",
            "Visible to": "confirmed",
            "Not before": "2027-03-11T09:30",
        },
        303,
    )  # fmt: skip
    (material,) = stored()
    assert material.title == {"es": "Informe", "en": "Report"}
    assert (material.session_id, material.language, material.audience) == (session.id, "es", MaterialAudience.CONFIRMED)
    assert material.released_at == datetime(2027, 3, 11, 15, 30, tzinfo=UTC), "half past nine in Mexico City"
    assert (material.file_name, material.media_type) == ("Informe final.exe.pdf", "application/pdf")
    assert read_material_file(material.file_id) == PDF
    listed = answer.follow()
    assert listed.has("Only the team until then")
    again = listed.form("Add the material").values()
    assert (again["session"], again["audience"]) == ([session.public_id], ["confirmed"]), (
        "the next begins like the last"
    )


def test_a_file_without_a_title_is_called_by_its_name(desk: Pages, event: Event) -> None:
    add(desk, event, file=("Palabras_de_apertura.docx", a_word_file()))
    (material,) = stored()
    assert material.title == {"es": "Palabras de apertura"}
    assert material.media_type.endswith("wordprocessingml.document")


def test_a_link_is_added_and_opens_safely(desk: Pages, event: Event) -> None:
    page = add(desk, event, url="https://videos.example/1", **{"title-es": "Grabación"}).follow()
    (link,) = [each for each in page.all("a") if each.get("href") == "https://videos.example/1"]
    assert "noopener" in (link.get("rel") or "")
    assert stored()[0].file_id == ""


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({}, "Choose a file or write a link, one of the two"),
        ({"file": ("a.pdf", PDF), "url": "https://a.example/"}, "Choose a file or write a link, one of the two"),
        ({"url": "https://a.example/"}, "Write this text"),
        ({"url": "javascript:alert(1)", "title-es": "x"}, "Write a whole address that begins with https:// or http://"),
        ({"file": ("a.pdf", b"")}, "The file is empty. Choose another one"),
        ({"file": ("a.pdf", b"MZ\x90")}, "Choose a PDF, a Word, PowerPoint"),
        ({"file": ("a.pdf", PDF), "released_at": "tomorrow"}, "Write day and time like 2027-03-11T09:00"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_it(
    desk: Pages, event: Event, config: Config, entries: dict[str, Any], sentence: str
) -> None:
    """Case 26: a clear refusal, everything typed kept, nothing half saved."""
    page = add(desk, event, 422, **{"title-en": "Kept", **entries} if "url" not in entries else entries)
    assert sentence in " ".join(page.errors())
    if "url" not in entries:
        assert page.form("Add the material").values()["title-en"] == ["Kept"]
    assert stored() == []


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_refused(content: bytes) -> None:
    """Case 26: wrong type by content, polyglot, SVG, HTML, program."""
    with pytest.raises(Refused) as caught:
        check_file(content)
    assert caught.value.reason is MaterialReason.FILE_TYPE


@pytest.mark.parametrize("content", ACTIVE_PDFS.values(), ids=ACTIVE_PDFS)
def test_pdf_with_scripts_programs_or_files_is_refused_with_its_own_sentence(content: bytes) -> None:  # case 26
    with pytest.raises(Refused) as caught:
        check_file(content)
    assert caught.value.reason is MaterialReason.FILE_ACTIVE


def test_sentence_of_an_active_pdf_stands_beside_the_file(desk: Pages, event: Event) -> None:
    content = ACTIVE_PDFS["script in an object stream"]
    page = add(desk, event, 422, file=("ficha.pdf", content), **{"title-es": "Ficha"})
    assert page.has("This PDF holds a script, another file or a part that cannot be checked.")


def test_the_largest_file_is_taken_and_one_byte_more_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_BYTES", len(PDF))
    assert check_file(PDF) == "application/pdf"
    with pytest.raises(Refused) as caught:
        check_file(PDF + b"\n")
    assert caught.value.reason is MaterialReason.FILE_TOO_LARGE


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "https://", "//a.example", "https:a.example", "https://u:p@a.example/", "https://a.example/ b",
     "https://a.example/\n", "data:text/html,x", "https://[", "https://a.example:x/", "https://a.example/" + "x" * 500],
)  # fmt: skip
def test_no_web_address(url: str) -> None:
    with pytest.raises(Refused):
        check_address(url)


def test_another_file_takes_the_place_under_the_same_address(desk: Pages, event: Event) -> None:
    material = a_material(event)
    page = desk.get(address(event, material.public_id))
    page.submit("Save", {"#file": ("nueva.pdf", PDF + b"\n"), "#title-en": "New slide"}, 303)
    (changed,) = stored()
    assert (changed.public_id, changed.file_name, changed.revision) == (material.public_id, "nueva.pdf", 2)
    assert changed.file_id != material.file_id
    assert desk.get(address(event, material.public_id, "file")).body == PDF + b"\n"
    assert changed.title == {"es": "Lámina", "en": "New slide"}


def test_two_at_once_are_told_and_nothing_is_overwritten(desk: Pages, event: Event) -> None:
    material = a_material(event)
    first, second = (desk.get(address(event, material.public_id)) for _ in range(2))
    first.submit("Save", {"#title-en": "First"}, 303)
    page = second.submit("Save", {"#title-en": "Second"}, 409)
    assert "Somebody changed this after you opened it" in " ".join(page.errors())
    assert page.form("Save").values()["title-en"] == ["Second"]
    assert stored()[0].title["en"] == "First"
    page.submit("Save", {}, 303)
    assert stored()[0].title["en"] == "Second"


def test_moving_stays_within_its_session(desk: Pages, event: Event) -> None:
    session = a_session(event)
    titles = [{"es": name} for name in ("uno", "dos", "tres")]
    for position, title in enumerate(titles, 1):
        a_material(event, session, position=position, title=title)
    a_material(event, position=1, title={"es": "general"})
    last = next(material for material in stored() if material.title == {"es": "tres"})
    for _ in range(3):
        desk.post(address(event, last.public_id, "move"), {"step": "up"}, 303, token=True)
    assert [each.title["es"] for each in stored() if each.session_id] == ["tres", "uno", "dos"]


def test_removing_takes_the_file_with_the_next_sweep(desk: Pages, event: Event, config: Config) -> None:
    kept, gone = a_material(event), a_material(event, title={"es": "sobra"})
    for path in config.materials.iterdir():
        _age(path, timedelta(hours=2))
    desk.get(address(event)).form("Remove it: sobra")
    desk.post(address(event, gone.public_id, "remove"), {}, 303, token=True)
    assert sweep_materials(now()) == 1
    assert read_material_file(kept.file_id) == PDF
    assert [path.stem for path in config.materials.iterdir()] == [kept.file_id]


def test_every_change_is_recorded(desk: Pages, event: Event) -> None:
    add(desk, event, file=("a.pdf", PDF))
    (material,) = stored()
    desk.get(address(event, material.public_id)).submit("Save", {"Visible to": "confirmed"}, 303)
    desk.post(address(event, material.public_id, "remove"), {}, 303, token=True)
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.record_kind == "material"))
    assert list(actions) == ["material_added", "material_changed", "material_removed"]


def test_materials_of_another_event_are_not_there(desk: Pages, event: Event) -> None:
    """Case 2: also under the right event's address, and with another event's session."""
    other = an_event()
    material, session = a_material(other), a_session(other)
    for part in ("", "/file"):
        desk.get(f"{address(event, material.public_id)}{part}", 404)
    for part in ("", "/move", "/remove"):
        form = {"title-es": "x", "audience": "everybody", "session": "", "language": "", "revision": "1"}
        desk.post(f"{address(event, material.public_id)}{part}", form, 404, token=True)
    form = {
        "url": "https://a.example/",
        "title-es": "x",
        "audience": "everybody",
        "session": session.public_id,
        "language": "",
    }
    page = desk.post(address(event), form, 422, token=True)
    assert "Choose one of these" in " ".join(page.errors())


@pytest.mark.parametrize("publication", list(Publication))
def test_materials_are_added_in_every_state(pages: Pages, publication: Publication) -> None:
    """Slides come after an event too: what is archived is closed for everything else."""
    event = an_event(publication=publication)
    add(pages.sign_in(a_team_member(event)), event, file=("a.pdf", PDF))
    assert len(stored()) == 1


def test_a_disk_that_takes_no_more(desk: Pages, event: Event, config: Config) -> None:
    config.materials.write_text("a file stands where the folder should be")
    page = add(desk, event, 422, file=("a.pdf", PDF))
    assert "We cannot keep the file at this moment" in " ".join(page.errors())
    config.materials.unlink()


def test_a_file_is_sealed_on_the_disk(app: Flask, config: Config) -> None:
    store_material_file("aaaaaaaaaaaa", b"%PDF- under embargo")
    (path,) = config.materials.iterdir()
    assert b"embargo" not in path.read_bytes()


def _age(path: Path, by: timedelta) -> None:
    import os

    then = (now() - by).timestamp()
    os.utime(path, (then, then))
