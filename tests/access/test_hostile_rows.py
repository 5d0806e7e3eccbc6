"""Every text that the database can hold is hostile: every page, mail, calendar, feed and file is read again (case 63)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import Column, String, Table, Text, select, update

from eventreg.db import Localized, db, transaction
from eventreg.events.models import Event, ProgrammeSession, SessionPerson, Speaker
from eventreg.events.rules.programme import SessionKind, SpeakerRole
from eventreg.events.rules.settings import AttendanceMode
from eventreg.mail.models import MailMessage
from tests.access.hostile import JOINED, SHORT, in_turn
from tests.access.test_hostile_input import assert_inert, assert_mails_inert
from tests.support.pages import Page, Pages
from tests.world import World, rules

#: what is no free text: found by, compared with, or made by us
#: rooms whose pages have something written to people
_ROOMS_THAT_WRITE = {
    "accounts",
    "events",
    "team",
    "programme",
    "making",
    "registration",
    "selfservice",
    "invitations",
    "attendees",
    "onbehalf",
    "bulk",
    "exchange",
    "messages",
}
_NO_TEXT = {
    "key", "slug", "email", "email_key", "password_hash", "hash", "detail_hash", "submission_hash", "submission_key",
    "code_hash", "public_id",
    "subject", "sender_name", "recipient", "reply_to", "message_id", "template", "marker", "media_type", "file_id", "reference",
    "language", "contact_language", "contact_email", "copy_email", "country", "time_zone", "palette", "purpose", "actor_kind",
    "record_kind", "action", "way", "audience", "calendar_method", "question_key", "field", "reference_prefix",
    "html", "text", "calendar",
}  # fmt: skip
#: tables in which `text` is somebody's words, and not the part of a mail
_WORDS = {"session_outcomes", "text_versions", "consents", "notes"}
#: answers that are chosen, and not written
_CHOSEN = {"days", "topics", "country"}


def _is_text(table: Table, column: Column[Any]) -> bool:
    if isinstance(column.type, Localized):
        return True
    is_words = isinstance(column.type, String | Text) and not hasattr(column.type, "enums")
    return is_words and (column.name not in _NO_TEXT or (column.name == "text" and table.name in _WORDS))


def _hostile(value: Any, column: Column[Any], text: str) -> Any:
    """Return the text as the column holds it; a plain one that is empty stays so."""
    if isinstance(column.type, Localized):
        return {"es": text, "en": text}
    room = getattr(column.type, "length", None) or 4_000
    return value and (text if len(text) <= room else SHORT[:room])


def _in_definitions(value: Any, text: str) -> Any:
    """Put the text in place of every text by language that stands in a document."""
    if isinstance(value, dict):
        if value and set(value) <= {"es", "en"}:
            return dict.fromkeys(value, text)
        return {name: _in_definitions(part, text) for name, part in value.items()}
    return [_in_definitions(part, text) for part in value] if isinstance(value, list) else value


def _complete(world: World) -> None:
    """Put in what the world leaves out and pages show: who speaks, a room, a way to take part online."""
    with world.app.app_context():
        with transaction() as session:
            place = session.scalars(
                select(ProgrammeSession).where(ProgrammeSession.public_id == world.public_ids["site.show_session"])
            ).one()
            speaker = session.scalars(
                select(Speaker).where(Speaker.public_id == world.public_ids["programme.edit_speaker"])
            ).one()
            place.room_id, place.kind = world.room_id, SessionKind.PANEL
            session.add(
                SessionPerson(session_id=place.id, speaker_id=speaker.id, role=SpeakerRole.PANELLIST, position=1)
            )
            session.get_one(Event, world.event.id).attendance = AttendanceMode.BOTH
        db.session.remove()


def make_hostile(world: World, text: str) -> set[str]:
    """Write the text into every column of words of every row, and return those columns as "table.column"."""
    written = set()
    _complete(world)
    with world.app.app_context():
        with transaction() as session:
            for table in db.metadata.sorted_tables:
                texts = [column for column in table.columns if _is_text(table, column)]
                documents = [column for column in table.columns if column.name in ("definition", "practical")]
                for row in session.execute(table.select()).mappings().all() if texts or documents else ():
                    if row.get("question_key") in _CHOSEN:
                        continue
                    values = {column.name: _hostile(row[column.name], column, text) for column in texts}
                    values |= {column.name: _in_definitions(row[column.name], text) for column in documents}
                    changed = {name: value for name, value in values.items() if value != row[name]}
                    if changed:
                        keys = [column == row[column.name] for column in table.primary_key]
                        session.execute(update(table).where(*keys).values(**changed))
                        written |= {f"{table.name}.{name}" for name in changed}
        db.session.remove()
    return written


def _files(world: World) -> Iterator[Page]:
    """Everything that is taken away by sending a form."""
    owner, administrator = world.visitor("owner"), world.visitor("administrator")
    for _verb, rule in rules(world.app):
        if _verb == "POST" and rule.rule.endswith((".csv", ".zip", ".txt", "/export", "/sensitive", "/file")):
            visitor = administrator if rule.rule.startswith("/manage/history") else owner
            yield visitor.post(world.address(rule), world.form_data(rule), token=True, sound=False)


def _assert_file_inert(page: Page) -> None:
    kind = page.headers.get("Content-Type", "")
    assert page.status < 500, page.address
    if kind.startswith("text/csv"):
        rows = list(csv.reader(io.StringIO(page.body.decode("utf-8-sig"))))
        assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "\t", "\r")], page.address
    elif "xml" in kind and "openxmlformats" not in kind:
        ElementTree.fromstring(page.body)
    elif kind.startswith("text/calendar"):
        lines = page.body.decode().split("\r\n")
        assert not [line for line in page.body.decode().splitlines() if line.startswith("BEGIN:VALARM")], page.address
        assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") > 0
        assert max(len(line.encode()) for line in lines) <= 75


@pytest.mark.parametrize("kind", in_turn(JOINED))
def test_whatever_is_stored_is_shown_mailed_and_taken_away_inert(world: World, kind: str) -> None:
    written = make_hostile(world, JOINED[kind])
    assert len(written) > 40, sorted(written)
    for actor in ("anonymous", "link", "owner", "administrator"):
        visitor: Pages = world.visitor(actor)
        for verb, rule in rules(world.app):
            if verb == "GET":
                page = visitor.get(world.address(rule, actor), None, sound=False)
                assert_inert(page)
                _assert_file_inert(page)
    for page in _files(world):
        assert_inert(page)
        _assert_file_inert(page)


@pytest.mark.parametrize("kind", in_turn(JOINED))
def test_whatever_is_stored_is_mailed_inert(world: World, kind: str) -> None:
    """All that the desk and a participant can have sent is sent, about an event and people with such texts."""
    make_hostile(world, JOINED[kind])
    before = _count(world)
    for actor in ("owner", "anonymous", "link"):
        visitor = world.visitor(actor)
        for verb, rule in rules(world.app):
            if verb == "POST" and rule.endpoint.split(".")[0] in _ROOMS_THAT_WRITE:
                visitor.post(world.address(rule, actor), world.form_data(rule), token=True, sound=False)
    assert _count(world) > before
    assert_mails_inert(world)


def _count(world: World) -> int:
    with world.app.app_context():
        found = db.session.query(MailMessage).count()
        db.session.remove()
    return found
