"""What belongs to sessions, for tests: sessions that one signs up for, materials, outcomes. Like `tests/builders.py`."""

from __future__ import annotations

import io
import zipfile
from datetime import time
from typing import Any

from eventreg.db import db, transaction
from eventreg.events.models import Event, EventDay, Material, ProgrammeSession, SessionOutcome
from eventreg.events.rules.programme import MaterialAudience, OutcomeKind, SessionKind
from eventreg.kernel.clock import now
from eventreg.kernel.tokens import new_public_id
from eventreg.programme.services.materials import store_material_file
from eventreg.registration.models import Registration, SessionPlace
from tests.builders import text

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def a_session(event: Event, day: int = 0, **changes: Any) -> ProgrammeSession:
    """A session in the afternoon of a day of an event, without signing up."""
    days = db.session.query(EventDay).filter_by(event_id=event.id).order_by(EventDay.held_on).all()
    values: dict[str, Any] = {
        "public_id": new_public_id(),
        "day_id": days[day].id,
        "kind": SessionKind.WORKSHOP,
        "starts_at": time(15),
        "ends_at": time(16),
        "title": text("Taller de datos", "Data workshop"),
        "note": {},
    }
    with transaction() as session:
        row = ProgrammeSession(**{**values, **changes})
        session.add(row)
        session.flush()
    return row


def a_material(event: Event, of: ProgrammeSession | None = None, content: bytes = PDF, **changes: Any) -> Material:
    """A released file for everybody, of a session or the whole event; a link where there is a `url`."""
    file_id = "" if changes.get("url") else new_public_id()
    if file_id:
        store_material_file(file_id, content)
    values: dict[str, Any] = {
        "event_id": event.id,
        "session_id": of.id if of is not None else None,
        "public_id": new_public_id(),
        "position": 1,
        "title": text("Lámina", "Slide"),
        "audience": MaterialAudience.EVERYBODY,
        "file_id": file_id,
        "file_name": "lamina.pdf" if file_id else "",
        "media_type": "application/pdf" if file_id else "",
        "size": len(content) if file_id else 0,
        "revision": 1,
        "created_at": now(),
    }
    with transaction() as session:
        row = Material(**{**values, **changes})
        session.add(row)
        session.flush()
    return row


def an_outcome(of: ProgrammeSession, **changes: Any) -> SessionOutcome:
    """A public recommendation of a session."""
    values: dict[str, Any] = {
        "session_id": of.id,
        "kind": OutcomeKind.RECOMMENDATION,
        "position": 1,
        "text": text("Compartir los datos.", "Share the data."),
        "addressee": text("Ministerios del interior", "Ministries of the interior"),
        "is_public": True,
        "revision": 1,
        "recorded_at": now(),
    }
    with transaction() as session:
        row = SessionOutcome(**{**values, **changes})
        session.add(row)
        session.flush()
    return row


def a_session_place(of: ProgrammeSession, registration: Registration) -> SessionPlace:
    """A place in a session that somebody holds."""
    with transaction() as session:
        row = SessionPlace(session_id=of.id, registration_id=registration.id, taken_at=now())
        session.add(row)
        session.flush()
    return row


def an_archive(*parts: tuple[str, bytes | str], compress: bool = True) -> bytes:
    """A ZIP archive with these parts, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return buffer.getvalue()


def a_word_file(*more: tuple[str, bytes | str], main: str = "wordprocessingml.document.main+xml") -> bytes:
    """What makes an OOXML file one, and `more` parts in it."""
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/main.xml" ContentType="application/vnd.openxmlformats-officedocument.{main}"/></Types>'
    )
    return an_archive(("[Content_Types].xml", types), ("main.xml", "<main/>"), *more)
