"""A disk that takes no more files: a clear sentence beside the question, everything typed kept, nothing half saved."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.config import Config
from eventreg.db import db
from eventreg.registration.models import Registration, Upload
from eventreg.registration.queries.registrations import own_token
from tests.builders import an_event, register_somebody
from tests.registration.filling import posted
from tests.support.pages import Pages

SENTENCE = "We cannot keep the file at this moment. Try again in a while, and choose it again then."


@pytest.fixture
def no_folder(app: Flask, config: Config) -> Iterator[Path]:
    """A file stands where the folder should be: nothing can be written there, not even by root."""
    shutil.rmtree(config.uploads, ignore_errors=True)
    config.uploads.write_text("")
    yield config.uploads
    if config.uploads.is_file():
        config.uploads.unlink()


@pytest.mark.parametrize(("given_name", "status"), [("Ana María", 503), ("", 422)])
def test_a_form_with_a_file_comes_back_filled(
    no_folder: Path, pages: Pages, caplog: pytest.LogCaptureFixture, given_name: str, status: int
) -> None:
    event = an_event()
    data = posted(event, given_name=given_name)
    with caplog.at_level(logging.ERROR):
        page = pages.post(
            f"/events/{event.slug}/register", data, status, token=True, content_type="multipart/form-data"
        )
    assert page.errors().count(SENTENCE) == 1
    assert page.form("Send registration").values()["email"] == ["ana@instituto.example"]
    assert "uploads folder" in caplog.text
    assert "carta" not in caplog.text
    for table in (Registration, Upload):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    no_folder.unlink()
    again = pages.post(
        f"/events/{event.slug}/register", posted(event), 303, token=True, content_type="multipart/form-data"
    )
    assert again.location.startswith("/my/")


def test_changed_answers_with_a_file_come_back_filled(app: Flask, no_folder: Path, pages: Pages) -> None:
    event = an_event()
    person = register_somebody(event).registration
    assert person is not None
    data = posted(event, given_name="Anita")
    for name in ("category", "email", "agrees"):
        del data[name]
    page = pages.post(
        f"/my/{own_token(person, 'my')}/answers", data, 503, token=True, content_type="multipart/form-data"
    )
    assert page.has(SENTENCE)
    assert page.form("Save my answers").values()["given_name"] == ["Anita"]
    assert db.session.scalars(select(Registration.given_name)).all() == ["Ana"]


def test_a_form_without_a_file_needs_no_folder(no_folder: Path, pages: Pages) -> None:
    event = an_event()
    data = posted(event)
    del data["letter"]
    assert pages.post(f"/events/{event.slug}/register", data, 303, token=True).location.startswith("/my/")
