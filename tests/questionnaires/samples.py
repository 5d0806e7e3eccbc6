"""Questions, files and definitions to test with."""

from __future__ import annotations

import struct
import zlib
from datetime import date, time
from typing import Any

from eventreg.questionnaires.kinds import Context, DayChoice, SessionChoice
from eventreg.questionnaires.rules.schema import Option, Question

CONTEXT = Context(
    languages=("es", "en"),
    days=(DayChoice(11, date(2027, 3, 11)), DayChoice(12, date(2027, 3, 12))),
    region=("MX", "GT", "BZ"),
    institutions=lambda: [{"es": "Instituto de Prueba", "en": "Test Institute"}],
    sessions=lambda: [
        SessionChoice("taller1", {"es": "Taller", "en": "Workshop"}, date(2027, 3, 11), time(9), time(10), 3),
        SessionChoice("visita1", {"es": "Visita", "en": "Visit"}, date(2027, 3, 12), time(9), time(10), 0, True),
    ],
)


def text(words: str) -> dict[str, str]:
    """The same words in both languages, told apart by their ending."""
    return {"es": f"{words} (es)", "en": f"{words} (en)"}


def question(kind: str, key: str = "it", **parts: Any) -> Question:
    """A question of a kind; options are given by their values."""
    options = tuple(Option(value, text(value)) for value in parts.pop("options", ()))
    return Question(key=key, kind=kind, label=text(key), options=options, **parts)


def entry(key: str, kind: str = "short_text", **parts: Any) -> dict[str, Any]:
    """A question as data."""
    return {"key": key, "kind": kind, "label": text(key), **parts}


def definition(*questions: dict[str, Any]) -> dict[str, Any]:
    """A questionnaire of one section as data."""
    return {"sections": [{"key": "all", "title": text("All"), "questions": list(questions)}]}


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def png(extra: bytes = b"") -> bytes:
    """A PNG of one pixel, with what is hung on at its end."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"\0\0")), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + extra


def jpeg(comment: bytes = b"", extra: bytes = b"") -> bytes:
    """A JPEG's frame around no picture, with a comment in its head and what is hung on at its end."""

    def segment(marker: int, body: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body

    app = segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0")
    frame = segment(0xC0, b"\x08" + struct.pack(">HH", 1, 1) + b"\x01\x01\x11\0")
    scan = segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x7f"
    return b"\xff\xd8" + app + (segment(0xFE, comment) if comment else b"") + frame + scan + b"\xff\xd9" + extra


def zip_archive() -> bytes:
    """A ZIP archive with one file."""
    import io
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("run.html", "<script>alert(1)</script>")
    return target.getvalue()
