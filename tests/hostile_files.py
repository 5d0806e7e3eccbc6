"""Files that must not be taken for documents, whatever they are called."""

from __future__ import annotations

import zlib

from tests.belongings import PDF, a_word_file, an_archive


def a_pdf(body: bytes) -> bytes:
    """A PDF as far as its head and its end, with an object."""
    return b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def an_object_stream(objects: bytes, parts: bytes = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode") -> bytes:
    """Objects packed into a stream (ISO 32000-1, 7.5.7)."""
    return b"<< " + parts + b" >>\nstream\n" + zlib.compress(objects) + b"\nendstream"


_SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
#: PDFs that run code, start programs or carry files
ACTIVE_PDFS = {
    "script when opened": a_pdf(b"<< /Type /Catalog /OpenAction " + _SCRIPT + b" >>"),
    "script of a field": a_pdf(b"<< /AA << /K " + _SCRIPT + b" >> >>"),
    "script by name": a_pdf(b"<< /Names << /JavaScript 5 0 R >> >>"),
    "script in escapes": a_pdf(b"<< /S /J#61vaScr#69#70t >>"),
    "script in an object stream": a_pdf(an_object_stream(b"1 0 " + _SCRIPT)),
    "script in an object stream in escapes": a_pdf(
        an_object_stream(b"1 0 << /S /#4aavaScript >>", b"/Type /Obj#53tm /N 1 /Fir#73t 4 /Filter /FlateDecode")
    ),
    "script in an object stream that does not say so": a_pdf(an_object_stream(_SCRIPT, b"/N 1 /First 4")),
    "object stream that cannot be read": a_pdf(
        b"<< /Type /ObjStm /N 1 /First 4 /Filter /ASCIIHexDecode >>\nstream\n2f4a617661536372697074>\nendstream"
    ),
    "locked object stream": a_pdf(b"<< /Type /ObjStm /N 1 /First 4 >>\nstream\n" + bytes(range(200)) + b"\nendstream"),
    "program": a_pdf(b"<< /S /Launch /F (cmd.exe) >>"),
    "sender": a_pdf(b"<< /S /SubmitForm /F (https://example.invalid/) >>"),
    "attached file": a_pdf(b"<< /Type /Filespec /F (x.exe) /EF << /F 6 0 R >> >>"),
    "attached file elsewhere": a_pdf(b"<< /Type /Filespec /F (x.exe) /EF 7 0 R >>"),
    "stream of an attached file": a_pdf(b"<< /Type /EmbeddedFile /Length 0 >>"),
    "rich media": a_pdf(b"<< /Subtype /RichMedia >>"),
    "XFA": a_pdf(b"<< /AcroForm << /XFA 8 0 R >> >>"),
    "data put in": a_pdf(b"<< /S /ImportData /F (x.fdf) >>"),
    "embedded PDF to go to": a_pdf(b"<< /S /GoToE /T << >> >>"),
}

HOSTILE = {
    "page": b"<!doctype html><script>alert(1)</script>",
    "drawing": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "program": b"MZ\x90\0" + b"\0" * 200,
    "linux program": b"\x7fELF" + b"\0" * 200,
    "script": b"#!/bin/sh\nrm -rf /\n",
    "archive": an_archive(("a.html", "<html>")),
    "PDF with an archive hung on": PDF + an_archive(("a.class", b"\xca\xfe\xba\xbe")),
    "PDF with a page in its head": b"%PDF-1.7\n<html><script>alert(1)</script>" + PDF,
    "PDF with a page behind its head": a_pdf(b" " * 5000 + b"<HTML><script>alert(1)</script>"),
    "PDF with a drawing behind its head": a_pdf(b" " * 5000 + b"<svg width='1' onload='alert(1)'>"),
    "PDF with a program for servers behind its head": a_pdf(b" " * 5000 + b"<?php system(1);"),
    "Word file with a page behind its head": an_archive(
        *((name, "<main/>") for name in ("x" * 200, "y" * 200)),
        ("a.xml", "<w/>" * 500 + "<html ><body>"),
        compress=False,
    ),
    "page with a PDF after it": b"<html>" + PDF,
    "macros": a_word_file(("word/vbaProject.bin", b"x")),
    "old Word file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "plain text": b"just words",
}
