"""The command `eventreg`, run as somebody types it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.copies import clean_environment
from tests.serving.servers import EVENTREG

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


def run_command(instance: Path, *arguments: str, given: str = "", **environment: str) -> Done:
    """Run a command on an instance, with text on its standard input."""
    return subprocess.run(
        [EVENTREG, *arguments],
        env=clean_environment() | {"EVENTREG_INSTANCE": str(instance)} | environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command on the instance of this test: `run("user", "list", EVENTREG_LANGUAGES="en")`."""

    def run_here(*arguments: str, given: str = "", **environment: str) -> Done:
        return run_command(tmp_path / "instance", *arguments, given=given, **environment)

    return run_here


@pytest.fixture(scope="session")
def demo_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with keys, tables and the demo, to be copied."""
    instance = tmp_path_factory.mktemp("demo") / "instance"
    for command in ("migrate", "demo"):
        done = run_command(instance, command)
        assert done.returncode == 0, done.stderr
    return instance


@pytest.fixture
def prepared(run: Run, demo_instance: Path, tmp_path: Path) -> Run:
    """Run commands on an instance with the demo."""
    shutil.copytree(demo_instance, tmp_path / "instance")
    return run
