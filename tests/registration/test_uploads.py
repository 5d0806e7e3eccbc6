"""Files: sealed on disk, bound to a form's key, kept for a day, bounded, swept; replaced and removed by their owner."""

from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from eventreg.db import db
from eventreg.kernel import clock as clocks
from eventreg.kernel.errors import NotFound, Refused
from eventreg.kernel.sealing import CannotUnseal
from eventreg.registration.models import Registration, Upload
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.rules.states import RegisteringReason
from eventreg.registration.services import answers, registering
from eventreg.registration.services.answer_changes import ChangedFiles, change_answers
from eventreg.registration.services.answers import (
    NewFile,
    drop_held,
    hold_file,
    list_held,
    list_of_registration,
    open_upload,
    sweep_uploads,
)
from eventreg.web.instance import config
from tests.builders import an_event, register_somebody
from tests.registration.records import history, last_mail, registered

pytestmark = pytest.mark.usefixtures("app", "clock")

KEY, OTHER_KEY = "k" * 22, "o" * 22
CONTENT = b"%PDF-1.7 carta de designacion de Ana"


def a_letter(content: bytes = CONTENT, name: str = "carta.pdf") -> NewFile:
    return NewFile("letter", name, "application/pdf", content)


def on_disk() -> list[Path]:
    """Return the sealed files, oldest name first."""
    return sorted(config().uploads.glob("*.sealed"))


def age(path: Path, by: timedelta) -> None:
    """Let a file on disk look older."""
    written = (clocks.now() - by).timestamp()
    os.utime(path, (written, written))


def test_a_held_file_is_sealed_on_disk_and_in_the_database() -> None:
    event = an_event()
    held = hold_file(event.id, KEY, a_letter())
    assert (held.name, held.size) == ("carta.pdf", len(CONTENT))
    (path,) = on_disk()
    assert b"carta" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    row = db.session.scalars(select(Upload)).one()
    assert b"carta" not in row.sealed_name
    assert KEY not in row.submission_hash


def test_a_held_file_belongs_to_its_form_and_event() -> None:
    event, other = an_event(), an_event()
    hold_file(event.id, KEY, a_letter())
    assert set(list_held(event.id, KEY)) == {"letter"}
    assert list_held(event.id, OTHER_KEY) == {}
    assert list_held(other.id, KEY) == {}


def test_a_newer_file_takes_the_place_of_the_one_that_was_held() -> None:
    event = an_event()
    hold_file(event.id, KEY, a_letter())
    hold_file(event.id, KEY, a_letter(b"%PDF-1.7 otra", "otra.pdf"))
    assert [file.name for file in list_held(event.id, KEY)["letter"]] == ["otra.pdf"]
    drop_held(event.id, KEY, [list_held(event.id, KEY)["letter"][0].public_id])
    assert list_held(event.id, KEY) == {}


@pytest.mark.parametrize(("hours", "is_there"), [(23, True), (24, False)])
def test_a_held_file_is_kept_for_a_day(clock: time_machine.Traveller, hours: int, is_there: bool) -> None:
    event = an_event()
    hold_file(event.id, KEY, a_letter())
    clock.shift(timedelta(hours=hours))
    assert bool(list_held(event.id, KEY)) is is_there
    person = registered(register_somebody(event, submission_key=KEY))
    assert bool(list_of_registration(person.id)) is is_there


def test_the_sweep_takes_what_is_over_and_leaves_what_is_needed(clock: time_machine.Traveller) -> None:
    event = an_event()
    hold_file(event.id, KEY, a_letter())
    (old,) = on_disk()
    clock.shift(timedelta(hours=25))
    person = registered(register_somebody(event, files=[a_letter()]))
    hold_file(event.id, OTHER_KEY, a_letter())
    kept = set(on_disk()) - {old}
    orphan = config().uploads / "orphanorphan.sealed"
    orphan.write_bytes(b"x")
    for path in (*kept, old, orphan):
        age(path, timedelta(hours=2))
    assert sweep_uploads(clocks.now()) == 2
    assert set(on_disk()) == kept
    assert sweep_uploads(clocks.now()) == 0
    assert open_upload(event.id, person.id, list_of_registration(person.id)["letter"][0].public_id).content == CONTENT


def test_the_sweep_leaves_a_file_whose_row_is_not_committed_yet() -> None:
    young = config().uploads
    young.mkdir(parents=True, exist_ok=True)
    (young / "youngyoung12.sealed").write_bytes(b"x")
    age(young / "youngyoung12.sealed", timedelta(minutes=59))
    assert sweep_uploads(clocks.now()) == 0


@pytest.mark.parametrize("bound", ["MOST_HELD_FILES", "MOST_HELD_BYTES"])
def test_what_is_held_is_bounded(monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    monkeypatch.setattr(answers, bound, 2 if bound == "MOST_HELD_FILES" else 2 * len(CONTENT))
    event = an_event()
    hold_file(event.id, "a" * 22, a_letter())
    hold_file(event.id, "b" * 22, a_letter())
    with pytest.raises(Refused) as refused:
        hold_file(event.id, "c" * 22, a_letter())
    assert refused.value.reason is RegisteringReason.TOO_MANY_FILES
    assert len(on_disk()) == 2
    # What belongs to a registration is not held any more.
    register_somebody(event, submission_key="a" * 22)
    hold_file(event.id, "c" * 22, a_letter())


def test_registering_takes_over_what_was_held_for_its_form() -> None:
    event = an_event()
    held = hold_file(event.id, KEY, a_letter())
    person = registered(register_somebody(event, submission_key=KEY))
    assert list_of_registration(person.id)["letter"][0].public_id == held.public_id
    assert load_answers(person)["letter"] == [held.public_id]
    assert list_held(event.id, KEY) == {}


def test_another_category_takes_over_no_file_it_is_not_asked_for() -> None:
    event = an_event()
    hold_file(event.id, KEY, a_letter())
    person = registered(register_somebody(event, "academia", submission_key=KEY, files=[a_letter()]))
    assert list_of_registration(person.id) == {}


def test_a_file_opens_for_its_registration_alone() -> None:
    event, other = an_event(), an_event()
    person, neighbour = (registered(register_somebody(event, files=[a_letter()])) for _ in range(2))
    upload = list_of_registration(person.id)["letter"][0].public_id
    assert open_upload(event.id, person.id, upload).content == CONTENT
    for event_id, registration_id in ((other.id, person.id), (event.id, neighbour.id)):
        with pytest.raises(NotFound):
            open_upload(event_id, registration_id, upload)


def test_a_sealed_file_put_in_anothers_place_does_not_open() -> None:
    event = an_event()
    person, other = (registered(register_somebody(event, files=[a_letter()])) for _ in range(2))
    first, second = (list_of_registration(each.id)["letter"][0].public_id for each in (person, other))
    folder = config().uploads
    (folder / f"{first}.sealed").write_bytes((folder / f"{second}.sealed").read_bytes())
    with pytest.raises(CannotUnseal):
        open_upload(event.id, person.id, first)


def test_a_file_lost_from_the_disk_is_not_there() -> None:
    event = an_event()
    person = registered(register_somebody(event, files=[a_letter()]))
    upload = list_of_registration(person.id)["letter"][0].public_id
    (config().uploads / f"{upload}.sealed").unlink()
    with pytest.raises(NotFound):
        open_upload(event.id, person.id, upload)


def _person_with_letter() -> Registration:
    return registered(register_somebody(an_event(), files=[a_letter()]))


def test_a_new_file_takes_the_place_of_the_old_one() -> None:
    person = _person_with_letter()
    old = list_of_registration(person.id)["letter"][0].public_id
    changed = ChangedFiles(OTHER_KEY, new=[a_letter(b"%PDF-1.7 nueva", "nueva.pdf")])
    assert [change.question.key for change in change_answers(person.event_id, person.id, {}, changed)] == ["letter"]
    (row,) = db.session.scalars(select(Upload))
    assert row.public_id != old
    assert open_upload(person.event_id, person.id, row.public_id).content == b"%PDF-1.7 nueva"
    assert history(person)[-1] == ("answers_changed", {"letter": "changed"})
    assert "Carta: cambió" in last_mail(person).text
    assert "nueva.pdf" not in last_mail(person).text
    for path in on_disk():
        age(path, timedelta(hours=2))
    assert sweep_uploads(clocks.now()) == 1


def test_a_file_can_be_removed() -> None:
    person = _person_with_letter()
    letter = list_of_registration(person.id)["letter"][0].public_id
    assert change_answers(person.event_id, person.id, {}, ChangedFiles(OTHER_KEY, removed={letter}))
    assert list_of_registration(person.id) == {}
    assert load_answers(person).get("letter", []) == []


def test_a_file_held_for_the_form_of_changes_is_taken_over() -> None:
    person = _person_with_letter()
    hold_file(person.event_id, OTHER_KEY, a_letter(b"%PDF-1.7 nueva", "nueva.pdf"))
    assert change_answers(person.event_id, person.id, {}, ChangedFiles("n" * 22)) == []
    assert change_answers(person.event_id, person.id, {}, ChangedFiles(OTHER_KEY))
    assert list_of_registration(person.id)["letter"][0].name == "nueva.pdf"
    assert db.session.scalar(select(func.count()).select_from(Upload)) == 1


@pytest.mark.both_databases
def test_a_file_lasts_when_the_registration_is_written_on_the_second_try(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two random codes met: the row of the file must go with the try that succeeds."""
    event = an_event()
    taken = registered(register_somebody(event)).reference
    drawn = iter([taken, "PRU-234567"])
    monkeypatch.setattr(registering, "new_reference", lambda _prefix: next(drawn))
    person = registered(register_somebody(event, files=[a_letter()]))
    upload = list_of_registration(person.id)["letter"][0].public_id
    assert open_upload(event.id, person.id, upload).content == CONTENT
