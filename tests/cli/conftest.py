"""The command `eventreg`, run as somebody types it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.copies import clean_environment
from tests.serving.servers import EVENTREG
from tests.support.warm import Commands, Done

Run = Callable[..., Done]


def run_script(instance: Path, *arguments: str, given: str = "", **environment: str) -> Done:
    """Run the script itself on an instance, with text on its standard input."""
    return subprocess.run(
        [EVENTREG, *arguments],
        env=clean_environment() | {"EVENTREG_INSTANCE": str(instance)} | environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def runner(commands: Commands, instance: Path) -> Run:
    """Return what runs commands on an instance."""

    def run_there(*arguments: str, given: str = "", **environment: str) -> Done:
        return commands.run(*arguments, given=given, environment={"EVENTREG_INSTANCE": str(instance)} | environment)

    return run_there


@pytest.fixture
def run(commands: Commands, tmp_path: Path) -> Run:
    """Run a command on the instance of this test: `run("user", "list", EVENTREG_LANGUAGES="en")`."""
    return runner(commands, tmp_path / "instance")


@pytest.fixture
def run_cold(tmp_path: Path) -> Run:
    """The same by the script that the installation made, from nothing."""

    def run_here(*arguments: str, given: str = "", **environment: str) -> Done:
        return run_script(tmp_path / "instance", *arguments, given=given, **environment)

    return run_here


@pytest.fixture
def prepared(run: Run, demo_folder: Path) -> Run:
    """Run commands on an instance with the demo."""
    return run
