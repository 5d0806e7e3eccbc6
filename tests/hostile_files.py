"""Files that must not be taken for documents, whatever they are called."""

from __future__ import annotations

from tests.belongings import PDF, a_word_file, an_archive

HOSTILE = {
    "page": b"<!doctype html><script>alert(1)</script>",
    "drawing": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "program": b"MZ\x90\0" + b"\0" * 200,
    "linux program": b"\x7fELF" + b"\0" * 200,
    "script": b"#!/bin/sh\nrm -rf /\n",
    "archive": an_archive(("a.html", "<html>")),
    "PDF with an archive hung on": PDF + an_archive(("a.class", b"\xca\xfe\xba\xbe")),
    "PDF with a page in its head": b"%PDF-1.7\n<html><script>alert(1)</script>" + PDF,
    "page with a PDF after it": b"<html>" + PDF,
    "macros": a_word_file(("word/vbaProject.bin", b"x")),
    "old Word file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "plain text": b"just words",
}
