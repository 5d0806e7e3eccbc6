"""A server and a restore keep out of each other's way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eventreg.serving.lock import ServerRuns, being_served, last_address, not_served


def test_instance_remembers_where_it_was_served(tmp_path: Path) -> None:
    assert last_address(tmp_path) is None
    with being_served(tmp_path, "http://127.0.0.1:8123"):
        pass
    assert last_address(tmp_path) == "http://127.0.0.1:8123"


def test_restore_is_refused_while_a_server_runs(tmp_path: Path) -> None:
    with (
        being_served(tmp_path, "http://127.0.0.1:8123"),
        pytest.raises(ServerRuns, match="Stop it first"),
        not_served(tmp_path),
    ):
        pass
    with not_served(tmp_path):
        pass


def test_server_is_refused_while_a_backup_is_restored(tmp_path: Path) -> None:
    with not_served(tmp_path), pytest.raises(ServerRuns, match="restored"), being_served(tmp_path, "http://x.example"):
        pass


def test_several_servers_share_an_instance(tmp_path: Path) -> None:
    with being_served(tmp_path, "http://127.0.0.1:1"), being_served(tmp_path, "http://127.0.0.1:2"):
        pass


def test_child_that_lives_on_still_counts_as_a_server(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with being_served(tmp_path, "http://127.0.0.1:8123"):
        pid = os.fork()
        if pid == 0:
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)
    with pytest.raises(ServerRuns), not_served(tmp_path):
        pass
    os.close(writing)
    os.waitpid(pid, 0)
    os.close(reading)
    with not_served(tmp_path):
        pass
