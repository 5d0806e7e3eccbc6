"""A body that cannot be read is one plain refusal, whichever address it goes to (case 63)."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.builders import an_event
from tests.support.pages import Pages

NAMELESS = b"--b\r\nContent-Disposition: form-data\r\n\r\nxx\r\n--b--\r\n"
NAMELESS_FILE = b'--b\r\nContent-Disposition: form-data; filename="a.pdf"\r\n\r\nxx\r\n--b--\r\n'
LARGE = NAMELESS_FILE.replace(b"form-data;", b'form-data; name="letter";').replace(b"xx", b"x" * 600_000)
MULTIPART = "multipart/form-data; boundary=b"


class Broken(io.RawIOBase):
    """A connection that fails while the body is read."""

    def __init__(self, error: OSError) -> None:
        self.error = error

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> int:
        raise self.error


def addresses(app: Flask) -> list[str]:
    event = an_event()
    return ["/sign-in", f"/events/{event.slug}/register", f"/events/{event.slug}/my-link", f"/my/{'A' * 36}/withdraw"]


@pytest.mark.parametrize("body", [NAMELESS, NAMELESS_FILE])
def test_a_part_without_a_name_is_refused(app: Flask, pages: Pages, body: bytes) -> None:
    for address in addresses(app):
        assert pages.client.post(address, data=body, content_type=MULTIPART).status_code == 400, address


@pytest.mark.parametrize("terminated", [False, True])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", MULTIPART])
@pytest.mark.parametrize("error", [OSError("a chunk without a size"), ConnectionResetError(104, "gone")])
def test_a_connection_that_breaks_is_no_fault_of_ours(
    app: Flask, pages: Pages, kind: str, error: OSError, terminated: bool
) -> None:
    """`terminated`: the server tells where a body of chunks ends, and what it raises comes through as it is."""
    for address in addresses(app):
        environ = {"wsgi.input": Broken(error), "CONTENT_TYPE": kind, "CONTENT_LENGTH": "100"}
        answer = pages.client.post(address, environ_overrides=environ | {"wsgi.input_terminated": terminated})
        assert answer.status_code == 400, address


# Werkzeug leaves the temporary file that could not be made to the collector, which complains.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_room_for_a_large_file_is_said(
    app: Flask, pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no-such-folder"))
    for address in addresses(app):
        assert pages.client.post(address, data=LARGE, content_type=MULTIPART).status_code == 503, address
    assert "temporary files" in caplog.text
