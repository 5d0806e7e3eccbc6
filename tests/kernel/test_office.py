"""Office files by their content (cases 8 and 26): what is one, and what only looks like one."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from eventreg.kernel.files import sniff_office
from tests.belongings import a_word_file, an_archive

OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."


@pytest.mark.parametrize(
    ("main", "media_type"),
    [
        ("wordprocessingml.document.main+xml", f"{OOXML}wordprocessingml.document"),
        ("presentationml.presentation.main+xml", f"{OOXML}presentationml.presentation"),
        ("spreadsheetml.sheet.main+xml", f"{OOXML}spreadsheetml.sheet"),
    ],
)
def test_ooxml_is_told_by_its_main_part(main: str, media_type: str) -> None:
    assert sniff_office(a_word_file(main=main)) == media_type


def an_open_document(kind: str, *more: tuple[str, bytes | str]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), f"{ODF}{kind}", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        for name, content in more:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["text", "presentation", "spreadsheet"])
def test_open_document_is_told_by_its_first_part(kind: str) -> None:
    assert sniff_office(an_open_document(kind)) == f"{ODF}{kind}"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(an_archive(("letter.html", "<html>")), id="a plain archive"),
        pytest.param(a_word_file(("word/vbaProject.bin", b"x")), id="macros"),
        pytest.param(a_word_file(main="wordprocessingml.document.macroEnabled.main+xml"), id="told to have macros"),
        pytest.param(a_word_file(("META-INF/MANIFEST.MF", b"x")), id="a Java archive too"),
        pytest.param(a_word_file(("run.exe", b"MZ")), id="a program in it"),
        pytest.param(an_open_document("text", ("Basic/Standard/Module1.xml", b"x")), id="macros of OpenDocument"),
        pytest.param(an_open_document("graphics"), id="a drawing"),
        pytest.param(b"MZ" + a_word_file(), id="something before it"),
        pytest.param(a_word_file() + b"<script>", id="something after it"),
        pytest.param(a_word_file()[:-30], id="cut off"),
        pytest.param(an_archive(("<script>x()</script>", "x"), ("[Content_Types].xml", "x")), id="a page in its head"),
        pytest.param(b"PK\x03\x04" + b"\0" * 200 + b"PK\x05\x06" + b"\0" * 18, id="no archive"),
    ],
)
def test_everything_else_is_none(content: bytes) -> None:
    assert sniff_office(content) is None


def test_what_says_the_type_is_never_unpacked_beyond_a_bound() -> None:
    """A part that would fill the memory is read for a megabyte, and is no type then."""
    bomb = an_archive(("[Content_Types].xml", b"\0" * 200_000_000))
    assert len(bomb) < 500_000
    assert sniff_office(bomb) is None
