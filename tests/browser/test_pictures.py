"""The command that takes the guides' pictures still finds its way through the screens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.copies import clean_environment
from tools.pictures import PICTURES, TARGET

pytestmark = pytest.mark.browser


def test_every_picture_can_be_taken_and_a_check_writes_none() -> None:
    before = {path: path.stat().st_mtime_ns for path in TARGET.rglob("*.png")}
    command = [sys.executable, "tools/pictures.py", "--check", "--language", "es"]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [f"es/{picture.name}" for picture in PICTURES]
    assert {path: path.stat().st_mtime_ns for path in TARGET.rglob("*.png")} == before
