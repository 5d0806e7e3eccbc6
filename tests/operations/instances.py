"""Instances with people in them, on any database, for the tests of backup, restore and doctor."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, func, select

from eventreg.config import Config
from eventreg.db import Base, db
from eventreg.db.engines import open_engine
from eventreg.events.models import Event
from eventreg.events.queries.public import get_public_event
from eventreg.migrations import runner
from eventreg.operations.backups.manifest import MANIFEST, Manifest, parse_manifest
from eventreg.operations.backups.reading import opened
from eventreg.operations.backups.restoring import Restored, RestoreOptions, keys_in, restore
from eventreg.operations.backups.writing import write_backup
from eventreg.registration.services.answers import NewFile
from tests.belongings import a_material
from tests.builders import an_account, an_event, register_somebody

PASSPHRASE = "correct horse battery staple"
DIET, LETTER = "sin nueces, por favor: ¡ñandú! 中文 🥑", b"%PDF-1.4\n" + bytes(range(256)) * 40
#: more than one sealed part
SLIDES = b"%PDF-1.7\n" + bytes(range(256)) * 5000


def fill(app: Flask) -> None:
    """Register two people, one with a sealed answer and a sealed file; the app's context is pushed."""
    an_account(name="Óscar Ejemplo")
    event = an_event()
    letter = NewFile("letter", "carta de nominación.pdf", "application/pdf", LETTER)
    register_somebody(event, diet=DIET, files=(letter,))
    register_somebody(event, "academia", family_name="O'Neil «ß»", field="línea 1\nlínea 2")
    a_material(event, content=SLIDES)


def the_event() -> Event:
    """Return the event with all that belongs to it."""
    slug = db.session.scalars(select(Event.slug)).one()
    return get_public_event(slug).event


def stamp(app: Flask) -> None:
    """Say that the tables, made from the models, are those of the head."""
    with runner.alone(db.engine) as connection:
        runner.note_head(connection)


def count_rows(engine: Engine) -> dict[str, int]:
    """Return the number of rows by table."""
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def back_up(config: Config, target: Path, passphrase: str | None = None) -> Manifest:
    """Back the instance of `config` up."""
    engine = open_engine(config.database)
    try:
        return write_backup(config, engine, target, passphrase, lambda _steps: None)
    finally:
        engine.dispose()


def put_back(config: Config, source: Path, ask: Callable[[], str] | None = None, **options: Any) -> Restored:
    """Restore a backup into the instance of `config`, with its keys when `ask` tells the passphrase."""
    config.instance.mkdir(parents=True, exist_ok=True)
    engine = open_engine(config.database)
    try:
        with opened(source) as content:
            keys = keys_in(content, ask) if ask else None
            return restore(config, engine, content, RestoreOptions(keys=keys, **options), lambda _steps: None)
    finally:
        engine.dispose()


def contents(path: Path) -> dict[str, bytes]:
    """Return the parts of a backup by name."""
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


def rows_in(path: Path) -> dict[str, list[list[Any]]]:
    """Return the rows of a backup by table."""
    return {
        name.removeprefix("tables/").removesuffix(".jsonl"): [json.loads(line) for line in content.splitlines()]
        for name, content in contents(path).items()
        if name.startswith("tables/")
    }


def manifest_of(path: Path) -> Manifest:
    """Return the manifest of a backup."""
    return parse_manifest(contents(path)[MANIFEST])
