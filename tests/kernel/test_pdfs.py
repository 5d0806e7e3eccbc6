"""PDFs that run code, start programs or carry files are told from those that do not (case 26)."""

from __future__ import annotations

import time
import zlib

import pytest
from hypothesis import given, settings, strategies as st

from eventreg.kernel.files import is_active_pdf
from tests.hostile_files import ACTIVE_PDFS, a_pdf, an_object_stream

HONEST = {
    "opens at a page": a_pdf(b"<< /Type /Catalog /OpenAction [3 0 R /XYZ null null 1] >>"),
    "opens by an action": a_pdf(b"<< /OpenAction << /S /GoTo /D [3 0 R /Fit] >> >>"),
    "links": a_pdf(b"<< /A << /S /URI /URI (https://iom.int) >> >>"),
    "a form": a_pdf(b"<< /AcroForm << /Fields [5 0 R] /DA (/Helv 0 Tf) >> >>"),
    "a form whose fields do nothing": a_pdf(b"<< /AA << /O << /S /GoTo /D [3 0 R /Fit] >> >> >>"),
    "names that begin so": a_pdf(b"<< /LaunchPad 1 /XFAs 2 /EFF 3 /EmbeddedFiles << /Names [] >> >>"),
    "objects in a stream": a_pdf(an_object_stream(b"<< /Type /Page /Title (JavaScript) >>")),
    "bookmarks, then a picture": a_pdf(
        b"<< /Type /Outlines /First 8 0 R >>\nendobj\n4 0 obj\n"
        b"<< /Subtype /Image /Filter /DCTDecode /Length 4 >>\nstream\n\xff\xd8\xff\xe0\nendstream"
    ),
    "locked, with its objects in sight": a_pdf(b"<< /Encrypt 9 0 R /Type /Catalog >>"),
    "packed page": a_pdf(
        b"<< /Length 9 /Filter /FlateDecode >>\nstream\n" + zlib.compress(b"(/JavaScript) Tj") + b"\nendstream"
    ),
}


@pytest.mark.parametrize("content", HONEST.values(), ids=HONEST)
def test_honest_pdf_is_let_be(content: bytes) -> None:
    assert not is_active_pdf(content)


@pytest.mark.parametrize("content", ACTIVE_PDFS.values(), ids=ACTIVE_PDFS)
def test_pdf_that_runs_launches_or_embeds_is_told(content: bytes) -> None:
    assert is_active_pdf(content)


def test_name_is_found_across_the_steps_in_which_a_stream_is_unpacked() -> None:
    for shift in range(0, 12, 3):
        objects = b"1 0 " + b" " * (65_536 - 4 - 12 + shift) + b"<< /S /JavaScript >>"
        assert is_active_pdf(a_pdf(an_object_stream(objects)))


#: made by the test that wants it: most of them are megabytes, and every worker reads this file
HOSTILE = {
    "bomb": lambda: a_pdf(an_object_stream(b"\0" * 400_000_000)),
    "very many": lambda: a_pdf(an_object_stream(b"1 0 << /A 1 >>") * 25_000),
    "no data": lambda: a_pdf(b"stream\n" * 2_000_000),
    "blocks of nothing": lambda: a_pdf(b"/First stream\n" + b"\x78\x01" + b"\0\0\0\xff\xff" * 2_000_000),
    "slashes": lambda: a_pdf(b"/" * 20_000_000),
    "numbers": lambda: a_pdf(b"/First " + b"1 0 " * 5_000_000 + b"stream\n"),
    "digits": lambda: a_pdf(b"/First /EF " + b"1" * 20_000_000 + b"stream\n"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_pdf_is_judged_within_seconds(kind: str) -> None:
    content = HOSTILE[kind]()
    before = time.process_time()
    is_active_pdf(content)
    assert time.process_time() - before < 5


@settings(deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_broken_pdf_never_crashes(head: bytes, packed: bytes) -> None:
    is_active_pdf(b"%PDF-1.7\n" + head + b"<< /Type /ObjStm /First 3 >>\nstream\n" + packed)
