"""`make run` in a fresh clone, as somebody does who has only just heard of eventreg."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.packaging.copies import copy_of_project, first_page, free_port, processor_seconds, running

#: Seconds of processors to the first page, with the package cache that installing for the tests has warmed.
FIRST_START, NEXT_START = 90, 3


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_fresh_clone_serves_the_seminar_by_one_command_and_keeps_its_data(tmp_path: Path) -> None:
    clone = copy_of_project(tmp_path / "clone")
    port = free_port()
    command = ["make", "run", f"PORT={port}", "PYTHON="]
    first, second = tmp_path / "first", tmp_path / "second"
    with running(command, clone, first) as server:
        home = first_page(server, f"http://127.0.0.1:{port}/", first)
        assert processor_seconds(server) < FIRST_START
    assert re.search(rf"http://127\.0\.0\.1:{port}/\S*sign-in\S+", first.read_text()), "the organizer's sign-in link"
    event = re.search(r'href="(/events/[^"?]+)', home)
    assert event
    database = (clone / "instance" / "eventreg.db").stat().st_ino

    with running(command, clone, second) as server:
        first_page(server, f"http://127.0.0.1:{port}{event[1]}", second)
        assert processor_seconds(server) < NEXT_START
    assert (clone / "instance" / "eventreg.db").stat().st_ino == database
