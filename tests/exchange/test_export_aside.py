"""Large files are made by a worker in steps, kept sealed for a day, and given to who asked alone. Cases 2, 3, 39, 53."""

from __future__ import annotations

import io
import os
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import select, update

from eventreg.accounts.models import Account
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.rules.team import Scope, TeamRole
from eventreg.exchange.models import Export
from eventreg.exchange.rules import exports as rules
from eventreg.exchange.rules.exports import ExportFormat, ExportState
from eventreg.exchange.services import background
from eventreg.exchange.services.background import make_some
from eventreg.exchange.services.files import exports_folder, sweep_exports
from eventreg.kernel import clock as clocks
from tests.attendees.test_notes import write
from tests.builders import a_registration, a_team_member
from tests.exchange.exporting import CONTENT, a_plan, an_export
from tests.exchange.test_export_formats import WHY, people, take
from tests.registration.requesting import do_jobs
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.usefixtures("clock", "app")
SECRET, QUERY = "Sin cacahuate", "order=person&columns=person,answer.diet"


@pytest.fixture
def owner(event: Event) -> Account:
    return a_team_member(event, TeamRole.OWNER)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a worker make files of more than three people, two in a step."""
    monkeypatch.setattr(rules, "MOST_AT_ONCE", dict.fromkeys(rules.MOST_AT_ONCE, 3))
    monkeypatch.setattr(background, "STEPS", dict.fromkeys(rules.STEPS, 2))


def asked(desk: Pages, event: Event, number: int = 5, **entries: str | bool) -> Page:
    """Ask for a file of so many people and return the page that says how far it is."""
    for index in range(number):
        a_registration(event, family_name=f"Núñez {index}", answers={"diet": [SECRET]})
    return take(desk, event, QUERY, 303, **{"format": "pdf_list", "columns": "screen", **entries}).follow()


def printed(file: Page) -> list[str]:
    """Return what can be read in each document of an archive."""
    archive = zipfile.ZipFile(io.BytesIO(file.body))
    documents = [PdfReader(io.BytesIO(archive.read(name))) for name in archive.namelist()]
    return ["\n".join(page.extract_text() for page in document.pages) for document in documents]


def names(file: Page) -> list[str]:
    """Return who is in a file, in their order."""
    return re.findall(r"Núñez \w+", "".join(printed(file)))


def the_export() -> Export:
    db.session.rollback()
    return db.session.scalars(select(Export)).one()


def work() -> None:
    """Let the worker do all that is due; a long work gives others their turn after each step."""
    while do_jobs():
        pass


def step() -> bool:
    return make_some({"public_id": the_export().public_id}, clocks.now())


@pytest.mark.both_databases
def test_a_large_list_is_made_in_steps_and_fetched(desk: Pages, event: Event, few: None) -> None:  # case 39
    page = asked(desk, event)
    assert page.has("In progress")
    assert page.has("0 of 5")
    assert step()
    assert desk.get(page.address).has("2 of 5")
    work()
    ready = desk.get(page.address)
    assert ready.has("Ready")
    file = ready.submit("Download the file", status=200)
    assert names(file) == [f"Núñez {index}" for index in range(5)]
    assert len(printed(file)) == 3
    assert file.headers["Content-Type"] == "application/zip"
    assert int(file.headers["Content-Length"]) == len(file.body) == the_export().size
    assert the_export().state is ExportState.READY
    assert not list(exports_folder().glob("*~*")), "the parts are gone"
    assert desk.get(f"/manage/events/{event.slug}/history").has("Downloaded an exported file")


@pytest.mark.both_databases
def test_a_step_done_twice_counts_once_and_another_worker_goes_on(desk: Pages, event: Event, few: None) -> None:
    """As when a worker dies after its step, or has lost its lease to a faster one."""
    asked(desk, event)
    before = the_export()
    assert step()
    with transaction():
        background._change(before.public_id, Export.done == 0, done=2)
    assert the_export().done == 2
    while step():
        pass
    assert not step(), "it is ready, and nothing is left to do"
    assert (the_export().state, the_export().done) == (ExportState.READY, 5)


def test_who_is_in_it_is_settled_when_it_is_asked_for(desk: Pages, event: Event, few: None) -> None:
    page = asked(desk, event)
    a_registration(event, family_name="Núñez Tarde")
    work()
    assert len(names(desk.get(page.address).submit("Download the file", status=200))) == 5


@pytest.mark.both_databases
def test_notes_that_mention_somebody_are_those_of_who_asked(
    desk: Pages, event: Event, owner: Account, few: None
) -> None:
    colleague = a_team_member(event, TeamRole.MANAGER, name="Clara Colega")
    for index in range(6):
        person = a_registration(event, family_name=f"Núñez {index}")
        text = f"@{owner.name}, mire esto." if index < 4 else "Para nadie."
        write(event, person, colleague, text)
    page = take(desk, event, f"{QUERY}&note=mine", 303, format="pdf_list", columns="screen").follow()
    work()
    file = desk.get(page.address).submit("Download the file", status=200)
    assert names(file) == [f"Núñez {index}" for index in range(4)]


def test_nothing_on_the_disk_can_be_read(desk: Pages, event: Event, few: None) -> None:  # case 53
    asked(desk, event, with_sensitive=True, reason=WHY)
    found = 0
    for done in range(4):
        for path in exports_folder().rglob("*"):
            found += 1
            assert path.stat().st_mode & 0o077 == 0
            content = path.read_bytes()
            assert not any(word in content for word in (SECRET.encode(), "Núñez".encode(), b"PK\x03\x04", b"%PDF"))
        assert step() is (done < 3)
    assert found > 4
    page = desk.get(f"/manage/events/{event.slug}/exports/{the_export().public_id}")
    assert SECRET in "".join(printed(page.submit("Download the file", status=200)))


def test_only_who_asked_can_fetch_it(desk: Pages, pages: Pages, event: Event, few: None) -> None:
    page = asked(desk, event)
    work()
    other = Pages(pages.app).sign_in(a_team_member(event, "manager"))
    other.get(page.address, 404)
    other.post(f"{page.address}/file", {}, 404, token=True)
    assert other.get(f"/manage/events/{event.slug}/exports").has("Ready"), "but that it was taken is no secret"


@pytest.mark.parametrize("withheld", [["export"], ["see_sensitive"], ["see_contact_data"]])
def test_rights_are_looked_at_again_when_it_is_fetched(
    pages: Pages, event: Event, withheld: list[str]
) -> None:  # case 3
    manager = a_team_member(event, "manager")
    export = an_export(event, manager, a_plan(has_sensitive=True))
    desk = pages.sign_in(manager)
    address = f"/manage/events/{event.slug}/exports/{export.public_id}/file"
    assert desk.post(address, {}, 200, token=True).body == CONTENT
    with transaction() as session:
        session.execute(update(TeamMember).where(TeamMember.account_id == manager.id).values(withheld=withheld))
    desk.post(address, {}, 403, token=True)


def test_a_narrowed_member_keeps_no_file_of_the_whole(pages: Pages, event: Event) -> None:
    manager = a_team_member(event, "manager")
    export = an_export(event, manager)
    with transaction() as session:
        narrowed = {"only_categories": ["academia"]}
        session.execute(update(TeamMember).where(TeamMember.account_id == manager.id).values(**narrowed))
    pages.sign_in(manager).post(f"/manage/events/{event.slug}/exports/{export.public_id}/file", {}, 403, token=True)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (Scope(), Scope(), True),
        (Scope(frozenset({"a"})), Scope(), True),
        (Scope(), Scope(frozenset({"a"})), False),
        (Scope(frozenset({"a"})), Scope(frozenset({"a", "b"})), True),
        (Scope(frozenset({"a", "c"})), Scope(frozenset({"a", "b"})), False),
    ],
)
def test_scopes_within_scopes(part: Scope, whole: Scope, expected: bool) -> None:
    assert rules.is_within(part, whole) is expected


@pytest.mark.both_databases
def test_it_is_deleted_after_a_day(desk: Pages, event: Event, owner: Account, clock: time_machine.Traveller) -> None:
    export = an_export(event, owner)
    address = f"/manage/events/{event.slug}/exports/{export.public_id}"
    clock.shift(timedelta(hours=24, seconds=1))
    desk.sign_in(owner)
    desk.post(f"{address}/file", {}, 404, token=True)
    assert sweep_exports(clocks.now()) == 1
    assert not list(exports_folder().glob(f"{export.public_id}*"))
    assert the_export().state is ExportState.EXPIRED
    assert desk.get(address).has("Deleted")
    assert sweep_exports(clocks.now()) == 0


def test_what_nobody_knows_is_swept_and_what_is_waited_for_stays(
    event: Event, owner: Account, clock: time_machine.Traveller
) -> None:
    kept = an_export(event, owner)
    for name in ("aaaaaaaaaaaa.sealed", "bbbbbbbbbbbb~00000000.sealed", ".xlsx-left"):
        (exports_folder() / name).write_bytes(b"left")
    _age(exports_folder(), timedelta(hours=1))
    sweep_exports(clocks.now())
    assert len(list(exports_folder().iterdir())) == 4, "what is young may be in work"
    _age(exports_folder(), timedelta(days=2))
    sweep_exports(clocks.now())
    assert [path.name for path in exports_folder().iterdir()] == [f"{kept.public_id}.sealed"]


def _age(folder: Path, by: timedelta) -> None:
    written = (clocks.now() - by).timestamp()
    for path in folder.iterdir():
        os.utime(path, (written, written))


def test_what_no_worker_comes_through_with_is_given_up(
    desk: Pages, event: Event, few: None, clock: time_machine.Traveller
) -> None:
    page = asked(desk, event)
    clock.shift(timedelta(hours=2, seconds=1))
    assert sweep_exports(clocks.now()) == 1
    assert desk.get(page.address).has("Export failed")
    assert not step()


def test_a_part_that_is_lost_ends_it(desk: Pages, event: Event, few: None) -> None:
    page = asked(desk, event)
    step()
    for path in exports_folder().glob("*~*"):
        path.unlink()
    work()
    assert desk.get(page.address).has("Export failed")


def test_its_taker_deletes_it_sooner(desk: Pages, event: Event, owner: Account) -> None:
    export = an_export(event, owner)
    page = desk.get(f"/manage/events/{event.slug}/exports/{export.public_id}")
    listed = page.submit("Delete the file now", status=303).follow()
    assert listed.has("The file is deleted. That it was made stays in the audit log.")
    assert not list(exports_folder().glob(f"{export.public_id}*"))


def test_what_is_written_as_it_is_sent_or_small_is_given_at_once(desk: Pages, event: Event, few: None) -> None:
    for index in range(5):
        a_registration(event, family_name=f"Núñez {index}")
    assert len(people(take(desk, event, format="xlsx"))) == 5
    assert the_export().state is ExportState.GIVEN
    assert not list(exports_folder().iterdir()), "nothing of it was on the disk"
    assert not any(rules.is_made_aside(each, 100_000) for each in (ExportFormat.CSV, ExportFormat.XLSX))
    assert rules.is_made_aside(ExportFormat.PDF_LIST, 1_001)
