"""Progress is shown on a terminal, and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

from tests.cli.conftest import Run
from tests.packaging.copies import clean_environment
from tests.serving.servers import EVENTREG


def test_terminal_sees_how_far_it_is(prepared: Run, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    subprocess.run(
        [EVENTREG, "backup", str(tmp_path / "backup.tar.gz")],
        env=clean_environment() | {"EVENTREG_INSTANCE": str(tmp_path / "instance"), "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    assert b"100%" in os.read(ours, 100_000)
    os.close(ours)


def test_log_of_a_nightly_backup_stays_clean(prepared: Run, tmp_path: Path) -> None:
    assert prepared("backup", str(tmp_path / "backup.tar.gz")).stderr == ""
