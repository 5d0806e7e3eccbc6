"""Pictures at their address, and those that nothing shows. Case 8."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select

from eventreg.db import db, transaction
from eventreg.jobs.services import job_registry
from eventreg.kernel.clock import now
from eventreg.media.models import Picture
from eventreg.media.rules import LOGO_SIZE
from eventreg.media.services import find_picture, referring_columns, store_picture, sweep_pictures
from tests.builders import an_event, an_institution
from tests.media.samples import a_logo, saved
from tests.support.statements import counted

LOGO = saved(a_logo(), "PNG")


def _stored(at_days_ago: int = 0) -> Picture:
    with transaction() as session:
        picture = session.get(Picture, store_picture(LOGO, LOGO_SIZE, now() - timedelta(days=at_days_ago)))
    assert picture is not None
    return picture


def test_picture_is_sent_as_what_we_encoded_it(app: Flask) -> None:  # case 8
    picture = _stored()
    with counted() as statements:
        answer = app.test_client().get(f"/pictures/{picture.public_id}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.data == picture.content
    assert len(statements) == 1


def test_picture_that_is_not_there_is_not_kept_by_caches(app: Flask) -> None:
    answer = app.test_client().get("/pictures/AAAAAAAAAAAA")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers["Cache-Control"]


def test_content_is_loaded_only_where_it_is_sent(app: Flask) -> None:
    public_id = _stored().public_id
    db.session.remove()
    loaded = db.session.scalars(select(Picture).where(Picture.public_id == public_id)).one()
    assert "content" in inspect(loaded).unloaded


@pytest.mark.both_databases
def test_pictures_that_nothing_shows_go_after_a_day(app: Flask) -> None:
    logo, event_picture, _unused, young = _stored(9), _stored(9), _stored(9), _stored(0)
    an_institution(logo_id=logo.id)
    an_event(picture_id=event_picture.id)
    assert sweep_pictures(now()) == 1
    assert set(db.session.scalars(select(Picture.id))) == {logo.id, event_picture.id, young.id}
    with counted() as statements:
        assert sweep_pictures(now()) == 0
    assert [one.split()[0] for one in statements] == ["SELECT"], "what is written has public pages made anew"
    assert sweep_pictures(now() + timedelta(days=2)) == 1
    assert db.session.scalar(select(func.count()).select_from(Picture)) == 2


def test_sweep_knows_every_table_that_shows_pictures(app: Flask) -> None:
    names = {f"{column.table.name}.{column.name}" for column in referring_columns()}
    assert names >= {"organizations.logo_id", "events.picture_id", "instance_settings.logo_id"}
    assert job_registry().duties["media.sweep_pictures"].run is sweep_pictures


@pytest.mark.both_databases
@pytest.mark.parametrize("brought", ["", "a\0b", "ñ", "no-such-id"])
def test_what_is_no_id_of_a_picture_finds_none(app: Flask, brought: str) -> None:  # case 63
    assert find_picture(brought) is None
