"""Commands that open an instance finish what a restore left there, or wait until one that runs has ended. Case 64."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventreg.operations.backups.placing import Laid
from tests.cli.conftest import Run
from tests.packaging.copies import free_port


def _laid(tmp_path: Path) -> Laid:
    uploads = tmp_path / "instance" / "uploads"
    uploads.mkdir(exist_ok=True)
    laid = Laid(uploads, "20270301120000-0a0a0a0a")
    laid.lay([("x.sealed", [b"of rows that were not committed"])], ["old.sealed"])
    return laid


@pytest.mark.parametrize("arguments", [("serve",), ("deliver", "--once"), ("backup", "b.tar.gz"), ("user", "list")])
def test_command_finishes_a_restore_that_was_cut_off_and_refuses_while_one_runs(
    arguments: tuple[str, ...], prepared: Run, tmp_path: Path
) -> None:
    laid = _laid(tmp_path)
    plain = tmp_path / "instance" / ".restore-x7k2"
    plain.mkdir()
    called = [str(tmp_path / each) if each == "b.tar.gz" else each for each in arguments]
    if arguments == ("serve",):
        called += ["--bind", f"127.0.0.1:{free_port()}"]
    refused = prepared(*called)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1] == "eventreg: This instance is being restored; wait until that is done."
    assert (laid.beside / "new" / "x.sealed").exists()
    laid.close()
    if arguments != ("serve",):
        done = prepared(*called)
        assert done.returncode == 0, done.stderr
        assert not laid.beside.exists()
        assert not plain.exists()
        assert not (laid.folder / "x.sealed").exists()
