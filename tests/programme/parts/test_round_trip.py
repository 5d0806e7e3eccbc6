"""Taken out and put in, an event is the same: on an empty instance, on the other database, with other keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.bundles.parts import TakeOut, part_registry
from eventreg.events.models import Event
from eventreg.kernel.keys import create_keys
from eventreg.programme.queries import list_sessions
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.registration.models import Answer, Registration
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.services.answers import open_upload
from tests.events.parts.whole import a_whole_event, contents, file_of, put_in
from tests.support.apps import build_app, make_config
from tests.support.databases import SqliteTemplate
from tests.world import PDF


@pytest.fixture
def elsewhere(tmp_path: Path, sqlite_template: SqliteTemplate, shared_folder: Path) -> Flask:
    """Another instance: SQLite, empty, with keys of its own."""
    instance = tmp_path / "elsewhere"
    url = sqlite_template.copy(instance / "eventreg.db")
    config = make_config(instance, url)
    create_keys(config.keys)
    return build_app(config, shared_folder)


@pytest.mark.both_databases
def test_event_taken_to_an_empty_instance_is_the_same_there(app: Flask, elsewhere: Flask) -> None:
    event = a_whole_event()
    file = file_of(event.id)
    with elsewhere.app_context():
        again = file_of(put_in(file))
        db.session.remove()
        db.engine.dispose()
    assert contents(again) == contents(file)


@pytest.mark.on_postgresql
def test_event_of_sqlite_is_the_same_on_postgresql(app: Flask, elsewhere: Flask) -> None:
    with elsewhere.app_context():
        file = file_of(a_whole_event().id)
        db.session.remove()
        db.engine.dispose()
    assert contents(file_of(put_in(file))) == contents(file)


def test_no_part_of_the_trial_is_empty(app: Flask) -> None:
    found = contents(file_of(a_whole_event().id))
    for part in part_registry():
        document = found[f"parts/{part.key}.json{'l' if part.is_long else ''}"]
        assert len(document) > 60, part.key
    assert len([name for name in found if name.startswith("files/")]) == 2, "one picture, twice; one PDF, twice"


def test_same_event_gives_the_same_bytes(app: Flask) -> None:
    event = a_whole_event()
    assert file_of(event.id) == file_of(event.id)


def test_people_stay_behind_unless_asked_for(app: Flask) -> None:
    event = a_whole_event()
    whole = b"".join(contents(file_of(event.id, TakeOut())).values())
    for person in db.session.scalars(select(Registration).where(Registration.event_id == event.id)):
        assert person.email.encode() not in whole
        assert person.reference.encode() not in whole
    assert b"equipo.example" not in whole


def test_sensitive_answers_and_files_stay_behind_unless_asked_for(app: Flask) -> None:
    event = a_whole_event()
    found = contents(file_of(event.id, TakeOut(with_people=True)))
    assert b"Sin nueces" not in found["parts/registrations.jsonl"]
    assert b"carta.pdf" not in found["parts/registrations.jsonl"]
    assert json.loads(found["manifest.json"])["holds"] == {"people": True, "sensitive": False, "files": True}
    assert b"Sin nueces" in contents(file_of(event.id))["parts/registrations.jsonl"]


def test_file_says_at_its_head_that_sensitive_answers_are_readable(app: Flask) -> None:
    file = file_of(a_whole_event().id)
    assert next(iter(contents(file))) == "manifest.json"
    assert "sensitive answers readable" in json.loads(contents(file)["manifest.json"])["attention"]


def test_sensitive_answers_are_sealed_where_they_arrive(app: Flask, elsewhere: Flask) -> None:
    file = file_of(a_whole_event().id)
    with elsewhere.app_context():
        event_id = put_in(file)
        person = db.session.scalars(select(Registration).where(Registration.given_name == "Carla")).one()
        row = db.session.scalars(
            select(Answer).where(Answer.registration_id == person.id, Answer.question_key == "diet")
        ).one()
        assert row.value is None
        assert row.sealed is not None
        assert load_answers(person)["diet"] == ["Sin nueces"]
        opened = [open_upload(event_id, person.id, public_id) for public_id in load_answers(person)["letter"]]
        assert [(file.name, file.content) for file in opened] == [("carta.pdf", PDF), ("anexo.pdf", PDF)]
        db.session.remove()
        db.engine.dispose()


def test_without_files_links_and_pictures_remain(app: Flask) -> None:
    found = contents(file_of(a_whole_event().id, TakeOut(with_files=False)))
    assert [entry["url"] for entry in json.loads(found["parts/materials.json"])["materials"]] == [
        "https://sitio.example/a"
    ]
    assert len([name for name in found if name.startswith("files/")]) == 1


def test_second_event_beside_the_first_gets_new_names_where_the_old_are_taken(app: Flask) -> None:
    event = a_whole_event()
    first = contents(file_of(event.id))
    second_id = put_in(file_of(event.id), "otra-vez")
    second = contents(file_of(second_id))
    assert json.loads(second["parts/categories.json"]) == json.loads(first["parts/categories.json"])
    references = {row.reference for row in db.session.scalars(select(Registration))}
    assert len(references) == 14, "each of the seven people has a reference in each event"


def test_import_keeps_every_version_of_the_questionnaire(app: Flask) -> None:
    event_id = put_in(file_of(a_whole_event().id), "otra-vez")
    versions = db.session.scalars(
        select(QuestionnaireVersion.version).where(QuestionnaireVersion.event_id == event_id)
    ).all()
    assert sorted(versions) == [1, 2]


def test_hold_on_mail_is_inherited_and_can_be_added(app: Flask) -> None:
    event = a_whole_event()
    assert not db.session.get_one(Event, put_in(file_of(event.id), "suelta")).holds_mail
    held = db.session.get_one(Event, put_in(file_of(event.id), "retenida", holds_mail=True))
    assert held.holds_mail
    assert db.session.get_one(Event, put_in(file_of(held.id), "nieta")).holds_mail


def test_answers_name_sessions_by_their_number_and_the_new_event_by_its_own(app: Flask) -> None:
    file = file_of(a_whole_event().id)
    told = [
        answer["value"]
        for line in contents(file)["parts/registrations.jsonl"].splitlines()
        for answer in json.loads(line)["answers"]
        if answer["question_key"] == "workshops"
    ]
    assert told == ["3"], "the fourth of the programme"
    event_id = put_in(file, "otra-vez")
    own = {session.public_id for session, _day in list_sessions(event_id)}
    answers = db.session.execute(
        select(Registration.event_id, Answer.value)
        .join(Answer, Answer.registration_id == Registration.id)
        .where(Answer.question_key == "workshops")
    ).all()
    assert len(answers) == 2
    assert {value in own for event, value in answers if event == event_id} == {True}
    assert {value in own for event, value in answers if event != event_id} == {False}
