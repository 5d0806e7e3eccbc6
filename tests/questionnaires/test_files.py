"""What an upload really is. Case 26."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from eventreg.kernel.files import safe_name, sniff
from eventreg.questionnaires.rules.answers import Invalid, Reason, check_file
from tests.questionnaires.samples import PDF, jpeg, png, question, zip_archive

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (PDF.replace(b"%PDF-1.7", b"%PDF-2.0"), "application/pdf"),
        (png(), "image/png"),
        (jpeg(), "image/jpeg"),
        (jpeg(b"taken by a phone"), "image/jpeg"),
        (jpeg(extra=b"SEFT and what phones add"), "image/jpeg"),
    ],
)
def test_type_is_found_by_content(content: bytes, media_type: str) -> None:
    assert sniff(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"hello",
        HTML,
        SVG,
        zip_archive(),
        b"MZ\x90\0" + PDF,
        b"GIF89a" + b"\0" * 50,
        b"\n" + PDF,  # the mark not at the first byte
        HTML + PDF,
        PDF + zip_archive(),
        png(zip_archive()),
        png(b"anything"),
        png()[:-12],  # without its end
        png().replace(b"IHDR\0\0\0\x01", b"IHDR\0\0\0\x02"),  # a wrong checksum
        jpeg(extra=zip_archive()),
        jpeg(HTML),
        jpeg(b"<SvG onload=alert(1)>"),
        jpeg(PDF),
        b"\xff\xd8\xff\xd9",
        jpeg()[:40],
        PDF.replace(b"endobj", b"<script>"),
        PDF.replace(b"endobj", b"<HTML>\n"),
    ],
)
def test_everything_else_and_what_is_two_things_is_nothing(content: bytes) -> None:  # case 26
    assert sniff(content) is None


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"%PDF-1.4", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", png()[:33]]))
def test_broken_content_never_crashes(tail: bytes, head: bytes) -> None:
    assert sniff(head + tail) in (None, "application/pdf", "image/jpeg", "image/png")


LETTER = question("file", settings={"max_bytes": 500, "types": ["pdf", "png"]})


def test_fitting_file_is_told_by_its_type() -> None:
    assert check_file(LETTER, PDF) == "application/pdf"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.FILE_EMPTY),
        (PDF + b" " * 500, Reason.FILE_TOO_LARGE),
        (jpeg(), Reason.FILE_TYPE),
        (SVG, Reason.FILE_TYPE),
    ],
)
def test_unfit_file_is_refused(content: bytes, reason: Reason) -> None:  # case 26
    with pytest.raises(Invalid) as refused:
        check_file(LETTER, content)
    assert refused.value.reason is reason


def test_size_is_tested_at_both_edges() -> None:  # case 26
    padding = 500 - len(PDF)
    assert check_file(LETTER, PDF + b" " * padding) == "application/pdf"
    with pytest.raises(Invalid) as refused:
        check_file(LETTER, PDF + b" " * (padding + 1))
    assert refused.value.reason is Reason.FILE_TOO_LARGE


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("carta.pdf", "carta.pdf"),
        ("../x", "x"),  # case 26
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\Carta de designación.pdf", "Carta de designación.pdf"),
        ("", "file"),
        ("..", "file"),
        ("/", "file"),
        ("  .  ", "file"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\r\nb\0.pdf", "ab.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("رسالة.pdf", "رسالة.pdf"),
    ],
)
def test_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_name_ends_as_its_content_does() -> None:
    assert safe_name("letter.html", "application/pdf") == "letter.html.pdf"
    assert safe_name("foto.JPG", "image/jpeg") == "foto.JPG"
    assert safe_name("", "image/png") == "file.png"
    long = safe_name("x" * 300, "application/pdf")
    assert len(long) == 120
    assert long.endswith(".pdf")


@settings(deadline=None)
@given(st.text(st.characters(codec=None), max_size=300))
def test_any_name_is_short_plain_and_never_empty(name: str) -> None:
    safe = safe_name(name, "application/pdf")
    assert 0 < len(safe) <= 120
    assert not set(safe) & set('/\\\0\r\n<>:"|?*')
    assert safe.lower().endswith(".pdf")
    safe.encode("utf-8")
