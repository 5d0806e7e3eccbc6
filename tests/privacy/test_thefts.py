"""What is stolen tells what docs/security-model.md says, no more and no less."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask

from eventreg.attendees.rules.listing import ListState
from eventreg.audit.services import Actor
from eventreg.config import Config
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.rules.team import WHOLE, Sight
from eventreg.exchange.rules.exports import ExportFormat, ExportRequest
from eventreg.exchange.services.exporting import ExportedBy, begin_export, file_chunks
from eventreg.exchange.services.files import write_part
from eventreg.kernel.clock import now
from eventreg.mail.delivery import deliver_due
from eventreg.privacy import copies
from eventreg.registration.emails import OWN_PAGE
from eventreg.registration.models import Registration
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.services.answers import NewFile
from tests.architecture.source import ROOT
from tests.builders import a_team_member, an_event, register_somebody
from tests.operations.instances import PASSPHRASE, back_up, contents, stamp
from tests.registration.records import registered
from tests.support.pages import Pages

_PASSWORD = "una frase larga de Zoraida"
_FILE = b"%PDF-1.4\nexpediente 88231907 de la mesa"
#: what a thief looks for, by the column of the table
_SECRETS: Mapping[str, tuple[bytes, ...]] = {
    "name and address": (b"Zamarripa", b"zoraida@instituto.example"),
    "ordinary answers": (b"rutas del sur profundo",),
    "sensitive answers": (b"alergia al cacahuate",),
    "content of files": (b"expediente 88231907",),
    "names of files": (b"carta-de-la-fiscal.pdf",),
    "password": (_PASSWORD.encode(),),
}


class Planted:
    """An instance with one person who told everything, and somebody of the team."""

    def __init__(self, app: Flask, config: Config, folder: Path) -> None:
        self.app, self.config, self.folder = app, config, folder
        stamp(app)
        self.event: Event = an_event()
        self.account = a_team_member(self.event, password=_PASSWORD)
        letter = NewFile("letter", "carta-de-la-fiscal.pdf", "application/pdf", _FILE)
        self.person: Registration = registered(
            register_somebody(
                self.event, "academia", given_name="Zoraida", family_name="Zamarripa", email="zoraida@instituto.example",
                field="rutas del sur profundo", diet="alergia al cacahuate", files=[letter],
            )
        )  # fmt: skip
        self.link = own_token(self.person, OWN_PAGE)
        copies.ask_for_copy(self.event.id, self.person.id)
        copy = copies.find_copy(self.person.id)
        assert copy is not None
        copies.make_copy({"public_id": copy.public_id}, now())
        write_part("an-export-is", "", [self.downloaded()])
        deliver_due(100)
        db.session.remove()

    def downloaded(self) -> bytes:
        """Return the list as a member of the team takes it, without what is sensitive."""
        taker = ExportedBy(
            Actor.account(self.account.id), "Olga", Sight(WHOLE, has_contact_data=True), sees_sensitive=False, language="en"
        )  # fmt: skip
        wish = ExportRequest(ExportFormat.CSV, with_contact_data=True)
        return b"".join(file_chunks(begin_export(self.event.id, ListState(), wish, taker)))

    def backup(self, passphrase: str | None) -> bytes:
        """Return all that a backup holds."""
        target = self.folder / f"{bool(passphrase)}.tar.gz"
        back_up(self.config, target, passphrase)
        return b"".join(contents(target).values())

    def database(self) -> bytes:
        """Return the database as it lies on the disk."""
        file = self.config.sqlite_file
        assert file is not None
        return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))

    def mails(self, to: str) -> bytes:
        """Return the mails to an address as they arrive, read as a mail program does."""
        found = []
        for path in self.config.held_mail.glob("*.eml"):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            if message["To"] == to:
                parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
                found.append("\n".join([str(message.items()), *parts]))
        assert found, f"no mail to {to}"
        return "\n".join(found).encode()


def _in(folder: Path) -> bytes:
    return b"".join(path.name.encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file())


_STOLEN: Mapping[str, Callable[[Planted], bytes]] = {
    "database": Planted.database,
    "backup without keys": lambda planted: planted.backup(None),
    "backup with keys, without its passphrase": lambda planted: planted.backup(PASSPHRASE),
    "folder of uploads": lambda planted: _in(planted.config.uploads),
    "export kept on the server": lambda planted: _in(planted.config.exports),
    "copy of one's data, kept on the server": lambda planted: _in(planted.config.copies),
    "held mail": lambda planted: planted.mails("zoraida@instituto.example"),
    "mailbox of a participant": lambda planted: planted.mails("zoraida@instituto.example"),
    "mailbox of the contact person": lambda planted: planted.mails(planted.event.contact_email),
    "laptop of an organizer with a downloaded list": Planted.downloaded,
}


def _table() -> dict[str, dict[str, bool]]:
    """Return the table of the page: what is stolen, and what it tells."""
    lines = (ROOT / "docs/security-model.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    heads, body = rows[0][1:], rows[2:]
    return {row[0]: {head: cell == "yes" for head, cell in zip(heads, row[1:], strict=True)} for row in body}


def _told(stolen: bytes, link: str) -> dict[str, bool]:
    secrets = {**_SECRETS, "personal link": (link.encode(),)}
    return {name: any(marker in stolen for marker in markers) for name, markers in secrets.items()}


def test_each_thing_that_can_be_stolen_tells_what_the_page_says(
    app: Flask, config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture, pages: Pages
) -> None:
    caplog.set_level(logging.DEBUG)
    planted, table = Planted(app, config, tmp_path), _table()
    own = pages.get(f"/my/{planted.link}")
    assert own.has("alergia al cacahuate")
    found = {name: _told(steal(planted), planted.link) for name, steal in _STOLEN.items()}
    found["log"] = _told(caplog.text.encode(), planted.link)
    assert {name: table[name] for name in found} == found
    assert table.keys() == found.keys()


def test_the_looks_of_the_test_would_find_what_is_there(app: Flask) -> None:
    everything = b" ".join(marker for markers in _SECRETS.values() for marker in markers) + b" the-link"
    assert set(_told(everything, "the-link").values()) == {True}
    assert set(_told(b"", "the-link").values()) == {False}
