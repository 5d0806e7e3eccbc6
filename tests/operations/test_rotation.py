"""Keys that seal are rotated while the product runs, and nothing is lost (case 53)."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, inspect, select

from eventreg.accounts.queries import get_account
from eventreg.accounts.services.second_factor import secret_of
from eventreg.db import Base, db, transaction
from eventreg.exchange.services.files import open_file
from eventreg.kernel.clock import now
from eventreg.kernel.keys import add_sealing_key, load_keys
from eventreg.kernel.sealing import key_of, seal
from eventreg.media.store import path_of
from eventreg.operations import OperationRefused
from eventreg.operations.rotation import COLUMNS, count_sealed, forget, reseal_all, rotate
from eventreg.programme.services.materials import read_material_file
from eventreg.registration.models import Answer, Registration, SavedForm, Upload
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.services.answers import open_upload
from eventreg.web.instance import config, keys, refresh_keys
from tests.accounts.authenticator import with_second_factor
from tests.belongings import a_material
from tests.builders import an_account, an_event, register_somebody as register_person
from tests.exchange.exporting import CONTENT, an_export
from tests.support.apps import AppMaker
from tests.world import LETTER

DIET = "sin cacahuates, alergia grave"

#: bytes that are no sealed values
NOT_SEALED = {("pictures", "content"), ("pictures", "in_mail"), ("audit_details", "salt")}


def a_sealed_world() -> tuple[int, str, int]:
    """Everything that is sealed, once: returns a registration, a material's file, an account with a second factor."""
    event = an_event()
    receipt = register_person(event, "government", diet=[DIET])
    assert receipt.registration is not None
    material = a_material(event, content=LETTER.content * 20_000)
    account = an_account()
    with_second_factor(account)
    with transaction() as session:
        session.add(
            SavedForm(
                public_id="AAAAAAAAAAAA",
                event_id=event.id,
                category_id=event.categories[0].id,
                submission_hash="0" * 64,
                sealed=seal(keys(), b"{}", "saved_forms/AAAAAAAAAAAA"),
                email="ana@instituto.example",
                language="es",
                saved_at=now(),
                expires_at=now(),
            )
        )
    return receipt.registration.id, material.file_id, account.id


def rotate_here() -> None:
    rotate(config(), lambda _steps: None)
    refresh_keys()


def diet_of(registration_id: int) -> list[str]:
    return load_answers(db.session.get_one(Registration, registration_id))["diet"]


def test_every_sealed_column_is_rotated() -> None:
    found = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    rotated = {(inspect(each.model).local_table.name, each.column.key) for each in COLUMNS}
    assert found - NOT_SEALED == rotated


@pytest.mark.both_databases
def test_rotation_loses_nothing(app: Flask) -> None:
    registration_id, file_id, account_id = a_sealed_world()
    before = read_material_file(file_id)
    secret = secret_of(get_account(account_id))
    rotate_here()
    assert keys().sealing_id == "k2"
    assert set(count_sealed(config())) == {"k2"}
    assert diet_of(registration_id) == [DIET]
    assert read_material_file(file_id) == before
    assert secret_of(get_account(account_id)) == secret


def test_files_of_people_are_sealed_anew(app: Flask) -> None:
    event = an_event()
    register_person(event, "government", files=[LETTER])
    rotate_here()
    upload = db.session.scalars(select(Upload)).one()
    assert upload.registration_id is not None
    opened = open_upload(upload.event_id, upload.registration_id, upload.public_id)
    assert (opened.name, opened.content) == (LETTER.name, LETTER.content)
    assert key_of(upload.sealed_name) == "k2"
    assert key_of(path_of(config().uploads, upload.public_id).read_bytes()) == "k2"


def test_the_old_key_opens_nothing_any_more_and_can_go(app: Flask) -> None:
    registration_id, _file_id, _account_id = a_sealed_world()
    rotate_here()
    forget(config(), "k1")
    refresh_keys()
    assert set(load_keys(config().keys).sealing) == {"k2"}
    assert diet_of(registration_id) == [DIET]


def test_a_key_that_is_needed_stays(app: Flask) -> None:
    a_sealed_world()
    add_sealing_key(config().keys)
    with pytest.raises(OperationRefused, match="still sealed under k1"):
        forget(config(), "k1")
    with pytest.raises(OperationRefused):
        forget(config(), "k2")
    with pytest.raises(OperationRefused):
        forget(config(), "k9")


def test_a_rotation_that_was_cut_off_is_finished(app: Flask) -> None:
    registration_id, _file_id, _account_id = a_sealed_world()
    add_sealing_key(config().keys)
    refresh_keys()
    assert diet_of(registration_id) == [DIET]  # the old key is still there
    assert reseal_all(config(), lambda _steps: None) > 0
    assert set(count_sealed(config())) == {"k2"}
    assert reseal_all(config(), lambda _steps: None) == 0


def test_what_somebody_writes_meanwhile_counts(app: Flask) -> None:
    """A value read by a pass and changed before it is written stays as it was changed."""
    registration_id, _file_id, _account_id = a_sealed_world()
    rotated = False

    def change_once(_steps: int) -> None:
        nonlocal rotated
        if rotated:
            return
        rotated = True
        registration = db.session.get_one(Registration, registration_id)
        place = f"answers/{registration.public_id}/diet/0"
        with transaction() as session:
            answer = session.scalars(select(Answer).where(Answer.question_key == "diet")).one()
            answer.sealed = seal(keys(), b"vegetariana", place)  # under the key that this request still knows

    add_sealing_key(config().keys)
    reseal_all(config(), change_once)
    refresh_keys()
    assert diet_of(registration_id) == ["vegetariana"]
    assert set(count_sealed(config())) == {"k2"}


def test_a_running_process_takes_the_new_key_over(make_app: AppMaker) -> None:
    """Two processes: the one that rotates, and a server that goes on answering."""
    serving = make_app()
    with serving.app_context():
        registration_id, _file_id, _account_id = a_sealed_world()
        path = config().keys
    add_sealing_key(path)
    with serving.test_request_context("/healthz"):
        serving.preprocess_request()
        assert keys().sealing_id == "k2"
        assert diet_of(registration_id) == [DIET]


def test_a_keys_file_that_cannot_be_read_changes_nothing(app: Flask) -> None:
    registration_id, _file_id, _account_id = a_sealed_world()
    path: Path = config().keys
    path.write_text("{", encoding="utf-8")
    refresh_keys()
    assert diet_of(registration_id) == [DIET]
    path.unlink()
    refresh_keys()
    assert diet_of(registration_id) == [DIET]


def test_the_keys_file_stays_its_owners_alone(app: Flask) -> None:
    add_sealing_key(config().keys)
    assert config().keys.stat().st_mode & 0o777 == 0o600


@pytest.mark.both_databases
def test_a_dump_shows_no_sensitive_answer(app: Flask) -> None:
    event = an_event()
    register_person(event, "government", diet=[DIET], files=[LETTER])
    dumped = [
        value
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(table))
        for value in map(_as_bytes, row)
    ]
    assert any(b"Demostraci" in value for value in dumped)  # what is not sensitive is there
    hidden = (DIET.encode(), LETTER.name.encode(), LETTER.content)
    assert not [value for value in dumped for text in hidden if text in value]
    stored = [path.read_bytes() for path in config().uploads.iterdir()]
    assert stored
    assert not [content for content in stored for text in hidden if text in content]


def _as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def test_files_that_wait_to_be_fetched_are_rotated(app: Flask) -> None:
    event, account = an_event(), an_account()
    export = an_export(event, account)
    rotate_here()
    assert count_sealed(config()) == {keys().sealing_id: 1}
    assert b"".join(open_file(export.public_id)) == CONTENT
