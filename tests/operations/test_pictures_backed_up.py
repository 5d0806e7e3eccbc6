"""Logos survive a backup, from one database to the other. Case 60."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from eventreg.app import create_app
from eventreg.config import Config
from eventreg.db import db
from eventreg.organizations.queries import get_organization
from tests.builders import a_picture, an_institution
from tests.operations.conftest import InstanceMaker
from tests.operations.instances import back_up, put_back, stamp
from tests.support.databases import POSTGRESQL, SQLITE


@pytest.mark.both_databases
def test_logo_is_restored_byte_for_byte(
    app: Flask, config: Config, database_kind: str, empty_instance: InstanceMaker, tmp_path: Path
) -> None:
    stamp(app)
    picture = a_picture(content=bytes(range(256)))
    an_institution(key="centro", logo_id=picture.id)
    db.session.remove()
    target = tmp_path / "backup.tar.gz"
    back_up(config, target)
    other = empty_instance(POSTGRESQL if database_kind == SQLITE else SQLITE)
    put_back(other, target)
    restored = create_app(other)
    with restored.app_context():
        logo = get_organization("centro").logo
        assert logo is not None
        assert (logo.public_id, logo.width) == (picture.public_id, 1)
        assert restored.test_client().get(f"/pictures/{logo.public_id}").data == bytes(range(256))
        db.session.remove()
        db.engine.dispose()
